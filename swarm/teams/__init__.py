"""Teams as other frameworks write them: read into one shape, tested against two others, written back."""

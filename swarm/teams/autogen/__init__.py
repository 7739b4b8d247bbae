"""Teams of AutoGen, read and written."""

"""Teams of MetaGPT, read."""

"""The common ground of all readers: files, values, names, and the team that comes of them."""

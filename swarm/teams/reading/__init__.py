"""What the readers of all frameworks share: files, values, names, and the team that comes of them."""

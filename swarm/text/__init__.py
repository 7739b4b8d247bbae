"""What people bring as a file or paste: it is decoded, and its outline read. Knows nothing of what it is for."""

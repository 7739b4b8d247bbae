"""Keys, addresses and people: what keeps secrets in and strangers out."""

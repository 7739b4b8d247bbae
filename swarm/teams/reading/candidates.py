"""A place in a file is put into words."""


def place(*keys: str | int) -> str:
    """A place in a file, on one line, each key of at most 60 characters.

    Examples:
        >>> place("chain", 2, "phase")
        'chain.2.phase'
    """
    plain = ("".join(letter for letter in str(key)[:60] if letter.isprintable()) for key in keys)
    return ".".join(plain)[:200]

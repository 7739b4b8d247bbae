"""Keys that stand in texts are found and taken out; what was found is never shown."""

import json
import re
from collections.abc import Iterable

MIN_VALUE_CHARS = 6
"""Shorter values of key variables are placeholders such as "x", which would black out ordinary words."""
GONE = "(key removed)"
_KEYS = re.compile(
    r"""
    \b(?:sk|pk|rk)-[\w-]{16,}                     # OpenAI, Anthropic, OpenRouter, Stripe
    | \b(?:gh[pousr]|github_pat|glpat|hf|xai|gsk|pplx|tvly|nvapi|r8)[_-][\w-]{16,}
    | \bAIza[\w-]{30,} | \bAKIA[0-9A-Z]{16}\b | \bxox[abprs]-[\w-]{10,}
    # JSON web tokens: each run of such letters is read once, from its first "eyJ" on.
    | (?<![\w-])(?>(?:[\w-]*?\b)??eyJ)[\w-]{10,}+\.[\w-]{10,}+\.[\w-]{5,}
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z)
    | (?<=://)[^\s/:@]{1,200}:[^\s/@]{1,200}(?=@) # in an address
    | (?<=[Bb]earer[ ])[\w.~+/-]{16,}=*
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(
    r"""(?i)((?:api[_-]?key|secret(?:[_-]?access)?(?:[_-]?key)?|token|passw(?:or)?d|credentials?)["']?\s{0,3}[:=]\s{0,3}["']?)([^\s"',;]{8,})"""
)


def without_secrets(text: str) -> tuple[str, int]:
    """A text without what looks like a key, and how many were taken out.

    Examples:
        >>> without_secrets("use sk-abcdefghijklmnop1234")
        ('use (key removed)', 1)
    """
    clean, first = _KEYS.subn(GONE, text)
    clean, second = _NAMED.subn(lambda found: found[1] + GONE if found[2] != GONE else found[0], clean)
    return clean, first + second


def keys_in(text: str) -> int:
    """Count the keys that seem to stand in what a person wrote; a sentence about passwords has none.

    Examples:
        >>> keys_in("use sk-abcdefghijklmnop1234"), keys_in("password: hunter2hunter2"), keys_in("Password: forgotten?")
        (1, 1, 0)
    """
    named = [found[2] for found in _NAMED.finditer(_KEYS.sub(GONE, text)) if found[2] != GONE]
    looking_so = [value for value in named if any(map(str.isdigit, value)) and any(map(str.isalpha, value))]
    return len(_KEYS.findall(text)) + len(looking_so)


def without_values(text: str, values: Iterable[str], instead: str = GONE) -> str:
    """A text in which none of these values stands, nor as Python or JSON write it; the longest is taken out first.

    Examples:
        >>> without_values("no access with hunter22", ["hunter22", "x"])
        'no access with (key removed)'
    """
    written = {
        form
        for value in values
        if len(value) >= MIN_VALUE_CHARS
        for form in (value, repr(value)[1:-1], json.dumps(value)[1:-1])
    }
    for form in sorted(written, key=len, reverse=True):
        text = text.replace(form, instead)
    return text

"""This file is where keys that stand in texts are found and taken out; what was found is never shown."""

import re

GONE = "(key removed)"
_KEYS = re.compile(
    r"""
    \b(?:sk|pk|rk)-[\w-]{16,}                     # OpenAI, Anthropic, OpenRouter, Stripe
    | \b(?:gh[pousr]|github_pat|glpat|hf|xai|gsk|pplx|tvly|nvapi|r8)[_-][\w-]{16,}
    | \bAIza[\w-]{30,} | \bAKIA[0-9A-Z]{16}\b | \bxox[abprs]-[\w-]{10,}
    | \beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}      # JSON web tokens
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z)
    | (?<=://)[^\s/:@]{1,200}:[^\s/@]{1,200}(?=@) # in an address
    | (?<=[Bb]earer[ ])[\w.~+/-]{16,}=*
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(
    r"""(?i)((?:api[_-]?key|secret|token|passw(?:or)?d|credentials?)["']?\s{0,3}[:=]\s{0,3}["']?)([^\s"',;]{8,})"""
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

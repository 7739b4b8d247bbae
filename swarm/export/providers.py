"""The provider that serves a model, read from the model's name."""

SIMULATED = "sim"
"""The provider of simulated models."""
UNKNOWN = "unknown"
"""Of a model whose name has no provider: a scripted one, or one that its library knows by a bare name."""


def provider_of(model: str) -> str:
    """Name the provider of a model, as far as its name says: what stands before the first slash.

    Examples:
        >>> provider_of("openai/gpt-4.1-mini"), provider_of("sim/strong"), provider_of("nameless")
        ('openai', 'sim', 'unknown')
    """
    provider, slash, _ = model.partition("/")
    return provider if slash and provider else UNKNOWN

"""The models of a MetaGPT configuration are read; its keys and addresses are not."""

from swarm.teams.reading.choice import nearest
from swarm.teams.reading.files import Files
from swarm.teams.reading.values import Tolerant, read_yaml, shaped

_FILE = "config2.yaml"
_CERTAIN = {"openai", "anthropic", "gemini", "ollama", "groq", "mistral", "deepseek", "openrouter"}
"""Kinds of doors that LiteLLM calls by the same name."""


class _Door(Tolerant):
    api_type: str | None = None
    model: str | None = None


class _Role(Tolerant):
    role: str
    llm: _Door | None = None


class _Configuration(Tolerant):
    llm: _Door | None = None
    roles: tuple[_Role, ...] | None = None


def models_of(files: Files) -> dict[str, str]:
    """Models by the name of a role's class, "" for all others; empty without a configuration.

    Raises:
        BadTeam: when the configuration cannot be read; names the place.
    """
    found = files.named(_FILE)
    if not found:
        return {}
    path, text = nearest(files, found, "configurations")
    configuration = shaped(_Configuration, path, "", read_yaml(path, text) or {})
    named = {role.role: _model(role.llm) for role in configuration.roles or ()}
    return {name: model for name, model in {"": _model(configuration.llm), **named}.items() if model}


def _model(door: _Door | None) -> str:
    if door is None or not door.model:
        return ""
    certain = door.api_type in _CERTAIN and "/" not in door.model
    return f"{door.api_type}/{door.model}" if certain else door.model

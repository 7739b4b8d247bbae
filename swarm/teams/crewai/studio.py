"""A crew that CrewAI Studio exported is put into the words of crew.jsonc: agents and tasks by their ids."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from swarm.teams.reading.values import Data

_PROVIDERS: Mapping[str, str] = {
    "openai": "openai",
    "groq": "groq",
    "ollama": "ollama",
    "anthropic": "anthropic",
    "xai": "xai",
    "gemini": "gemini",
    "lm studio": "lm_studio",
    "openrouter": "openrouter",
}
"""Providers as Studio shows them, by LiteLLM's names."""
_CONTEXTS = ("context_from_async_tasks_ids", "context_from_sync_tasks_ids")
_OWN_OF_AGENTS = ("id", "llm_provider_model", "tool_ids", "created_at")
_OWN_OF_TASKS = ("id", "agent_id", "created_at", *_CONTEXTS)


def is_studio(content: Any) -> bool:
    """Say whether a value is a crew of Studio's, or all that it keeps."""
    if isinstance(content, list):
        return any(True for _ in _entities(cast(list[Any], content), "crew"))
    rows = [*_rows(content, "tasks"), *_rows(content, "agents")]
    return any("agent_id" in row or "llm_provider_model" in row for row in rows)


def definitions(content: Any) -> Iterator[Data]:
    """Each crew as crew.jsonc would have it."""
    if not isinstance(content, list):
        yield _definition(content)
        return
    entities = cast(list[Any], content)
    agents = {str(row.get("id")): row for row in _entities(entities, "agent")}
    tasks = {str(row.get("id")): row for row in _entities(entities, "task")}
    for crew in _entities(entities, "crew"):
        own = {
            "agents": [agents[key] for key in map(str, crew.get("agent_ids") or []) if key in agents],
            "tasks": [tasks[key] for key in map(str, crew.get("task_ids") or []) if key in tasks],
            "manager_agent": crew.get("manager_agent_id") or crew.get("manager_agent"),
        }
        yield _definition({**crew, **own})


def _entities(entities: list[Any], kind: str) -> Iterator[Data]:
    for each in entities:
        if isinstance(each, dict) and cast(Data, each).get("entity_type") == kind:
            inner = cast(Data, each).get("data")
            yield {
                "id": cast(Data, each).get("id"),
                **(cast(Data, inner) if isinstance(inner, dict) else cast(Data, each)),
            }


def _rows(content: Any, key: str) -> list[Data]:
    listed = cast(Data, content).get(key) if isinstance(content, dict) else None
    return (
        [cast(Data, each) for each in cast(list[Any], listed) if isinstance(each, dict)]
        if isinstance(listed, list)
        else []
    )


def _definition(crew: Data) -> Data:
    manager = crew.get("manager_agent")
    manager = cast(Data, manager).get("id") if isinstance(manager, dict) else manager
    kept = {key: crew[key] for key in ("name", "process") if crew.get(key)}
    return {
        **kept,
        "agents": [_agent(row) for row in _rows(crew, "agents")],
        "tasks": [_task(row) for row in _rows(crew, "tasks")],
        "manager_agent": manager or None,
        "manager_llm": _model(crew.get("manager_llm")),
    }


def _agent(row: Data) -> Data:
    rest = {key: value for key, value in row.items() if key not in _OWN_OF_AGENTS}
    return {
        **rest,
        "name": str(row.get("id") or row.get("role")),
        "llm": _model(row.get("llm_provider_model")),
    }


def _task(row: Data) -> Data:
    told = [str(each) for key in _CONTEXTS for each in cast(list[Any], row.get(key) or [])]
    rest = {key: value for key, value in row.items() if key not in _OWN_OF_TASKS}
    agent = row.get("agent_id")
    own = {"name": str(row["id"])} if row.get("id") else {}
    return {**rest, **own, "agent": None if agent is None else str(agent), "context": told or None}


def _model(shown: Any) -> str | None:
    """A model as LiteLLM calls it, from "OpenAI: gpt-4o"."""
    provider, found, name = str(shown or "").partition(": ")
    if not found:
        return str(shown) if shown else None
    first = _PROVIDERS.get(provider.lower().strip())
    return f"{first}/{name.strip()}" if first and not name.startswith(f"{first}/") else name.strip()

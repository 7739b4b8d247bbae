"""Agents and tasks of CrewAI's YAML and JSON have their shape."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, cast

from pydantic import Field

from swarm.teams.crewai.crew import CrewPart, Member, place
from swarm.teams.reading.given import Note
from swarm.teams.reading.values import Tolerant, shaped, unknown_keys

_MAX_KEYS_SHOWN = 12
_MAX_BITS = 1_000


class AgentShape(Tolerant):
    """An agent in YAML or JSON."""

    role: str | None = None
    goal: str | None = None
    backstory: str | None = None
    llm: Any = None
    settings: dict[str, Any] | None = None


class TaskShape(Tolerant):
    """A task in YAML or JSON."""

    name: str | None = None
    description: str | None = None
    expected_output: str | None = None
    agent: str | None = None
    context: list[str] | str | None = Field(default=None, union_mode="left_to_right")


class _ModelShape(Tolerant):
    model: str | None = None
    provider: str | None = None


def member(path: str, key: str, shape: AgentShape) -> Member:
    """An agent as its file gives it; one without a role is called by its key."""
    llm = shape.llm if shape.llm is not None else (shape.settings or {}).get("llm")
    return Member(
        key,
        (shape.role or "").strip() or key.replace("_", " "),
        shape.goal or "",
        shape.backstory or "",
        model_name(path, place("agents", key, "llm"), llm),
    )


def piece(key: str, shape: TaskShape) -> CrewPart:
    """A task as its file gives it."""
    context = (shape.context,) if isinstance(shape.context, str) else shape.context
    return CrewPart(
        key,
        (shape.name or "").strip() or key,
        shape.description or "",
        shape.expected_output or "",
        shape.agent or None,
        None if context is None else tuple(context),
    )


def model_name(path: str, where: str, llm: Any) -> str | None:
    """A model as LiteLLM calls it, from a name or from a table with model and provider; None when there is none."""
    if llm is None or isinstance(llm, str):
        return (llm or "").strip() or None
    shape = shaped(_ModelShape, path, where, llm)
    name = (shape.model or "").strip()
    return f"{shape.provider}/{name}" if name and shape.provider and "/" not in name else name or None


def input_text(value: object) -> str:
    """An input as it would stand in a text; "" for lists, tables, nothing and numbers that nobody could read."""
    endless = isinstance(value, int) and value.bit_length() > _MAX_BITS
    return str(value) if isinstance(value, str | int | float) and not endless else ""


def within(value: object) -> Iterator[object]:
    """A value and all within it, outer ones first."""
    waiting: list[object] = [value]
    for each in waiting:
        yield each
        if isinstance(each, dict):
            waiting += cast(dict[object, object], each).values()
        elif isinstance(each, list | tuple):
            waiting += cast(Iterable[object], each)


def ignored_keys(path: str, whose: str, shapes: Iterable[Tolerant]) -> tuple[Note, ...]:
    """One line for all keys of a file that nobody asked for."""
    counted = Counter(place(key) for shape in shapes for key in _ignored(shape))
    if not counted:
        return ()
    shown = [key if count == 1 else f"{key} ({count})" for key, count in counted.most_common(_MAX_KEYS_SHOWN)]
    more = f" and {len(counted) - len(shown)} more" if len(counted) > len(shown) else ""
    what = f"{', '.join(shown)}{more} of {whose} in {path}"
    return (Note("ignored", what, "Tools, limits and settings of the framework are not emulated."),)


def _ignored(shape: Tolerant) -> Iterator[str]:
    yield from unknown_keys(shape)
    if isinstance(shape, AgentShape):
        yield from (f"settings.{key}" for key in shape.settings or {} if key != "llm")
        llm = shape.llm if shape.llm is not None else (shape.settings or {}).get("llm")
        table = cast(dict[Any, Any], llm) if isinstance(llm, dict) else dict[Any, Any]()
        yield from (f"llm.{key}" for key in table if key not in ("model", "provider"))

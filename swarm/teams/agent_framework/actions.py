"""The actions of a workflow of Microsoft Agent Framework are walked, to see whom it invokes."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from swarm.teams.reading.values import BadTeam, Data, Tolerant, shaped

MAX_ACTIONS = 2_000
_INVOKING = ("invokeazureagent", "invokeagent")
_NESTED = ("conditions", "cases", "then", "actions", "else", "elseActions", "defaultActions")
"""Keys under which an action holds others, in the order in which they are taken."""
_MAX_PLACE_CHARS = 200
_LOOPS = ("foreach", "repeatuntil")


class Invocations(NamedTuple):
    """The agents that a workflow invokes, in written order."""

    names: tuple[str, ...]
    unnamed: int
    """Invocations whose agent is an expression."""
    repeated: int
    """Invocations that the workflow may repeat."""
    other_kinds: tuple[str, ...]
    """Kinds of other actions, each once."""


class _Agent(Tolerant):
    name: str


class _Invoke(Tolerant):
    agent: _Agent | str | None = None
    agentName: str | None = None

    @property
    def invoked(self) -> str:
        """The agent's name, or the expression that would make it."""
        name = self.agent.name if isinstance(self.agent, _Agent) else self.agent
        return (name or self.agentName or "").strip()


class _Action(NamedTuple):
    place: str
    kind: str
    content: Data
    in_loop: bool


def invocations(path: str, place: str, actions: Any) -> Invocations:
    """See whom actions invoke, those within conditions and loops in their places.

    Raises:
        BadTeam: names an invocation without an agent.
    """
    walked = list(_walk(path, place, actions))
    invoking = [action for action in walked if action.kind.lower() in _INVOKING]
    names = [_invoked(path, action) for action in invoking]
    kinds = dict.fromkeys(action.kind for action in walked if action.kind.lower() not in _INVOKING)
    return Invocations(
        tuple(name for name in names if not name.startswith("=")),
        sum(name.startswith("=") for name in names),
        sum(action.in_loop or _asks_again(action.content) for action in invoking),
        tuple(kind[:40] for kind in kinds if kind.isidentifier()),
    )


def _invoked(path: str, action: _Action) -> str:
    name = shaped(_Invoke, path, action.place, action.content).invoked
    if not name:
        raise BadTeam(path, action.place[:_MAX_PLACE_CHARS], "it does not say which agent it invokes")
    return name


def _walk(path: str, place: str, actions: Any) -> Iterator[_Action]:
    met = 0
    waiting: list[tuple[str, Any, bool]] = [(place, actions, False)]
    while waiting:
        where, value, in_loop = waiting.pop()
        inner: list[tuple[str, Any]]
        if isinstance(value, list):
            inner = [(f"{where}.{at}", each) for at, each in enumerate(cast(list[Any], value))]
        elif isinstance(value, dict):
            content: Data = {str(key): each for key, each in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            kind = str(content.get("kind", ""))
            in_loop = in_loop or kind.lower() in _LOOPS
            yield _Action(where, kind, content, in_loop)
            inner = [(f"{where}.{key}", content[key]) for key in _NESTED if key in content]
        else:
            continue
        met += len(inner)
        if met > MAX_ACTIONS:
            raise BadTeam(path, place, f"more than {MAX_ACTIONS:,} actions are no workflow")
        waiting += [(*each, in_loop) for each in reversed(inner)]


def _asks_again(content: Data) -> bool:
    asked = content.get("input")
    return isinstance(asked, dict) and "externalLoop" in asked

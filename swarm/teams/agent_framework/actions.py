"""The actions of a workflow of Microsoft Agent Framework are walked, to see whom it invokes."""

from typing import Any, NamedTuple, cast

from swarm.teams.reading.values import BadTeam, Data, Tolerant, shaped

MAX_ACTIONS = 2_000
_INVOKING = ("invokeazureagent", "invokeagent")
_WAYS = ("conditions", "cases")
"""Keys under which an action lists ways, of which the workflow takes one."""
_OTHER_WAYS = ("else", "elseActions", "defaultActions", "default")
_BODIES = ("then", "actions")
"""Keys under which an action holds others: a way of a condition, the body of a loop."""
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
    branches: int
    """Places where it takes one of several ways, of which the first that invokes somebody is followed."""
    passed_by: tuple[str, ...]
    """Agents of the ways that are not followed, each once, if they are on no way that is."""


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


class _Way(NamedTuple):
    """One way through some actions."""

    actions: list[_Action]
    passed_by: list[_Action]
    branches: int = 0


def invocations(path: str, place: str, actions: Any) -> Invocations:
    """See whom actions invoke on one way through them: of a condition's ways, the first that invokes somebody.

    Raises:
        BadTeam: names an invocation without an agent.
    """
    way = _Walk(path, place).way(place, actions, in_loop=False)
    invoking = [action for action in way.actions if _invokes(action)]
    names = [_invoked(path, action) for action in invoking]
    others = [_invoked(path, action) for action in way.passed_by if _invokes(action)]
    kinds = dict.fromkeys(action.kind for action in way.actions if not _invokes(action))
    return Invocations(
        tuple(name for name in names if not name.startswith("=")),
        sum(name.startswith("=") for name in names),
        sum(action.in_loop or _asks_again(action.content) for action in invoking),
        tuple(kind[:40] for kind in kinds if kind.isidentifier()),
        way.branches,
        tuple(dict.fromkeys(name for name in others if name not in names and not name.startswith("="))),
    )


def _invokes(action: _Action) -> bool:
    return action.kind.lower() in _INVOKING


def _invoked(path: str, action: _Action) -> str:
    name = shaped(_Invoke, path, action.place, action.content).invoked
    if not name:
        raise BadTeam(path, action.place[:_MAX_PLACE_CHARS], "it does not say which agent it invokes")
    return name


class _Walk:
    """Walks through actions, of which files hold at most 40 levels."""

    def __init__(self, path: str, place: str) -> None:
        self._path, self._place, self._met = path, place, 0

    def way(self, place: str, value: Any, *, in_loop: bool) -> _Way:
        """The way through an action, or through several one after another."""
        found = _Way([], [])
        if isinstance(value, list):
            for at, each in enumerate(cast(list[Any], value)):
                found = _joined(found, self.way(f"{place}.{at}", each, in_loop=in_loop))
        elif isinstance(value, dict):
            content: Data = {str(key): each for key, each in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            found = self._through(place, content, in_loop)
        return found

    def _through(self, place: str, content: Data, in_loop: bool) -> _Way:
        self._met += 1
        if self._met > MAX_ACTIONS:
            raise BadTeam(self._path, self._place, f"more than {MAX_ACTIONS:,} actions are no workflow")
        kind = str(content.get("kind", ""))
        in_loop = in_loop or kind.lower() in _LOOPS
        found = _Way([_Action(place, kind, content, in_loop)], [])
        ways = [
            self.way(f"{place}.{key}.{at}", each, in_loop=in_loop)
            for key in _WAYS
            for at, each in enumerate(_listed(content.get(key)))
        ]
        bodies = [
            self.way(f"{place}.{key}", content[key], in_loop=in_loop) for key in _BODIES if key in content
        ]
        others = [
            self.way(f"{place}.{key}", content[key], in_loop=in_loop) for key in _OTHER_WAYS if key in content
        ]
        if not ways and not others:
            return _joined(found, *bodies)
        return _joined(found, _first([*ways, *bodies, *others]))


def _listed(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []


def _first(ways: list[_Way]) -> _Way:
    """Of several ways the first that invokes somebody, and who is passed by with it."""
    taken = next((way for way in ways if any(map(_invokes, way.actions))), _Way([], []))
    left = [action for way in ways if way is not taken for action in (*way.actions, *way.passed_by)]
    several = any(map(_invokes, left))
    return _Way(taken.actions, [*taken.passed_by, *left], taken.branches + several)


def _joined(*ways: _Way) -> _Way:
    return _Way(
        [action for way in ways for action in way.actions],
        [action for way in ways for action in way.passed_by],
        sum(way.branches for way in ways),
    )


def _asks_again(content: Data) -> bool:
    asked = content.get("input")
    return isinstance(asked, dict) and "externalLoop" in asked

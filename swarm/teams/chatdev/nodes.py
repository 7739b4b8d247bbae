"""The shapes of a ChatDev 2 file are defined, and where its variables are filled in."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from swarm.teams.reading.blanks import MAX_FILLED_CHARS, without_blanks
from swarm.teams.reading.values import Tolerant

MAX_NODES = 2_000
MAX_EDGES = 5_000
_VARIABLE = re.compile(r"(\$?)\{([A-Za-z_]\w{0,59})\}")
_SECRET = re.compile(r"(?i)key|token|secret|passw|credential|auth")
"""In the name of a variable whose value is never used."""


class ChatNode(Tolerant):
    """A node: an agent, or something that passes texts on."""

    id: str
    type: str
    description: str | None = None
    config: Any = None
    dynamic: Any = None


class ChatAgent(Tolerant):
    """The settings of an agent."""

    name: str | None = None
    """Of its model; the agent's own name is the id of its node."""
    provider: str | None = None
    role: str | None = None


class Literal(Tolerant):
    """The settings of a node that says the same at all times."""

    content: str | None = None
    role: str | None = None


class Edge(Tolerant):
    """A way from one node to another."""

    start: str = Field(alias="from")
    to: str
    trigger: bool | None = None
    """Whether the second one is set to work by it; None: yes."""
    carry_data: bool | None = None
    """Whether ChatDev shows the second one by it what the first said; None: yes."""
    condition: Any = None
    process: Any = None
    dynamic: Any = None

    @property
    def triggers(self) -> bool:
        """Say whether it sets somebody to work."""
        return self.trigger is not False


class Graph(Tolerant):
    """Nodes and edges."""

    id: str | None = None
    description: str | None = None
    nodes: tuple[ChatNode, ...] = Field(min_length=1, max_length=MAX_NODES)
    edges: tuple[Edge, ...] | None = Field(default=None, max_length=MAX_EDGES)
    start: tuple[str, ...] | str | None = None
    is_majority_voting: bool = False
    initial_instruction: str | None = None


class GraphFile(Tolerant):
    """A whole file."""

    vars: dict[str, Any] | None = None
    graph: Graph


class Variables:
    """A file's variables, which its texts name like ${NAME}."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._values = {name: value for name, value in given.items() if isinstance(value, str)}
        self._room = 10 * MAX_FILLED_CHARS

    def filled(self, text: str) -> str:
        """A text with its variables filled in, as far as 3,000,000 characters go in all texts together.

        What the file leaves open becomes a blank, and braces that are none of ChatDev's own lose their meaning.

        Examples:
            >>> Variables({"WHAT": "bread", "API_KEY": "hidden"}).filled("${WHAT} for ${WHOM}, {x}, ${API_KEY}")
            'bread for {WHOM}, (x), (API_KEY)'
        """

        def value(found: re.Match[str]) -> str:
            dollar, name = found.groups()
            if not dollar or _SECRET.search(name):
                return f"({name})"
            given = without_blanks(self._values[name]) if name in self._values else f"{{{name}}}"
            if len(given) > self._room:
                return f"({name})"
            self._room -= len(given)
            return given

        return _VARIABLE.sub(value, text)

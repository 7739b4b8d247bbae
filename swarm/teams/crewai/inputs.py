"""The inputs that a crew's own code starts it with are found, as far as they are literal values."""

import ast
from collections.abc import Iterator, Mapping

from swarm.teams.crewai.shapes import input_text
from swarm.teams.reading.python_source import parsed

_STARTS = ("kickoff", "kickoff_async", "akickoff", "kickoff_for_each")


def read_inputs(path: str, text: str) -> Mapping[str, str]:
    """Read `inputs = {...}` and `kickoff(inputs={...})`; the first literal value of a name counts.

    Returns:
        Values by name; "" for those that only running the code would tell.

    Raises:
        BadTeam: when it is no Python; names the line.
    """
    found: dict[str, str] = {}
    for key, value in _pairs(parsed(path, text)):
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and not found.get(key.value):
            found[key.value] = input_text(value.value) if isinstance(value, ast.Constant) else ""
    return found


def _pairs(tree: ast.Module) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    nodes = list(ast.walk(tree))
    passed = [
        argument.value
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STARTS
        for argument in node.keywords
        if argument.arg == "inputs"
    ]
    names = {"inputs"} | {value.id for value in passed if isinstance(value, ast.Name)}
    given = [node for node in nodes if isinstance(node, ast.Assign | ast.AnnAssign) and _names(node) & names]
    for value in [*(node.value for node in sorted(given, key=lambda node: node.lineno)), *passed]:
        if isinstance(value, ast.Dict):
            yield from zip(value.keys, value.values, strict=True)


def _names(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}

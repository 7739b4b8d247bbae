"""Who may import whom: the table of docs/architecture.md, held to."""

import ast
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

from swarm.config import PROJECT

MAY_IMPORT = {
    "text": "",
    "swarm": "text",
    "security": "swarm",
    "models": "swarm security text",
    "protocols": "swarm text",
    "prompts": "swarm models",
    "reply": "swarm",
    "metrics": "swarm models",
    "recording": "swarm metrics models",
    "history": "swarm metrics recording",
    "organization": "swarm metrics recording",
    "engine": "swarm metrics models prompts protocols recording reply security text",
    "narrative": "swarm engine metrics organization recording",
    "stats": "swarm",
    "comparison": "swarm metrics narrative recording stats",
    "experiment": "swarm comparison engine history models narrative prompts protocols recording security stats text",
    "claims": "swarm comparison engine experiment metrics models narrative recording stats",
    "figures": "swarm claims comparison engine metrics narrative organization recording stats",
    "export": "swarm engine figures metrics models narrative organization prompts protocols recording text",
    "teams.reading": "swarm protocols security text",
    "teams.python": "teams.reading",
    "teams.agent_framework": "protocols teams.reading",
    "teams.autogen": "swarm protocols security teams.reading",
    "teams.chatdev": "swarm protocols teams.reading",
    "teams.claude": "swarm teams.reading",
    "teams.crewai": "swarm protocols security teams.python teams.reading",
    "teams.metagpt": "swarm protocols teams.reading",
    "teams.openclaw": "swarm teams.reading",
    "teams.trial": "swarm comparison engine experiment export figures protocols stats teams.reading",
    "teams": "swarm engine prompts protocols security teams.agent_framework teams.autogen teams.chatdev teams.claude "
    "teams.crewai teams.metagpt teams.openclaw teams.reading teams.trial text",
    "serve": "swarm engine history models protocols recording security",
    "cli": "swarm claims comparison engine experiment export history models narrative recording security serve teams "
    "teams.reading teams.trial text",
}
"""What each package may import beside itself; "swarm" is the vocabulary, the files at its top."""
PAGES = {
    "shared": "",
    "frame": "shared",
    "run": "shared",
    "compose": "shared",
    "models": "shared",
    "side_by_side": "run shared",
    "start": "run shared",
    "claims": "shared side_by_side",
    "history": "shared side_by_side",
    "experiments": "run shared side_by_side",
    "drop_my_roles": "experiments shared side_by_side",
}
"""What each page may take from others, beside all that is not a page."""
MOST_SHARED = 16
ABOVE = {"__main__", "pages", "app"}
"""May import every package of `swarm`."""

ONLY_IN = {
    "streamlit": ("app.py", "pages/"),
    "duckdb": ("swarm/history/",),
    "litellm": ("swarm/models/litellm.py",),
    "networkx": ("swarm/organization/graph.py", "swarm/metrics/"),
    # The dashboard shows figures and draws none.
    "plotly": ("swarm/figures/", "app.py", "pages/shared/picture.py", "pages/shared/resources.py"),
    "typer": ("swarm/cli/",),
    "scipy": ("swarm/stats/",),
}
"""Where a foreign library may be named; everybody else goes through that door."""

WITHIN_REACH = tuple(f"swarm.{name}" for name in ("protocols", "errors", "mission", "team", "text", "turn"))
"""What a protocol may know of ours."""
OUT_OF_REACH = {"os", "time", "random", "secrets", "datetime", "pathlib", "socket", "subprocess", "io"}
"""What a protocol must not be able to touch."""

SOURCES = sorted(
    path.relative_to(PROJECT)
    for path in [PROJECT / "app.py", *(PROJECT / "swarm").rglob("*.py"), *(PROJECT / "pages").rglob("*.py")]
    if path.exists()
)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((PROJECT / path).read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module a file imports, wherever it does so; `from a import b` gives a and a.b."""
    nodes = list(ast.walk(tree(path)))
    whole = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    parts = [(node.module, node.names) for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return frozenset(
        whole
        | {room for room, _ in parts}
        | {f"{room}.{name.name}" for room, names in parts for name in names}
    )


def room_of(module: str) -> str:
    """The package that a module of ours belongs to, such as "metrics"; "swarm" when it stands at the top."""
    names = module.split(".")
    if names[0] != "swarm" or names[1:2] == ["__main__"]:
        return names[-1] if names[0] == "swarm" else names[0]
    deep = 3 if names[1:2] == ["teams"] else 2
    rooms = [
        ".".join(names[1:end])
        for end in range(2, min(deep, len(names)) + 1)
        if (PROJECT / "/".join(names[:end])).is_dir()
    ]
    return rooms[-1] if rooms else "swarm"


def imported_rooms(path: Path) -> set[str]:
    return {room_of(module) for module in imports(path) if module.partition(".")[0] == "swarm"}


def own_room(path: Path) -> str:
    return room_of(".".join(path.with_suffix("").parts))


def of_every_file(check: Callable[[Path], None]) -> Callable[[], None]:
    """One test of a rule for all files: thousands of tests of a millisecond cost more than the rules."""

    def test() -> None:
        assert not list(filter(None, (complaint(check, path) for path in SOURCES)))

    test.__name__ = check.__name__
    return test


def complaint(check: Callable[[Path], None], path: Path) -> str | None:
    try:
        check(path)
    except AssertionError as error:
        return f"{path}: {error}"
    return None


@of_every_file
def test_a_package_imports_what_its_row_allows(path: Path):
    own = own_room(path)
    assert own in ABOVE | MAY_IMPORT.keys(), (
        f"{own} has no row: give it one, here and in docs/architecture.md"
    )
    more = set() if own in ABOVE else imported_rooms(path) - {own, *MAY_IMPORT[own].split()}
    assert not more, f"{own} may not import {', '.join(more)}"


def test_every_row_is_needed_and_no_package_imports_itself_in_a_circle():
    seen = {own: set[str]() for own in MAY_IMPORT}
    for path in SOURCES:
        if (own := own_room(path)) in MAY_IMPORT:
            seen[own] |= imported_rooms(path) - {own}
    assert seen == {own: set(row.split()) for own, row in MAY_IMPORT.items()}
    assert nx.is_directed_acyclic_graph(nx.DiGraph(seen))


def imported_pages(path: Path) -> set[str]:
    return {module.split(".")[1] for module in imports(path) if module.startswith("pages.")}


def test_a_page_takes_from_others_what_its_row_allows():
    seen = {own: set[str]() for own in PAGES}
    for path in (path for path in SOURCES if path.parts[0] == "pages"):
        seen[path.parts[1]] |= imported_pages(path) - {path.parts[1]}
    assert seen == {own: set(row.split()) for own, row in PAGES.items()}
    assert nx.is_directed_acyclic_graph(nx.DiGraph(seen))


def test_what_stands_in_shared_is_shared_by_two_pages_or_more():
    shared = PROJECT / "pages" / "shared"
    assert len([path for path in shared.iterdir() if path.is_file()]) <= MOST_SHARED
    for file in shared.glob("*.py"):
        name = f"pages.shared.{file.stem}"
        takers = {path.parts[:2] for path in SOURCES if name in imports(path)}
        assert len(takers) > 1, f"{name} is taken by {takers} alone"


@of_every_file
def test_a_library_is_named_only_behind_its_door(path: Path):
    for library, doors in ONLY_IN.items():
        if not path.as_posix().startswith(doors):
            assert library not in {module.split(".")[0] for module in imports(path)}


@of_every_file
def test_only_config_looks_at_the_environment(path: Path):
    seen = {
        node.attr if isinstance(node, ast.Attribute) else node.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute | ast.alias)
    }
    assert path.as_posix() == "swarm/config.py" or not seen & {"environ", "getenv", "environb", "putenv"}


@of_every_file
def test_the_engine_knows_no_dashboard(path: Path):
    if path.parts[0] == "swarm":
        assert not {"streamlit", "pages", "app"} & {module.split(".")[0] for module in imports(path)}


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.parts[:2] == ("swarm", "protocols")], ids=str
)
def test_a_protocol_reaches_no_model_agent_store_clock_or_chance(path: Path):
    ours = {module for module in imports(path) if module.startswith("swarm.")}
    assert all(module.startswith(WITHIN_REACH) for module in ours)
    assert not OUT_OF_REACH & {module.split(".")[0] for module in imports(path)}


@of_every_file
def test_every_file_is_named_after_what_it_is(path: Path):
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


@of_every_file
def test_no_file_is_too_long_to_read(path: Path):
    lines = len((PROJECT / path).read_text(encoding="utf-8").splitlines())
    assert lines <= 300, f"{path} has {lines} lines: a noun is missing"


@of_every_file
def test_unknown_failures_are_not_swallowed(path: Path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
        ):
            assert any(isinstance(inner, ast.Raise) for inner in ast.walk(node)), (
                f"{path}, line {node.lineno}"
            )


def run_python(code: str, data: Path) -> str:
    finished = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={"ROLELESS_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    return finished.stdout.strip()


PLAY = """
import asyncio, sys
import swarm.cli.run
from swarm.engine.compose import compose
from swarm.engine.wish import Wish
from swarm.config import read_settings
from swarm.mission import mission_from_text
from swarm.engine.run import play
async def drain():
    spec = compose(Wish(mission_from_text("Open a bakery"), agents=3), read_settings())
    return [event async for event in play(spec)][-1].status
print(asyncio.run(drain()), *sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_playing_a_simulated_run_imports_no_heavy_library(tmp_path: Path):
    status, *modules = run_python(PLAY, tmp_path).split()
    assert status == "finished"
    assert not {"litellm", "duckdb", "streamlit", "plotly", "pandas", "openai", "scipy"} & set(modules)


@pytest.mark.parametrize(
    "module", ["swarm", "swarm.engine.run", "swarm.cli", "swarm.protocols", "swarm.history.store"]
)
def test_importing_does_nothing_that_can_be_seen(module: str, tmp_path: Path):
    assert run_python(f"import {module}", tmp_path / "data") == ""
    assert list(tmp_path.iterdir()) == []

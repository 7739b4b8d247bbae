"""Who may import whom: the table of docs/architecture.md, held to."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from swarm.config import PROJECT

LAYERS = (
    "errors config faultpoint secrets quiet security limits team mission turn answer verdict budget shock spec grid cell",
    "models reply reply_json reply_scan prompts events metrics stats",
    "call protocols stage agent judge",
    # A role graph is drawn of a run's record, so it stands beside it.
    "record measures teller strike day_purse run journal journal_lines history history_file history_intake "
    "history_queries history_rows history_experiments history_cells history_exchange history_journals compose "
    "rehearsal estimate graph layout folding forest moments replay search origin wording",
    "perform launch experiment comparison claims imports teams figures story contrast export serve doctor doors "
    "command",
    "cli __main__ pages app",
)
"""From the ground up: each may import its own layer and those before it."""
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}

ONLY_IN = {
    "streamlit": ("app.py", "pages/"),
    "duckdb": ("swarm/history",),
    "litellm": ("swarm/models/litellm.py",),
    "networkx": ("swarm/graph.py", "swarm/metrics/"),
    # The dashboard shows figures and draws none.
    "plotly": ("swarm/figures/", "app.py", "pages/shared/picture.py", "pages/shared/resources.py"),
    "typer": ("swarm/cli/",),
    "scipy": ("swarm/stats/",),
}
"""Where a foreign library may be named; everybody else goes through that door."""

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


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever it does so; `from a import b` gives a and a.b."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def part_of(path: Path) -> str:
    """The module or package of ours that a file belongs to, such as "metrics"."""
    return path.with_suffix("").parts[1 if path.parts[0] == "swarm" else 0]


def imported_parts(path: Path) -> set[str]:
    names = {module.split(".")[1] for module in imports(path) if module.startswith("swarm.")}
    return names & LEVEL.keys() | {name for name in names if (PROJECT / "swarm" / f"{name}.py").exists()}


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
def test_imports_lead_downwards_only(path: Path):
    if path.name == "__init__.py" and len(path.parts) == 2:
        assert not imported_parts(path)
        return
    own = part_of(path)
    assert own in LEVEL, f"{own} has no place in the layers: give it one, here and in docs/architecture.md"
    upwards = {name for name in imported_parts(path) if LEVEL.get(name, 99) > LEVEL[own]}
    assert not upwards, f"{path} imports {', '.join(upwards)} of a layer above its own"


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
    assert imported_parts(path) <= {"protocols", "errors", "mission", "team", "turn"}
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
from swarm.compose import compose
from swarm.config import read_settings
from swarm.mission import mission_from_text
from swarm.run import play
async def drain():
    spec = compose(mission_from_text("Open a bakery"), read_settings(), agents=3)
    return [event async for event in play(spec)][-1].status
print(asyncio.run(drain()), *sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_playing_a_simulated_run_imports_no_heavy_library(tmp_path: Path):
    status, *modules = run_python(PLAY, tmp_path).split()
    assert status == "finished"
    assert not {"litellm", "duckdb", "streamlit", "plotly", "pandas", "openai", "scipy"} & set(modules)


@pytest.mark.parametrize("module", ["swarm", "swarm.run", "swarm.cli", "swarm.protocols", "swarm.history"])
def test_importing_does_nothing_that_can_be_seen(module: str, tmp_path: Path):
    assert run_python(f"import {module}", tmp_path / "data") == ""
    assert list(tmp_path.iterdir()) == []

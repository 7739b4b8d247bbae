"""What the documents name exists, what exists is named, and their examples run."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from swarm.config import PROJECT
from swarm.recording.measures import COMPARED, MEASURES
from tests.staging import NAMES

DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
METRICS = sorted(path for path in (PROJECT / "swarm" / "metrics").glob("*.py") if path.stem != "__init__")
STATISTICS = sorted(path for path in (PROJECT / "swarm" / "stats").glob("*.py") if path.stem != "__init__")
_EXAMPLE = re.compile(r"^```python[ \t]+run[ \t]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
"""Examples marked "run" behind the name of the language."""


def text_of(name: str) -> str:
    return (PROJECT / "docs" / name).read_text(encoding="utf-8")


def public_functions(path: Path) -> list[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node.name for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


EXAMPLES = [
    pytest.param(match[1], id=f"{path.name}-{number}")
    for path in DOCUMENTS
    if path.exists()
    for number, match in enumerate(_EXAMPLE.finditer(path.read_text(encoding="utf-8")), 1)
]


@pytest.mark.parametrize("name", NAMES)
def test_every_protocol_is_explained(name: str):
    assert f"`{name}`" in text_of("protocols.md")


@pytest.mark.parametrize(
    ("module", "function"), [(path.stem, name) for path in METRICS for name in public_functions(path)]
)
def test_every_metric_is_explained(module: str, function: str):
    assert re.search(rf"\b{function}\b", text_of("metrics.md")), f"{function} of swarm/metrics/{module}.py"


@pytest.mark.parametrize("key", COMPARED)
def test_every_measure_that_is_compared_is_explained(key: str):
    entry = MEASURES[key]
    least = f"{entry.low:g}"
    reach = f"from {least}" if entry.high is None else f"{least} to {entry.high:g}"
    assert f"| `{key}` | {entry.name} | {entry.meaning} | {reach} | {entry.source} |\n" in text_of(
        "metrics.md"
    )


@pytest.mark.parametrize(
    ("module", "function"), [(path.stem, name) for path in STATISTICS for name in public_functions(path)]
)
def test_every_statistic_is_explained(module: str, function: str):
    assert re.search(rf"`{function}`", text_of("statistics.md")), f"{function} of swarm/stats/{module}.py"


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_runs(code: str, tmp_path: Path):
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "ROLELESS_DATA": str(tmp_path / "data")}
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True
    )


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(path: Path):
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []

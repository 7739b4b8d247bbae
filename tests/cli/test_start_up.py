"""Code that runs whenever Python starts is pointed out, unless it is known."""

from pathlib import Path

import pytest

from swarm.cli.examination import _start_up


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [
        ("litellm_init.pth", "import os, base64; exec(base64.b64decode('cHJpbnQoMSk='))\n", "note"),
        ("later.pth", "/somewhere\nimport\tsocket\n", "note"),
        ("distutils-precedence.pth", "import os; os.environ\n", "good"),
        ("paths.pth", "/somewhere\n# import nothing\n", "good"),
    ],
)
def test_unknown_start_up_code_is_named(name: str, content: str, state: str, tmp_path: Path):
    (tmp_path / name).write_text(content)
    found = _start_up([tmp_path])
    assert found.state == state
    assert (name in found.found) == (state == "note")

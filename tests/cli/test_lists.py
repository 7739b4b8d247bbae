"""What a list leaves out it counts, and what must not be mixed is not compared."""

import pytest

from swarm.cli.compare import By, compare
from swarm.cli.history import list_runs
from swarm.config import Settings
from swarm.errors import BadInput
from swarm.history.store import History
from tests.compared import arm
from tests.made import keep, spec, told


def test_a_short_list_says_of_how_many_that_match(settings: Settings, capsys: pytest.CaptureFixture[str]):
    for run_id in ("one-a", "one-b", "two-c"):
        keep(settings, told(run_id, spec()))
    list_runs(text="one-", limit=1)
    assert "1 of 2 runs" in capsys.readouterr().out


def test_simulated_and_real_runs_are_counted_and_one_kind_is_asked_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    mixed = [*arm("sequential", 0.0, missions=3), *arm("shared", 0.1, missions=2, simulated=False)]
    monkeypatch.setattr(History, "cells", lambda *_: mixed)
    with pytest.raises(
        BadInput, match=r"there are 6 simulated and 4 real runs.* choose --simulated or --real"
    ):
        compare(by=By.protocol)

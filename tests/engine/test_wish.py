"""One table of what can be asked for: command line, address, form and file refuse the same, in the same words."""

import pytest

from pages.compose.link import read_link
from swarm.cli.arguments import _reader
from swarm.engine.wish import FIELDS, accept, wish_of, written
from swarm.errors import BadInput
from swarm.experiment.asked import experiment_of
from tests.staging import MISSION

FILE = {"name": "x", "protocols": ["shared"], "models": ["sim/weak"], "agents": [2], "missions": [MISSION.id]}
IN_A_FILE = {
    "agents": lambda value: {"agents": [value]},
    "shock": lambda value: {"shocks": [value]},
    "max_tokens": lambda value: {"limits": {"tokens": value}},
    "max_calls": lambda value: {"limits": {"calls": value}},
    "timeout_s": lambda value: {"limits": {"seconds": value}},
}
BAD = {
    # name: texts that are no value, values that are none, and what would work
    "agents": (
        ["", "ten", "1_0", "٣", "2.0", "1e1", "0", "257"],
        [0, 257, 2.0, True, "2"],
        "1 to 256 agents",
    ),
    "seed": (["-1", "2147483648", "9" * 400, "x"], [-1, 2**31, 0.0, "1"], "a whole number from 0"),
    "max_usd": (["0", "nan", "inf", "1e400", "-1", "1_0", "$5", ""], [0.0, float("nan"), 10**400], "above 0"),
    "max_tokens": (["0", "1.5", "٣"], [0, 1.5], "a whole number from 1 to 1,000,000,000,000"),
    "max_calls": (["0", "1e3"], [0, False], "a whole number from 1 to 1,000,000,000,000"),
    "timeout_s": (["0", "soon"], [0, -1.0], "above 0"),
    "pace": (["slow", ""], ["slow", 1], "known are instant, fast, real"),
    "organization": ([" ", "x" * 81], ["", "\ud800"], "1 to 80 characters"),
    "shock": (["flood"], ["flood", 3], "known are seat, hub, swap, priorities"),
    "judge": ([" "], ["x" * 201], "1 to 200 characters"),
    "shock_model": ([""], [""], "1 to 200 characters"),
}


@pytest.mark.parametrize("name", BAD)
def test_every_door_refuses_the_same_in_the_same_words(name):
    texts, values, works = BAD[name]
    for text in texts:
        with pytest.raises(BadInput, match=works):
            _reader(name)(text)
        _, [ignored] = read_link({name: (text,)}, "solo")
        assert works in ignored
    for value in values:
        with pytest.raises(BadInput, match=works):
            accept(name, value)
        with pytest.raises(BadInput, match=works):
            wish_of(MISSION, {}, {name: value})
        with pytest.raises(BadInput, match=works):
            experiment_of(
                FILE | IN_A_FILE.get(name, lambda value: {name: value})(value), {MISSION.id: MISSION}
            )


@pytest.mark.parametrize(
    ("name", "value"), [("max_usd", 1234567.5), ("max_usd", 1e-05), ("timeout_s", 60.0), ("seed", 7)]
)
def test_what_is_written_is_read_again_as_it_was(name, value):
    assert FIELDS[name].read(written({name: value})[name]) == value


def test_all_that_has_a_check_is_held_by_every_door():
    assert {*BAD} | {"protocol"} == {
        name for name, field in FIELDS.items() if field.check != FIELDS["goal"].check
    }

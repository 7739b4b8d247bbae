"""Values for the placeholders of a team's tasks: a column each, a mission a line."""

import pytest

from swarm.errors import BadInput
from swarm.teams.inputs import MAX_INPUT_BYTES, MAX_SETS, MAX_VALUE_CHARS, read_inputs
from tests.teams.test_formats import CANARY


def test_each_line_is_a_set_and_what_it_leaves_empty_is_left_to_the_file():
    text = '\ufeff town ,guests\r\n Ulm ,night owls\r\n,"families, mostly"\r\n'
    assert read_inputs("in.csv", text.encode()) == [
        {"town": "Ulm", "guests": "night owls"},
        {"guests": "families, mostly"},
    ]


def test_a_key_among_the_values_is_taken_out():
    [values] = read_inputs("in.csv", f"town,guests\nUlm,{CANARY}\n".encode())
    assert values == {"town": "Ulm", "guests": "(key removed)"}


def test_as_much_as_is_allowed_is_read():
    text = "town\n" + f"{'x' * MAX_VALUE_CHARS}\n" + "Ulm\n" * (MAX_SETS - 1)
    assert len(read_inputs("in.csv", text.encode())) == MAX_SETS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("town\n", "in.csv: 0 lines of values"),
        ("town\n" + "Ulm\n" * (MAX_SETS + 1), f"{MAX_SETS + 1} lines of values; give 1 to {MAX_SETS}"),
        ("town\nUlm\n" + "x" * (MAX_VALUE_CHARS + 1), "line 3: a value of more than 1,000 characters"),
        ("town,guests\nUlm\n", "line 2: not as many values as there are names"),
        ("town\nUlm\nUlm,owls\n", "line 3: not as many values as there are names"),
        ("x" * (MAX_INPUT_BYTES + 1), "more than 1,000,000 bytes"),
        ('town\n"Ulm', "not a CSV file in UTF-8"),
    ],
    ids=["none", "too many", "too long", "too few", "too wide", "too large", "open quote"],
)
def test_what_is_no_list_of_inputs_is_refused_with_its_line(text: str, said: str):
    with pytest.raises(BadInput, match=said):
        read_inputs("in.csv", text.encode())

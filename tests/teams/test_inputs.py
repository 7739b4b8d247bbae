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


WRITTEN = {
    "commas": 'Town,guests,share\nUlm,owls,"0,5"\nJena,larks,\n',
    "semicolons": "Town;guests;share\nUlm;owls;0,5\nJena;larks;\n",
    "semicolons in quotation marks": '"Town";"guests";"share"\n"Ulm";"owls";"0,5"\n"Jena";"larks";\n',
    "tabs": "Town\tguests\tshare\nUlm\towls\t0,5\nJena\tlarks\t\n",
    "a line that says so": "sep=|\nTown|guests|share\nUlm|owls|0,5\nJena|larks|\n",
    "a line that says tab": '"sep=\t"\nTown\tguests\tshare\nUlm\towls\t0,5\nJena\tlarks\t\n',
    "empty rows and columns": "Town;guests;share;;\nUlm;owls;0,5;;\n;;;;\nJena;larks;;;\n;;;;\n\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("how", WRITTEN)
def test_a_table_is_read_as_programs_of_any_country_write_it(how: str, encoding: str):
    assert read_inputs("in.csv", WRITTEN[how].replace("\n", "\r\n").encode(encoding)) == [
        {"Town": "Ulm", "guests": "owls", "share": "0,5"},
        {"Town": "Jena", "guests": "larks"},
    ]


def test_what_is_no_text_is_named():
    with pytest.raises(BadInput, match=r"in\.csv: it is an Excel workbook: save it as CSV"):
        read_inputs("in.csv", b"PK\x03\x04 xl/workbook.xml")
    with pytest.raises(BadInput, match=r"byte 6, in line 2\); it looks like Windows-1252"):
        read_inputs("in.csv", "town\nKöln\n".encode("cp1252"))


def test_a_key_among_the_values_is_taken_out():
    [values] = read_inputs("in.csv", f"town,guests\nUlm,{CANARY}\n".encode())
    assert values == {"town": "Ulm", "guests": "(key removed)"}


def test_as_much_as_is_allowed_is_read():
    text = "town\n" + f"{'x' * MAX_VALUE_CHARS}\n" + "Ulm\n" * (MAX_SETS - 1)
    assert len(read_inputs("in.csv", text.encode())) == MAX_SETS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("town\n", "in.csv, line 1: 0 lines of values"),
        (
            "town\n" + "Ulm\n" * (MAX_SETS + 1),
            f"line {MAX_SETS + 2}: {MAX_SETS + 1} lines of values; give 1 to {MAX_SETS}",
        ),
        ("town\nUlm\n" + "x" * (MAX_VALUE_CHARS + 1), "line 3: a value of more than 1,000 characters"),
        ("town,guests\nUlm\n", "line 2: not as many values as there are names"),
        ("town\nUlm\nUlm,owls\n", "line 3: not as many values as there are names"),
        ("x" * (MAX_INPUT_BYTES + 1), "more than 1,000,000 bytes"),
        ('town\n"Ulm', "in.csv, line 2: no row of a CSV file: unexpected end"),
        ('town,guests\n"Ulm\nJena",owls\nUlm,"owls', "line 4: no row of a CSV file"),
        ("town,guests,town\nUlm,owls,Jena\n", "line 1: two columns are called 'town'"),
        ("sep=;\ntown;Town\nUlm;Jena\n", "line 2: two columns are called 'Town'"),
        ("town,\nUlm,owls\n", "line 1: column 2 has values but no name"),
        ('town\tguests\n"Ulm\nJena"\t1\n\nUlm\n', "line 5: .* 1 for 2, with a tab between"),
    ],
)
def test_what_is_no_list_of_inputs_is_refused_with_its_line(text: str, said: str):
    with pytest.raises(BadInput, match=said):
        read_inputs("in.csv", text.encode())

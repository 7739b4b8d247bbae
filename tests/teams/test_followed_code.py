"""Code of others is followed within bounds, whatever it tries, and never run."""

import pytest

from swarm.errors import BadInput
from swarm.teams.formats import read_team
from swarm.teams.python.follow import Follower
from swarm.teams.python.names import TooMuch
from swarm.teams.python.values import Listed, Table, Unknown
from swarm.teams.reading.files import Files

CREW = """
from crewai import Agent, Crew, Task
a = Agent(role='A', goal='g', backstory='b')
crew = Crew(agents=[a], tasks=[Task(description='d', expected_output='e', agent=a)])
"""
HOSTILE = {
    "a function that calls itself": "def f(x):\n    return f(x) + f(x)\nf(1)",
    "functions that call each other": "".join(
        f"def f{n}(x):\n    return f{n + 1}(x), f{n + 1}(x)\n" for n in range(60)
    )
    + "f0(1)",
    "a text that doubles": "x = 'ab' * 9\n" + "x = x + x\n" * 200,
    "a text that fills itself": "x = '{a} ' * 9\n" + "x = '{a} {a} {a}'.format(a=x)\n" * 99,
    "a list that doubles": "x = [1]\n" + "x += x\n" * 200,
    "loops in loops": "for a in range(300):\n for b in range(300):\n  for c in range(300):\n   d = a",
    "an endless loop": "while True:\n    x = [x]",
    "classes that derive from each other": "class A(B): pass\nclass B(A): pass\nB()",
    "a module that imports itself": "import crew\nfrom crew import *",
    "a program that would end": "import sys\nsys.exit(1)\nraise SystemExit",
    "a deep nest": "x = " + "[" * 90 + "]" * 90,
    "a chain of ways": "".join(f"{'el' if n else ''}if u{n}:\n    x = {n}\n" for n in range(300)),
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
def test_code_that_would_never_end_is_read_or_refused(code: str):
    said = ""
    try:
        said = ", ".join(role.name for role in read_team(Files({"crew.py": f"{code}\n{CREW}"})).roles)
    except BadInput as error:
        said = str(error)
    assert said == "A" or "too long to follow" in said or "nested too deeply" in said


VALUES = {
    "'a' + 'b'": "ab",
    "f'{1 + 2} {x}'": "3 {x}",
    "'{} {b}'.format('a', b=y)": "a {y}",
    "'%s of %s' % ('a', z)": "a of {z}",
    "', '.join(['a', 'b'])": "a, b",
    "os.getenv('A', 'b')": "b",
    "os.getenv('A') or 'b'": "b",
    "{'a': {'b': 'c'}}['a']['b']": "c",
    "{'a': 'b'}.get('c', 'd')": "d",
    "'b' if 'x' == 'x' else 'c'": "b",
    "[n for n in ['a', 'b'] if n != 'a'][0]": "b",
    "dict(a='b')['a']": "b",
    "'A B'.lower().replace(' ', '_')": "a_b",
    "(lambda a: a + 'c')('b')": "bc",
}


@pytest.mark.parametrize(("code", "value"), VALUES.items())
def test_an_expression_is_what_its_literals_make(code: str, value: str):
    follower = Follower(Files({"a.py": f"import os\nfound = {code}\n"}))
    module = follower.module("a.py")
    assert module is not None
    assert module.names["found"] == value


def test_what_only_a_run_would_tell_is_unknown_under_its_name():
    follower = Follower(Files({"a.py": "found = ask()\nkey = os.environ['TOWN']\nrow = load()['a']['b']\n"}))
    module = follower.module("a.py")
    assert module is not None
    names = {name: value.name for name, value in module.names.items() if isinstance(value, Unknown)}
    assert names == {"found": "found", "key": "TOWN", "row": "b"}


def test_following_ends_when_it_takes_too_much():
    follower = Follower(Files({"a.py": HOSTILE["loops in loops"]}))
    with pytest.raises(TooMuch):
        follower.module("a.py")


def test_data_of_a_file_that_was_given_is_read_and_that_of_any_other_is_not():
    code = "import yaml\nmine = yaml.safe_load(open('a.yaml'))\nother = open('/etc/passwd').read()\n"
    module = Follower(Files({"a.py": code, "a.yaml": "x: [1, 2]"})).module("a.py")
    assert module is not None
    mine = module.names["mine"]
    assert isinstance(mine, Table)
    assert isinstance(mine.rows["x"], Listed)
    assert isinstance(module.names["other"], Unknown)

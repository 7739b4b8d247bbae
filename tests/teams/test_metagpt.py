"""MetaGPT: a stored team, and the classes of roles."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from swarm.protocols.given_team import Step
from swarm.teams.formats import read_team
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam
from tests.teams.damage import as_json, imported_or_explained, refused, swapped, texts, told, torn

STORED = texts("metagpt/team.json")
MODELS = texts("metagpt/config2.yaml")
STUDIO = texts("metagpt/studio")
ROLES = "roles.py"


def stored(**changes: Any) -> GivenTeam:
    return read_team(Files({"team.json": as_json({**json.loads(STORED["team.json"]), **changes})}))


def code(text: str) -> GivenTeam:
    return read_team(
        Files({"mine.py": f"from metagpt.roles import Role\nfrom metagpt.team import Team\n{text}"})
    )


def names(team: GivenTeam) -> list[str]:
    return [role.name for role in team.roles]


def test_who_watches_whose_actions_gives_the_order_of_a_stored_team():
    team = read_team(Files(STORED))
    assert team.source == "MetaGPT"
    assert names(team) == ["Designer (Ines)", "Builder (Paul)", "Tester (Rosa)"]
    assert team.steps == (
        Step(1, "sketch-toy"),
        Step(1, "choose-toy"),
        Step(2, "build-toy"),
        Step(3, "try-toy"),
    )
    assert team.coordination == "order"


def test_idea_and_investment_are_the_goal_and_the_limit():
    team = read_team(Files(STORED))
    assert (team.goal, team.max_usd) == ("A toy for a train journey", 4.5)


def test_no_investment_is_no_limit():
    assert stored(investment=0).max_usd is None
    assert "investment" not in told(stored(investment=0), "understood")


def test_an_investment_below_zero_is_refused_by_place():
    said = refused({"team.json": as_json({**json.loads(STORED["team.json"]), "investment": -2})})
    assert said.startswith("team.json, investment: ")


def test_constraints_and_description_are_the_background():
    assert (
        read_team(Files(STORED)).roles[0].background == "You were a child once.\nConstraints: No small parts"
    )


def test_braces_in_texts_open_nothing():
    team = read_team(Files(STORED))
    assert team.tasks[0].text == "Sketch Toy: Sketch (three) toys"
    assert team.inputs == {}
    assert stored(idea="A {b}").goal == "A (b)"


def test_the_order_of_the_file_holds_where_nobody_watches_another():
    roles = json.loads(STORED["team.json"])["env"]["roles"]
    for role in roles.values():
        role["rc"]["watch"] = []
    team = stored(env={"roles": roles})
    assert names(team) == ["Tester (Rosa)", "Designer (Ines)", "Builder (Paul)"]
    assert "the order of the roles in the files" in told(team, "understood")


def test_roles_may_be_stored_as_a_list():
    roles = list(json.loads(STORED["team.json"])["env"]["roles"].values())
    assert names(stored(env={"roles": roles}))[0] == "Designer (Ines)"


def test_models_are_those_of_the_configuration_by_class_and_its_keys_are_never_read():
    team = read_team(Files({**STORED, **MODELS}))
    assert [role.model for role in team.roles] == ["openai/gpt-4o", "openai/gpt-4o", "our-deployment"]
    assert "canary" not in repr(team)


def test_a_stored_team_without_roles_is_refused_by_place():
    assert (
        refused({"team.json": '{"env": {"roles": {}}}'})
        == "team.json, env.roles: 0 roles; 1 to 256 can be tested"
    )


def test_what_was_said_in_an_earlier_run_is_told_as_ignored():
    assert "env.history" in told(read_team(Files(STORED)), "ignored")


def test_a_team_leader_leads():
    roles = json.loads(STORED["team.json"])["env"]["roles"]
    roles["Paul"]["__module_class_name"] = "metagpt.roles.di.team_leader.TeamLeader"
    team = stored(env={"roles": roles})
    assert team.coordination == "leader"
    assert names(team) == ["Builder (Paul)", "Tester (Rosa)", "Designer (Ines)"]
    assert team.steps == ()


def test_classes_are_read_without_being_run_and_hired_roles_make_the_team():
    team = read_team(Files(STUDIO))
    assert names(team) == ["Author (Ada)", "Author (Bela)", "Sound maker (Milo)", "Product Manager (Alice)"]
    assert [step.task for step in team.steps] == ["write-scene", "write-scene", "add-sound", "write-prd"]
    assert team.roles[0].goal == "Write a play for the radio"
    assert (team.goal, team.max_usd) == ("A play about a lighthouse", 2.5)
    assert "MetaGPT's own roles: ProductManager" in told(team, "changed")


def test_what_a_class_inherits_and_what_its_names_stand_for_is_understood():
    assert read_team(Files(STUDIO)).roles[2].background == "Constraints: No more than four voices."


def test_without_a_team_all_roles_that_nobody_derives_from_are_read():
    team = read_team(Files({ROLES: STUDIO[ROLES]}))
    assert names(team) == ["Author (Ada)", "Sound maker (Milo)", "Critic (Nell)"]
    assert team.roles[2].goal == "Judge No more than four voices."


def test_roles_of_several_files_come_in_the_order_of_the_files():
    one = "from metagpt.roles import Role\nclass {0}(Role):\n    profile = '{0}'\n"
    team = read_team(Files({"a.py": one.format("Zoe"), "b.py": one.format("Ann")}))
    assert names(team) == ["Zoe", "Ann"]


def test_an_action_is_told_by_its_prompt_and_a_docstring_is_none():
    assert [task.text for task in read_team(Files(STUDIO)).tasks] == [
        "Write Scene: Write a scene about (topic).",
        "Add Sound.",
        "Write PRD.",
    ]


def test_roles_made_of_the_general_class_are_read_with_their_actions():
    team = code(
        'say = Action(name="AlexSay", instruction="Argue")\n'
        'answer = Action(name="BobSay", instruction="Answer")\n'
        'bob = Role(name="Bob", profile="Candidate", goal="Win", actions=[answer], watch=[say])\n'
        'alex = Role(name="Alex", profile="Candidate", actions=[say])\n'
        "team = Team(investment=10.0, roles=[bob, alex])\n"
    )
    assert names(team) == ["Candidate (Alex)", "Candidate (Bob)"]
    assert [task.text for task in team.tasks] == ["Alex Say: Argue", "Bob Say: Answer"]
    assert team.max_usd == 10


def test_hired_roles_without_their_classes_are_refused_with_what_is_wanted():
    said = refused({"start.py": STUDIO["start.py"]})
    assert said.startswith("start.py: it hires SoundMaker, Author: their classes are in none of the files")


def test_of_several_scripts_that_hire_one_is_chosen_with_its_own_roles():
    script = "from metagpt.roles import Role\nclass R(Role):\n    profile: str = '{0}'\nTeam().hire([R()])\n"
    files = {"a.py": script.format("Rider"), "b.py": script.format("Scout")}
    assert refused(files).endswith("choose one with --team: a.py, b.py")
    assert [names(read_team(Files(files, chosen=path))) for path in files] == [["Rider"], ["Scout"]]


def test_what_an_f_string_leaves_open_is_an_input_and_what_metagpt_fills_in_is_not():
    team = code("class A(Role):\n    profile = 'P'\n    goal = f'Write about {topic} in {{style}}'\n")
    assert (team.roles[0].goal, team.inputs) == ("Write about {topic} in (style)", {"topic": ""})


def test_code_that_is_not_understood_is_told_by_line():
    team = code(
        'class A(Role):\n    profile = "P"\n    def __init__(self):\n        self.set_actions(made())\n'
    )
    assert "mine.py: lines 6" in told(team, "ignored")


def test_code_that_is_no_python_is_refused_by_line():
    assert refused({"a.py": "import metagpt\nclass A(Role:\n"}).startswith("a.py, line 2: not Python")


def test_a_role_from_which_another_derives_is_not_in_the_team_itself():
    assert names(code('class A(Role):\n    profile = "P"\nclass B(A):\n    name = "N"\n')) == ["P (N)"]


def test_classes_that_derive_from_each_other_end():
    team = code('class A(B):\n    profile = "P"\nclass B(C, Role):\n    x = 1\nclass C(B):\n    goal = "G"\n')
    assert names(team) == ["P"]
    assert team.roles[0].goal == "G"


@pytest.mark.parametrize(
    "nested",
    ["(" * 5000, "-" * 60_000 + "1", "+".join(["'a'"] * 9000), "[" * 90 + "]" * 90, "x." * 20_000 + "y"],
    ids=["brackets", "signs", "sum", "lists", "names"],
)
def test_deeply_nested_code_imports_or_is_refused_in_one_sentence(nested: str):
    text = f"from metagpt.roles import Role\nclass A(Role):\n    profile = 'P'\n    goal = {nested}\n"
    imported_or_explained({"a.py": text})


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "from crewai import Agent\nclass A(Role):\n    profile = 'x'\n"},
        {"a.py": "import metagpt\n"},
        {"a.json": '{"env": 1, "roles": 2}'},
        {"a.json": '{"env": {"roles": '},
    ],
    ids=str,
)
def test_files_of_other_formats_are_left_to_other_readers(files: dict[str, str]):
    assert "no team of a known format" in refused(files) or ", but no " in refused(files)


@settings(max_examples=60, deadline=None)
@given(torn({**STORED, **MODELS}) | torn(STUDIO))
def test_torn_files_import_or_are_refused_in_one_sentence(files: dict[str, str]):
    imported_or_explained(files)


@settings(max_examples=60, deadline=None)
@given(swapped(json.loads(STORED["team.json"])))
def test_values_of_other_types_import_or_are_refused_in_one_sentence(value: Any):
    imported_or_explained({"team.json": as_json(value)})

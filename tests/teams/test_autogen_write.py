"""Teams that are written for AutoGen: read back they are equal, and AutoGen has all that it asks for."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.protocols.given_team import Step
from swarm.teams.autogen import write as autogen_write
from swarm.teams.formats import import_team, read_team, settled
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam
from tests.teams.damage import FIXTURES, as_json, imported_or_explained, swapped, texts
from tests.teams.examples import BAKERY

NAMES = sorted(path.removesuffix(".json") for path in texts("autogen") if path != "gallery.json")


@pytest.mark.parametrize("name", NAMES)
def test_a_team_written_and_read_again_is_the_same(name: str):
    team = import_team(FIXTURES / "autogen" / f"{name}.json")
    once = read_team(Files(autogen_write.write(team)))
    assert read_team(Files(autogen_write.write(once))) == once
    assert [role.goal for role in once.roles] == [
        role.goal for role in import_team(FIXTURES / "autogen" / f"{name}.json").roles
    ]


@pytest.mark.parametrize(
    "team",
    [
        BAKERY,
        GivenTeam(
            "Led", (GivenRole("Head", "Lead {all}", "Calm."), *BAKERY.roles[1:]), "leader", tasks=BAKERY.tasks
        ),
        GivenTeam(
            "In order",
            BAKERY.roles,
            steps=(Step(2, "range"), Step(1), Step(3), Step(2)),
            tasks=(GivenTask("range", "x"),),
        ),
    ],
    ids=lambda team: team.name,
)
def test_all_that_roleless_knows_of_a_team_comes_back(team: GivenTeam):
    team = settled(team)
    assert read_team(Files(autogen_write.write(team))) == team


LED = replace(settled(BAKERY), coordination="leader", steps=())


@pytest.mark.parametrize("roles", [1, 2, 3])
def test_a_leader_of_whatever_many_comes_back_and_autogen_has_enough_to_select_among(roles: int):
    team = settled(replace(LED, roles=LED.roles[:roles]))
    [text] = autogen_write.write(team).values()
    content = json.loads(text)
    assert ("Selector" in content["provider"]) == (roles == 3)
    assert "Selector" not in content["provider"] or len(content["config"]["participants"]) >= 2
    assert read_team(Files({"team.json": text})) == team


def test_names_for_autogen_are_identifiers_and_each_only_once():
    names = ("Koch", "Koch", "Koch 2", "класс", "if", "user", "3")
    team = GivenTeam("T", tuple(GivenRole(name) for name in names))
    [text] = autogen_write.write(team).values()
    written = [each["config"]["name"] for each in json.loads(text)["config"]["participants"]]
    assert len({*written}) == len(names)
    assert all(name.isidentifier() and name != "user" for name in written)
    assert read_team(Files({"team.json": text})) == settled(team)


def test_a_written_graph_leads_from_those_who_are_heard():
    [text] = autogen_write.write(settled(BAKERY)).values()
    nodes = json.loads(text)["config"]["graph"]["nodes"]
    assert {name: [edge["target"] for edge in node["edges"]] for name, node in nodes.items()} == {
        "scout": ["clerk"],
        "baker": ["baker_2"],
        "clerk": ["baker_2"],
        "baker_2": [],
    }


@settings(max_examples=60, deadline=None)
@given(data=st.data(), team=st.sampled_from([settled(BAKERY), LED]))
def test_a_changed_file_of_ours_is_imported_or_refused_in_one_sentence(data: st.DataObject, team: GivenTeam):
    [text] = autogen_write.write(team).values()
    imported_or_explained({"team.json": as_json(data.draw(swapped(json.loads(text))))})

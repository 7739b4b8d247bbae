"""AutoGen Studio's components: what becomes of them, and whatever is done to them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.protocols.given_team import Step
from swarm.teams import autogen_write
from swarm.teams.files import Files
from swarm.teams.formats import read_team, settled
from swarm.teams.given import GivenRole, GivenTask, GivenTeam
from tests.teams.damage import CANARY, as_json, imported_or_explained, refused, swapped, texts, told, torn
from tests.teams.examples import BAKERY

NAMES = sorted(path.removesuffix(".json") for path in texts("autogen") if path != "gallery.json")


def file(name: str) -> dict[str, str]:
    return {f"{name}.json": texts("autogen")[f"{name}.json"]}


def read(name: str) -> GivenTeam:
    return read_team(Files(file(name)))


def test_a_round_robin_is_an_order_without_its_people():
    team = read("round_robin")
    assert (team.name, team.coordination, team.steps) == ("Bakery RoundRobinGroupChat", "order", ())
    assert team.roles[1] == GivenRole(
        "baker", "Plan the range", "You bake at night.", "anthropic/claude-sonnet-4-6"
    )
    assert [role.name for role in team.roles] == ["scout", "baker", "clerk"]
    assert "the participant user | People take no seat" in told(team, "ignored")
    assert "Everybody speaks once." in told(team, "changed")


@pytest.mark.parametrize(
    ("name", "leader", "model"),
    [("selector", "Selector", "openai/o3-mini"), ("magentic", "Orchestrator", "openai/gpt-4o")],
)
def test_whoever_chooses_speakers_leads_from_a_seat_of_its_own(name: str, leader: str, model: str):
    team = read(name)
    assert team.coordination == "leader"
    assert (team.roles[0].name, team.roles[0].model, len(team.roles)) == (leader, model, 4)
    assert "takes a seat of its own" in told(team, "changed")


def test_what_a_selector_is_told_is_its_background():
    assert read("selector").roles[0].background.startswith("Choose the best of (roles).")


def test_a_swarm_works_along_its_hand_offs():
    team = read("swarm")
    assert team.coordination == "order"
    assert [team.roles[step.seat - 1].name for step in team.steps] == ["scout", "clerk", "baker"]


def test_a_graph_is_walked_with_its_loops_cut_and_its_conditions_told():
    team = read("graph_flow")
    assert team.coordination == "graph"
    assert team.steps == (Step(1, None, ()), Step(2, None, (1,)), Step(3, None, (1, 2)))
    assert "1 loop cut" in told(team, "changed")
    assert "1 condition of the graph" in told(team, "ignored")


def test_exports_of_the_first_versions_are_read_too():
    team = read("flat")
    assert team.roles == (
        GivenRole("scout", "", "You walk.", "openai/gpt-4o-mini"),
        GivenRole("baker", "", "You bake.", "openai/gpt-4o-mini"),
    )


def test_of_a_gallery_one_team_has_to_be_chosen():
    said = refused(file("gallery"))
    assert "export one of 'Bakery RoundRobinGroupChat', 'Bakery Swarm'" in said


def test_a_gallery_with_one_team_is_that_team():
    content = json.loads(texts("autogen")["gallery.json"])
    del content["components"]["teams"][1]
    assert len(read_team(Files({"g.json": json.dumps(content)})).roles) == 3


@pytest.mark.parametrize("name", [*NAMES, "gallery"])
def test_no_key_and_no_code_is_kept_or_told(name: str):
    team = imported_or_explained(file(name))
    assert name == "gallery" or team is not None
    assert CANARY not in repr(team)
    assert "os.remove" not in repr(team)


def test_a_component_of_somebody_else_is_refused_by_its_place():
    content = json.loads(texts("autogen")["round_robin.json"])
    content["config"]["participants"][1]["provider"] = "evil.agents.Agent"
    assert "round_robin.json, config.participants.1.provider: " in refused(
        {"round_robin.json": json.dumps(content)}
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_team_written_and_read_again_is_the_same(name: str):
    once = read_team(Files(autogen_write.write(read(name))))
    assert read_team(Files(autogen_write.write(once))) == once
    assert [role.goal for role in once.roles] == [role.goal for role in read(name).roles]


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


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_torn_file_is_imported_or_refused_in_one_sentence(name: str, data: st.DataObject):
    imported_or_explained(data.draw(torn(file(name))))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_value_of_another_kind_is_imported_or_refused_in_one_sentence(name: str, data: st.DataObject):
    content = json.loads(texts("autogen")[f"{name}.json"])
    imported_or_explained({f"{name}.json": as_json(data.draw(swapped(content)))})


def test_teams_within_teams_end_somewhere():
    inner = json.loads(texts("autogen")["round_robin.json"])
    for _ in range(8):
        inner = {**inner, "config": {**inner["config"], "participants": [inner]}}
    said = refused({"deep.json": json.dumps(inner)})
    assert "deep.json" in said

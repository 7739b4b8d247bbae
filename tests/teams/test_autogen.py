"""AutoGen Studio's components: what becomes of them, and whatever is done to them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.protocols.given_team import Step
from swarm.teams.autogen.text import described
from swarm.teams.formats import read_team
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTeam
from tests.teams.damage import CANARY, as_json, imported_or_explained, refused, swapped, texts, told, torn

NAMES = sorted(path.removesuffix(".json") for path in texts("autogen") if path != "gallery.json")


Data = dict[str, Any]


def agent(name: str, kind: str = "AssistantAgent", **config: Any) -> Data:
    return {"provider": f"autogen_agentchat.agents.{kind}", "config": {"name": name, **config}}


def group(kind: str, participants: list[Data], **config: Any) -> Data:
    return {
        "provider": f"autogen_agentchat.teams.{kind}",
        "component_type": "team",
        "config": {"participants": participants, **config},
    }


def graph(**nodes: list[str]) -> Data:
    return {
        "nodes": {
            name: {"name": name, "edges": [{"target": each} for each in targets]}
            for name, targets in nodes.items()
        }
    }


def given_as(content: Data) -> dict[str, str]:
    return {"t.json": json.dumps(content)}


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


def test_who_comes_after_a_person_hears_who_came_before_that_person():
    people = [agent("a"), agent("p", "UserProxyAgent"), agent("q", "UserProxyAgent"), agent("b")]
    team = read_team(
        Files(given_as(group("GraphFlow", people, graph=graph(a=["p"], p=["q"], q=["p", "b"], b=[]))))
    )
    assert team.steps == (Step(1, None, ()), Step(2, None, (1,)))
    assert "the participants p, q" in told(team, "ignored")


@pytest.mark.parametrize("nodes", [{"a": ["nobody"], "b": []}, {"a": [], "b": [], "nobody": ["a"]}], ids=str)
def test_an_edge_without_participants_is_refused_by_its_place(nodes: dict[str, list[str]]):
    said = refused(given_as(group("GraphFlow", [agent("a"), agent("b")], graph=graph(**nodes))))
    assert said.startswith("t.json, config.graph.nodes.(node ")


def test_a_team_within_a_graph_is_refused_and_within_a_round_its_agents_take_part():
    inner = group("RoundRobinGroupChat", [agent("x"), agent("y")])
    said = refused(given_as(group("GraphFlow", [agent("a"), inner], graph=graph(a=[]))))
    assert said.startswith("t.json, config.participants.1: a team within a graph")
    team = read_team(Files(given_as(group("RoundRobinGroupChat", [agent("a"), inner, agent("b")]))))
    assert [role.name for role in team.roles] == ["a", "x", "y", "b"]


def test_two_of_one_name_are_refused_where_names_decide():
    said = refused(given_as(group("Swarm", [agent("a"), agent("a")])))
    assert said == "t.json, config.participants: two participants have the same name"


def test_a_graph_of_everybody_to_everybody_is_read():
    names = [f"a{number}" for number in range(250)]
    ways = {name: names[number + 1 :] for number, name in enumerate(names)}
    team = read_team(Files(given_as(group("GraphFlow", [*map(agent, names)], graph=graph(**ways)))))
    assert team.steps[-1] == Step(250, None, tuple(range(1, 250)))


def test_in_a_graph_all_who_lead_to_somebody_are_heard_and_nobody_else():
    agents = [agent(name) for name in "abcd"]
    ways = graph(a=["b"], b=["d"], c=[], d=[])
    team = read_team(Files(given_as(group("GraphFlow", agents, graph=ways))))
    heard = {
        team.roles[step.seat - 1].name: {
            team.roles[team.steps[other - 1].seat - 1].name for other in step.hears or ()
        }
        for step in team.steps
    }
    assert heard == {"a": set(), "b": {"a"}, "c": set(), "d": {"a", "b"}}


def test_an_agent_within_a_filter_keeps_its_role():
    inner = agent("inner", description="d", system_message="You bake.")
    content = group(
        "RoundRobinGroupChat", [agent("baker", "MessageFilterAgent", wrapped_agent=inner, filter={})]
    )
    team = read_team(Files(given_as(content)))
    assert team.roles == (GivenRole("baker", "d", "You bake."),)
    assert "filters of messages" in told(team, "ignored")


def test_settings_addresses_and_tools_are_told_by_their_names_alone():
    client = {
        "provider": "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "config": {"model": "local-model", "base_url": f"http://{CANARY}", "api_key": CANARY},
    }
    content = group("RoundRobinGroupChat", [agent("a", model_client=client, tools=[{"source_code": CANARY}])])
    team = read_team(Files(given_as(content)))
    assert team.roles[0].model == "local-model"
    assert "the agents' tools (1)" in told(team, "ignored")
    assert "addresses and keys of models" in told(team, "ignored")
    assert CANARY not in repr(team)


def test_a_blank_in_a_role_is_an_input():
    content = group("RoundRobinGroupChat", [agent("a", system_message="Write of {topic}.")])
    assert read_team(Files(given_as(content))).inputs == {"topic": ""}


@pytest.mark.parametrize("key", ["roleless_seat", "roleless_hears"])
def test_a_seat_that_is_no_number_is_refused_by_its_place(key: str):
    metadata = {"roleless_seat": "1", "roleless_hears": "all", key: "9" * 5_000}
    said = refused(given_as(group("RoundRobinGroupChat", [agent("a", metadata=metadata)])))
    assert said.startswith("t.json, config.participants.0.config.metadata: ")


def test_too_many_participants_are_refused_before_anything_is_made_of_them():
    said = refused(given_as(group("Swarm", [agent(f"a{number}") for number in range(600)])))
    assert said.startswith("t.json, config.participants.512: more participants")


def test_the_place_of_a_fault_is_told_in_the_first_versions_too():
    content = json.loads(texts("autogen")["flat.json"])
    content["participants"][0]["name"] = ["x"]
    assert refused(given_as(content)).startswith("t.json, participants.0.name: ")


def test_exports_of_the_first_versions_are_read_too():
    team = read("flat")
    assert team.roles == (
        GivenRole("scout", "", "You walk.", "openai/gpt-4o-mini"),
        GivenRole("baker", "", "You bake.", "openai/gpt-4o-mini"),
    )


def test_of_a_gallery_one_team_has_to_be_chosen():
    offered = ["gallery.json:Bakery RoundRobinGroupChat", "gallery.json:Bakery Swarm"]
    assert refused(file("gallery")).endswith(f"one of 2 teams; choose one with --team: {', '.join(offered)}")
    chosen = [read_team(Files(file("gallery"), chosen=name)).name for name in offered]
    assert chosen == ["Bakery RoundRobinGroupChat", "Bakery Swarm"]


def test_a_description_that_autogen_wrote_by_itself_is_no_goal():
    text = file("gallery")["gallery.json"]
    assert "An agent that provides assistance" not in repr(
        read_team(Files({"gallery.json": text}, chosen="Bakery Swarm"))
    )
    assert described("An agent that provides assistance with ability to use tools.") == ""
    assert described("Finds walks") == "Finds walks"


def test_a_gallery_with_one_team_is_that_team():
    content = json.loads(texts("autogen")["gallery.json"])
    del content["components"]["teams"][1]
    assert len(read_team(Files({"g.json": json.dumps({"items": content["components"]})})).roles) == 3
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

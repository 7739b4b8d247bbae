"""ChatDev: a chain of phases, a graph of nodes, and a network of like agents."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.protocols.given_team import MAX_STEPS, Step
from swarm.teams.formats import read_team
from swarm.teams.reading.acyclic import unlooped
from swarm.teams.reading.blanks import filled
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam
from tests.teams.damage import as_json, imported_or_explained, refused, swapped, texts, told, torn

BAKERY = texts("chatdev/bakery")
GUIDE = texts("chatdev/audio_guide.yaml")
NETWORK = texts("chatdev/macnet.yaml")
CHAIN, PHASES, ROLES = "ChatChainConfig.json", "PhaseConfig.json", "RoleConfig.json"


def company(**changes: Any) -> GivenTeam:
    return read_team(Files({**BAKERY, CHAIN: as_json({**json.loads(BAKERY[CHAIN]), **changes})}))


def graph(nodes: dict[str, Any], edges: list[Any], **more: Any) -> GivenTeam:
    """A graph of nodes by id, each with its type or its settings as an agent."""
    listed = [
        {"id": name, "type": kind, "config": {}}
        if isinstance(kind, str)
        else {"id": name, "type": "agent", "config": kind}
        for name, kind in nodes.items()
    ]
    drawn = [edge if isinstance(edge, dict) else {"from": edge[0], "to": edge[1]} for edge in edges]
    text = yaml.safe_dump({"graph": {"id": "g", "nodes": listed, "edges": drawn, **more}})
    return read_team(Files({"graph.yaml": text}))


def heard(team: GivenTeam) -> list[tuple[str, tuple[int, ...] | None]]:
    """Who speaks in which step, and which steps are heard."""
    return [(team.roles[step.seat - 1].name, step.hears) for step in team.steps]


# Version 1.


def test_phases_come_in_the_order_of_the_chain_and_composed_ones_once():
    team = read_team(Files(BAKERY))
    assert team.source == "ChatDev"
    assert team.coordination == "order"
    assert [role.name for role in team.roles] == ["Baker", "Taster"]
    assert team.steps == (
        Step(1, "choose-bread"),
        Step(1, "write-recipe"),
        Step(2, "taste-bread"),
        Step(1, "improve-recipe"),
    )
    assert "up to 3 times" in told(team, "changed")


def test_a_task_names_who_instructs_whom_and_keeps_only_what_a_person_must_say_open():
    team = read_team(Files(BAKERY))
    assert team.tasks[0].text == (
        'The Owner instructs the Baker: The customer wants: "{task}".\nAs the Baker, choose one bread.'
    )
    assert team.tasks[2].text.endswith('Recipe: "(codes)".\nName its worst fault.')
    assert team.inputs == {"task": ""}
    assert "placeholders (3)" in told(team, "changed")


def test_the_background_prompt_is_the_goal_and_opens_each_role():
    team = read_team(Files(BAKERY))
    assert team.goal == "Morning Crust is a bakery that opens next month."
    assert team.roles[0].background == (
        "Morning Crust is a bakery that opens next month.\nYou bake for a living.\nThe customer wants: {task}."
    )


def test_booleans_written_as_words_are_not_taken_for_true():
    team = read_team(Files(BAKERY))
    assert "need_reflect (1)" in told(team, "changed")


def test_recruited_roles_without_a_phase_get_no_turn_and_are_counted():
    assert "recruited roles (2)" in told(read_team(Files(BAKERY)), "changed")


@pytest.mark.parametrize("missing", [CHAIN, PHASES, ROLES])
def test_a_missing_file_is_named(missing: str):
    said = refused({path: text for path, text in BAKERY.items() if path != missing})
    assert f"{missing} is wanted beside it" in said


def test_what_a_companys_folder_lacks_comes_from_default_beside_it():
    files = {f"Company/Default/{path}": text for path, text in BAKERY.items() if path != CHAIN}
    files["Company/Night/ChatChainConfig.json"] = BAKERY[CHAIN]
    team = read_team(Files(files))
    assert team.name == "ChatDev, Night"
    assert len(team.steps) == 4


def test_of_several_companies_default_is_read_and_others_are_told():
    files = {f"{folder}/{path}": text for folder in ("Art", "Default") for path, text in BAKERY.items()}
    team = read_team(Files(files))
    assert team.name == "ChatDev, Default"
    assert "further chains (1)" in told(team, "ignored")


def test_several_companies_without_default_are_refused():
    files = {f"{folder}/{path}": text for folder in ("Art", "Night") for path, text in BAKERY.items()}
    assert refused(files).endswith("one of 2 chains of phases; choose one with --team: Art, Night")
    assert read_team(Files(files, chosen="Night")).name == "ChatDev, Night"


def test_files_are_known_by_what_they_hold_when_they_are_called_otherwise():
    files = {"mine.json": BAKERY[CHAIN], "theirs.json": BAKERY[PHASES], "RoleConfig (1).json": BAKERY[ROLES]}
    assert len(read_team(Files(files)).steps) == 4


def test_a_phase_without_a_text_is_skipped_by_name_and_a_chain_of_such_is_refused():
    team = company(chain=[{"phase": "WriteRecipe"}, {"phase": "Missing"}])
    assert [step.task for step in team.steps] == ["write-recipe"]
    assert "phases without a text: Missing" in told(team, "changed")
    said = refused({**BAKERY, CHAIN: as_json({"chain": [{"phase": "sk-canarycanarycanary"}]})})
    assert said == "ChatChainConfig.json, chain: none of its phases is in PhaseConfig.json"


def test_a_role_that_is_not_described_is_refused_by_place():
    roles = json.loads(BAKERY[ROLES])
    del roles["Taster"]
    said = refused({**BAKERY, ROLES: as_json(roles)})
    assert said == "PhaseConfig.json, TasteBread.assistant_role_name: it is not in RoleConfig.json"


def test_a_chain_without_phases_is_refused_by_place():
    said = refused({**BAKERY, CHAIN: '{"chain": []}'})
    assert said.startswith("ChatChainConfig.json, chain: ")


def test_a_phase_that_comes_twice_is_one_task_in_two_steps():
    team = company(chain=[{"phase": "WriteRecipe"}, {"phase": "TasteBread"}, {"phase": "WriteRecipe"}])
    assert [task.name for task in team.tasks] == ["write-recipe", "taste-bread"]
    assert [step.task for step in team.steps] == ["write-recipe", "taste-bread", "write-recipe"]


def test_a_long_chain_is_cut_and_told():
    team = company(chain=[{"phase": "WriteRecipe"}] * 300)
    assert len(team.steps) == MAX_STEPS
    assert "phases (44) | Only the first 256 phases are played." in told(team, "changed")


def test_blanks_cannot_blow_a_text_up():
    assert filled("{a} " * 1000, {"a": "x" * 200_000}).count("x") == 200_000


# Version 2.


def test_agents_are_roles_and_all_else_is_passed_through():
    team = read_team(Files(GUIDE))
    assert team.coordination == "graph"
    assert heard(team) == [("Narrator", ()), ("Curator", (1,)), ("Editor", (2,))]
    changed = told(team, "changed")
    assert "2 passthrough, 1 literal, 1 loop_counter, 1 python, 1 human" in changed
    assert "edges that lead back (1)" in changed
    assert "edges with a condition (2)" in changed
    assert "not in the file (1)" in changed


def test_an_agent_has_its_prompt_as_background_its_description_as_goal_and_its_model():
    narrator, editor = read_team(Files(GUIDE)).roles[1], read_team(Files(GUIDE)).roles[0]
    assert narrator.background == "The house is a museum of clocks. Tell (everything)."
    assert narrator.model == "gemini/gemini-2.5-flash"
    assert (editor.goal, editor.model) == ("Cuts every text to two minutes.", "openai/gpt-4o-mini")


def test_a_variable_that_the_file_leaves_open_is_an_input_and_one_that_holds_a_key_is_not_used():
    team = read_team(Files(GUIDE))
    assert team.inputs == {"ROOM": ""}
    assert team.roles[2].background == "Check the facts with (API_KEY)."


def test_a_literal_that_sets_an_agent_to_work_is_its_task():
    team = read_team(Files(GUIDE))
    assert [(task.name, task.text) for task in team.tasks] == [
        ("ask-for-a-draft", "Draft the text for {ROOM}.")
    ]
    assert [step.task for step in team.steps] == ["ask-for-a-draft", None, None]


def test_a_literal_that_only_tells_an_agent_something_is_no_task():
    edge = {"from": "Advice", "to": "a", "trigger": False}
    nodes = [
        {"id": "a", "type": "agent"},
        {"id": "Advice", "type": "literal", "config": {"content": "Hurry."}},
    ]
    team = read_team(Files({"g.yaml": yaml.safe_dump({"graph": {"nodes": nodes, "edges": [edge]}})}))
    assert team.tasks == ()


def test_a_model_that_hangs_on_an_open_variable_is_none():
    assert graph({"a": {"name": "${MODEL}", "provider": "openai"}}, []).roles[0].model is None


def test_who_is_only_told_something_does_not_decide_where_a_loop_is_cut():
    edges = [
        {"from": "Start", "to": "Boss", "trigger": False},
        {"from": "Start", "to": "Clerk"},
        {"from": "Boss", "to": "Clerk"},
        {"from": "Clerk", "to": "Boss"},
    ]
    team = graph({"Boss": {}, "Clerk": {}, "Start": {}}, edges, start=["Start"])
    assert heard(team) == [("Start", ()), ("Clerk", (1,)), ("Boss", (1, 2))]


def test_a_later_edge_to_an_early_node_is_no_loop():
    team = graph({"C": {}, "A": {}, "B": {}}, [("A", "C"), ("A", "B"), ("B", "C")], start=["A"])
    assert heard(team) == [("A", ()), ("B", (1,)), ("C", (1, 2))]


def test_a_graph_without_edges_hears_nobody_and_votes_are_told():
    team = graph({"a": {}, "b": {}}, [], is_majority_voting=True)
    assert heard(team) == [("a", ()), ("b", ())]
    assert "nobody votes" in told(team, "changed")


def test_a_way_through_a_ring_of_other_nodes_ends():
    team = graph({"a": {}, "p": "passthrough", "q": "human", "b": {}}, ["ap", "pq", "qp", "qb"])
    assert heard(team) == [("a", ()), ("b", (1,))]


def test_a_graph_without_agents_is_refused_by_place():
    text = yaml.safe_dump({"graph": {"nodes": [{"id": "p", "type": "python", "config": {}}], "edges": []}})
    said = refused({"g.yaml": text})
    assert said == "g.yaml, graph.nodes: 0 of 1 nodes are agents; 1 to 256 can be tested"


def test_two_nodes_of_one_id_are_refused_by_place():
    node = {"id": "sk-canarycanarycanary", "type": "agent"}
    said = refused({"g.yaml": yaml.safe_dump({"graph": {"nodes": [node, node]}})})
    assert said == "g.yaml, graph.nodes.0.id: another node has the same id"


def test_several_graphs_are_refused_and_the_nearest_is_read():
    text = GUIDE["audio_guide.yaml"]
    assert "choose one with --team: a.yaml, b.yaml" in refused({"a.yaml": text, "b.yaml": text})
    assert read_team(Files({"a.yaml": text, "subgraphs/b.yaml": text})).name == "audio_guide"


def test_a_network_of_macnet_is_refused_by_its_name():
    assert refused(NETWORK) == (
        "macnet.yaml: a network of ChatDev's MacNet, a research branch; of ChatDev, chains and graphs can be read"
    )


@pytest.mark.parametrize(
    "files",
    [
        {"a.yaml": "graph: ['0->1', '0->2']\nnodes: 2"},
        {"a.yaml": "graph:\n  title: x\nnodes:\n  - 1"},
        {"a.json": '{"chain": ["a"], "phaseType": 1}'},
        {"a.json": '{"chain": 1, "phaseType"'},
    ],
    ids=str,
)
def test_files_of_other_formats_are_left_to_other_readers(files: dict[str, str]):
    assert "no team of a known format" in refused(files)


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=4)))
def test_an_order_holds_everybody_once_and_everybody_after_those_who_lead_to_them(
    drawn: dict[str, list[str]],
):
    following = {name: drawn.get(name, []) for name in "abcdef"}
    order = unlooped(following)
    assert sorted(order.names) == sorted(following)
    place = {name: number for number, name in enumerate(order.names)}
    for name, others in following.items():
        assert all((name, other) in order.loops or place[name] < place[other] for other in others)
    acyclic = all(place[name] < place[other] for name, others in following.items() for other in others)
    assert acyclic == (not order.loops)


@settings(max_examples=60, deadline=None)
@given(torn(BAKERY) | torn(GUIDE) | torn(NETWORK))
def test_torn_files_import_or_are_refused_in_one_sentence(files: dict[str, str]):
    imported_or_explained(files)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_values_of_other_types_import_or_are_refused_in_one_sentence(data: st.DataObject):
    path = data.draw(st.sampled_from([CHAIN, PHASES, ROLES]))
    imported_or_explained({**BAKERY, path: as_json(data.draw(swapped(json.loads(BAKERY[path]))))})
    value = data.draw(swapped(yaml.safe_load(GUIDE["audio_guide.yaml"])))
    imported_or_explained({"audio_guide.yaml": yaml.safe_dump(value)})

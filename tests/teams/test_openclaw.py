"""OpenClaw: a configuration and the workspaces of its agents."""

from typing import Any

import pyjson5
import pytest
from hypothesis import given, settings

from swarm.teams.formats import read_team
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam
from tests.teams.damage import CANARY, as_json, imported_or_explained, refused, swapped, texts, told, torn

KITCHEN = texts("openclaw/kitchen")
FILE = "openclaw.json"


def configured(value: Any, **files: str) -> GivenTeam:
    workspaces = {f"{path.replace('__', '/')}.md": text for path, text in files.items()}
    return read_team(Files({FILE: as_json(value), **workspaces}))


def names(team: GivenTeam) -> list[str]:
    return [role.name for role in team.roles]


def test_who_may_call_others_leads_and_all_others_follow_in_the_order_of_the_file():
    team = read_team(Files(KITCHEN))
    assert team.source == "OpenClaw"
    assert team.coordination == "leader"
    assert names(team) == ["Head chef", "Dora", "wine", "door"]
    assert team.steps == ()
    assert "who may call 2 others" in told(team, "understood")
    assert "whom the leader may not call (1)" in told(team, "changed")


def test_a_role_is_what_its_workspace_says_in_the_order_of_its_files():
    chef, dora = read_team(Files(KITCHEN)).roles[:2]
    assert chef.background == "- **Name:** Chef\n\nYou taste everything (twice).\n\nAsk before you order."
    assert dora.background == "Character: calm\n\nYou love clean plates."
    assert chef.goal == "Plans the menu"


def test_tools_and_heartbeats_are_told_as_ignored():
    assert "TOOLS.md (1), HEARTBEAT.md (1)" in told(read_team(Files(KITCHEN)), "ignored")


def test_models_may_be_names_or_choices_and_default_to_that_of_all():
    assert [role.model for role in read_team(Files(KITCHEN)).roles] == [
        "openai/gpt-5.2",
        "anthropic/claude-sonnet-4-5",
        "ollama/llama3",
        "anthropic/claude-sonnet-4-5",
    ]


def test_tokens_are_never_kept_or_shown():
    team = read_team(Files(KITCHEN))
    assert CANARY not in repr(team)
    assert "bindings, channels, gateway" in told(team, "ignored")


def test_an_agent_without_files_is_told():
    assert "agents without workspace files (1)" in told(read_team(Files(KITCHEN)), "changed")


def test_without_anybody_who_calls_others_the_order_of_the_file_holds_and_is_told():
    team = configured({"agents": {"entries": {"b": {"subagents": {"allowAgents": ["b"]}}, "a": {}}}})
    assert (team.coordination, names(team)) == ("order", ["b", "a"])
    assert "OpenClaw has no order of its own" in told(team, "changed")


def test_a_star_allows_all_others():
    team = configured({"agents": {"list": [{"id": "a"}, {"id": "b", "subagents": {"allowAgents": ["*"]}}]}})
    assert (team.coordination, names(team)) == ("leader", ["b", "a"])


def test_of_several_who_call_others_the_one_that_may_call_most_leads():
    able = {"x": ["y"], "y": ["x", "z"], "z": []}
    entries = {name: {"subagents": {"allowAgents": others}} for name, others in able.items()}
    team = configured({"agents": {"entries": entries}})
    assert names(team) == ["y", "x", "z"]
    assert "agents that may call others (2)" in told(team, "changed")


@pytest.mark.parametrize(
    "value",
    [
        {"agents": {"entries": {"main": {"name": "Ina"}}}},
        {"agents": {"list": [{"id": "main", "name": "Ina"}]}},
        {"routing": {"agents": {"main": {"name": "Ina"}}}},
        {"agent": {"workspace": "~/clawd"}, "identity": {"name": "Ina"}},
        {"agents": {"defaults": {"workspace": "~/clawd"}}, "identity": {"name": "Ina"}},
    ],
    ids=["entries", "list", "routing", "agent", "defaults"],
)
def test_all_shapes_of_all_versions_are_read(value: dict[str, Any]):
    team = configured(value, home__SOUL="You sing.")
    assert [(role.name, role.background) for role in team.roles] == [("Ina", "You sing.")]


def test_a_workspace_is_found_by_the_longest_end_of_its_path():
    agents = [
        {"id": "a", "workspace": "/data/a/workspace"},
        {"id": "b", "workspace": "C:\\data\\b\\workspace"},
    ]
    team = configured({"agents": {"list": agents}}, b__workspace__SOUL="I am b", a__workspace__SOUL="I am a")
    assert [role.background for role in team.roles] == ["I am a", "I am b"]


def test_agents_that_share_a_folder_are_told():
    agents = [{"id": "a", "workspace": "/x/workspace"}, {"id": "b", "workspace": "/y/workspace"}]
    team = configured({"agents": {"list": agents}}, workspace__SOUL="I am one")
    assert "agents that share one folder" in told(team, "changed")


def test_a_configuration_of_another_name_is_known_by_its_agents():
    team = read_team(Files({"mine.json5": "{agents: {list: [{id: 'a'},]}}"}))
    assert names(team) == ["a"]


def test_folders_with_souls_are_agents_in_the_order_of_names_without_a_configuration():
    files = {
        "b/SOUL.md": "I sing",
        "workspace-a/SOUL.md": "I dance",
        "workspace-a/IDENTITY.md": "- **Name:** Ada\n",
    }
    team = read_team(Files(files))
    assert [(role.name, role.background) for role in team.roles] == [
        ("b", "I sing"),
        ("Ada", "- **Name:** Ada\n\nI dance"),
    ]
    assert "openclaw.json, which says who leads" in told(team, "changed")


def test_of_those_who_may_talk_to_each_other_the_default_agent_leads_or_whom_messages_reach():
    tools = {"tools": {"agentToAgent": {"enabled": True, "allow": ["*"]}}}
    agents = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
    bound = [{"agentId": "b", "match": {}}]
    assert names(configured({"agents": {"list": agents}, "bindings": bound, **tools})) == ["b", "a", "c"]
    by_default = [*agents[:2], {"id": "c", "default": True}]
    assert names(configured({"agents": {"list": by_default}, "bindings": bound, **tools})) == ["c", "a", "b"]
    off = {"tools": {"agentToAgent": {"enabled": False, "allow": ["*"]}}}
    assert configured({"agents": {"list": agents}, **off}).coordination == "order"


def test_a_configuration_without_agents_is_refused_by_place():
    said = refused({FILE: "{gateway: {port: 1}}"})
    assert (
        said == "openclaw.json, agents: no agents are configured here; wanted: agents.entries or agents.list"
    )


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"agents": {"list": [{"id": "a"}, {"id": "A"}]}}, "agents.list.1: another agent has the same id"),
        ({"agents": {"list": [{"name": "x"}]}}, "agents.list.0.id: "),
        ({"agents": {"list": "sk-canarycanarycanary"}}, "agents.list: "),
        ({"agents": {"entries": {"a": {"model": 7}}}}, "agents.entries.a.model: "),
        ({"agents": {"entries": {"a": {"workspace": []}}}}, "agents.entries.a.workspace: "),
    ],
)
def test_what_does_not_fit_is_refused_by_place(value: dict[str, Any], place: str):
    said = refused({FILE: as_json(value)})
    assert said.startswith(f"openclaw.json, {place}")
    assert CANARY not in said


@pytest.mark.parametrize(
    "text", ['{"agents": ["a", "list"]}', '{"agents": {"list": ["a"]}}', '{"agents": "list']
)
def test_files_of_other_formats_are_left_to_other_readers(text: str):
    assert "no team of a known format" in refused({"other.json": text})


@settings(max_examples=60, deadline=None)
@given(torn(KITCHEN))
def test_torn_files_import_or_are_refused_in_one_sentence(files: dict[str, str]):
    imported_or_explained(files)


@settings(max_examples=60, deadline=None)
@given(swapped(pyjson5.decode(KITCHEN[FILE])))
def test_values_of_other_types_import_or_are_refused_in_one_sentence(value: Any):
    imported_or_explained({**KITCHEN, FILE: as_json(value)})

"""The Microsoft Agent Framework's YAML: workflows, prompts, and whatever is done to them."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.protocols.given_team import Step
from swarm.teams.files import Files
from swarm.teams.formats import read_team
from swarm.teams.given import GivenRole
from tests.teams.damage import CANARY, imported_or_explained, refused, swapped, texts, told, torn

FILES = texts("agent_framework")


def test_a_workflow_invokes_its_agents_in_the_order_of_the_file():
    team = read_team(Files(FILES))
    assert (team.name, team.coordination) == ("bakery_launch", "order")
    assert team.roles == (
        GivenRole("Scout", "Finds a site", "You walk every street.", "gpt-4.1-mini"),
        GivenRole("Baker"),
    )
    assert team.steps == (Step(1), Step(2), Step(1))
    assert "1 agent without instructions" in told(team, "changed")
    assert "ConditionGroup" in told(team, "ignored")
    assert CANARY not in repr(team)


def test_a_prompt_alone_is_a_team_of_one():
    team = read_team(Files({"scout.yaml": FILES["scout.yaml"]}))
    assert [role.name for role in team.roles] == ["Scout"]


def test_several_prompts_want_the_workflow():
    second = FILES["scout.yaml"].replace("Scout", "Baker")
    assert "2 agents and no workflow" in refused({"scout.yaml": FILES["scout.yaml"], "baker.yaml": second})


def test_expressions_are_never_evaluated_and_never_shown():
    team = read_team(
        Files({"s.yaml": "kind: Prompt\nname: S\ninstructions: =Env.SECRET\nmodel: {id: =Env.MODEL}\n"})
    )
    assert team.roles == (GivenRole("S"),)
    assert "Expressions are never evaluated" in told(team, "ignored")
    assert "SECRET" not in repr(team)


def test_a_workflow_without_agents_is_refused_by_its_place():
    said = refused({"w.yaml": "kind: Workflow\ntrigger: {actions: [{kind: SendActivity}]}\n"})
    assert said.startswith("w.yaml, trigger.actions: no agent is invoked")


def test_actions_within_actions_end_somewhere():
    inner = "{kind: Foreach, actions: [" * 30 + "]}" * 30
    assert "w.yaml" in refused({"w.yaml": f"kind: Workflow\ntrigger: {{actions: [{inner}]}}\n"})


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_torn_file_is_imported_or_refused_in_one_sentence(data: st.DataObject):
    imported_or_explained(data.draw(torn(FILES)))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), path=st.sampled_from(sorted(FILES)))
def test_a_value_of_another_kind_is_imported_or_refused_in_one_sentence(data: st.DataObject, path: str):
    changed = data.draw(swapped(yaml.safe_load(FILES[path])))
    imported_or_explained({**FILES, path: yaml.safe_dump(changed, allow_unicode=True)})

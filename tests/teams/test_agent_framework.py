"""The Microsoft Agent Framework's YAML: workflows, prompts, and whatever is done to them."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from swarm.protocols.given_team import Step
from swarm.teams.formats import read_team
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole
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


def workflow(actions: str) -> str:
    return f"kind: Workflow\ntrigger: {{id: w, actions: [{actions}]}}\n"


def test_an_agent_that_an_expression_names_is_nobody():
    actions = (
        "{kind: InvokeAzureAgent, agent: {name: =First(Local.Next).name}}, {kind: InvokeAgent, agentName: A}"
    )
    team = read_team(Files({"w.yaml": workflow(actions)}))
    assert [role.name for role in team.roles] == ["A"]
    assert "1 invocation of an agent by an expression" in told(team, "changed")
    assert "First" not in repr(team)


def test_one_way_of_a_condition_is_taken_and_told_with_who_is_not_on_it_and_loops_are_told():
    one = "{kind: InvokeAzureAgent, agent: {name: %s}}"
    actions = (
        f"{{kind: If, condition: =x, then: [{one % 'A'}], else: [{one % 'B'}]}}, "
        f"{{kind: Foreach, source: =x, actions: [{one % 'A'}]}}, "
        "{kind: InvokeAzureAgent, agent: {name: C}, input: {externalLoop: {when: =x}}}"
    )
    team = read_team(Files({"w.yaml": workflow(actions)}))
    assert [team.roles[step.seat - 1].name for step in team.steps] == ["A", "A", "C"]
    assert "1 branch | " in told(team, "changed")
    assert "Not on it: B." in told(team, "changed")
    assert "2 invocations in a loop" in told(team, "changed")


def test_a_workflow_without_a_trigger_is_one_too():
    text = "name: short\nactions: [{kind: InvokeAzureAgent, agent: {name: A}}]\n"
    assert read_team(Files({"w.yaml": text})).name == "short"


def test_workflows_of_others_are_left_to_others():
    text = "apiVersion: v1\nkind: Workflow\nspec: {entrypoint: main}\n"
    assert "no team of a known format" in refused({"w.yaml": text})


def test_a_prompt_that_nobody_invokes_is_told_and_takes_no_seat():
    idle = FILES["scout.yaml"].replace("Scout", "Idler")
    team = read_team(Files({**FILES, "idle.yaml": idle}))
    assert [role.name for role in team.roles] == ["Scout", "Baker"]
    assert "1 agent with a file of their own" in told(team, "ignored")


def test_a_model_is_named_as_litellm_does_where_its_provider_is_said():
    text = (
        FILES["scout.yaml"].replace("  id:", "  provider: AzureOpenAI\n  id:").replace("kind: P", 'kind: "p')
    )
    text = text.replace('"prompt', '"prompt"')
    assert read_team(Files({"s.yaml": text})).roles[0].model == "azure/gpt-4.1-mini"


def test_blanks_of_instructions_are_inputs():
    text = FILES["scout.yaml"].replace("every street", "{town}")
    assert read_team(Files({"s.yaml": text})).inputs == {"town": ""}


def test_more_actions_than_a_workflow_has_are_refused_with_the_file():
    said = refused({"w.yaml": workflow("{kind: SendActivity}, " * 2_100)})
    assert said.startswith("w.yaml, trigger.actions: more than 2,000 actions")


def test_a_prompt_alone_is_a_team_of_one():
    team = read_team(Files({"scout.yaml": FILES["scout.yaml"]}))
    assert [role.name for role in team.roles] == ["Scout"]


def test_several_prompts_want_the_workflow():
    second = FILES["scout.yaml"].replace("Scout", "Baker")
    assert "one of 2 agents without a workflow" in refused(
        {"scout.yaml": FILES["scout.yaml"], "baker.yaml": second}
    )


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

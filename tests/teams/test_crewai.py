"""Crews of CrewAI: what is read of YAML, of code, of JSON and of flows, and what is refused."""

from pathlib import Path

import pytest

from swarm.errors import BadInput
from swarm.protocols.given_team import Step
from swarm.teams.crewai.reader import read
from swarm.teams.formats import import_team, read_team
from swarm.teams.reading.choice import SeveralTeams
from swarm.teams.reading.files import Files, files_of_uploads
from swarm.teams.reading.given import GivenTeam

CREWS = Path(__file__).parent / "fixtures" / "crewai"
BAKERY = CREWS / "bakery" / "src" / "bakery"


def bakery(*names: str, **changed: str) -> GivenTeam:
    """The bakery from some of its files, some texts of which are replaced."""
    uploads = [(BAKERY / name) for name in names]
    return read_team(
        files_of_uploads([(path.name, changed.get(path.stem, path.read_text()).encode()) for path in uploads])
    )


def kinds(team: GivenTeam, kind: str) -> str:
    return "\n".join(f"{note.what}: {note.why}" for note in team.notes if note.kind == kind)


PAIR = ("config/agents.yaml", "config/tasks.yaml")
CODE = (BAKERY / "crew.py").read_text()


def test_a_project_is_read_with_the_order_and_the_bindings_of_its_code():
    team = import_team(CREWS / "bakery")
    assert team.name == "Bakery launch"
    assert team.source == "CrewAI"
    assert [role.name for role in team.roles] == ["{town} market scout", "Head baker", "Storyteller"]
    assert [task.name for task in team.tasks] == ["taste_report", "recipe_draft", "opening_poster"]
    assert team.coordination == "graph"
    assert team.steps == (
        Step(2, "recipe_draft"),
        Step(1, "taste_report", ()),
        Step(3, "opening_poster", (1,)),
    )


def test_models_are_those_of_the_code_before_those_of_the_yaml():
    team = import_team(CREWS / "bakery")
    assert [role.model for role in team.roles] == [
        "openai/gpt-4o-mini",
        "anthropic/claude-sonnet-4-5",
        "ollama/llama3.2",
    ]


def test_inputs_are_the_first_literals_of_main_and_only_what_the_texts_ask_for():
    assert import_team(CREWS / "bakery").inputs == {"town": "Görlitz", "price_limit": "2"}


def test_what_is_not_used_is_told_without_values():
    told = kinds(import_team(CREWS / "bakery"), "ignored")
    for part in ("max_iter", "output_file", "memory", "1 of the agents and tasks"):
        assert part in told
    assert "poster.md" not in told


def test_a_pair_without_code_gives_free_tasks_round_robin():
    team = bakery(*PAIR)
    assert team.coordination == "order"
    assert [step.seat for step in team.steps] == [1, 2, 3]
    assert "2 of 3 tasks" in kinds(team, "changed")


def test_more_tasks_than_agents_go_round_again():
    agents = "a: {role: A, goal: g, backstory: b}\nb: {role: B, goal: g, backstory: b}\n"
    tasks = "".join(f"t{number}: {{description: d, expected_output: e}}\n" for number in range(5))
    team = bakery(*PAIR, agents=agents, tasks=tasks)
    assert [step.seat for step in team.steps] == [1, 2, 1, 2, 1]


def test_agents_alone_are_a_team_without_tasks():
    team = bakery("config/agents.yaml")
    assert len(team.roles) == 4
    assert team.tasks == team.steps == ()
    assert team.coordination == "order"


def test_tasks_alone_are_refused_with_what_is_wanted():
    with pytest.raises(BadInput, match=r"^tasks\.yaml: .*agents\.yaml"):
        bakery("config/tasks.yaml")


def test_a_context_of_all_tasks_before_is_an_order():
    code = CODE.replace("context=[]", "context=[self.recipes()]").replace(
        "context=[self.recipes()],\n", "context=[self.recipes(), self.taste_report()],\n"
    )
    team = bakery(*PAIR, "crew.py", crew=code)
    assert team.coordination == "order"
    assert all(step.hears is None for step in team.steps)


def test_a_context_that_comes_later_is_dropped_and_told():
    code = CODE.replace("context=[]", "context=[self.opening_poster()]")
    team = bakery(*PAIR, "crew.py", crew=code)
    assert team.steps[1].hears == ()
    assert "1 of the contexts" in kinds(team, "changed")


def test_a_crew_that_lists_its_tasks_decides_their_order_and_who_is_in():
    listed = "agents=[self.teller(), self.baker(), self.market_scout()], tasks=[self.taste_report(), self.recipes()]"
    team = bakery(*PAIR, "crew.py", crew=CODE.replace("agents=self.agents, tasks=self.tasks", listed))
    assert [role.name for role in team.roles] == ["Storyteller", "Head baker", "{town} market scout"]
    assert [str(step) for step in team.steps] == ["3 taste_report", "2 recipe_draft"]


def test_a_hierarchical_crew_has_a_manager_of_its_own_in_the_first_seat():
    code = CODE.replace("Process.sequential", "Process.hierarchical, manager_llm='openai/o3'")
    team = bakery(*PAIR, "crew.py", crew=code)
    assert team.coordination == "leader"
    assert team.steps == ()
    assert (team.roles[0].name, team.roles[0].model) == ("Crew manager", "openai/o3")
    assert len(team.roles) == 4
    assert "seat of its own" in kinds(team, "changed")


def test_a_manager_that_is_an_agent_comes_first_and_only_once():
    code = CODE.replace("Process.sequential", "Process.hierarchical, manager_agent=self.baker()")
    team = bakery(*PAIR, "crew.py", crew=code)
    assert [role.name for role in team.roles] == ["Head baker", "{town} market scout", "Storyteller"]


def test_a_manager_whose_method_is_not_decorated_is_in_the_team():
    code = CODE.replace("    @agent\n    def baker", "    def baker").replace(
        "Process.sequential", "Process.hierarchical, manager_agent=self.baker()"
    )
    assert bakery(*PAIR, "crew.py", crew=code).roles[0].name == "Head baker"


def test_a_method_that_is_not_decorated_is_no_agent_of_the_crew():
    tasks = (BAKERY / PAIR[1]).read_text().replace("  agent: baker\n", "")
    code = CODE.replace("    @agent\n    def baker", "    def baker")
    assert len(bakery(*PAIR, "crew.py", crew=code, tasks=tasks).roles) == 2


def test_lines_that_are_more_than_literals_are_told():
    code = CODE.replace("context=[self.recipes()]", "context=chosen_by_somebody(self)")
    line = (
        next(number for number, text in enumerate(code.splitlines(), 1) if "opening_poster(self)" in text) + 1
    )
    team = bakery(*PAIR, "crew.py", crew=code)
    assert f"crew.py, line {line}:" in kinds(team, "ignored")
    assert team.steps[2].hears is None


def test_a_script_without_classes_is_read_by_its_names():
    code = """
from crewai import Agent, Crew, Task
scout = Agent(config=agents_config["scout"])
baker = Agent(config=agents_config["baker"], llm="openai/gpt-4o")
taste = Task(description=tasks["taste_report"]["description"], agent=scout)
draft = Task(config=tasks["recipe_draft"], agent=baker)
poster = Task(description="Write " + secret, expected_output="words", agent=baker)
Crew(agents=[baker, scout], tasks=[draft, taste]).kickoff(inputs={"town": "Ulm"})
crew = Crew(agents=[baker, scout], tasks=[draft, taste])
"""
    team = bakery(*PAIR, "crew.py", crew=code)
    assert [role.name for role in team.roles] == ["Head baker", "{town} market scout"]
    assert [str(step) for step in team.steps] == ["1 recipe_draft", "2 taste_report"]
    assert team.inputs["town"] == "Ulm"


def test_of_several_crews_of_one_file_one_is_chosen_and_the_offered_names_are_read():
    second = (
        CODE.partition("@CrewBase")[2]
        .replace("BakeryLaunchCrew", "SecondCrew")
        .replace("STRONG", "'m/other'")
    )
    files = {"agents.yaml": (BAKERY / PAIR[0]).read_text(), "tasks.yaml": (BAKERY / PAIR[1]).read_text()}
    files["crew.py"] = f"{CODE}\n\n@CrewBase{second}"
    with pytest.raises(SeveralTeams) as caught:
        read_team(Files(files))
    assert caught.value.choices == ("crew.py:BakeryLaunchCrew", "crew.py:SecondCrew")
    models = [read_team(Files(files, chosen=each)).roles[1].model for each in caught.value.choices]
    assert models == ["anthropic/claude-sonnet-4-5", "m/other"]


def test_agents_that_the_yaml_does_not_have_are_refused_by_file():
    with pytest.raises(BadInput, match=r"^agents\.yaml: has no agent for teller, which crew\.py makes"):
        bakery(*PAIR, "crew.py", agents=(BAKERY / PAIR[0]).read_text().replace("teller:", "narrator:"))


def test_a_task_of_an_unknown_agent_is_refused_by_place():
    with pytest.raises(BadInput, match=r"^tasks\.yaml, tasks\.recipe_draft\.agent: names an agent"):
        bakery(
            *PAIR, tasks=(BAKERY / PAIR[1]).read_text().replace("agent: baker", "agent: sk-canary-0123456789")
        )


def test_code_that_is_no_python_is_refused_by_line():
    with pytest.raises(BadInput, match=r"^crew\.py, line 1: not Python"):
        bakery(*PAIR, "crew.py", crew="from crewai import Agent; Agent(")


def test_several_crews_of_a_folder_are_named_to_choose_from(tmp_path: Path):
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "agents.yaml").write_text((BAKERY / PAIR[0]).read_text())
    with pytest.raises(BadInput, match=r"one of 2 crews; choose one with --team: north, south"):
        import_team(tmp_path)


def test_crew_jsonc_is_read_with_the_files_of_its_agents():
    team = import_team(CREWS / "museum")
    assert team.name == "Museum audio guide"
    assert [(role.name, role.model) for role in team.roles] == [
        ("Curator of {museum}", "ollama/llama3"),
        ("Speaker", "openai/gpt-4o"),
    ]
    assert team.coordination == "order"
    assert [str(step) for step in team.steps] == ["1 choose_rooms", "2 task-2"]
    assert team.inputs == {"museum": "the clock museum"}


def test_code_that_crew_jsonc_names_is_told_and_never_run():
    told = kinds(import_team(CREWS / "museum"), "ignored")
    assert "2 parts of crew.jsonc and its agents: They name code" in told
    assert "llm.base_url" in told
    assert "floor_plan" not in told
    assert "localhost" not in told


def test_a_missing_file_of_an_agent_is_refused_by_place():
    crew = (CREWS / "museum" / "crew.jsonc").read_bytes()
    with pytest.raises(BadInput, match=r"^crew\.jsonc, agents\.0: the file of this agent"):
        read_team(files_of_uploads([("crew.jsonc", crew)]))


def test_a_manager_as_code_is_refused():
    text = (
        (CREWS / "museum" / "crew.jsonc")
        .read_text()
        .replace('"memory": true', '"manager_agent": {"python": "a.b"}')
    )
    with pytest.raises(BadInput, match=r"^crew\.jsonc, manager_agent: .*code is never run"):
        read_team(files_of_uploads([("crew.jsonc", text.encode())]))


def test_a_hierarchical_crew_jsonc_reads_a_manager_beside_its_agents():
    text = (CREWS / "museum" / "crew.jsonc").read_text()
    text = text.replace('"sequential"', '"hierarchical", "manager_agent": "chief"')
    agents = [(path.name, path.read_bytes()) for path in (CREWS / "museum" / "agents").iterdir()]
    chief = ("chief.jsonc", b'{"role": "Director", "goal": "Lead"}')
    team = read_team(files_of_uploads([("crew.jsonc", text.encode()), chief, *agents]))
    assert team.coordination == "leader"
    assert [role.name for role in team.roles] == ["Director", "Curator of {museum}", "Speaker"]


def test_a_flow_is_a_graph_of_its_crews_and_agents():
    team = import_team(CREWS / "flow")
    assert team.name == "Repair café"
    assert [role.name for role in team.roles] == ["Greeter", "Tinkerer", "Doorkeeper", "Inviter"]
    assert [str(step) for step in team.steps] == [
        "1 list_things hears nobody",
        "2 judge_things hears 1",
        "3 route hears 2",
        "4 invite hears 3",
        "4 cancel hears 3",
    ]
    assert team.tasks[2].text == "(the result of sort_out) in {town}"
    assert team.inputs == {"place": "the town Ulm", "town": "Ulm"}
    assert "every branch" in kinds(team, "changed")


def test_a_loop_of_a_flow_is_opened_and_told():
    text = (
        (CREWS / "flow" / "flow.yaml")
        .read_text()
        .replace("listen: sort_out", "listen: {or: [sort_out, invite]}")
    )
    team = read_team(files_of_uploads([("flow.yaml", text.encode())]))
    assert len(team.steps) == 5
    assert "loops of flow.yaml" in kinds(team, "changed")


@pytest.mark.parametrize(
    "text",
    ["kind: Prompt\nname: a", "roles:\n  a: {role: A, goal: b}\n", "- role: a\n  goal: b\n", "agents: 3"],
    ids=["prompt", "roles", "list", "number"],
)
def test_files_of_other_formats_are_left_to_other_readers(text: str):
    assert read(Files({"agents.yaml": text})) is None


def test_a_long_order_is_cut_and_told():
    tasks = "".join(f"t{number}: {{description: d, expected_output: e}}\n" for number in range(300))
    team = bakery(*PAIR, tasks=tasks)
    assert len(team.steps) == 256
    assert "Only the first 256" in kinds(team, "changed")


def test_too_many_agents_are_refused_with_the_file():
    agents = "".join(f"a{number}: {{role: A, backstory: b}}\n" for number in range(257))
    with pytest.raises(BadInput, match=r"^agents\.yaml, agents: 257 agents"):
        bakery("config/agents.yaml", agents=agents)


def test_several_files_that_make_crews_are_named_to_choose_one():
    files = {"agents.yaml": (BAKERY / PAIR[0]).read_text(), "tasks.yaml": (BAKERY / PAIR[1]).read_text()}
    files |= {"old.py": CODE, "new.py": CODE.replace("STRONG)", "'m/other')")}
    with pytest.raises(
        BadInput, match=r"^new\.py: one of 2 crews; choose one with --team: new\.py, old\.py$"
    ):
        read_team(Files(dict(sorted(files.items()))))
    assert read_team(Files(dict(sorted(files.items())), chosen="new.py")).roles[1].model == "m/other"


def test_crew_py_is_the_code_whatever_else_makes_crews():
    files = {"agents.yaml": (BAKERY / PAIR[0]).read_text(), "tasks.yaml": (BAKERY / PAIR[1]).read_text()}
    team = read_team(Files(files | {"crew.py": CODE, "old.py": "import crewai\nbaker = Agent(role='x')"}))
    assert team.name == "Bakery launch"


def test_more_crews_than_can_be_named_are_refused_with_some():
    agents = (BAKERY / PAIR[0]).read_text()
    with pytest.raises(BadInput, match=r"^0/agents\.yaml: one of more than 8 crews; .* 6, 7, …$"):
        read_team(Files({f"{number}/agents.yaml": agents for number in range(9)}))

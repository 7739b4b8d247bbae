"""Crews as people write them down: each way comes out as the same team, or is refused with what would work."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from swarm.errors import BadInput
from swarm.teams.formats import import_team, read_team
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam

AGENTS = (
    "scout: {role: Scout, goal: 'Find walks near {town}', backstory: You know the hills.}\n"
    "guide: {role: Guide, goal: Choose a walk, backstory: You lead groups.}\n"
)
TASKS = (
    "find: {description: 'List walks near {town}', expected_output: A list}\n"
    "choose: {description: Choose the best, expected_output: One walk}\n"
)
YAML = {"config/agents.yaml": AGENTS, "config/tasks.yaml": TASKS}
HEAD = (
    "from crewai import Agent, Crew, LLM, Process, Task\n"
    "from crewai.project import CrewBase, agent, crew, task, llm\n"
)
SCOUT = "role='Scout', goal='Find walks near {town}', backstory='You know the hills.'"
GUIDE = "role='Guide', goal='Choose a walk', backstory='You lead groups.'"
FIND = "description='List walks near {town}', expected_output='A list'"
CHOOSE = "description='Choose the best', expected_output='One walk'"
WALK = "Scout, Guide | 1 find, 2 choose | town"
"""The team that most ways come out as: roles, steps, inputs."""


def based(agent: str, task: str, rest: str = "", crew: str = "agents=self.agents, tasks=self.tasks") -> str:
    """A class with decorators; {} stands for the key of an agent or a task."""
    made = "".join(f"    @agent\n    def {key}(self):\n{agent.format(key)}\n" for key in ("scout", "guide"))
    work = {"find": "scout", "choose": "guide"}
    made += "".join(
        f"    @task\n    def {key}(self):\n{task.format(key)}\n".replace("WHO", who)
        for key, who in work.items()
    )
    made += f"    @crew\n    def crew(self):\n        return Crew({crew})\n"
    return f"{HEAD}@CrewBase\nclass WalkCrew:\n{rest}{made}"


AS_USUAL = "        return Agent(config=self.agents_config['{}'])"
TASK = "        return Task(config=self.tasks_config['{}'], agent=self.WHO())"
USUAL = based(AS_USUAL, TASK)
TWO = f"scout = Agent({SCOUT})\nguide = Agent({GUIDE})\n"
JOBS = f"find = Task({FIND}, agent=scout)\nchoose = Task({CHOOSE}, agent=guide)\n"
BOTH = "crew = Crew(agents=[scout, guide], tasks=[find, choose])\n"

WALKS: Mapping[str, dict[str, str]] = {
    "as the template has it": {**YAML, "crew.py": USUAL},
    "get": {
        **YAML,
        "crew.py": based("        return Agent(config=self.agents_config.get('{}', {{}}))", TASK),
    },
    "get without a default": {
        **YAML,
        "crew.py": based("        return Agent(config=self.agents_config.get('{}'))", TASK),
    },
    "a configuration in a variable": {
        **YAML,
        "crew.py": based(
            "        config = self.agents_config['{}']\n        return Agent(config=config)", TASK
        ),
    },
    "a table spread into the call": {
        **YAML,
        "crew.py": based(
            "        return Agent(**self.agents_config['{}'], verbose=True)",
            "        return Task(**self.tasks_config['{}'], agent=self.WHO())",
        ),
    },
    "entry by entry": {
        **YAML,
        "crew.py": based(
            "        c = self.agents_config['{0}']\n"
            "        return Agent(role=c['role'], goal=c['goal'].strip(), backstory=c.get('backstory', ''))",
            TASK,
        ),
    },
    "types and a cast": {
        **YAML,
        "crew.py": based(
            "        conf: dict = cast(dict, self.agents_config['{}'])  # type: ignore[index]\n"
            "        made: Agent = Agent(config=conf, tools=[SerperDevTool()])\n        return made",
            TASK,
        ),
    },
    "paths of one's own": {
        "src/walk/conf/a.yaml": AGENTS,
        "src/walk/conf/t.yaml": TASKS,
        "src/walk/crew.py": based(
            AS_USUAL, TASK, "    agents_config = 'conf/a.yaml'\n    tasks_config = 'conf/t.yaml'\n"
        ),
    },
    "loaded in the constructor": {
        **YAML,
        "crew.py": based(
            AS_USUAL,
            TASK,
            "    def __init__(self):\n        with open('config/agents.yaml') as file:\n"
            "            self.agents_config = yaml.safe_load(file)\n"
            "        self.tasks_config = yaml.safe_load(open('config/tasks.yaml'))\n",
        ).replace("@CrewBase\n", ""),
    },
    "loaded by a path of its own": {
        **YAML,
        "crew.py": based(
            AS_USUAL,
            TASK,
            "    def __init__(self):\n        base = Path(__file__).resolve().parent / 'config'\n"
            "        self.agents_config = load(base / 'agents.yaml')\n"
            "        self.tasks_config = load(os.path.join(base, 'tasks.yaml'))\n",
        ).replace(
            "@CrewBase\n",
            "import os, yaml\nfrom pathlib import Path\n"
            "def load(path):\n    try:\n        with open(path, 'r') as f:\n            return yaml.safe_load(f)\n"
            "    except FileNotFoundError:\n        return {}\n",
        ),
    },
    "texts in Python alone": {"crew.py": HEAD + TWO + JOBS + BOTH},
    "a notebook's script": {
        "crew.py": "import crewai\n"
        + (TWO + JOBS + BOTH)
        .replace("Agent(", "crewai.Agent(")
        .replace("Task(", "crewai.Task(")
        .replace("Crew(", "crewai.Crew(")
    },
    "made in a function": {
        "main.py": f"{HEAD}def main(town):\n"
        + "".join(f"    {line}\n" for line in (TWO + JOBS + BOTH).splitlines())
    },
    "made in main, behind its guard": {
        "main.py": HEAD
        + "if __name__ == '__main__':\n"
        + "".join(f"    {line}\n" for line in (TWO + JOBS + BOTH + "print(crew.kickoff())").splitlines())
    },
    "agents and tasks of other files": {
        "agents.py": HEAD + TWO,
        "tasks.py": HEAD + "from agents import scout, guide\n" + JOBS,
        "main.py": HEAD + "from agents import scout, guide\nfrom tasks import find, choose\n" + BOTH,
    },
    "packages with relative imports": {
        "walk/agents/__init__.py": "from .scout import scout\nfrom .guide import guide\n",
        "walk/agents/scout.py": f"from crewai import Agent\nscout = Agent({SCOUT})\n",
        "walk/agents/guide.py": f"from crewai import Agent\nguide = Agent({GUIDE})\n",
        "walk/tasks.py": HEAD + "from .agents import scout, guide\n" + JOBS,
        "walk/main.py": HEAD
        + "from walk import tasks\nfrom walk.agents import *\n"
        + BOTH.replace("[find, choose]", "[tasks.find, tasks.choose]"),
    },
    "classes of agents and of tasks": {
        "agents.py": HEAD + "class WalkAgents:\n    def __init__(self):\n        self.llm = LLM('x/y')\n"
        f"    def scout(self):\n        return Agent({SCOUT})\n    def guide(self):\n        return Agent({GUIDE})\n",
        "tasks.py": HEAD + "class WalkTasks:\n    def __tip(self):\n        return 'best'\n"
        "    def find(self, agent, town):\n"
        "        text = dedent(f'''\\\n            List walks near {town}''')\n"
        "        return Task(description=text, expected_output='A list', agent=agent)\n"
        "    def choose(self, agent):\n"
        "        return Task(description=f'Choose the {self.__tip()}', expected_output='One walk', agent=agent)\n",
        "main.py": HEAD
        + "from textwrap import dedent\nfrom agents import WalkAgents\nfrom tasks import WalkTasks\n"
        "class TripCrew:\n    def __init__(self, town):\n        self.town = town\n"
        "    def run(self):\n        agents, tasks = WalkAgents(), WalkTasks()\n"
        "        scout, guide = agents.scout(), agents.guide()\n"
        "        find = tasks.find(scout, self.town)\n        choose = tasks.choose(guide)\n"
        "        return Crew(agents=[scout, guide], tasks=[find, choose], verbose=2).kickoff()\n"
        "if __name__ == '__main__':\n    town = input('Where?')\n    TripCrew(town).run()\n",
    },
    "factories that give several": {
        "main.py": HEAD + f"def agents():\n    return Agent({SCOUT}), Agent({GUIDE})\n"
        f"def tasks(scout, guide):\n    find = Task({FIND}, agent=scout)\n    choose = Task({CHOOSE}, agent=guide)\n"
        "    return [find, choose]\n"
        "scout, guide = agents()\ncrew = Crew(agents=[scout, guide], tasks=tasks(scout, guide))\n"
    },
    "a table of agents": {
        "main.py": HEAD + f"def agents():\n    return {{'scout': Agent({SCOUT}), 'guide': Agent({GUIDE})}}\n"
        f"team = agents()\nfind = Task({FIND}, agent=team['scout'])\nchoose = Task({CHOOSE}, agent=team['guide'])\n"
        "crew = Crew(agents=list(team.values()), tasks=[find, choose])\n"
    },
    "a loop over the YAML": {
        **YAML,
        "main.py": HEAD + "import yaml\nconfigs = {}\n"
        "for kind, path in {'agents': 'config/agents.yaml', 'tasks': 'config/tasks.yaml'}.items():\n"
        "    with open(path) as file:\n        configs[kind] = yaml.safe_load(file)\n"
        "agents = {name: Agent(config=row) for name, row in configs['agents'].items()}\n"
        "who = {'find': 'scout', 'choose': 'guide'}\n"
        "tasks = []\nfor name, row in configs['tasks'].items():\n"
        "    tasks.append(Task(config=row, agent=agents[who[name]]))\n"
        "crew = Crew(agents=[*agents.values()], tasks=tasks)\n",
    },
    "agents derived from Agent": {
        "main.py": HEAD
        + f"class Scout(Agent):\n    def __init__(self, llm=None):\n        super().__init__({SCOUT}, llm=llm)\n"
        "class Guide(Agent):\n    role: str = 'Guide'\n    goal: str = 'Choose a walk'\n"
        "    backstory: str = 'You lead groups.'\n"
        "scout, guide = Scout(), Guide()\n" + JOBS + BOTH
    },
    "a helper that makes agents": {
        "main.py": HEAD + "def make(role, goal, backstory='', **more):\n"
        "    return Agent(role=role, goal=goal, backstory=backstory, **more)\n"
        f"scout = make({SCOUT}, verbose=True)\n"
        "guide = make('Guide', goal='Choose a walk', backstory='You lead groups.')\n" + JOBS + BOTH
    },
    "constants of another file": {
        "texts.py": "ROLE = 'Scout'\nclass Texts:\n    GOAL = 'Find walks near {town}'\n",
        "main.py": HEAD + "import texts\nfrom texts import Texts\n"
        "scout = Agent(role=texts.ROLE, goal=Texts.GOAL, backstory='You know ' + 'the hills.')\n"
        f"guide = Agent({GUIDE})\n" + JOBS + BOTH,
    },
    "tables of texts": {
        "main.py": HEAD + f"AGENTS = {{'scout': dict({SCOUT}), 'guide': dict({GUIDE})}}\n"
        "scout, guide = Agent(**AGENTS['scout']), Agent(**AGENTS['guide'])\n" + JOBS + BOTH
    },
    "attributes set afterwards": {
        "main.py": HEAD
        + TWO
        + JOBS
        + "crew = Crew(agents=[scout], tasks=[find])\ncrew.agents = [scout, guide]\n"
        "crew.tasks = [find, choose]\n"
    },
    "agents named only by their tasks": {
        "main.py": HEAD + TWO + JOBS + "crew = Crew(tasks=[find, choose])\n"
    },
    "an import that may fail": {
        "main.py": "try:\n    from crewai import Agent, Crew, Task\nexcept ImportError:\n    Agent = None\n"
        + TWO
        + JOBS
        + BOTH
    },
    "agents in lists that grow": {
        "main.py": HEAD + TWO + JOBS + "team = []\nteam.append(scout)\nteam += [guide]\n"
        "crew = Crew(agents=team, tasks=[find] + [choose])\n"
    },
    "an asynchronous method with inputs": {
        "main.py": HEAD
        + "class Service:\n    async def run(self, town: str):\n"
        + "".join(f"        {line}\n" for line in (TWO + JOBS + BOTH).splitlines())
        + "        return await crew.kickoff_async(inputs={'town': town})\n"
    },
    "YAML with a table around it": {
        "agents.yaml": "agents:\n" + "".join(f"  {line}\n" for line in AGENTS.splitlines()),
        "tasks.yaml": "tasks:\n" + "".join(f"  {line}\n" for line in TASKS.splitlines()),
    },
    "YAML with lists": {
        "my_agents.yml": "agents:\n- {name: scout, role: Scout, goal: 'Find walks near {town}', backstory: You know.}\n"
        "- {name: guide, role: Guide, goal: Choose a walk, backstory: You lead.}\n",
        "my_tasks.yml": "tasks:\n"
        "- {name: find, description: 'List walks near {town}', expected_output: A, agent: scout}\n"
        "- {name: choose, description: Choose the best, expected_output: One, agent: guide}\n",
    },
    "one YAML of all": {
        "crew.yaml": "agents:\n"
        + "".join(f"  {line}\n" for line in AGENTS.splitlines())
        + "tasks:\n"
        + "".join(f"  {line}\n" for line in TASKS.splitlines()),
    },
    "a stray script that is no Python": {
        **YAML,
        "crew.py": USUAL,
        "old/tool.py": "from crewai import x\nprint 'old'\n",
    },
    "a stray YAML of something else": {**YAML, "crew.py": USUAL, "k8s.yaml": "backstory: [\n"},
    "a crew that a flow starts": {
        **{f"crews/walk/{path}": text for path, text in YAML.items()},
        "crews/walk/walk_crew.py": USUAL,
        "main.py": "from crewai.flow import Flow, start\nfrom crews.walk.walk_crew import WalkCrew\n"
        "class Day(Flow):\n    @start()\n    def go(self):\n"
        "        return WalkCrew().crew().kickoff(inputs={'town': self.state.town})\n",
    },
}


def shown(team: GivenTeam) -> str:
    """A team in one line: roles, steps, inputs."""
    steps = [
        f"{step.seat} {step.task}" + ("" if step.hears is None else f" hears {step.hears}")
        for step in team.steps
    ]
    return f"{', '.join(role.name for role in team.roles)} | {', '.join(steps)} | {', '.join(team.inputs)}"


@pytest.mark.parametrize("files", WALKS.values(), ids=WALKS)
def test_a_crew_comes_out_the_same_however_it_is_written_down(files: dict[str, str]):
    team = read_team(Files(dict(sorted(files.items()))))
    assert shown(team) == WALK
    assert [role.goal for role in team.roles] == ["Find walks near {town}", "Choose a walk"]
    assert all(role.background.startswith("You ") for role in team.roles)
    assert [task.text for task in team.tasks] == ["List walks near {town}", "Choose the best"]


MODELS = {
    "in the constructor": (
        "    def __init__(self):\n        self.llm = LLM(model='a/b', temperature=0)\n",
        "self.llm",
    ),
    "in a branch": (
        "    def __init__(self):\n        if os.getenv('LOCAL'):\n            self.llm = LLM(model='a/b')\n"
        "        else:\n            self.llm = LLM('c/d')\n",
        "self.llm",
    ),
    "a setting's default": ("", "os.getenv('MODEL', 'a/b')"),
    "a setting's default in a model": (
        "",
        "LLM(model=os.environ.get('MODEL', 'a/b'), api_key=os.environ['KEY'])",
    ),
    "a setting or a text": ("", "os.getenv('MODEL') or 'a/b'"),
    "a method": ("    def model(self):\n        return LLM(model='a/b')\n", "self.model()"),
    "a decorated method": (
        "    @llm\n    def model(self):\n        return LLM(model='a/b')\n",
        "self.model()",
    ),
    "of the class": ("    model = LLM(model='a/b')\n", "self.model"),
    "of LangChain": ("", "ChatGroq(model_name='x')"),
    "of a provider": ("", "LLM(provider='groq', model='x')"),
}


@pytest.mark.parametrize(("rest", "model"), MODELS.values(), ids=MODELS)
def test_a_model_is_the_one_that_stands_in_the_code(rest: str, model: str):
    agent = f"        return Agent(config=self.agents_config['{{}}'], llm={model})"
    team = read_team(Files({**YAML, "crew.py": "import os\n" + based(agent, TASK, rest)}))
    assert {role.model for role in team.roles} == {"groq/x" if "'x'" in model else "a/b"}


def test_a_model_that_only_a_setting_tells_is_none_and_never_the_settings_name():
    agent = "        return Agent(config=self.agents_config['{}'], llm=os.getenv('MODEL'))"
    team = read_team(Files({**YAML, "crew.py": "import os\n" + based(agent, TASK)}))
    assert team.models == ()


REFUSED = {
    "no YAML": ({"crew.py": USUAL}, "give config/agents.yaml as well"),
    "agents from nowhere": (
        {"main.py": HEAD + "from hidden import everybody\ncrew = Crew(agents=everybody(), tasks=[])\n"},
        "the crew's agents are taken from everybody, which cannot be followed: give the file that makes them",
    ),
    "one agent from nowhere": (
        {"main.py": HEAD + TWO + "from hidden import third\n" + JOBS + BOTH.replace("guide]", "third]")},
        "an agent of the crew is third, which cannot be followed",
    ),
    "a task's agent from nowhere": (
        {
            "main.py": HEAD
            + TWO
            + "from hidden import third\n"
            + JOBS.replace("agent=guide", "agent=third()")
            + BOTH
        },
        "a task is given to third, who cannot be followed",
    ),
    "two crews in a script": (
        {"main.py": HEAD + TWO + JOBS + BOTH + "late = Crew(agents=[guide], tasks=[choose])\n"},
        "one of 2 crews; choose one with --team: main.py:crew, main.py:late",
    ),
    "two crews in a folder of YAML": (
        {
            f"config/{name}_{kind}.yaml": text
            for name in ("a", "b")
            for kind, text in (("agents", AGENTS), ("tasks", TASKS))
        },
        "choose one with --team: config/a_agents.yaml, config/b_agents.yaml",
    ),
    "tasks that nobody can decode": (
        {"config/agents.yaml": AGENTS, "config/tasks.yaml": None},
        "tasks.yaml (not UTF-8",
    ),
}


@pytest.mark.parametrize(("files", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_followed_is_refused_with_what_would_work(files: dict[str, str | None], said: str):
    given = {path: text for path, text in sorted(files.items()) if text is not None}
    skipped = tuple(f"{path} (not UTF-8 text)" for path, text in files.items() if text is None)
    with pytest.raises(BadInput) as caught:
        read_team(Files(given, skipped))
    assert said in str(caught.value)


MARKDOWN = "---\nname: {0}\ndescription: Looks at {{0}}\n{1}---\nYou look.\n"
CLAUDE = {
    "in their folder": {".claude/agents/a-b.md": MARKDOWN.format("a-b", "model: sonnet\n")},
    "handed over alone": {"a-b.md": MARKDOWN.format("a-b", "tools: Read, Grep\n")},
    "with a description that is no YAML": {
        ".claude/agents/a-b.md": "---\nname: a-b\n"
        "description: Use this: when asked, e.g. <example>x: y</example>\n---\nYou look."
    },
    "without a name": {".opencode/agent/a b.md": "---\ndescription: Looks\n---\nYou look."},
    "beside what is none": {
        ".claude/agents/a-b.md": MARKDOWN.format("a-b", ""),
        ".claude/agents/README.md": "# Agents",
        ".claude/skills/x/SKILL.md": MARKDOWN.format("x", ""),
        "docs/page.md": "---\ntitle: A page\ndescription: of a site\n---\n",
    },
}


@pytest.mark.parametrize("files", CLAUDE.values(), ids=CLAUDE)
def test_subagents_of_claude_code_are_read_from_front_matter_and_prompt(files: dict[str, str]):
    team = read_team(Files(files))
    assert [(role.name, role.background, role.model) for role in team.roles] == [("a b", "You look.", None)]
    assert team.roles[0].goal


NEIGHBOURS = {
    "LangGraph": {"graph.py": "from langgraph.graph import StateGraph\n"},
    "Google's ADK": {"agent.yaml": "agent_class: LlmAgent\nname: a\n"},
    "the OpenAI Agents SDK": {"team.py": "from agents import Agent, Runner\n"},
    "Agno": {"team.py": "from agno.team import Team\n"},
    "CAMEL": {"team.py": "from camel.societies import RolePlaying\n"},
    "smolagents": {"run.py": "from smolagents import CodeAgent\n"},
    "Semantic Kernel": {"sk.py": "from semantic_kernel.agents import ChatCompletionAgent\n"},
    "Flowise": {"flow.json": '{"nodes": [{"type": "customNode"}]}'},
    "Langflow": {"flow.json": '{"data": {"nodes": [{"type": "genericNode"}]}}'},
    "n8n": {"flow.json": '{"nodes": [{"type": "@n8n/n8n-nodes-langchain.agent"}]}'},
    "CrewAI": {"main.py": "from crewai import Agent\n"},
    "AutoGen in Python": {"main.py": "from autogen_agentchat.teams import RoundRobinGroupChat\n"},
}


@pytest.mark.parametrize(("name", "files"), NEIGHBOURS.items(), ids=NEIGHBOURS)
def test_a_system_that_is_not_read_is_named_with_what_would_work(name: str, files: dict[str, str]):
    with pytest.raises(BadInput, match=rf"this is {name}, .*\. What would work: ") as caught:
        read_team(Files(files))
    assert ("dump_component" in str(caught.value)) == ("AutoGen" in name)


def test_a_crew_of_studio_is_read_by_the_ids_of_its_agents_and_contexts():
    crew = {
        "id": "C",
        "name": "Harbour",
        "process": "sequential",
        "agents": [
            {"id": key, "role": role, "goal": "g", "backstory": "b", "llm_provider_model": "OpenAI: gpt-4o"}
            for key, role in (("A_w", "Writer"), ("A_c", "Counter"))
        ],
        "tasks": [
            {"id": "T_1", "description": "Count", "expected_output": "n", "agent_id": "A_c"},
            {"id": "T_2", "description": "Rest", "expected_output": "n", "agent_id": "A_c"},
            {
                "id": "T_3",
                "description": "Write",
                "expected_output": "n",
                "agent_id": "A_w",
                "context_from_sync_tasks_ids": ["T_1"],
            },
        ],
    }
    team = read_team(Files({"crew.json": json.dumps(crew)}))
    assert shown(team) == "Writer, Counter | 2 t_1, 2 t_2, 1 t_3 hears (1,) | "
    assert team.models == ("openai/gpt-4o",)


@pytest.mark.parametrize("name", ["north", "north/crew.py", "north/config/agents.yaml"])
def test_of_two_crews_every_way_to_name_one_reads_all_of_it(tmp_path: Path, name: str):
    for folder in ("north", "south"):
        for path, text in {**YAML, "crew.py": USUAL}.items():
            (tmp_path / folder / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / path).write_text(text.replace("Scout", folder))
    with pytest.raises(BadInput, match="choose one with --team: north, south"):
        import_team(tmp_path)
    chosen, given = import_team(tmp_path, name), import_team(tmp_path / name)
    assert chosen == given
    assert shown(given) == WALK.replace("Scout", "north")

"""Systems of agents whose files are not read are recognised by name, with what can be done instead."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from swarm.teams.reading.files import Files

AS_FILES = (
    "write its roles down as .claude/agents/NAME.md, a file each: front matter with name and description, then the "
    "prompt"
)
"""What can be done with a team of any kind."""


class Neighbour(NamedTuple):
    """A system whose files are not read."""

    name: str
    suffixes: tuple[str, ...]
    mark: re.Pattern[str]
    advice: str = AS_FILES
    why: str = "which is not read"


def _imports(*modules: str) -> re.Pattern[str]:
    named = "|".join(re.escape(module) for module in modules)
    return re.compile(rf"(?m)^[ \t]*(?:from|import)[ \t]+(?:{named})\b")


_PYTHON, _DATA = (".py",), (".json", ".yaml", ".yml")
NEIGHBOURS = (
    Neighbour(
        "CrewAI",
        _PYTHON,
        re.compile(r"(?m)^[ \t]*(?:from|import)[ \t]+crewai\b[^\n]*\b(?:Agent|Crew|Task|crewai)\b"),
        "give the file that holds Crew(...) with those that make its agents, or agents.yaml and tasks.yaml",
        "but no agent is made here that can be followed",
    ),
    Neighbour(
        "MetaGPT",
        _PYTHON,
        _imports("metagpt"),
        "give the Python files whose classes derive from Role, and the one that calls team.hire([...])",
        "but no role is defined or hired here that can be followed",
    ),
    Neighbour(
        "an AutoGen component",
        (".json",),
        re.compile(r'"provider"\s{0,9}:\s{0,9}"autogen'),
        "team.dump_component() writes the JSON of a team",
        "but neither a team nor an agent",
    ),
    Neighbour(
        "AutoGen in Python",
        _PYTHON,
        _imports("autogen_agentchat", "autogen_ext", "autogen_core"),
        "team.dump_component() writes the JSON that is read: print(team.dump_component().model_dump_json())",
    ),
    Neighbour(
        "AutoGen 0.2 or AG2 in Python",
        _PYTHON,
        _imports("autogen", "pyautogen", "ag2"),
        "AutoGen 0.4 has team.dump_component(), which writes the JSON that is read; or " + AS_FILES,
    ),
    Neighbour(
        "LangGraph",
        (*_PYTHON, ".json"),
        re.compile(r'(?m)^[ \t]*(?:from|import)[ \t]+langgraph\b|"graphs"\s{0,9}:\s{0,9}\{'),
    ),
    Neighbour(
        "Google's ADK",
        (*_PYTHON, ".yaml", ".yml"),
        re.compile(r"(?m)^[ \t]*(?:from|import)[ \t]+google\.adk\b|^agent_class[ \t]*:"),
    ),
    Neighbour("Agno", _PYTHON, _imports("agno", "phi")),
    Neighbour("CAMEL", _PYTHON, _imports("camel")),
    Neighbour("smolagents", _PYTHON, _imports("smolagents")),
    Neighbour("Semantic Kernel", _PYTHON, _imports("semantic_kernel")),
    Neighbour(
        "the OpenAI Agents SDK",
        _PYTHON,
        re.compile(r"(?m)^[ \t]*from[ \t]+agents[ \t]+import(?:\b[^\n]*\b(?:Agent|Runner)\b|[ \t]*\()"),
    ),
    Neighbour(
        "OpenAI's Swarm",
        _PYTHON,
        re.compile(r"(?m)^[ \t]*from[ \t]+swarm[ \t]+import\b[^\n]*\b(?:Swarm|Agent)\b"),
    ),
    Neighbour("the swarms framework", _PYTHON, _imports("swarms")),
    Neighbour("PydanticAI", _PYTHON, _imports("pydantic_ai")),
    Neighbour("LlamaIndex", _PYTHON, _imports("llama_index")),
    Neighbour("Strands Agents", _PYTHON, _imports("strands")),
    Neighbour(
        "Microsoft Agent Framework in Python",
        _PYTHON,
        _imports("agent_framework"),
        "its declarative YAML of workflows and agents is read; or " + AS_FILES,
    ),
    Neighbour("LangChain", _PYTHON, _imports("langchain", "langchain_core", "deepagents")),
    Neighbour("AgentScope", _PYTHON, _imports("agentscope")),
    Neighbour("Letta", _PYTHON, _imports("letta_client", "letta")),
    Neighbour(
        "PraisonAI",
        (*_PYTHON, ".yaml", ".yml"),
        re.compile(
            r"(?m)^[ \t]*(?:from|import)[ \t]+praisonaiagents\b|^framework[ \t]*:[ \t]*[\"']?(?:praison|crewai|autogen)"
        ),
    ),
    Neighbour(
        "Flowise",
        (".json",),
        re.compile(
            r'"type"\s{0,9}:\s{0,9}"(?:customNode|agentFlow)"|"(?:agentflowv2|sequentialagents|supervisor)"',
            re.IGNORECASE,
        ),
    ),
    Neighbour("Langflow", (".json",), re.compile(r'"type"\s{0,9}:\s{0,9}"genericNode"')),
    Neighbour("n8n", (".json",), re.compile(r'"(?:@n8n/)?n8n-nodes-[\w.-]{1,60}"')),
    Neighbour("Dify", (".yaml", ".yml"), re.compile(r"(?m)^kind[ \t]*:[ \t]*app\b")),
    Neighbour(
        "Docker's cagent", (".yaml", ".yml"), re.compile(r"(?m)^agents[ \t]*:[ \t]*\n[ \t]+root[ \t]*:")
    ),
    Neighbour("Rasa", (".yaml", ".yml"), re.compile(r"(?m)^(?:intents|nlu)[ \t]*:")),
)
"""In the order in which they are named when several are found."""


def not_read(files: Files, known: Iterable[str]) -> str:
    """What is said of files of which no team can be read: whose they are, and what would work."""
    for path, system in _recognised(files):
        return f"{path}: this is {system.name}, {system.why}. What would work: {system.advice}"
    seen = ", ".join(list(files.texts)[:5])
    return f"no team of a known format in {seen}; known: {', '.join(known)}. Of any other system: {AS_FILES}"


def _recognised(files: Files) -> Iterator[tuple[str, Neighbour]]:
    for system in NEIGHBOURS:
        for path, text in files.texts.items():
            if path.endswith(system.suffixes) and system.mark.search(text):
                yield path, system

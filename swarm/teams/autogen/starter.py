"""A component of AutoGen gets what starts it: AutoGen fills no blanks, and has no place for the task of a team."""

import json
from collections.abc import Iterable

from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.given import GivenTeam

_MAIN = '''"""Runs team.json on task.md, with the inputs of inputs.json and of the command line: main.py name=value …"""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

from autogen_agentchat.teams import BaseGroupChat

HERE = Path(__file__).parent
BLANK = re.compile(r"\\{([A-Za-z_]\\w*)\\}")


def fill(value: Any, inputs: dict[str, str]) -> Any:
    if isinstance(value, dict):
        known = {"selector_prompt": fill_prompt}
        return {name: known.get(name, fill)(each, inputs) for name, each in value.items()}
    if isinstance(value, list):
        return [fill(each, inputs) for each in value]
    return BLANK.sub(lambda found: inputs.get(found[1], found[0]), value) if isinstance(value, str) else value


def fill_prompt(text: str, inputs: dict[str, str]) -> str:
    """AutoGen formats this text itself: braces that are not its own are doubled."""
    def value(found: re.Match[str]) -> str:
        given = inputs.get(found[1], "{" + found[1] + "}")
        return given.replace("{", "{{").replace("}", "}}")

    return re.sub(r"\\{\\{([A-Za-z_]\\w*)\\}\\}", value, text)


def read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


async def run(given: list[str]) -> None:
    inputs = json.loads(read("inputs.json")) | dict(each.partition("=")[::2] for each in given)
    if missing := [name for name, value in inputs.items() if not value]:
        sys.exit(f"give a value to {', '.join(missing)}, in inputs.json or like this: python main.py {missing[0]}=…")
    content = fill(json.loads(read("team.json")), inputs)
    members = {each["config"]["name"] for each in content["config"]["participants"]}
    team = BaseGroupChat.load_component(content)
    result = await team.run(task=fill(read("task.md"), inputs))
    said = [each.to_text().strip() for each in result.messages if each.source in members]
    print("\\n\\n".join(text for text in said if text and not text.startswith("ABSTAIN")))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
'''


def write_starter(team: GivenTeam, task: str) -> dict[str, str]:
    """What stands beside team.json: main.py, task.md and inputs.json with the blanks of both.

    Args:
        team: as it is written; its texts are in team.json.
        task: what the team is told when it is started.
    """
    return {
        "main.py": _MAIN,
        "task.md": task.strip() + "\n",
        "inputs.json": json.dumps(inputs_of(team, task), ensure_ascii=False, indent=2) + "\n",
    }


def inputs_of(team: GivenTeam, task: str) -> dict[str, str]:
    """The blanks of a team's texts and of the task it is told, with their values; "" for those that are open."""
    return {name: team.inputs.get(name, "") for name in blanks([*_texts(team), task])}


def _texts(team: GivenTeam) -> Iterable[str]:
    for role in team.roles:
        yield from (role.name, role.goal, role.background)
    for task in team.tasks:
        yield from (task.text, task.expected)

"""The texts of a team get their places in a component of AutoGen, and are found there again."""

import keyword
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import Field

from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam
from swarm.teams.reading.values import Data, Tolerant, read_yaml, shaped

SEAT, TASK, HEARS = "roleless_seat", "roleless_task", "roleless_hears"
"""Metadata of a participant: whose turn it is, at which task; and "all" where it hears all before it."""
SELECTION = (
    "You decide who of your team speaks next. Your team:\n{roles}\n\nWhat was said so far:\n{history}\n\n"
    "Name one of {participants}. Only return the name."
)
"""What a selector is asked, behind its own background."""
_BRIEF_HEAD = (
    "What the team shall deliver, written by Roleless. Give it to the team as its task when it is run.\n---\n"
)
_FIELD = re.compile(r"\{\{|\}\}|\{(roles|participants|history)\}")
_MAX_NAME_CHARS = 40
_DEFAULTS = (
    "An agent that provides assistance with ability to use tools",
    "An agent that provides assistance",
    "An agent that uses an inner team of agents to generate responses",
    "An agent that answers questions by reading",
    "A helpful assistant with access to a web browser. Ask them to perform web searches",
    "A computer terminal that performs no other action than running Python scripts",
    "A Code Execution Agent that generates and executes Python and shell scripts",
    "An agent that can handle local files",
    "A human user",
)
"""Beginnings of the descriptions that AutoGen's own agents have unless told otherwise."""


class TaskText(Tolerant):
    """A task as the brief holds it."""

    name: str
    text: str
    expected: str = ""


class Brief(Tolerant):
    """Facts that AutoGen has no field for; they stand in the description of the team, as YAML."""

    goal: str = ""
    tasks: list[TaskText] = Field(default_factory=list[TaskText])
    inputs: dict[str, str] = Field(default_factory=dict[str, str])
    max_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    leader: str | None = None
    """The name of the leader, who is the selector or the first participant."""
    leader_goal: str = ""

    def task(self, name: str | None) -> GivenTask | None:
        """One of its tasks; None when it has none of that name."""
        return next((task for task in self.given_tasks if task.name == name), None)

    @property
    def given_tasks(self) -> tuple[GivenTask, ...]:
        """Its tasks as a team has them."""
        return tuple(GivenTask(task.name, task.text, task.expected) for task in self.tasks)


def brief_of(team: GivenTeam) -> str:
    """The description of a team's component."""
    kept: dict[str, Any] = {
        "goal": team.goal,
        "tasks": [{"name": task.name, "text": task.text, "expected": task.expected} for task in team.tasks],
        "inputs": dict(team.inputs),
        "max_usd": team.max_usd,
    }
    if team.coordination == "leader":
        kept |= {"leader": team.roles[0].name, "leader_goal": team.roles[0].goal}
    return _BRIEF_HEAD + yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=100)


def read_brief(path: str, place: str, description: str) -> Brief | None:
    """Read what `brief_of` wrote; None when the description is anybody else's.

    Raises:
        BadTeam: when the brief was changed and cannot be read any more.
    """
    if not description.startswith(_BRIEF_HEAD):
        return None
    content = read_yaml(path, description.removeprefix(_BRIEF_HEAD))
    return shaped(Brief, path, place, {} if content is None else content)


def system_message(role: GivenRole, task: GivenTask | None) -> str:
    """Write the message that tells an agent of itself: AutoGen's agents do not see their own description."""
    return "\n\n".join(part for part in (role.background, _ending(role.name, role.goal, task)) if part)


def background_in(message: str, name: str, goal: str, task: GivenTask | None) -> str:
    """The background in a system message, be it written by `system_message` or by anybody else."""
    return message.removesuffix(_ending(name, goal, task)).rstrip()


def selector_prompt(leader: GivenRole) -> str:
    """Write the question that asks the leader's model who speaks; other braces are doubled for AutoGen."""
    text = system_message(leader, None).replace("{", "{{").replace("}", "}}")
    return f"{text}\n\n{SELECTION}"


def unprompted(prompt: str) -> str:
    """A selector's prompt as a background: what AutoGen fills in is only named."""
    own = prompt.removesuffix(SELECTION).rstrip()
    return _FIELD.sub(lambda found: f"({found[1]})" if found[1] else found[0][0], own)


def agent_name(label: str) -> str:
    """A name such as AutoGen wants it, a Python identifier; ASCII, because model providers want that.

    Examples:
        >>> agent_name("Head baker (night)")
        'head_baker_night'
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_MAX_NAME_CHARS].strip("_")
    taken = not stem.isidentifier() or keyword.iskeyword(stem) or stem == "user"
    return f"agent_{stem}".rstrip("_") if taken else stem


def description_of(role: GivenRole) -> str:
    """Write what a selector is told of a role: its name too, which `agent_name` may not have been able to keep."""
    return f"{role.name}: {role.goal}" if role.goal else role.name


def goal_in(description: str, name: str) -> str:
    """The goal in a description that `description_of` wrote, or one that is nothing but a goal."""
    return "" if description == name else description.removeprefix(f"{name}: ")


def described(description: str) -> str:
    """A description as a goal; none where AutoGen wrote it by itself, which says nothing of the role."""
    return "" if description.strip().startswith(_DEFAULTS) else description


def display_name(label: str, name: str) -> str:
    """Return the name for people: an agent's label, if its name was made from that."""
    stem = agent_name(label)
    return label if name == stem or re.fullmatch(rf"{re.escape(stem)}_\d{{1,4}}", name) else name


def metadata_of(value: Any) -> Data:
    """Metadata as texts by name; empty when there is none."""
    return dict(value) if isinstance(value, Mapping) else {}  # pyright: ignore[reportUnknownArgumentType]


def _ending(name: str, goal: str, task: GivenTask | None) -> str:
    lines = [f"Your role: {name}"]
    lines += [f"Your goal: {goal}"] if goal else []
    lines += [f"Your task: {task.text}"] if task and task.text else []
    lines += [f"Expected: {task.expected}"] if task and task.expected else []
    return "\n".join(lines)

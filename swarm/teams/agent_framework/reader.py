"""A team of the Microsoft Agent Framework is read: prompts, and the workflow that invokes them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from swarm.protocols.given_team import MAX_STEPS, Step
from swarm.teams.agent_framework.actions import Invocations, invocations
from swarm.teams.reading.blanks import blanks
from swarm.teams.reading.choice import Candidate, choose
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTeam, Note
from swarm.teams.reading.values import BadTeam, Data, Tolerant, read_yaml, shaped, unknown_keys

_MARK = re.compile(
    r"""\bkind["']?\s*:\s*["']?(?:prompt|workflow|invokeazureagent|invokeagent)\b""", re.IGNORECASE
)
_FIRST_PARTS = {"openai": "openai", "azureopenai": "azure", "anthropic": "anthropic"}
"""Of LiteLLM's names, by provider."""


class _Model(Tolerant):
    id: str | None = None
    provider: str | None = None


class _Prompt(Tolerant):
    kind: str
    name: str | None = None
    displayName: str | None = None
    description: str | None = None
    instructions: str | None = None
    model: _Model | None = None


class _Trigger(Tolerant):
    actions: list[Any]
    id: str | None = None


class _Workflow(Tolerant):
    kind: str | None = None
    trigger: _Trigger | None = None
    actions: list[Any] | None = None
    """Of a workflow that is not triggered, as the framework's Python writes it too."""
    name: str | None = None


class _Found(NamedTuple):
    workflows: dict[str, Data]
    """By path."""
    prompts: dict[str, _Prompt]
    """By path."""


def read(files: Files) -> GivenTeam | None:
    """Read a workflow with its prompts, or a single prompt; None when no YAML is of either kind.

    Raises:
        BadTeam: names the file and the place.
    """
    found = _Found({}, {})
    for path, text in files.named("*.yaml", "*.yml").items():
        content = _content(path, text)
        if content and _is_workflow(content):
            found.workflows[path] = content
        elif content and _kind(content) == "prompt":
            found.prompts[path] = shaped(_Prompt, path, "", content)
    if found.workflows:
        path = choose(files, [Candidate(each, "", each) for each in found.workflows], "workflows")
        return _workflow(path, found.workflows[path], found.prompts)
    return _prompts(files, found.prompts) if found.prompts else None


def _content(path: str, text: str) -> Data | None:
    """A file that may be of the framework as values; None for files of others."""
    if not _MARK.search(text):
        return None
    content = read_yaml(path, text)
    return content if isinstance(content, dict) else None  # pyright: ignore[reportUnknownVariableType]


def _kind(content: Data) -> str:
    return str(content.get("kind", "")).lower()


def _is_workflow(content: Data) -> bool:
    """Others have workflows as well; those of the framework have a trigger or a list of actions."""
    if _kind(content) == "workflow":
        return "trigger" in content or "actions" in content
    return "kind" not in content and isinstance(content.get("actions"), list)


def _workflow(path: str, content: Data, prompts: Mapping[str, _Prompt]) -> GivenTeam:
    workflow = shaped(_Workflow, path, "", content)
    place = "trigger.actions" if workflow.trigger else "actions"
    actions = workflow.trigger.actions if workflow.trigger else workflow.actions
    found = invocations(path, place, actions or [])
    if not found.names:
        raise BadTeam(path, place, "no agent is invoked by name; wanted: an action InvokeAzureAgent")
    distinct = list(dict.fromkeys(found.names))
    known = {_name(prompt_path, prompt): prompt for prompt_path, prompt in prompts.items()}
    seats = {name: seat for seat, name in enumerate(distinct, 1)}
    roles = tuple(_role(name, known.get(name)) for name in distinct)
    return GivenTeam(
        name=workflow.name or (workflow.trigger and workflow.trigger.id) or PurePosixPath(path).stem,
        roles=roles,
        steps=tuple(Step(seats[name]) for name in found.names[:MAX_STEPS]),
        inputs=_inputs(roles),
        notes=(
            *_understood(path, distinct, known),
            *_notes_on_actions(found),
            *_left_out([prompt for name, prompt in known.items() if name in seats]),
        ),
    )


def _prompts(files: Files, prompts: Mapping[str, _Prompt]) -> GivenTeam:
    """Prompts without a workflow: a single one is a team of one, of several nobody says who comes first."""
    what = "agents without a workflow (add the workflow, or choose one of them)"
    path = choose(files, [Candidate(each, "", each) for each in prompts], what)
    prompt = prompts[path]
    role = _role(_name(path, prompt), prompt)
    understood = Note("understood", f"one agent from {path}")
    return GivenTeam(role.name, (role,), inputs=_inputs((role,)), notes=(understood, *_left_out([prompt])))


def _name(path: str, prompt: _Prompt) -> str:
    return _said(prompt.name).strip() or _said(prompt.displayName).strip() or PurePosixPath(path).stem


def _role(name: str, prompt: _Prompt | None) -> GivenRole:
    if prompt is None:
        return GivenRole(name)
    return GivenRole(name, _said(prompt.description), _said(prompt.instructions), _model(prompt.model))


def _model(model: _Model | None) -> str | None:
    name = _said(model.id) if model else ""
    first = _FIRST_PARTS.get((model.provider or "").lower()) if model else None
    return f"{first}/{name}" if name and first and "/" not in name else name or None


def _said(text: str | None) -> str:
    """A text; none where an expression stands, which is never evaluated."""
    return "" if text is None or text.startswith("=") else text


def _inputs(roles: Sequence[GivenRole]) -> dict[str, str]:
    return dict.fromkeys(blanks(text for role in roles for text in (role.goal, role.background)), "")


def _understood(path: str, names: Sequence[str], known: Mapping[str, _Prompt]) -> Iterator[Note]:
    yield Note("understood", f"{len(names)} agents and their order from {path}")
    unknown = sum(name not in known for name in names)
    if unknown:
        why = "Their files are not here, so these roles are only names."
        yield Note("changed", f"{_counted(unknown, 'agent')} without instructions", why)
    idle = sum(name not in names for name in known)
    if idle:
        why = "The workflow does not invoke them."
        yield Note("ignored", f"{_counted(idle, 'agent')} with a file of their own", why)


def _notes_on_actions(found: Invocations) -> Iterator[Note]:
    if found.other_kinds:
        why = "Jumps and loops are not followed: an agent works once for each time it is invoked on the way."
        yield Note("ignored", ", ".join(found.other_kinds[:12]), why)
    if found.branches:
        others = ", ".join(_shown(name) for name in found.passed_by[:8])
        left = f" Not on it: {others}." if others else ""
        why = f"The workflow takes one way each time; the first that invokes somebody is played, and counted.{left}"
        yield Note("changed", _counted(found.branches, "branch", "branches"), why)
    if found.repeated:
        why = "Each agent works once where its invocation stands."
        yield Note("changed", f"{_counted(found.repeated, 'invocation')} in a loop", why)
    if found.unnamed:
        why = "Expressions are never evaluated, so nobody knows who it is."
        yield Note("changed", f"{_counted(found.unnamed, 'invocation')} of an agent by an expression", why)
    if len(found.names) > MAX_STEPS:
        why = f"Only the first {MAX_STEPS} are played."
        yield Note("changed", f"{len(found.names) - MAX_STEPS} invocations", why)


def _left_out(prompts: Sequence[_Prompt]) -> Iterator[Note]:
    keys = {
        key for prompt in prompts for shape in (prompt, prompt.model or prompt) for key in unknown_keys(shape)
    }
    texts = [
        text
        for prompt in prompts
        for text in (prompt.description, prompt.instructions, prompt.model and prompt.model.id)
    ]
    if keys:
        why = "Tools, schemas, connections and options are not emulated."
        yield Note("ignored", ", ".join(sorted(keys)[:12]), why)
    if any(text and text.startswith("=") for text in texts):
        yield Note("ignored", "values that begin with “=”", "Expressions are never evaluated.")


def _counted(count: int, what: str, many: str = "") -> str:
    return f"{count} {(many or what + 's') if count > 1 else what}"


def _shown(name: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:60]

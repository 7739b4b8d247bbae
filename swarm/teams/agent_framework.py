"""This file is where a team of the Microsoft Agent Framework is read: prompts, and the workflow that invokes them."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from swarm.protocols.given_team import MAX_STEPS, Step
from swarm.teams.files import Files
from swarm.teams.given import GivenRole, GivenTeam, Note
from swarm.teams.reading import BadTeam, Data, Tolerant, read_yaml, shaped, unknown_keys

INVOKING = ("InvokeAzureAgent", "InvokeAgent")
NESTED = ("actions", "elseActions", "conditions", "cases", "defaultActions")
"""Keys under which an action holds others."""
MAX_ACTIONS = 2_000
_KINDS = ("Prompt", "Workflow")


class _Model(Tolerant):
    id: str | None = None


class _Prompt(Tolerant):
    kind: str
    name: str | None = None
    displayName: str | None = None
    description: str | None = None
    instructions: str | None = None
    model: _Model | None = None


class _Agent(Tolerant):
    name: str


class _Invoke(Tolerant):
    agent: _Agent
    id: str | None = None


class _Trigger(Tolerant):
    actions: list[Any] = Field(default_factory=list[Any])
    id: str | None = None


class _Workflow(Tolerant):
    trigger: _Trigger
    name: str | None = None


def read(files: Files) -> GivenTeam | None:
    """Read a workflow with its prompts, or a single prompt; None when no YAML is of either kind.

    Raises:
        BadTeam: names the file and the place.
    """
    found = [
        (path, content)
        for path, text in files.named("*.yaml", "*.yml").items()
        if (content := _content(path, text))
    ]
    workflows = [each for each in found if each[1]["kind"] == "Workflow"]
    prompts = {
        path: shaped(_Prompt, path, "", content) for path, content in found if content["kind"] == "Prompt"
    }
    if len(workflows) > 1:
        paths = ", ".join(path for path, _ in workflows[:5])
        raise BadTeam(workflows[0][0], "", f"{len(workflows)} workflows: choose one of {paths}")
    if workflows:
        return _workflow(*workflows[0], prompts)
    return _prompts(prompts) if prompts else None


def _content(path: str, text: str) -> Data | None:
    """A file of ours as values; None for files of others."""
    if not any(f"kind: {kind}" in text for kind in _KINDS):
        return None
    content = read_yaml(path, text)
    return content if isinstance(content, dict) and content.get("kind") in _KINDS else None  # pyright: ignore


def _workflow(path: str, content: Data, prompts: dict[str, _Prompt]) -> GivenTeam:
    workflow = shaped(_Workflow, path, "", content)
    met: list[str] = []
    names = [
        shaped(_Invoke, path, place, action).agent.name.strip()
        for place, action in _actions("trigger.actions", workflow.trigger.actions, met)
        if action.get("kind") in INVOKING
    ]
    if not names or not all(names):
        raise BadTeam(
            path, "trigger.actions", f"no agent is invoked by name; wanted: an action {INVOKING[0]}"
        )
    distinct = list(dict.fromkeys(names))
    known = {str(prompt.name): prompt for prompt in prompts.values() if prompt.name}
    roles = tuple(_role(name, known.get(name)) for name in distinct)
    steps = tuple(Step(distinct.index(name) + 1) for name in names[:MAX_STEPS])
    return GivenTeam(
        name=workflow.name or workflow.trigger.id or path.rpartition("/")[2].partition(".")[0],
        roles=roles,
        steps=steps,
        notes=(*_understood(path, distinct, known), *_other_actions(met), *_left_out(prompts)),
    )


def _actions(place: str, actions: Any, met: list[str]) -> Iterator[tuple[str, Data]]:
    """All actions in the order in which they are written, those of conditions and loops in their places."""
    waiting: list[tuple[str, Any]] = [(place, actions)]
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, list):
            waiting += [(f"{where}.{at}", each) for at, each in reversed([*enumerate(value)])]  # pyright: ignore
        elif isinstance(value, dict):
            content: Data = {str(key): each for key, each in value.items()}  # pyright: ignore
            met.append(str(content.get("kind", "")))
            if len(met) > MAX_ACTIONS:
                raise BadTeam(where, "", f"more than {MAX_ACTIONS:,} actions are no workflow")
            yield where, content
            waiting += [(f"{where}.{key}", content[key]) for key in reversed(NESTED) if key in content]


def _prompts(prompts: dict[str, _Prompt]) -> GivenTeam:
    """Prompts without a workflow: a single one is a team of one, of several nobody says who comes first."""
    if len(prompts) > 1:
        path = next(iter(prompts))
        raise BadTeam(
            path, "", f"{len(prompts)} agents and no workflow: add the workflow, or choose one of them"
        )
    [(path, prompt)] = prompts.items()
    role = _role(prompt.name or prompt.displayName or path.rpartition("/")[2].partition(".")[0], prompt)
    understood = Note("understood", f"one agent from {path}")
    return GivenTeam(role.name, (role,), notes=(understood, *_left_out(prompts)))


def _role(name: str, prompt: _Prompt | None) -> GivenRole:
    if prompt is None:
        return GivenRole(name)
    model = prompt.model.id if prompt.model else None
    # Expressions are never evaluated.
    named = None if model is None or model.startswith("=") else model
    return GivenRole(name, _said(prompt.description), _said(prompt.instructions), named)


def _said(text: str | None) -> str:
    return "" if text is None or text.startswith("=") else text


def _understood(path: str, names: list[str], known: dict[str, _Prompt]) -> Iterator[Note]:
    yield Note("understood", f"{len(names)} agents and their order from {path}")
    unknown = [name for name in names if name not in known]
    if unknown:
        why = "Their files are not here, so these roles are only names."
        yield Note(
            "changed", f"{len(unknown)} agent{'s' if len(unknown) > 1 else ''} without instructions", why
        )


def _other_actions(met: list[str]) -> Iterator[Note]:
    others = [kind for kind in dict.fromkeys(met) if kind and kind not in INVOKING and kind.isidentifier()]
    if others:
        why = "Conditions, loops and expressions are not evaluated: every agent works once for each time it is invoked."
        yield Note("ignored", ", ".join(others[:12]), why)


def _left_out(prompts: dict[str, _Prompt]) -> Iterator[Note]:
    keys = {key for prompt in prompts.values() for key in unknown_keys(prompt)}
    expressions = [
        prompt
        for prompt in prompts.values()
        if any(
            str(text).startswith("=")
            for text in (prompt.description, prompt.instructions, prompt.model and prompt.model.id)
        )
    ]
    if keys:
        yield Note("ignored", ", ".join(sorted(keys)[:12]), "Tools and schemas are not emulated.")
    if expressions:
        yield Note("ignored", "values that begin with “=”", "Expressions are never evaluated.")

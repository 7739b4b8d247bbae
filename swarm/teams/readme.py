"""What is taken home says how it is started, what it needs, and in what it differs from what was read and tested."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from swarm.teams.reading.given import GivenTeam
from swarm.teams.trial.arms import ARM_NAMES, Arm
from swarm.written import visible


class Home(NamedTuple):
    """A framework that a set-up is written for."""

    name: str
    package: str
    """As pip knows it, with the releases that were tried."""
    extras_of: str
    """The package whose extras models want."""
    extra_of: Callable[[str], str | None]
    """The extra that a model wants, by the model's name; None: it wants none."""
    inputs: str
    """The file that keeps values of inputs."""
    without_a_model: str
    differs: Callable[[GivenTeam, bool], Iterable[str]]
    """What it does otherwise than the test, in sentences, of a team and whether that has its own roles."""


def readme(team: GivenTeam, made: GivenTeam, arm: Arm, home: Home, inputs: Iterable[str]) -> str:
    """Write the README of a set-up that is taken home.

    Args:
        team: the one that was tested.
        made: the set-up as it is written.
        arm: which set-up.
        home: what it is written for.
        inputs: the blanks that want a value before it can be started.
    """
    parts = [
        f"# {_literal(team.name)}: {ARM_NAMES[arm].lower()}, for {home.name}\n",
        *_start(made, home, list(inputs)),
        "\n## What differs from the test\n",
        *(f"- {line}" for line in home.differs(made, arm == "given")),
        *_of_the_arm(arm),
        *([f"- The team's limit of {team.max_usd:g} dollars is not enforced."] if team.max_usd else []),
        *fates(team),
    ]
    return "\n".join(parts) + "\n"


def fates(team: GivenTeam) -> Iterator[str]:
    """What became of the parts of the files that the team was read from, in lines of Markdown."""
    titles = {"changed": "What was changed when the team was read", "ignored": "What was not taken along"}
    for kind, title in titles.items():
        if notes := [note for note in team.notes if note.kind == kind]:
            yield f"\n## {title}\n"
            yield from (
                f"- {_literal(f'{note.what}: {note.why}' if note.why else note.what)}" for note in notes
            )


def _start(made: GivenTeam, home: Home, inputs: list[str]) -> Iterator[str]:
    extras = sorted({extra for model in made.models if (extra := home.extra_of(model))})
    wanted = [f'"{home.package}"', *([f'"{home.extras_of}[{",".join(extras)}]"'] if extras else [])]
    given = "".join(f" {name}=…" for name in inputs)
    yield f"```sh\npip install {' '.join(wanted)}\npython main.py{given}\n```\n"
    if inputs:
        yield f"Inputs may also stand in `{home.inputs}`.\n"
    for model in made.models:
        extra = home.extra_of(model)
        yield f"- Model {_literal(model)}: " + (f"wants the extra `{extra}`." if extra else "wants no extra.")
    if any(role.model is None for role in made.roles):
        yield f"- Where no model is named: {home.without_a_model}"
    yield "- Keys of providers are taken from the environment, such as `OPENAI_API_KEY`."


def _of_the_arm(arm: Arm) -> Iterator[str]:
    if arm == "free":
        yield "- Agents answer in plain text, where the test asked for a form. Who adds nothing says ABSTAIN."
    if arm == "solo":
        yield "- The agent revises its work within one answer; in the test it was asked again and again."


def _literal(text: str) -> str:
    """One line in which every mark is itself."""
    return re.sub(r"([!-&*+:-@\[-`{-~]|(?<=www)\.)", r"\\\1", " ".join(visible(text).split()))

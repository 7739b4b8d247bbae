"""The JSON objects are defined that agents and judges are asked to answer with.

Their schemas go to providers that support structured output. Reading them out of whatever a model really sends
is swarm/reply/read.py's business.
"""

import re
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from swarm.reply.links import agents_in, numbers_in
from swarm.reply.written_out import written_out

MAX_TEXT_CHARS = 200_000
MAX_LINKS = 1_000
_NO_LETTER = re.compile(r"[\W_]+")
_NOBODY: tuple[Any, ...] = (None, "")
_SCORE = re.compile(r"\s*+([1-4])(?:\.0+)?(?:\s*+(?:/|out of|of)\s*+4)?(?:\s*+[-–:,(.].*)?\s*+", re.DOTALL)
_SCORE_WORDS = {"poor": 1, "weak": 2, "good": 3, "excellent": 4}
"""The scale in the judge's instructions."""


def keys_of(value: dict[str, Any], shape: type[BaseModel]) -> dict[str, str]:
    """The keys of an answer that are meant, by those which are written: in any case, with any marks between words."""
    asked = {_letters(name): name for name in shape.model_fields}
    return {key: asked[_letters(key)] for key in value if _letters(key) in asked}


def _letters(key: str) -> str:
    return _NO_LETTER.sub("", key).casefold() if len(key) < 100 else key


def _named_as_asked(value: Any, shape: type[BaseModel], info: ValidationInfo) -> Any:
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    meant = keys_of(given, shape)
    named = {key: given[key] for key in meant if key in shape.model_fields}
    for key, name in meant.items():
        if key != name:
            if name in named and named[name] != given[key]:
                raise ValueError(f"two different values for key {name!r}")
            named[name] = given[key]
            _note(info, "read a key that is written otherwise")
    return named


def _note(info: ValidationInfo, words: str) -> None:
    """Tell the reader, which hands in a list for it, what was mended."""
    if isinstance(info.context, list):
        cast("list[str]", info.context).append(words)


def _text(value: Any, info: ValidationInfo) -> Any:
    if value is None or isinstance(value, str):
        return value or ""
    _note(info, f"wrote out key {info.field_name!r}, which is no text")
    return written_out(value)


def _agent(value: Any, info: ValidationInfo) -> Any:
    """Read the one agent that is named, however; leave the rest to the validator."""
    if isinstance(value, bool):
        raise ValueError("an agent is named by its number")
    if isinstance(value, int | float):
        return value
    named = agents_in(value) or ()
    if len(named) != 1:
        return value
    if _in_words(value):
        _note(info, "read an agent's number out of words")
    return named[0]


def _agents(value: Any, info: ValidationInfo) -> list[int]:
    """Read the agents that are named; what names none is left out, so that the contribution is kept."""
    if value in _NOBODY:
        return []
    links = cast("list[Any]", value) if isinstance(value, list) else [value]
    found = [(link, agents_in(link)) for link in links[:MAX_LINKS]]
    if any(named and _in_words(link) for link, named in found):
        _note(info, "read an agent's number out of words")
    if strange := [str(link)[:40] for link, named in found if named is None]:
        _note(info, f"dropped links that name no agent: {', '.join(map(repr, strange[:3]))}")
    return [number for _, named in found for number in named or ()][:MAX_LINKS]


def _in_words(link: Any) -> bool:
    return isinstance(link, dict) or (isinstance(link, str) and numbers_in(link) is None)


def _lead(value: Any, info: ValidationInfo) -> int | None:
    named = _agents(value, info)
    if len(set(named)) > 1:
        _note(info, f"dropped a lead that names several agents: {str(value)[:40]!r}")
        return None
    return named[0] if named else None


def _truth(value: Any) -> Any:
    return value.strip(" \t\r\n.!*'\"") if isinstance(value, str) else value


def _jobs(value: Any) -> Any:
    """A plan's lines, also where they stand under the agents' numbers."""
    if not isinstance(value, dict):
        return value
    lines: list[Any] = []
    for agent, job in cast("dict[str, Any]", value).items():
        lines.append({"agent": agent, **(job if isinstance(job, dict) else {"job": job})})
    return lines


def _score(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _SCORE.fullmatch(value)
    return int(match[1]) if match else _SCORE_WORDS.get(value.strip(" .!").lower(), value)


Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS), BeforeValidator(_text)]
AgentNumber = Annotated[int, Field(ge=0, le=999_999), BeforeValidator(_agent)]


class Answer(BaseModel):
    """Base of all answers: unknown keys are ignored, known ones must make sense."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _read_as_meant(cls, value: Any, info: ValidationInfo) -> Any:
        return cls.as_meant(_named_as_asked(value, cls, info), info)

    @classmethod
    def as_meant(cls, value: Any, info: ValidationInfo) -> Any:
        """Mend what can be mended before the keys are checked one by one."""
        return value


class AgentAnswer(Answer):
    """What an agent returns: a role it chose, whether it takes part, and its contribution."""

    role: Text = Field(default="", description="The role you take, in your own words, two to five words.")
    participate: Annotated[bool, BeforeValidator(_truth)] = Field(
        description="false to sit this mission out."
    )
    reason: Text = Field(default="", description="One sentence: why you contribute this, or why you abstain.")
    contribution: Text = Field(default="", description="Your part of the deliverable; empty if you abstain.")
    builds_on: Annotated[list[int], BeforeValidator(_agents)] = Field(
        default_factory=list[int],
        description="Numbers of the agents whose work above you used.",
    )
    reports_to: Annotated[int | None, BeforeValidator(_lead)] = Field(
        default=None, description="Number of the agent above you follow as a lead, or null."
    )

    @classmethod
    def as_meant(cls, value: Any, info: ValidationInfo) -> Any:
        """Say that it takes part where it contributes, unless that is an object, which may be anybody's."""
        given = cast("dict[str, Any]", value) if isinstance(value, dict) else dict[str, Any]()
        contribution = written_out(given.get("contribution") or "").strip()
        if given.get("participate") is not None or not contribution or contribution.startswith("{"):
            return cast("Any", value)
        _note(info, "took the contribution for taking part")
        return {**given, "participate": True}


class ShortAnswer(Answer):
    """What a small model returns as an agent: a role and a contribution, which is empty when it abstains."""

    role: Text = Field(default="", description="The role you take, two to five words.")
    contribution: Text = Field(description="Your part of the work; empty if you have nothing to add.")


class AssignmentAnswer(Answer):
    """One line of a plan."""

    agent: AgentNumber
    role: Text = ""
    job: Text = ""


class PlanAnswer(Answer):
    """What the leader of a coordinated team returns."""

    reason: Text = Field(default="", description="One sentence: the idea of your plan.")
    plan: Text = Field(default="", description="How the work is divided, in a few sentences.")
    assignments: Annotated[list[AssignmentAnswer], BeforeValidator(_jobs)] = Field(
        max_length=1_000,
        description="One entry for each agent that shall work; agents left out stay idle.",
    )


class ScoreAnswer(Answer):
    """One criterion of a judge's answer."""

    score: Annotated[int, Field(ge=1, le=4), BeforeValidator(_score)]
    reason: Text = ""

    @classmethod
    def as_meant(cls, value: Any, info: ValidationInfo) -> Any:
        """Take a number that stands alone for the score."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return value
        _note(info, "took a bare number for a score")
        return {"score": value}


class JudgeAnswer(Answer):
    """What a judge returns."""

    accuracy: ScoreAnswer
    completeness: ScoreAnswer
    coherence: ScoreAnswer
    actionability: ScoreAnswer
    mission_relevance: ScoreAnswer

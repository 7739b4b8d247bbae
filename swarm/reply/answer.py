"""The JSON objects are defined that agents and judges are asked to answer with.

Their schemas go to providers that support structured output. Reading them out of whatever a model really sends
is swarm/reply/read.py's business.
"""

import re
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MAX_TEXT_CHARS = 200_000


# Possessive, because a reply may hold a hundred thousand spaces here.
_AGENT = re.compile(r"\s*+(?:agent|seat|#)?[\s_#-]*+(\d{1,3})\s*+", re.IGNORECASE)


def _number_of_agent(value: Any) -> Any:
    """Read 3, "3", "agent 3" and "#3" as 3; leave the rest to the validator."""
    if isinstance(value, bool):
        raise ValueError("an agent is named by its number")
    if isinstance(value, str) and (match := _AGENT.fullmatch(value)):
        return int(match[1])
    return value


def _nothing_for_null(empty: Any) -> BeforeValidator:
    return BeforeValidator(lambda value: empty if value is None else value)


def _list_of_agents(value: Any) -> Any:
    if value is None or value == "":
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _agent_or_nobody(value: Any) -> Any:
    return (
        None if isinstance(value, str) and value.strip().lower() in ("", "none", "null", "nobody") else value
    )


Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS), _nothing_for_null("")]
AgentNumber = Annotated[int, Field(ge=0, le=999_999), BeforeValidator(_number_of_agent)]


class Answer(BaseModel):
    """Base of all answers: unknown keys are ignored, known ones must make sense."""

    model_config = ConfigDict(extra="ignore")


class AgentAnswer(Answer):
    """What an agent returns: a role it chose, whether it takes part, and its contribution."""

    role: Text = Field(default="", description="The role you take, in your own words, two to five words.")
    participate: bool = Field(description="false to sit this mission out.")
    reason: Text = Field(default="", description="One sentence: why you contribute this, or why you abstain.")
    contribution: Text = Field(default="", description="Your part of the deliverable; empty if you abstain.")
    builds_on: Annotated[list[AgentNumber], Field(max_length=1_000), BeforeValidator(_list_of_agents)] = (
        Field(default_factory=list[int], description="Numbers of the agents whose work above you used.")
    )
    reports_to: Annotated[AgentNumber | None, BeforeValidator(_agent_or_nobody)] = Field(
        default=None, description="Number of the agent above you follow as a lead, or null."
    )


class AssignmentAnswer(Answer):
    """One line of a plan."""

    agent: AgentNumber
    role: Text = ""
    job: Text = ""


class PlanAnswer(Answer):
    """What the leader of a coordinated team returns."""

    reason: Text = Field(default="", description="One sentence: the idea of your plan.")
    plan: Text = Field(default="", description="How the work is divided, in a few sentences.")
    assignments: list[AssignmentAnswer] = Field(
        max_length=1_000,
        description="One entry for each agent that shall work; agents left out stay idle.",
    )


class ScoreAnswer(Answer):
    """One criterion of a judge's answer."""

    score: Annotated[int, Field(ge=1, le=4)]
    reason: Text = ""


class JudgeAnswer(Answer):
    """What a judge returns."""

    accuracy: ScoreAnswer
    completeness: ScoreAnswer
    coherence: ScoreAnswer
    actionability: ScoreAnswer
    mission_relevance: ScoreAnswer

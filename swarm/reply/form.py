"""An answer that repeats the form it was asked for is no answer."""

import re
from functools import cache
from typing import TypeVar, cast

from swarm.errors import MalformedReply
from swarm.reply.answer import AgentAnswer, Answer, JudgeAnswer, PlanAnswer, ShortAnswer

A = TypeVar("A", bound=Answer)

ECHO = "the form came back instead of an answer"
_MARKS = re.compile(r"[\W_]+")
_BLANK = re.compile(
    r"\W*+(?:(?:your|the|insert|enter|write|put|add|a|an|some|full|complete|here|goes|chosen|own|of|in|my|part)\b\W*+){0,6}+"
    r"(?:roles?|contributions?|text|string|answers?|content|deliverables?|reasons?|jobs?|plans?|sentences?|placeholder)"
    r"\b\W*+(?:(?:here|goes|name|text|string)\b\W*+){0,3}+|[<(\[]?+(?:\.{3,}+|…++|_{3,}+)[>)\]]?+",
    re.IGNORECASE,
)
"""What stands for something that was to be filled in, such as "<your contribution here>" and "…"."""
_WORDS_OF_FORMS = (
    "true, or false to abstain",
    "two to five words",
    "the whole text of it; empty when abstaining",
    "the text of your part",
    "one sentence on what you intend to deliver, with requirement numbers",
    "one sentence on what you intend to deliver",
    "a sentence on what is better now",
    "the whole of it, improved",
    "what is to be delivered, with numbers",
    "a whole number, 1 to 4",
    "in few words",
    "a few sentences",
    "a list: the numbers of agents above whose work you used",
    "the number of one above whose lead you follow, or null",
    "an empty list",
    "one sentence",
    "your role",
    "the role you intend to take",
    "role name",
    "why you contribute this, or why you abstain, one sentence",
    "your part of the deliverable, empty if you abstain",
    "your part of the deliverable",
    "what you improved, or why nothing, one sentence",
    "the whole contribution, improved",
    "one sentence: what you intend to deliver, with requirement numbers",
    "the idea of your plan, one sentence",
    "how the work is divided, a few sentences",
    "what to deliver, with requirement numbers",
)
"""How forms say what to fill in; those of the prompts' own words are held against these by the tests."""


def check_no_form(answer: A, repairs: list[str]) -> A:
    """Refuse an answer whose substance is the form's own words; smaller parts that are none are emptied.

    Args:
        answer: as it was read.
        repairs: told what was emptied.

    Raises:
        MalformedReply: when the contribution, the plan, a job or a judge's reason repeats the form.
    """
    match answer:
        case AgentAnswer() | ShortAnswer():
            return cast(A, _checked_agent(answer, repairs))
        case PlanAnswer():
            _refuse(answer.plan, *(job.job for job in answer.assignments))
        case JudgeAnswer():
            _refuse(*(getattr(answer, name).reason for name in JudgeAnswer.model_fields))
        case _:
            pass
    return answer


def _checked_agent(answer: AgentAnswer | ShortAnswer, repairs: list[str]) -> AgentAnswer | ShortAnswer:
    _refuse(answer.contribution)
    own = [name for name in ("role", "reason") if repeats_form(getattr(answer, name, ""))]
    if own and not answer.contribution.strip():
        raise MalformedReply(ECHO)
    repairs.extend(f"emptied key {name!r}, which repeats the form" for name in own)
    return answer.model_copy(update=dict.fromkeys(own, "")) if own else answer


def _refuse(*texts: str) -> None:
    if any(map(repeats_form, texts)):
        raise MalformedReply(ECHO)


def repeats_form(text: str) -> bool:
    """Tell whether a text is what a form says to fill in, or a mark for something left out.

    Examples:
        >>> repeats_form("<your contribution>"), repeats_form("…"), repeats_form("Rent the hall."), repeats_form("")
        (True, True, False, False)
    """
    bare = text.strip()
    if not bare or len(bare) > 200:
        return False
    return _letters(bare) in _forms() or _BLANK.fullmatch(bare) is not None


@cache
def _forms() -> frozenset[str]:
    """All that forms and schemas say, without marks and capitals, whole and by its parts."""
    shapes: tuple[type[Answer], ...] = (AgentAnswer, ShortAnswer, PlanAnswer, JudgeAnswer)
    said = [field.description or "" for shape in shapes for field in shape.model_fields.values()]
    whole = [*said, *_WORDS_OF_FORMS]
    parts = [part for text in whole for part in re.split(r"[:;,.]", text) if len(part.split()) > 2]
    return frozenset(letters for text in (*whole, *parts) if (letters := _letters(text)))


def _letters(text: str) -> str:
    return _MARKS.sub(" ", text).strip().casefold()

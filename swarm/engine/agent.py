"""An agent takes one turn: render the prompt, ask the model, read the answer."""

from collections.abc import Sequence
from dataclasses import replace

from swarm.engine.call import Caller
from swarm.engine.stage import Cued
from swarm.models.model import Request
from swarm.prompts.fit import Fitted, fitted
from swarm.reply.answer import AgentAnswer, PlanAnswer, ShortAnswer
from swarm.spec import MAX_SEED, RunSpec
from swarm.team import MAX_ROLE_CHARS, one_line
from swarm.turn import Assignment, Cue, Turn

DROPPED_OUT = "dropped out when the shock struck"
"""The reason of a seat that nobody asked any more."""


async def take_turn(caller: Caller, spec: RunSpec, code: str, cued: Cued) -> Turn:
    """Let one agent answer one cue.

    Args:
        caller: makes the run's calls.
        spec: the run's recipe.
        code: the run's mark around other agents' text.
        cued: who speaks, what is asked, and what is heard.

    Returns:
        The turn; "unparsed" or "failed", with the reason, when there is no answer.

    Raises:
        LimitExceeded: when a call could pass a limit of the run.
        ModelUnavailable: when no call to this model can succeed any more.
    """
    cue = cued.cue
    shape = _shape(spec, cue)
    prompt = fitted(spec, code, cued.seat, cue, cued.heard, cued.late)
    request = _request(spec, prompt, cued, shape)
    asked = await caller.ask_for(cued.seat.model, request, shape, cued.index)
    turn = Turn(
        index=cued.index,
        seat=cued.seat.number,
        round=cue.round,
        cue=cue.kind,
        action="failed" if asked.failed else "unparsed",
        role=_role_name(cue.role) if cue.role else None,
        reason=asked.failed or asked.unreadable,
        heard=cued.heard_keys,
        calls=asked.calls,
        notes=(prompt.note, *asked.notes) if prompt.note else asked.notes,
        adds=cue.adds,
    )
    match asked.answer:
        case PlanAnswer():
            return _planned(turn, asked.answer, len(spec.team))
        case AgentAnswer():
            return _contributed(turn, asked.answer, cue, cued.heard)
        case ShortAnswer():
            return _contributed(turn, _in_full(asked.answer), cue, cued.heard)
        case None:
            return turn


def _shape(spec: RunSpec, cue: Cue) -> type[PlanAnswer | AgentAnswer | ShortAnswer]:
    if cue.kind == "plan":
        return PlanAnswer
    return ShortAnswer if spec.form == "short" else AgentAnswer


def _in_full(answer: ShortAnswer) -> AgentAnswer:
    """The same answer with what a small model is not asked for: it abstains by contributing nothing."""
    contribution = answer.contribution.strip()
    return AgentAnswer(role=answer.role, participate=bool(contribution), contribution=contribution)


def _nameable(spec: RunSpec, cued: Cued) -> tuple[int, ...]:
    """The agents that an answer may name: in a plan all of them, otherwise those whose work it hears."""
    if cued.cue.kind == "plan":
        return tuple(seat.number for seat in spec.team)
    return tuple(sorted(_workers(cued.heard) - {cued.seat.number}))


def _workers(heard: Sequence[Turn]) -> set[int]:
    return {turn.seat for turn in heard if turn.action in ("contribute", "plan")}


def _request(
    spec: RunSpec, prompt: Fitted, cued: Cued, shape: type[PlanAnswer | AgentAnswer | ShortAnswer]
) -> Request:
    return Request(
        messages=prompt.messages,
        answer=shape,
        temperature=spec.temperature,
        seed=(spec.seed * 1_000_003 + cued.index) % (MAX_SEED + 1),
        max_tokens=prompt.max_tokens,
        timeout_s=spec.call_timeout_s,
        nameable=_nameable(spec, cued),
    )


def dropped_out(cued: Cued) -> Turn:
    """The turn of a seat that is not there any more: it failed without a call."""
    cue = cued.cue
    role = _role_name(cue.role) if cue.role else None
    return Turn(cued.index, cued.seat.number, cue.round, cue.kind, "failed", role, reason=DROPPED_OUT)


def _planned(turn: Turn, answer: PlanAnswer, agents: int) -> Turn:
    jobs: dict[int, Assignment] = {}
    notes = list(turn.notes)
    for job in answer.assignments:
        if not 1 <= job.agent <= agents:
            notes.append(f"dropped a job for agent {job.agent}: the team has {agents}")
        elif job.agent in jobs:
            notes.append(f"dropped a second job for agent {job.agent}")
        else:
            jobs[job.agent] = Assignment(job.agent, _role_name(job.role) or "Unnamed role", job.job.strip())
    if not jobs:
        reason = "the plan gives nobody a job"
        return replace(turn, action="unparsed", reason=reason, notes=tuple(notes))
    return replace(
        turn,
        action="plan",
        role="Coordinator",
        text=answer.plan.strip() or answer.reason.strip(),
        reason=answer.reason.strip(),
        assignments=tuple(jobs[seat] for seat in sorted(jobs)),
        notes=tuple(notes),
    )


def _contributed(turn: Turn, answer: AgentAnswer, cue: Cue, heard: Sequence[Turn]) -> Turn:
    role = turn.role or _role_name(answer.role) or None
    reason = answer.reason.strip() or None
    if not answer.participate:
        return replace(turn, action="abstain", role=role, reason=reason or "no reason given")
    text = answer.contribution.strip()
    if not text:
        return replace(
            turn, action="unparsed", role=role, reason="it says it takes part, but contributes nothing"
        )
    if cue.kind == "intend":
        return replace(turn, action="intend", role=role or "Unnamed role", text=text, reason=reason)
    known = _workers(heard) - {turn.seat}
    named = tuple(dict.fromkeys(answer.builds_on))
    lead = answer.reports_to
    strangers = sorted({seat for seat in (*named, lead) if seat is not None and seat not in known})
    note = (
        (f"dropped links to agents whose work it did not hear: {', '.join(map(str, strangers))}",)
        if strangers
        else ()
    )
    return replace(
        turn,
        action="contribute",
        role=role or "Unnamed role",
        text=text,
        reason=reason,
        builds_on=tuple(seat for seat in named if seat in known),
        reports_to=lead if lead in known else None,
        notes=(*turn.notes, *note),
    )


def _role_name(text: str) -> str:
    """A role an agent gave itself, as a name of at most 80 characters."""
    name = one_line(text)
    return name if len(name) <= MAX_ROLE_CHARS else name[: MAX_ROLE_CHARS - 1].rstrip() + "…"

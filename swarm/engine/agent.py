"""An agent takes one turn: render the prompt, ask the model, read the answer."""

from collections.abc import Sequence
from dataclasses import replace

from swarm.engine.call import Caller
from swarm.engine.stage import Cued
from swarm.models.model import Request
from swarm.prompts.render import agent_messages
from swarm.reply.answer import AgentAnswer, PlanAnswer
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
    shape: type[PlanAnswer | AgentAnswer] = PlanAnswer if cue.kind == "plan" else AgentAnswer
    request = _request(spec, code, cued, shape)
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
        notes=asked.notes,
        adds=cue.adds,
    )
    if isinstance(asked.answer, PlanAnswer):
        return _planned(turn, asked.answer, len(spec.team))
    if isinstance(asked.answer, AgentAnswer):
        return _contributed(turn, asked.answer, cue, cued.heard)
    return turn


def _request(spec: RunSpec, code: str, cued: Cued, shape: type[PlanAnswer | AgentAnswer]) -> Request:
    return Request(
        messages=agent_messages(spec, code, cued.seat, cued.cue, cued.heard, cued.late),
        answer=shape,
        temperature=spec.temperature,
        seed=(spec.seed * 1_000_003 + cued.index) % (MAX_SEED + 1),
        max_tokens=spec.max_tokens,
        timeout_s=spec.call_timeout_s,
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
    known = {other.seat for other in heard if other.action in ("contribute", "plan")} - {turn.seat}
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

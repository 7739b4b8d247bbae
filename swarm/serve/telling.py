"""A team's run becomes the reply to a request: in one piece, or as its turns are finished."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from swarm.recording.events import Event, RunFinished, TurnTaken
from swarm.serve.shape import DELIVERABLE, Shaping, key_of
from swarm.serve.teams import ONCE, POLL_S, Run, Teams
from swarm.serve.unfolding import Unfolding
from swarm.serve.wire import Ask, Refused, Stream, broken_off, comment, whole
from swarm.turn import Action

KEEP_ALIVE_S = 10.0
"""The longest time in which nothing is sent."""
_DID: dict[Action, str] = {
    "plan": "planned",
    "intend": "said what it is going to do",
    "contribute": "contributed",
    "abstain": "abstained",
    "unparsed": "could not be read",
    "failed": "did not answer",
}


async def reply(http: HttpRequest, ask: Ask, teams: Teams) -> Response:
    """Have a team perform the mission in a request.

    Raises:
        Refused: it cannot be, or the run did not come to an end that can be delivered.
    """
    # Before anything is paid for.
    shaping = Shaping(ask, key_of(ask, DELIVERABLE))
    run = await teams.start(ask)
    headers = {"x-roleless-run": run.run_id}
    if ask.stream:
        return _Streamed(_streamed(ask, run, shaping), headers, lambda: teams.end(run))
    try:
        ending = await _ending_of(http, run)
        finish = _finish_of(run, ending)
    except Refused as refused:
        refused.headers |= headers
        raise
    finally:
        teams.end(run)
    text = shaping.whole(ending.deliverable)
    return JSONResponse(whole(ask, run.run_id, text, shaping.finish(finish), ending.spent), headers=headers)


class _Streamed(StreamingResponse):
    """A stream whose end is noticed, also when nobody has read a byte of it."""

    def __init__(
        self, pieces: AsyncIterator[str], headers: dict[str, str], ended: Callable[[], None]
    ) -> None:
        super().__init__(pieces, headers=headers, media_type="text/event-stream")
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


async def _ending_of(http: HttpRequest, run: Run) -> RunFinished:
    async with aclosing(run.events()) as events:
        async for event in events:
            if isinstance(event, RunFinished):
                return event
            if event is None and await http.is_disconnected():
                break
    raise Refused(499, "nobody waited for the reply")


def _finish_of(run: Run, ending: RunFinished) -> str:
    """Return the reason why the reply ends, in OpenAI's word.

    Raises:
        Refused: there is no reply.
    """
    if ending.deliverable and ending.status in ("finished", "limited"):
        return "stop" if ending.status == "finished" else "length"
    reason = ending.reason or "nobody contributed"
    if run.idle and ending.status in ("finished", "failed"):
        reason += f"; agent {run.idle.seat} {_DID[run.idle.action]} ({run.idle.reason})"
    # Not 5xx, which clients and gateways repeat by themselves: it would be paid for again.
    raise Refused(424, f"run {run.run_id} {ending.status}: {reason}", f"run_{ending.status}", headers=ONCE)


async def _streamed(ask: Ask, run: Run, shaping: Shaping) -> AsyncIterator[str]:
    stream, unfolding, silent_s = Stream(ask, run.run_id), Unfolding(run.spec), 0.0
    yield stream.begin() + "".join(map(comment, run.spec.warnings)) + stream.piece(shaping.begin())
    try:
        async with aclosing(run.events()) as events:
            async for event in events:
                said = _said(event, stream, unfolding, shaping)
                silent_s = 0.0 if said else silent_s + POLL_S
                if silent_s >= KEEP_ALIVE_S:
                    said, silent_s = comment("at work"), 0.0
                if said:
                    yield said
                if isinstance(event, RunFinished):
                    yield _end(event, run, stream, unfolding, shaping)
    except Refused as refused:
        yield broken_off(refused)


def _said(event: Event | None, stream: Stream, unfolding: Unfolding, shaping: Shaping) -> str:
    """Return the text that is sent because of an event; empty: nothing."""
    if not isinstance(event, TurnTaken):
        return ""
    # Only what was done: reasons are words of models.
    did = comment(f"agent {event.turn.seat} {_DID[event.turn.action]}")
    return did + stream.piece(shaping.take(unfolding.take(event)))


def _end(ending: RunFinished, run: Run, stream: Stream, unfolding: Unfolding, shaping: Shaping) -> str:
    rest = unfolding.rest(ending)
    if rest is None:
        raise Refused(500, f"work that was sent already was replaced; see run {run.run_id}", headers=ONCE)
    finish = _finish_of(run, ending)
    last = stream.piece(shaping.take(rest) + shaping.end())
    return last + stream.end(shaping.finish(finish), ending.spent)

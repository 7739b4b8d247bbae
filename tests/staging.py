"""A small stage: a mission, answers, a model that acts by what it is asked, a run played to its end."""

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from swarm.engine.call import RetryPolicy
from swarm.engine.run import play
from swarm.mission import Mission, Requirement
from swarm.models.model import Completion, Model, Request
from swarm.models.scripted import Reply, ScriptedModel
from swarm.protocols import PROTOCOLS
from swarm.recording.events import Event, RunFinished, TurnTaken
from swarm.reply.answer import JudgeAnswer, PlanAnswer
from swarm.spec import RunSpec
from swarm.team import make_team
from swarm.turn import Turn
from swarm.verdict import CRITERIA

NAMES = sorted(PROTOCOLS)
"""Of all protocols: what holds for all is tested for each."""

MISSION = Mission(
    id="bakery",
    title="Open a bakery",
    goal="Open a bakery on the corner.",
    values=("Everybody can afford bread.",),
    requirements=(
        Requirement("Find a site"),
        Requirement("Hire two bakers", needs=(1,)),
        Requirement("Tell the neighbours"),
    ),
)
NO_WAITS = RetryPolicy(first_wait_s=0.0)
GARBAGE = "I would rather say it in my own words."


def said(contribution: str = "Bread at seven.", **changes: Any) -> str:
    """An agent's answer, as asked for."""
    answer = {
        "role": "Baker",
        "participate": True,
        "reason": "It is missing.",
        "contribution": contribution,
    }
    return json.dumps(answer | {"builds_on": [], "reports_to": None} | changes)


def abstained(reason: str = "All is said.") -> str:
    """An agent's answer when it sits the mission out."""
    return said("", participate=False, reason=reason)


def planned(*jobs: tuple[int, str], plan: str = "Each a part.") -> str:
    """A leader's answer that gives (seat, role) something to do."""
    listed = [{"agent": seat, "role": role, "job": f"Deliver as {role}."} for seat, role in jobs]
    return json.dumps({"reason": "Short ways.", "plan": plan, "assignments": listed})


def judged(points: int = 3, **others: int) -> str:
    """A judge's answer that gives every criterion the same points, but for `others`."""
    scores = dict.fromkeys(CRITERIA, points) | others
    return json.dumps({name: {"score": score, "reason": "So it is."} for name, score in scores.items()})


def speaker(request: Request) -> int:
    """The seat that a request is for; 0 when it is the judge's."""
    found = re.search(r"^You are agent (\d+)", last_lines(request), re.MULTILINE)
    return int(found[1]) if found else 0


def last_lines(request: Request) -> str:
    """What only this speaker is told."""
    return request.messages[1].parts[-1]


def digest(request: Request) -> str:
    """A name for what is asked, the same when it is asked again."""
    text = "".join(message.text for message in request.messages[:2])
    return "q" + hashlib.sha256(text.encode()).hexdigest()[:10]


def act(request: Request) -> str:
    """Answer as asked: a contribution names its prompt, a plan gives all others a job, a verdict is 3."""
    if request.answer is JudgeAnswer:
        return judged()
    if request.answer is PlanAnswer:
        return planned((2, "Site scout"), (3, "Recruiter"), plan=f"Plan {digest(request)}")
    return said(
        f"Work {digest(request)}", role=f"Role {speaker(request)}", reason=f"Reason {digest(request)}"
    )


class PaidModel(ScriptedModel):
    """A scripted model that passes for a real one: its calls are announced, and spent when in doubt."""

    @property
    def simulated(self) -> bool:
        """False, so that nothing is repeated lightly."""
        return False


class Dawdler(ScriptedModel):
    """A scripted model that answers the first seat last."""

    async def complete(self, request: Request) -> Completion:
        """Let everybody else go first."""
        for _ in range(20 * (9 - speaker(request))):
            await asyncio.sleep(0)
        return await super().complete(request)


class Listener:
    """A model that remembers what another was asked."""

    def __init__(self, model: Model) -> None:
        self.model, self.name, self.simulated = model, model.name, model.simulated
        self.price = model.price
        self.requests: list[Request] = []

    @property
    def throttle(self) -> Any:
        """The other's."""
        return self.model.throttle

    def most(self, request: Request) -> Any:
        """Ask the other."""
        return self.model.most(request)

    async def complete(self, request: Request) -> Completion:
        """Remember, and ask the other."""
        self.requests.append(request)
        return await self.model.complete(request)


def script(*replies: Reply) -> ScriptedModel:
    """A team's model that plays these replies in order."""
    return ScriptedModel("team", replies)


def recipe(protocol: str = "sequential", agents: int = 3, **changes: Any) -> RunSpec:
    """A spec of the small mission for the model "team", judged by the model "judge"."""
    spec = RunSpec(MISSION, make_team(["team"], agents), protocol, judge="judge", max_tokens=100)
    return replace(spec, **changes)


def stage(*models: Model) -> Mapping[str, Model]:
    """Models by name; whoever is missing is played by `act`."""
    cast = {name: ScriptedModel(name, act) for name in ("team", "judge")}
    return {**cast, **{model.name: model for model in models}}


def played(
    spec: RunSpec,
    *models: Model,
    before: Sequence[Event] = (),
    policy: RetryPolicy = NO_WAITS,
    **how: Any,
) -> list[Event]:
    """Play a run and return its new events."""

    async def drain() -> list[Event]:
        events = play(spec, run_id="r1", models=stage(*models), before=before, policy=policy, **how)
        # A run that waits for itself shall fail its test, not hang it.
        async with asyncio.timeout(30):
            return [event async for event in events]

    return asyncio.run(drain())


def simulated(spec: RunSpec) -> list[Event]:
    """Play a run with the models that it names."""

    async def drain() -> list[Event]:
        return [event async for event in play(spec, run_id="r1")]

    return asyncio.run(drain())


def turns_of(events: Sequence[Event]) -> list[Turn]:
    """The turns, in the order of speaking."""
    return sorted(
        (event.turn for event in events if isinstance(event, TurnTaken)), key=lambda turn: turn.index
    )


def ending_of(events: Sequence[Event]) -> RunFinished:
    """The last event, which must be the end."""
    last = events[-1]
    assert isinstance(last, RunFinished)
    return last


def of_kind(kind: type, events: Sequence[Event]) -> list[Any]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]

"""A deliverable is judged: five criteria, from the judge's own structured answer only.

The judge sees the mission and the deliverable: no names, no protocol, no models, no number of agents.
"""

from swarm.engine.call import Caller
from swarm.errors import ModelUnavailable
from swarm.models.model import Request
from swarm.prompts.fit import room_for_answer
from swarm.prompts.render import judge_messages
from swarm.reply.answer import JudgeAnswer, ScoreAnswer
from swarm.spec import Reach, RunSpec
from swarm.verdict import CRITERIA, Criterion, Score, Verdict


async def judge(caller: Caller, model: str, spec: RunSpec, deliverable: str) -> Verdict:
    """Ask a model for its verdict on a deliverable.

    Args:
        caller: makes the run's calls.
        model: that judges.
        spec: for the mission, the seed, and the length and deadline of the reply; the judge is shown the mission
            only.
        deliverable: what the team wrote, without names.

    Returns:
        Five scores of 1 to 4 with reasons; or none, with the reason why, when the deliverable is empty, or the
        judge cannot be reached or read. Never a made-up score.

    Raises:
        LimitExceeded: when the call could pass a limit of the run.
    """
    if not deliverable.strip():
        return Verdict(model, unscored="nothing was delivered")
    messages = judge_messages(spec.mission, deliverable)
    context = spec.reach_of(model).context
    request = Request(
        messages=messages,
        answer=JudgeAnswer,
        temperature=0.0,
        seed=spec.seed,
        max_tokens=room_for_answer(Reach(spec.judge_max_tokens, context), messages),
        timeout_s=spec.call_timeout_s,
    )
    try:
        asked = await caller.ask_for(model, request, JudgeAnswer, index=None)
    except ModelUnavailable as error:
        return Verdict(model, unscored=f"the judge cannot be reached: {error}")
    if asked.answer is None:
        problem = asked.failed or f"its reply could not be read: {asked.unreadable}"
        return Verdict(model, unscored=f"the judge gave no verdict: {problem}", calls=asked.calls)
    return Verdict(model, scores=tuple(_score(asked.answer, name) for name in CRITERIA), calls=asked.calls)


def _score(answer: JudgeAnswer, criterion: Criterion) -> Score:
    given: ScoreAnswer = getattr(answer, criterion)
    return Score(criterion, given.score, given.reason.strip())

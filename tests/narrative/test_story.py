"""A run in plain words, and two runs in one sentence."""

import asyncio
from dataclasses import replace

import pytest

from swarm.errors import BadInput, ProtocolFailed
from swarm.mission import Mission
from swarm.narrative.contrast import contrast
from swarm.narrative.labels import SAT_OUT
from swarm.narrative.role_origin import origin_of_roles, origin_under
from swarm.narrative.story import hearing, story, who_sat_out
from swarm.organization.graph import seats_of
from swarm.protocols import PROTOCOLS
from swarm.recording.events import TurnStarted
from swarm.recording.record import RunRecord, record_of
from swarm.spec import RunSpec
from swarm.team import make_team
from swarm.turn import Assignment, Cue, TurnKey, Usage
from swarm.verdict import Verdict
from tests.made import BAKERY, verdict
from tests.recorded import a_record, a_turn
from tests.staging import MISSION, NAMES, simulated

ENDINGS = {
    "stopped": "was stopped",
    "limited": "reached a limit",
    "failed": "failed",
}


def told(record: RunRecord) -> str:
    return " ".join(story(record))


def played(protocol: str, agents: int) -> RunRecord:
    spec = RunSpec(MISSION, make_team(["sim/strong"], agents), protocol, judge="sim/judge", seed=3)
    return record_of(simulated(spec))


@pytest.mark.parametrize("agents", [1, 8, 40])
@pytest.mark.parametrize("protocol", NAMES)
def test_every_run_is_told_in_two_to_four_whole_sentences(protocol, agents):
    sentences = story(played(protocol, agents))
    assert 2 <= len(sentences) <= 4
    for sentence in sentences:
        assert not sentence[0].islower()
        assert sentence.endswith(".")
        assert "None" not in sentence
        assert "  " not in sentence


@pytest.mark.parametrize(
    ("protocol", "heard"),
    [("sequential", "work"), ("coordinator", "plan"), ("broadcast", "intentions"), ("shared", "nobody")],
)
def test_what_agents_heard_is_read_from_their_turns(protocol, heard):
    assert hearing(played(protocol, 8)) == heard


def test_to_hear_oneself_is_to_hear_nobody():
    revised = a_turn(1, index=1, round=2, heard=(TurnKey(1, 1),))
    assert hearing(a_record([a_turn(1), revised])) == "nobody"


def test_chosen_roles_and_given_ones_are_told_apart():
    turns = [a_turn(1), a_turn(2, role="Accountant")]
    assert "Both agents contributed, in roles that they chose themselves, no two alike." in told(
        a_record(turns)
    )
    given = told(a_record(turns, spec={"protocol": "fixed_roles"}))
    assert "in roles that they were given" in given
    assert "chose" not in given


OF_ONE = {
    "planned": "Coordinator",
    "given": "in a role that it was given: “Baker”",
    "chosen": "in a role of its own choosing: “Baker”",
    "unknown": "in a role that was chosen or given (which is not known): “Baker”",
}


def test_whether_roles_of_an_unregistered_protocol_were_chosen_is_not_known():
    unknown = {"spec": {"protocol": "my_own"}}
    one, both = a_record([a_turn(1)], **unknown), a_record([a_turn(1), a_turn(2, role="Clerk")], **unknown)
    assert origin_of_roles(one) == "unknown"
    assert OF_ONE["unknown"] in told(one)
    assert "in roles that were chosen or given (which is not known), no two alike." in told(both)
    assert "themselves" not in told(both)


async def _imposing(mission, team, speak):
    """Gives everybody the same role, without having a list of roles."""
    for seat in team:
        yield await speak(seat, cue=Cue("contribute", role="Critic"))


async def _failing(mission, team, speak):
    """Cannot go on without a plan that makes sense."""
    raise ProtocolFailed("nobody has a plan")
    yield


@pytest.mark.parametrize(
    ("protocol", "origin"), [(_imposing, "given"), (_failing, "unknown"), (PROTOCOLS["shared"], "chosen")]
)
def test_a_protocol_of_ones_own_is_rehearsed_to_see_where_roles_come_from(protocol, origin, monkeypatch):
    monkeypatch.setitem(PROTOCOLS, "my_own", protocol)
    record = a_record([a_turn(1)], spec={"protocol": "my_own"})
    assert origin_under("my_own") == origin
    assert OF_ONE[origin] in told(record)


@pytest.mark.parametrize("protocol", NAMES)
def test_where_roles_come_from_under_a_protocol_is_what_its_runs_show(protocol):
    expected = {"coordinator": "planned", "fixed_roles": "given", "given_team": "given"}.get(
        protocol, "chosen"
    )
    assert origin_under(protocol) == expected
    assert origin_of_roles(played(protocol, 4)) == expected


def test_a_story_can_be_told_where_an_event_loop_is_running():
    async def notebook() -> str:
        return told(a_record([a_turn(1)]))

    assert OF_ONE["chosen"] in asyncio.run(notebook())


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ([None, None, None], "All 3 agents contributed, without naming a role."),
        ([None], "The only agent contributed, without naming a role."),
        (["Baker", None, None], "contributed, 1 of them in a role of its own choosing: “Baker”."),
        (
            ["Baker", "Clerk", None],
            "contributed, 2 of them in roles that they chose themselves, no two alike.",
        ),
    ],
)
def test_whoever_has_no_role_is_not_said_to_have_chosen_one(roles, words):
    assert words in told(a_record([a_turn(seat, role=role) for seat, role in enumerate(roles, 1)]))


def test_roles_of_a_plan_are_the_leaders():
    jobs = (Assignment(2, "Baker", "Bake."), Assignment(3, "Clerk", "Ask."))
    plan = a_turn(1, "plan", assignments=jobs)
    sentence = story(a_record([plan, a_turn(2)], agents=3, spec={"protocol": "coordinator"}))[0]
    assert sentence == "Agent 1 led: its plan gave 2 agents a role and a job, and 1 delivered."


def test_a_leader_that_works_alone_led_nobody():
    plan = a_turn(1, "plan", assignments=(Assignment(1, "Baker", "Bake."),))
    alone = a_turn(1, index=1, round=2)
    assert story(a_record([plan, alone]))[0] == "Agent 1 planned for itself alone, and delivered."


def test_roles_much_alike_are_counted():
    turns = [a_turn(1), a_turn(2, role="bakers"), a_turn(3, role="Clerk")]
    assert (
        "2 of them took roles much like another's, such as “Baker” and “bakers”." in story(a_record(turns))[0]
    )


def test_the_agent_most_built_upon_is_named():
    turns = [
        a_turn(1, role="Scout"),
        a_turn(2, role="Clerk", builds_on=[1]),
        a_turn(3, builds_on=[2]),
        a_turn(4, builds_on=[2]),
    ]
    assert (
        "They built on each other's work 3 times, most on that of agent 2 (Clerk): 2 of them did; "
        "the organization is 3 layers deep, and nobody leads."
    ) in told(a_record(turns))


def test_one_link_is_told_as_one():
    turns = [a_turn(1), a_turn(2, role="Clerk", builds_on=[1])]
    assert (
        "One built on the work of another, agent 1 (Baker); the organization is 2 layers deep, and nobody leads."
        in told(a_record(turns))
    )


def test_whom_others_place_themselves_under_is_told():
    turns = [a_turn(1), a_turn(2, reports_to=1), a_turn(3, reports_to=1)]
    assert "; 2 placed themselves under agent 1;" in told(a_record(turns))


def test_four_kinds_of_not_working_are_told_apart():
    turns = [
        a_turn(1),
        a_turn(2, "abstain", reason="All is said."),
        a_turn(3, "unparsed", reason="no JSON"),
        a_turn(4, "failed", reason="timeout"),
    ]
    record = replace(a_record(turns, agents=5), protocol_ended=True)
    assert who_sat_out(seats_of(record)) == (
        "agent 2 chose to sit it out with the reason “All is said”; "
        "agent 5 stayed idle by order (never asked to work); "
        "agent 3 gave an unreadable reply; "
        "agent 4 got no reply from the model (timeout)"
    )


def test_whoever_may_still_work_does_not_sit_it_out():
    record = a_record([a_turn(1)], agents=3, ending=None, thinking=2)
    assert who_sat_out(seats_of(record)) == ""


@pytest.mark.parametrize("action", ["abstain", "unparsed", "failed"])
def test_a_run_without_any_work_says_so(action):
    record = a_record([a_turn(1, action), a_turn(2, action)])
    assert story(record)[0] == "None of the 2 agents has contributed."
    assert "built" not in told(record)


def test_quality_comes_with_its_points():
    assert "the judge gave 12 of 16 points, a quality of 0.75." in told(
        a_record([a_turn(1)], judged=verdict(3))
    )


def test_a_missing_score_has_its_reason():
    unscored = Verdict("sim/judge", unscored="its reply could not be read")
    assert "it has no quality: its reply could not be read." in told(a_record([a_turn(1)], judged=unscored))
    unjudged = a_record([a_turn(1)], ending="stopped", spec=None)
    assert told(unjudged).endswith("it has no quality: the judge was not asked.")
    assert told(replace(unjudged, spec=replace(unjudged.spec, judge=None))).endswith(
        "it has no quality: nobody judged it."
    )


def test_money_is_said_to_be_simulated_only_when_it_is():
    assert "$0.091 of simulated money" in told(a_record([a_turn(1)]))
    real = told(a_record([a_turn(1)], simulated=False))
    assert "$0.091" in real
    assert "simulated" not in real


def test_an_unknown_price_is_not_nothing():
    record = a_record([a_turn(1)])
    free = replace(record, spent=Usage(100, 0, 50, None))
    assert "150 tokens and an unknown amount of money" in told(free)


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_early_end_says_how_why_and_who_had_no_turn(ending):
    sentence = story(a_record([a_turn(1)], agents=3, ending=ending))[-1]
    assert sentence.startswith(
        f"The run {ENDINGS[ending]} before 2 of 3 agents had their turn (it was {ending}); "
    )


def test_an_interrupted_run_is_not_going_on():
    record = replace(a_record([a_turn(1)], agents=3, ending=None), status="interrupted")
    assert story(record)[-1].startswith("The run was interrupted before 2 of 3 agents had their turn; ")


def test_a_live_run_says_who_is_at_it():
    record = a_record([a_turn(1)], agents=3, ending=None, thinking=2)
    assert story(record) == (
        "Agent 1 alone contributed so far, in a role of its own choosing: “Baker”.",
        "Agent 2 is thinking.",
    )


def test_many_at_once_are_counted():
    record = a_record([], agents=256, ending=None)
    cued = tuple(
        TurnStarted(
            run_id="r",
            seq=seat,
            at=record.started,
            t=0.0,
            index=seat - 1,
            seat=seat,
            round=1,
            cue="contribute",
        )
        for seat in range(1, 257)
    )
    assert story(replace(record, speaking=cued))[-1] == "Agents 1, 2, 3 and 253 others are thinking."


def test_a_judge_that_reads_is_awaited():
    record = replace(a_record([a_turn(1)], ending=None), protocol_ended=True)
    assert story(record)[-1] == "Everybody has spoken, and the judge is reading."


def test_words_of_agents_stay_on_one_short_line():
    turns = [a_turn(1, role="Chief\n\n" + "x" * 500), a_turn(2, "abstain", reason="Because.\n" * 300)]
    text = told(a_record(turns))
    assert "\n" not in text
    assert len(text) < 600


def a_pair(**other) -> tuple[RunRecord, RunRecord]:
    """A sequential run in which one built on another and one abstained, and a shared one of two bakers."""
    first = [
        a_turn(1, role="Scout"),
        a_turn(2, builds_on=[1], heard=(TurnKey(1, 1),)),
        a_turn(3, "abstain", heard=(TurnKey(1, 1),)),
    ]
    second = [a_turn(1, heard=()), a_turn(2, role="bakers", heard=()), a_turn(3, role="Clerk", heard=())]
    shared = {
        "run_id": "20261122-120000-000002",
        "spec": {"protocol": "shared"},
        "judged": verdict(2),
        **other,
    }
    if shared.get("ending"):
        shared["judged"] = None
    return a_record(first, judged=verdict(3)), a_record(second, **shared)


def test_two_runs_are_set_against_each_other_in_one_sentence():
    one, other = a_pair()
    assert contrast(replace(one, duration_s=24.0), other) == (
        "Sequential scored 0.75 and Shared 0.50: in Sequential, agents heard what others had finished, "
        "built on each other's work once and 1 of 3 chose to sit it out; "
        "in Shared, agents heard nobody and 2 of 3 took roles much like another's; "
        f"Sequential took 24 s instead of 8.0 s and {one.spent.tokens:,} tokens instead of {other.spent.tokens:,}."
    )


def test_whoever_is_named_first_is_told_first():
    one, other = a_pair()
    sentence = contrast(other, one)
    assert sentence.startswith("Shared scored 0.50 and Sequential 0.75: in Shared, agents heard nobody")
    assert f"both took 8.0 s, Shared with {other.spent.tokens:,} tokens" in sentence


def test_what_ended_early_has_no_score_and_says_so():
    one, other = a_pair(ending="stopped")
    assert "and Shared was stopped and has no score (the judge was not asked)" in contrast(one, other)


def test_what_could_not_be_judged_says_why():
    one, other = a_pair(judged=Verdict("sim/judge", unscored="nothing was delivered"))
    assert "and Shared has no score (nothing was delivered)" in contrast(one, other)


def test_runs_of_one_protocol_are_called_by_their_order():
    one, _ = a_pair()
    again = replace(one, run_id="20261122-120000-000003")
    assert contrast(one, again).startswith(
        "The first run scored 0.75 and the second run 0.75: in the first run,"
    )


def test_the_protocol_is_not_credited_with_what_else_differs():
    one, other = a_pair()
    assert "besides" not in contrast(one, other)
    spec = replace(other.spec, team=make_team(["sim/weak"], 3), seed=5)
    assert contrast(one, replace(other, spec=spec)).endswith(
        "; besides the protocol, they differ in team (3 × sim/strong against 3 × sim/weak) and seed (0 against 5)."
    )


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"team": make_team(["sim/strong"], 4)}, "team (3 × sim/strong against 4 × sim/strong)"),
        ({"seed": 7}, "seed (0 against 7)"),
        ({"pace": "fast"}, "pace (instant against fast)"),
        ({"temperature": 0.0}, "temperature (0.7 against 0)"),
        ({"options": {"batch": 2}}, "options (none against batch 2)"),
        ({"max_tokens": 500}, "longest reply (4,000 tokens against 500 tokens)"),
    ],
)
def test_of_two_runs_of_one_protocol_it_is_said_what_differs(changes, named):
    one, _ = a_pair()
    again = replace(one, run_id="20261122-120000-000003", spec=replace(one.spec, **changes))
    assert contrast(one, again).endswith(f"; they differ in {named}.")


def test_options_of_two_protocols_are_no_difference_besides_them():
    one, other = a_pair()
    assert "options" not in contrast(one, replace(other, spec=replace(other.spec, options={"batch": 2})))


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"judge": "sim/strong"}, "different judges"), ({"prompts": "0abc"}, "prompts have changed")],
)
def test_scores_of_other_judges_or_prompts_are_not_compared(changes, why):
    one, other = a_pair()
    with pytest.raises(BadInput, match=why):
        contrast(one, replace(other, spec=replace(other.spec, **changes)))


def test_a_run_that_nobody_was_to_judge_can_be_compared():
    one, other = a_pair()
    unjudged = replace(other, spec=replace(other.spec, judge=None), verdict=None)
    assert "has no score (nobody judged it)" in contrast(one, unjudged)


@pytest.mark.parametrize("kind", SAT_OUT)
def test_story_and_contrast_tell_idleness_in_the_same_words(kind):
    actions = {"abstained": "abstain", "unparsed": "unparsed", "failed": "failed"}
    turns = [a_turn(1), *([a_turn(2, actions[kind])] if kind in actions else [])]
    one = replace(a_record(turns, agents=2), protocol_ended=True)
    other = replace(one, run_id="20261122-120000-000003")
    assert SAT_OUT[kind] in told(one)
    assert f"1 of 2 {SAT_OUT[kind]}" in contrast(one, other)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"simulated": False}, "simulated and the other is real"),
        ({"mission": Mission("own", "Close a bakery", "Close it.")}, "different missions"),
        ({"run_id": "20261122-120000-abc123"}, "with itself"),
        ({"ending": None}, "has not ended"),
    ],
)
def test_what_says_nothing_together_is_not_compared(changes, why):
    one, other = a_pair(**changes)
    assert one.spec.mission == BAKERY
    with pytest.raises(BadInput, match=why):
        contrast(one, other)


def test_no_one_is_said_to_be_built_on_most_when_several_are():
    turns = [a_turn(1), a_turn(2), *(a_turn(n, builds_on=[1, 2]) for n in (3, 4))]
    told = " ".join(story(a_record(turns)))
    assert "most on that of agents 1 and 2: 2 did on each" in told
    assert "most on that of agent 1:" not in told


def test_whether_somebody_leads_is_said_either_way():
    alone = " ".join(story(a_record([a_turn(1), a_turn(2, builds_on=[1])])))
    led = " ".join(story(a_record([a_turn(1), a_turn(2, reports_to=1)])))
    assert "nobody leads" in alone
    assert "nobody leads" not in led


def test_when_everybody_sits_it_out_all_are_said_to():
    assert "All 8 chose to sit it out" in " ".join(
        story(a_record([a_turn(n, "abstain") for n in range(1, 9)]))
    )


def test_roles_that_are_alike_are_named_both():
    turns = [a_turn(1, role="Risk analyst"), a_turn(2, role="Permit risk analyst"), a_turn(3, role="Cook")]
    assert "such as “Risk analyst” and “Permit risk analyst”" in " ".join(story(a_record(turns)))

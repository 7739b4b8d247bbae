"""Each metric where a formula that is nearly right says something else; see docs/metrics.md."""

from dataclasses import replace

import pytest

from swarm.metrics.balance import LESS_IS_BETTER, WEIGHTS, balance
from swarm.metrics.cost import mispriced, recomputed, spending
from swarm.metrics.over_runs import role_story
from swarm.metrics.participation import Part, abstention_along
from swarm.metrics.redundancy import MAX_TEXTS, redundancy
from swarm.metrics.relay import relays
from swarm.metrics.resilience import Blow, resilience
from swarm.metrics.roles import clusters, distinct_roles, evenness, normalise
from swarm.metrics.timing import timing
from swarm.models.card import Price
from swarm.turn import Call, TurnKey, Usage
from swarm.verdict import CRITERIA, Score, Verdict
from tests.metrics.test_over_runs import a_run
from tests.pages.test_timeline import worked
from tests.recorded import a_turn

EIGHT = "one two three four five six seven eight"
PRICE = Price(input=1.0, cached=2.0, output=3.0, cache_write=4.0)


def called(number: int = 1, **usage: object) -> Call:
    return Call(number, "m", "{}", usage=replace(Usage(1_000, 100, 10, 0.00128, written_tokens=50), **usage))


def test_overhead_is_of_plans_and_intentions_and_the_judge_is_paid_apart():
    def cued(seat, cue, tokens):
        return replace(
            a_turn(seat), cue=cue, calls=(called(cost_usd=0.1, input_tokens=tokens, output_tokens=0),)
        )

    judged = Verdict("j", tuple(Score(name, 4) for name in CRITERIA), calls=(called(cost_usd=9.0),))
    found = spending([cued(1, "plan", 100), cued(2, "intend", 50), cued(3, "contribute", 350)], judged)
    assert found.overhead == 0.3
    assert found.quality_per_usd == pytest.approx(1 / 0.3)
    assert found.quality_per_1k_tokens == 2.0


def test_a_call_costs_what_each_kind_of_its_tokens_costs():
    # 850 plain, 100 cached, 50 written, 10 of output.
    assert recomputed(called(), PRICE) == pytest.approx((850 * 1 + 100 * 2 + 50 * 4 + 10 * 3) / 1e6)


@pytest.mark.parametrize(
    ("usage", "wrong"),
    [({}, False), ({"cost_usd": 0.00128001}, True), ({"cost_usd": 0.00127999}, True), ({"cost_usd": 0.0}, True),
     ({"cost_usd": None}, False), ({"cost_usd": 9.0, "estimated": True}, False)],
)  # fmt: skip
def test_a_call_is_mispriced_unless_it_costs_what_its_tokens_cost_or_is_estimated(usage, wrong):
    assert mispriced([called(7, **usage)], lambda call: PRICE) == ((7,) if wrong else ())
    assert mispriced([called(7, **usage)], lambda call: None) == ()


def test_who_did_not_decide_counts_neither_for_nor_against_abstaining():
    others: tuple[Part, ...] = ("directed_idle", "unparsed", "failed", "not_reached")
    seats: dict[int, Part] = dict(enumerate(("active", "abstained", "active", *others), 1))
    (stretch,) = abstention_along(seats, 1)
    assert (stretch.share, stretch.decided) == (pytest.approx(1 / 3), 3)


def passed_on(*texts: str, heard: dict[int, tuple[int, ...]] | None = None):
    """A sequential team that says these; each hears only the one before unless told otherwise."""
    heard_by = heard or {seat: (seat - 1,) for seat in range(2, len(texts) + 1)}
    keys = {seat: tuple(TurnKey(1, other) for other in others) for seat, others in heard_by.items()}
    return [a_turn(seat, text=text, heard=keys.get(seat, ())) for seat, text in enumerate(texts, 1)]


def test_a_sentence_of_eight_words_travels_and_a_shorter_one_does_not():
    (found,) = relays(passed_on(*[f"{EIGHT}."] * 3))
    # The third heard only the second, who had it from the first.
    assert (found.origin, found.seats, found.hearers, found.share) == (1, (2, 3), 2, 1.0)
    assert relays(passed_on(*[EIGHT.removesuffix(" eight")] * 3)) == ()
    assert relays(passed_on(EIGHT, EIGHT)) == ()


@pytest.mark.parametrize(("silent", "spreads"), [(2, True), (3, False)])
def test_a_sentence_spreads_from_half_of_those_who_heard_it(silent: int, spreads: bool):
    texts = [EIGHT, EIGHT, EIGHT, *["Nothing."] * silent]
    (found,) = relays(passed_on(*texts, heard=dict.fromkeys(range(2, len(texts) + 1), (1,))))
    assert (found.hearers, found.spreads) == (2 + silent, spreads)


def test_who_said_it_first_is_none_of_those_who_heard_it():
    first, *others = passed_on(EIGHT, EIGHT, EIGHT)
    again = replace(first, round=2, index=3, heard=(others[-1].key,))
    (found,) = relays([first, *others, again])
    assert (found.seats, found.hearers) == ((2, 3), 2)


def test_a_struck_run_may_be_better():
    assert resilience([Blow(0.25, 1.0)]) == 4.0


def test_the_longest_turn_is_one_of_the_critical_path_and_its_share_that_of_the_time_that_passed():
    took = timing([worked(1, 0, 4), worked(2, 0, 6), worked(3, 5, 10)])
    assert took is not None
    assert (took.longest, took.longest_share, took.at_once) == (TurnKey(1, 3), 0.5, 1.5)


def test_roles_that_share_exactly_half_of_their_words_are_one_cluster():
    assert clusters(["Risk", "Risk analyst", "Permit analyst"]) == {
        "Risk": "Risk",
        "Risk analyst": "Risk",
        "Permit analyst": "Permit analyst",
    }


@pytest.mark.parametrize(
    ("role", "normal"),
    [
        ("The Boss", "boss"),
        ("Gas", "gas"),
        ("Cooks, for-the Teams!", "cook team"),
        ("ÜBERSETZERS", "übersetzer"),
        ("C#/C++ developers, C++17", "c# c++ developer c++ 17"),
        ("(ASP.NET, .NET) Engineer...", "asp net .net engineer"),
        ("Q & A lead", "q&a lead"),
        ("Design+Code", "design code"),
        ("Franc\u0327ois", "françoi"),
        ("हिन्दी लेखक!", "हिन्दी लेखक"),
        ("翻译、编辑", "翻译 编辑"),
        ("The", "the"),
        ("\U0001f3a8 Painter", "painter"),
        ("\u270d\ufe0f  \U0001f3a8", "\u270d \U0001f3a8"),
    ],
)
def test_a_normalised_role_is_known(role: str, normal: str):
    assert normalise(role) == normal


APART = (
    *(
        "C",
        "C#",
        "C++",
        "F#",
        "R",
        "R&D",
        "NET",
        ".NET",
        "Q",
        "Q&A",
        "UI",
        "UX",
        "UI/UX",
        "François",
        "Francois",
    ),
    *("\U0001f3a8", "\U0001f3ad", "翻译", "编辑", "ครู", "คร", "हिन्दी", "हनद", "∑", "A", "The"),
)


def test_roles_that_differ_by_a_sign_a_mark_or_a_picture_are_different_roles():
    found = distinct_roles(APART)
    assert (found.as_written, found.normalised) == (len(APART), len(APART))
    # UI and UX are each half of UI/UX.
    assert found.clusters == len(APART) - 1
    assert distinct_roles(["C#", "c♯", "C# "]).normalised == 1


def test_evenness_is_of_normalised_roles_over_their_number():
    assert evenness(["Cook", "cooks", "Baker", "bakers"]) == 1.0
    # -(3/4 ln 3/4 + 1/4 ln 1/4) / ln 2
    assert evenness(["Cook", "cooks", "Cook", "Baker"]) == pytest.approx(0.8112781)


def test_redundancy_is_over_the_union_and_of_the_first_texts():
    assert redundancy(["x1 y1 z1", "x1 y1 u1 v1"]) == 2 / 5
    assert redundancy(["same"] * MAX_TEXTS + ["other"]) == 1.0


def test_a_role_that_was_there_before_the_run_before_is_not_new():
    steps = role_story([a_run({1: "Cook"}), a_run({1: "Baker"}), a_run({1: "cooks", 2: "Critic"})])
    assert [(step.new, step.cumulative, step.kept, step.both) for step in steps] == [
        *((1, 1, 0, 0), (1, 2, 0, 1), (1, 3, 0, 1)),
    ]


BEST = {"quality": 1.0, "mission_relevance": 4.0, "duration_s": 10.0, "tokens": 100.0, "unusable": 0.0}
WORST = {"quality": 0.25, "mission_relevance": 1.0, "duration_s": 30.0, "tokens": 500.0, "unusable": 0.5}


def test_the_balance_index_has_the_papers_weights_and_they_are_whole():
    assert WEIGHTS == {
        "quality": 0.25,
        "mission_relevance": 0.2,
        "duration_s": 0.2,
        "tokens": 0.2,
        "unusable": 0.15,
    }
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("key", WEIGHTS)
def test_each_measure_counts_by_its_weight_from_worst_to_best(key: str):
    middle = WORST | {key: (BEST[key] + WORST[key]) / 2}
    found = balance([BEST, WORST, middle, WORST | {key: BEST[key]}])
    assert found.indices == pytest.approx((1.0, 0.0, WEIGHTS[key] / 2, WEIGHTS[key]))
    assert (BEST[key] < WORST[key]) == (key in LESS_IS_BETTER)


def test_a_measure_that_one_group_lacks_or_in_which_none_differs_leaves_its_weight_to_the_others():
    alike = dict.fromkeys(("duration_s", "tokens"), 5.0)
    found = balance([BEST | alike | {"unusable": None}, WORST | alike])
    assert found.counted == ("quality", "mission_relevance")
    assert found.indices == pytest.approx((1.0, 0.0))
    assert balance([BEST, BEST]) == ((None, None), ())
    assert balance([]) == ((), ())

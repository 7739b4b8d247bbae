"""The paper's claims: one rule on cells made by hand, what may be pooled, and the runs that are missing."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

import pytest

from swarm.cell import Cell, Condition, options_as_kept
from swarm.claims.evidence import gather
from swarm.claims.file import SHOCKS, Band, Claim, claim_book
from swarm.claims.gaps import limited, missing, models_for, priced
from swarm.claims.judging import Evidence, evidence_of, judge_claims, verdict_of
from swarm.claims.report import markdown, plain, summary
from swarm.claims.sentences import how_tested
from swarm.comparison.withstood import stands
from swarm.config import LIBRARY, PROJECT, read_settings
from swarm.engine.compose import current_wording
from swarm.errors import BadInput, UnknownName
from swarm.experiment.file import experiment_toml, read_experiment
from swarm.experiment.perform import perform
from swarm.grid import NO_SHOCK
from swarm.history.store import History
from swarm.mission import load_library
from swarm.recording.measures import COMPARED
from swarm.stats.paired import compare, verdict
from swarm.stats.ranged import Ranged
from swarm.stats.unpaired import difference_of_means
from swarm.team import generic_roles
from tests.warm import swarm

BOOK = claim_book()
MISSIONS = load_library((LIBRARY / "missions",))
BETTER = BOOK.claim("sequential-coordinator-strong")
SHOWN = replace(BETTER, missed=())
"""As if the simulated models could show it: what they miss changes whenever they do."""
GENERAL = BOOK.claim("sequential-shared")
FLAT = BOOK.claim("flat-free")
NOISE = (0.0, 0.01, -0.01, 0.02, -0.02, 0.0, 0.01, -0.01)
"""By mission, so that there is a spread."""


def a_cell(
    mission: str,
    quality: float | Sequence[float | None] | None,
    *,
    protocol: str = "sequential",
    model: str = "sim/strong",
    agents: int = 16,
    level: str = "L3",
    shock: str = NO_SHOCK,
    judge: str = "sim/judge",
    prompts: str = "v1",
    options: str = "{}",
    **other: float,
) -> Cell:
    values = quality if isinstance(quality, Sequence) else (quality,)
    simulated = model.startswith("sim/")
    condition = Condition(simulated, protocol, options, f"{model} ×{agents}", agents, shock, judge, prompts)
    measured = {measure: (other.get(measure),) * len(values) for measure in COMPARED}
    seeds = tuple(range(len(values)))
    return Cell(
        condition,
        mission,
        mission,
        level,
        0,
        seeds,
        {**measured, "quality": tuple(values)},  # type: ignore[arg-type]
    )


def arm(qualities: Iterable[float], **more) -> list[Cell]:
    """One cell a mission, from the first mission on."""
    return [a_cell(f"m{place}", quality, **more) for place, quality in enumerate(qualities)]


def around(mean: float, missions: int = 8, scale: float = 1.0) -> list[float]:
    return [mean + scale * NOISE[at % len(NOISE)] for at in range(missions)]


def both(better: float, missions: int = 8, **more) -> list[Cell]:
    """Sequential better by about so much than Coordinator at .7."""
    return [
        *arm(around(0.7 + better, missions), protocol="sequential", **more),
        *arm(around(0.7, missions, scale=-1), protocol="coordinator", **more),
    ]


def said(claim: Claim, cells: Iterable[Cell], *, simulated: bool = True) -> Evidence:
    """As if the simulated models could show everything."""
    return evidence_of(replace(claim, missed=()), gather(cells, simulated=simulated))


# The one rule.


@pytest.mark.parametrize(
    ("band", "interval", "missions", "word"),
    [
        ((0, None), (0.01, 0.05), 8, "supported"),
        ((0, None), (-0.05, -0.01), 8, "contradicted"),
        ((0, None), (-0.02, 0.06), 8, "undetermined"),
        ((0, None), (0.01, 0.05), 5, "undetermined"),
        ((None, 4), (3.0, 3.9), 6, "supported"),
        ((None, 4), (4.1, 9.0), 6, "contradicted"),
        ((0.1, 0.2), (0.12, 0.19), 8, "supported"),
        ((0.1, 0.2), (0.21, 0.29), 8, "contradicted"),
        ((0.1, 0.2), (0.0, 0.09), 8, "contradicted"),
        ((0.1, 0.2), (0.15, 0.25), 8, "undetermined"),
        ((0.1, 0.2), (0.0, 0.3), 8, "undetermined"),
        ((0.1, 0.2), (None, None), 8, "undetermined"),
        ((0, None), (0.0, 0.0), 8, "undetermined"),
    ],
)
def test_a_verdict_is_where_the_interval_lies(band, interval, missions, word):
    low, high = interval
    value = 0.0 if low is None else (low + high) / 2
    assert verdict_of(Band(*band), Ranged(value, low, high, missions, 20)) == word


def test_without_a_run_nothing_is_said():
    evidence = said(BETTER, [])
    assert (evidence.verdict, evidence.ranged, evidence.missions) == ("undetermined", None, 0)
    assert evidence.reason == "No simulated run of what it speaks of."


@pytest.mark.parametrize(
    ("better", "word"), [(0.1, "supported"), (-0.1, "contradicted"), (0.005, "undetermined")]
)
def test_a_direction_is_judged_by_pairs_of_missions(better, word):
    evidence = said(BETTER, both(better))
    assert evidence.verdict == word
    assert evidence.missions == 8
    assert evidence.runs == 16
    assert evidence.ranged.value == pytest.approx(better / 0.7, rel=0.05)


def test_five_missions_are_too_few_however_clear_they_are():
    evidence = said(BETTER, both(0.2, missions=5))
    assert evidence.verdict == "undetermined"
    assert evidence.reason == "6 missions are needed, 5 are there."
    assert evidence.more == 1


def test_missions_that_only_one_side_has_do_not_count():
    lonely = a_cell("elsewhere", 0.99, protocol="sequential")
    assert said(BETTER, [*both(0.1), lonely]).ranged == said(BETTER, both(0.1)).ranged


def test_an_interval_on_both_sides_says_how_many_more_missions_it_takes():
    evidence = said(BETTER, both(0.005))
    assert evidence.reason.startswith("Only a part of the interval")
    assert evidence.more is not None
    assert evidence.more > 8


def test_a_missing_side_is_named():
    evidence = said(BETTER, arm(around(0.8)))
    assert evidence.reason == "No run of Coordinator, 16 agents, sim/strong, level 3."


def test_an_unscored_run_is_missing_and_not_nothing():
    cells = [*both(0.1), a_cell("m8", None), a_cell("m8", 0.7, protocol="coordinator")]
    evidence = said(BETTER, cells)
    assert evidence.ranged == said(BETTER, both(0.1)).ranged
    assert [side.unmeasured for side in evidence.sides] == [1, 0]


def test_runs_that_nobody_judged_say_nothing_of_quality():
    cells = [
        *arm([None] * 8, protocol="sequential", judge="none"),
        *arm([None] * 8, protocol="coordinator", judge="none"),
    ]
    evidence = said(BETTER, cells)
    assert evidence.ranged is None
    assert "has a quality" in evidence.reason


# What is never pooled.


def test_simulated_and_real_runs_are_kept_apart():
    real = general(-0.1, model="openai/gpt-4.1-mini", judge="openai/gpt-5.4")
    judged = {each.claim.id: each for each in judge_claims([*general(0.1), *real])}[GENERAL.id]
    assert (judged.simulated.verdict, judged.real.verdict) == ("supported", "contradicted")
    assert judged.simulated.runs == judged.real.runs == 16


@pytest.mark.parametrize("other", [{"judge": "sim/other"}, {"prompts": "v2"}])
def test_judges_and_prompts_are_never_mixed(other):
    split = [*arm(around(0.9), protocol="sequential"), *arm(around(0.7), protocol="coordinator", **other)]
    assert said(BETTER, split).verdict == "undetermined"
    evidence = said(BETTER, [*both(0.1), *both(-0.1, missions=6, **other)])
    assert (evidence.verdict, evidence.missions, evidence.left_out) == ("supported", 8, 12)


def test_a_claim_about_a_model_counts_no_other():
    assert not said(BETTER, both(0.1, model="sim/open")).sides


def general(better: float, missions: int = 8, **more) -> list[Cell]:
    shared = arm(around(0.5, missions, scale=-1), protocol="shared", agents=8, **more)
    return [*arm(around(0.5 + better, missions), agents=8, **more), *shared]


def test_a_claim_about_protocols_counts_any_one_model_but_never_two_at_once():
    evidence = said(GENERAL, general(0.1, model="mine/local"), simulated=False)
    assert evidence.verdict == "supported"
    one, other = general(0.1, model="mine/local"), general(0.1, model="mine/other")
    mixed = [*one[:8], *other[8:]]
    assert said(GENERAL, mixed, simulated=False).verdict == "undetermined"


def test_of_several_models_that_with_most_missions_counts_and_the_papers_own_wins_ties():
    mine, own = general(-0.1, model="mine/local"), general(0.1, model="openai/gpt-4.1-mini")
    evidence = said(GENERAL, [*mine, *own], simulated=False)
    assert evidence.setting.models == {"small": "openai/gpt-4.1-mini"}
    assert evidence.left_out == 16
    fewer = general(0.1, missions=7, model="openai/gpt-4.1-mini")
    assert said(GENERAL, [*mine, *fewer], simulated=False).setting.models == {"small": "mine/local"}
    repeated = general(0.1, missions=6, model="mine/other")
    often = [replace(each, seeds=each.seeds * 9, values=repeats(each, 9)) for each in repeated]
    assert said(GENERAL, [*mine, *often], simulated=False).setting.models == {"small": "mine/local"}


def repeats(cell: Cell, times: int):
    return {measure: values * times for measure, values in cell.values.items()}


def test_given_roles_are_the_generic_ones():
    claim = BOOK.claim("free-fixed-strong")
    free = arm(around(0.8), agents=8)

    def given(roles):
        options = options_as_kept({"roles": roles})
        return arm(around(0.6, scale=-1), agents=8, protocol="fixed_roles", options=options)

    assert said(claim, [*free, *given(generic_roles())]).verdict == "supported"
    assert said(claim, [*free, *given(("Wizard",))]).verdict == "undetermined"


def test_shocked_runs_count_for_resilience_only():
    shocked = arm(around(0.2), protocol="coordinator", shock="hub")
    assert said(BETTER, [*both(0.1), *shocked]).ranged == said(BETTER, both(0.1)).ranged


# Statistics of their own.


def test_levels_have_different_missions_and_are_not_paired():
    claim = BOOK.claim("level-4-strong")
    hard = [a_cell(f"hard{n}", quality, level="L4") for n, quality in enumerate(around(0.6))]
    evidence = said(claim, [*arm(around(0.9)), *hard])
    assert evidence.verdict == "supported"
    assert evidence.ranged.value == pytest.approx(-0.3)


def sizes(*means: float, missions: int = 8) -> list[Cell]:
    return [
        cell
        for agents, mean in zip((64, 96, 128, 256), means, strict=True)
        for cell in arm(
            around(mean, missions, 0.1 * (agents % 7)), agents=agents, level="L1", model="sim/small"
        )
    ]


@pytest.mark.parametrize(
    ("means", "word"),
    [
        ((0.9, 0.9, 0.9, 0.9), "supported"),
        ((0.9, 0.9, 0.9, 0.8), "contradicted"),
        ((0.8, 0.9, 0.9, 0.9), "contradicted"),
        ((0.9, 0.93, 0.9, 0.9), "undetermined"),
    ],
)
def test_flat_is_what_the_worst_pair_says(means, word):
    evidence = said(FLAT, sizes(*means, missions=80))
    assert evidence.verdict == word
    assert evidence.kruskal is not None
    assert evidence.kruskal.groups == 4


def test_two_sizes_that_agree_exactly_do_not_hide_a_third_that_differs():
    same = [cell for cell in sizes(0.9, 0.9, 0.9, 0.9) if cell.condition.agents in (96, 128)]
    twins = [
        replace(cell, condition=cell.condition._replace(agents=64, models="sim/small ×64"))
        for cell in same[:8]
    ]
    far = [cell for cell in sizes(0.9, 0.9, 0.9, 0.7) if cell.condition.agents == 256]
    assert said(FLAT, [*twins, *same, *far]).verdict == "contradicted"


@pytest.mark.parametrize(("missions", "word"), [(8, "undetermined"), (28, "undetermined"), (40, "supported")])
def test_a_size_is_supported_only_where_bad_losses_are_shown_to_be_rare(missions: int, word: str):
    """With a mean of just the paper's size: a dozen missions do not show what happens on every tenth."""
    evidence = said(BOOK.claim("sequential-coordinator-strong-size"), both(0.0987, missions))
    assert evidence.verdict == word
    assert ("do not exclude that bad losses happen" in evidence.reason) is (word == "undetermined")


def test_flat_is_decided_as_a_comparison_says_equivalent():
    claim, more = BOOK.claim("broadcast-shared"), {"agents": 8, "model": "sim/small"}
    shared = around(0.5, missions=40, scale=-1)
    words = []
    for step in range(31):
        broadcast = around(0.5 + step / 1000, missions=40)
        evidence = said(
            claim, [*arm(broadcast, protocol="broadcast", **more), *arm(shared, protocol="shared", **more)]
        )
        one, other = ({f"m{n}": [value] for n, value in enumerate(values)} for values in (broadcast, shared))
        assert (evidence.verdict == "supported") == (compare(one, other).p_alike < 0.05)
        words.append(evidence.verdict)
    assert set(words) == {"supported", "undetermined"}


def test_eight_missions_do_not_show_that_bad_losses_are_rare():
    more = {"agents": 8, "model": "sim/small"}
    shared, broadcast = (
        arm(around(0.5), protocol="shared", **more),
        arm(around(0.5, scale=-1), protocol="broadcast", **more),
    )
    evidence = said(BOOK.claim("broadcast-shared"), [*shared, *broadcast])
    assert evidence.verdict == "undetermined"
    assert "8 missions do not exclude that bad losses happen" in evidence.reason
    assert evidence.needed >= 29


def test_missions_that_all_give_the_same_get_no_interval_and_no_verdict():
    same = [a_cell(f"m{n}", 1.0, agents=16, mission_relevance=4) for n in range(8)]
    evidence = said(BOOK.claim("relevance-strong"), same)
    assert (evidence.verdict, evidence.ranged.value, evidence.ranged.low) == ("undetermined", 4, None)
    assert "all 8 missions give the same" in evidence.reason


IDENTICAL = {"even": ([0.8] * 8, [0.7] * 8), "shifted": (around(0.8), around(0.7)), "equal": ([0.7] * 8,) * 2}


@pytest.mark.parametrize("qualities", IDENTICAL.values(), ids=IDENTICAL)
@pytest.mark.parametrize("claim_id", ["sequential-coordinator-strong", "sequential-coordinator-strong-size"])
def test_where_a_comparison_of_the_same_runs_has_no_interval_a_claim_has_none_either(claim_id, qualities):
    sequential, coordinator = qualities
    evidence = said(BOOK.claim(claim_id), [*arm(sequential), *arm(coordinator, protocol="coordinator")])
    samples = [{f"m{n}": [value] for n, value in enumerate(values)} for values in qualities]
    assert verdict(compare(*samples)) == "undetermined"
    assert (evidence.verdict, evidence.ranged.low) == ("undetermined", None)
    assert "has no interval" in evidence.reason


@pytest.mark.parametrize("better", [-0.1, -0.012, -0.005, 0.0, 0.005, 0.012, 0.1])
def test_a_claim_of_direction_and_a_comparison_of_the_same_runs_say_the_same(better):
    cells = both(better)
    samples = [
        {each.mission: each.known("quality") for each in cells if each.condition.protocol == protocol}
        for protocol in ("sequential", "coordinator")
    ]
    said_there = {"better": "supported", "worse": "contradicted"}.get(verdict(compare(*samples)))
    assert said(BETTER, cells).verdict == (said_there or "undetermined")


def test_teams_that_are_flat_do_not_contradict_that_they_have_about_two_layers_at_most():
    def flat(depths):
        return [
            a_cell(f"m{n}", 0.9, agents=64, level="L1", model="sim/small", depth=depth)
            for n, depth in enumerate(depths)
        ]

    claim = BOOK.claim("depth-64")
    assert said(claim, flat([1.0] * 8)).verdict == "undetermined"
    assert said(claim, flat([1.0] * 7 + [1.1]), simulated=True).ranged.high < 1.1
    assert verdict_of(claim.band, said(claim, flat([1.0] * 7 + [1.1])).ranged) == "supported"
    assert verdict_of(claim.band, said(claim, flat([3.0] * 7 + [3.1])).ranged) == "contradicted"


def test_only_agents_that_coordinator_never_asks_count_as_left_idle_by_it():
    claim = BOOK.claim("idle-coordinator-open")
    cells = [
        a_cell(f"m{n}", 0.7, protocol="coordinator", model="sim/open", directed_idle=0.2 + n / 100, idle=0.5)
        for n in range(8)
    ]
    assert said(claim, cells).ranged.value == pytest.approx(0.235)


def test_claims_of_levels_name_the_protocol_that_the_paper_leaves_open():
    for claim in BOOK.claims:
        if len({(side.protocol, side.agents) for side in claim.sides} & {("sequential", 32)}):
            assert claim.note is not None
            assert "Sequential is taken here" in claim.note, claim.id


def test_resilience_is_the_mean_over_all_shocks_of_what_is_left():
    claim = BOOK.claim("resilience-sequential")
    more = {"agents": 8, "model": "sim/small"}
    left = {NO_SHOCK: 0.8, "seat": 0.4, "hub": 0.6, "swap to sim/weak": 0.8}
    cells = [cell for shock, quality in left.items() for cell in arm([quality] * 6, shock=shock, **more)]
    assert said(claim, cells).ranged.value == pytest.approx((0.5 + 0.75 + 1) / 3)
    without = [cell for cell in cells if (cell.mission, cell.condition.shock) != ("m0", "hub")]
    assert said(claim, without).missions == 5


def test_a_swap_to_another_model_is_another_shock():
    claim = BOOK.claim("resilience-sequential")
    more = {"agents": 8, "model": "sim/small"}
    left = {NO_SHOCK: 0.8, "seat": 0.4, "hub": 0.6, "swap to sim/open": 0.2}
    cells = [cell for shock, quality in left.items() for cell in arm([quality] * 6, shock=shock, **more)]
    assert said(claim, cells).missions == 0
    cells += arm([0.8] * 6, shock="swap to sim/weak", **more)
    assert said(claim, cells).ranged.value == pytest.approx((0.5 + 0.75 + 1) / 3)


def test_resilience_is_of_the_same_seeds_without_and_with_the_shock():
    claim = BOOK.claim("resilience-sequential")
    more = {"agents": 8, "model": "sim/small"}
    cells = [
        cell for shock in ("seat", "hub", "swap to sim/weak") for cell in arm([0.4] * 6, shock=shock, **more)
    ]
    for calm in arm([0.8] * 6, **more):
        values = {measure: (*kept, *kept) for measure, kept in calm.values.items()} | {
            "quality": (*calm.values["quality"], *[0.2] * calm.runs)
        }
        seeds = (*calm.seeds, *(100 + seed for seed in calm.seeds))
        cells.append(replace(calm, seeds=seeds, values=values))
    assert said(claim, cells).ranged.value == pytest.approx(0.5)


def shaken(*qualities: float, kept: float, **more: object) -> list[Cell]:
    """An arm that keeps about that share of its quality under every shock, more of it on earlier missions."""
    usual = {"agents": 8, "model": "sim/small"} | more
    shares = dict(zip(("seat", "hub", "swap to sim/weak"), (kept, kept + 0.1, kept - 0.1), strict=True))
    struck = {
        shock: [each * share * (1 - place / 50) for place, each in enumerate(qualities)]
        for shock, share in shares.items()
    }
    return [
        cell
        for shock, found in {NO_SHOCK: qualities, **struck}.items()
        for cell in arm(found, shock=shock, **usual)
    ]


def test_a_claim_and_a_comparison_tell_the_same_resilience_of_the_same_runs():
    cells = shaken(0.25, 1.0, 0.5, 0.75, 0.4, 0.9, kept=0.8)
    [stand] = stands(cells)
    assert said(BOOK.claim("resilience-sequential"), cells).ranged == stand.resilience


def test_a_difference_in_resilience_is_that_of_the_ratios_on_common_missions():
    free = shaken(0.25, 1.0, 0.5, 0.75, 0.4, 0.9, 0.3, kept=0.8)
    led = shaken(0.5, 0.8, 0.9, 0.25, 0.7, 0.6, kept=0.6, protocol="coordinator")
    in_common = [cell for cell in free if cell.mission != "m6"]
    expected = [stand.resilience.value for cells in (in_common, led) for stand in stands(cells)]
    found = said(BOOK.claim("resilience-sequential-coordinator"), [*free, *led]).ranged
    assert found.value == pytest.approx(expected[0] - expected[1])
    assert found.missions == 6
    assert found.low < found.value < found.high


def test_unpaired_means_change_sign_with_their_order():
    one = {"a": [0.5, 0.7], "b": [0.8], "c": [0.7], "d": [0.6], "e": [0.8], "f": [0.7]}
    other = {name: [0.2 + 0.2 * (name in "xyz")] for name in "uvwxyz"}
    there, back = difference_of_means(one, other), difference_of_means(other, one)
    assert there.value == pytest.approx(0.4)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.low < 0.4 < there.high
    assert difference_of_means(one, {"x": [0.2]}).low is None


# The file, and what is said of it.


@pytest.mark.parametrize("claim", BOOK.claims, ids=lambda claim: claim.id)
def test_the_papers_own_figure_lies_in_the_band_of_its_claim(claim: Claim):
    low, high = claim.band
    inside = (low is None or low < claim.figure) and (high is None or claim.figure < high)
    # The paper calls ×4.6 for four times the agents sub-linear.
    assert inside != (claim.id == "cost-free-sublinear")


def test_every_claim_has_an_id_and_a_test_of_its_own():
    assert len({claim.id for claim in BOOK.claims}) == len(BOOK.claims)
    assert len({how_tested(claim) for claim in BOOK.claims}) == len(BOOK.claims)
    with pytest.raises(UnknownName):
        BOOK.claim("sequential")


def test_the_document_lists_every_claim_as_it_is_tested():
    written = (PROJECT / "docs" / "claims.md").read_text(encoding="utf-8")
    assert written.endswith(f"markdown -->\n\n{markdown(BOOK).rstrip()}\n"), "make it anew, as it says"


def test_the_summary_says_how_much_of_it_was_fitted():
    judged = judge_claims(general(0.2, model="sim/small"))
    told = summary(judged, simulated=True)
    assert f"of {len(BOOK.claims)} claims, " in told
    assert "1 rest on figures that the simulated models were fitted to" in told
    assert summary(judged, simulated=False) == "Real models: no run of what the paper speaks of yet."


def test_machines_get_the_evidence_of_both_kinds():
    told = {each["id"]: each for each in plain(judge_claims(both(0.1)))}[BETTER.id]
    assert json.loads(json.dumps(told))["simulated"]["missions"] == 8
    assert told["real"]["value"] is None


# What is missing.


def of_library(protocol: str, quality: float, prompts: str | None = None) -> list[Cell]:
    ids = [mission.id for mission in MISSIONS.values() if mission.level == "L3"]
    sign = 1 if protocol == "sequential" else -1
    return [
        a_cell(
            name,
            quality + sign * noise,
            protocol=protocol,
            prompts=prompts or current_wording(simulated=True),
        )
        for name, noise in zip(ids, NOISE, strict=True)
    ]


def test_an_empty_history_lacks_all_sides_on_all_missions():
    grid, _ = missing(BETTER, [], MISSIONS)
    assert [way.protocol for way in grid.ways] == ["sequential", "coordinator"]
    assert (grid.teams, grid.agents, grid.shocks) == (("sim/strong",), (16,), (NO_SHOCK,))
    assert {mission.level for mission in grid.missions} == {"L3"}
    assert len(grid.missions) == 8


def test_only_the_side_that_is_missing_is_run():
    grid, _ = missing(BETTER, of_library("sequential", 0.8), MISSIONS)
    assert [way.protocol for way in grid.ways] == ["coordinator"]
    assert grid.seed == 0


def test_only_the_missions_that_are_missing_are_run():
    cells = [*of_library("sequential", 0.8)[:3], *of_library("coordinator", 0.7)]
    grid, _ = missing(BETTER, cells, MISSIONS)
    assert [way.protocol for way in grid.ways] == ["sequential"]
    assert len(grid.missions) == 5


def test_runs_asked_in_other_words_than_today_are_made_anew():
    grid, _ = missing(BETTER, of_library("sequential", 0.8, prompts="v1"), MISSIONS)
    assert len(grid.ways) == 2


def test_where_all_was_run_it_is_repeated_with_new_seeds():
    cells = [*of_library("sequential", 0.7), *of_library("coordinator", 0.7)]
    grid, _ = missing(SHOWN, cells, MISSIONS)
    assert len(grid.ways) == 2
    assert grid.seed == 1


def test_a_claim_with_a_verdict_lacks_nothing():
    cells = [*of_library("sequential", 0.9), *of_library("coordinator", 0.7)]
    assert missing(SHOWN, cells, MISSIONS) is None


def test_resilience_needs_the_shocks_and_a_model_to_swap_to():
    grid, _ = missing(BOOK.claim("resilience-sequential"), [], MISSIONS)
    assert (grid.shocks, grid.shock_model) == ((NO_SHOCK, *SHOCKS), "sim/weak")


def test_models_of_one_claim_come_from_the_same_provider():
    claim = BOOK.claim("open-strong-level-3")
    assert models_for(claim, "deepseek/deepseek-v3.2") == {
        "open": "deepseek/deepseek-v3.2",
        "strong": "anthropic/claude-sonnet-4-6",
    }
    assert models_for(GENERAL, "mine/local") == {"small": "mine/local"}
    with pytest.raises(BadInput, match="speaks of other models"):
        models_for(claim, "mine/local")


def test_real_runs_get_the_upper_estimate_as_their_limit():
    settings = read_settings({"DEEPSEEK_API_KEY": "none", "ROLELESS_DATA": "/nowhere"})
    experiment = missing(GENERAL, [], MISSIONS, "deepseek/deepseek-v3.2")
    foretold = priced(experiment, settings)
    grid, terms = limited(experiment, foretold)
    assert terms.max_usd == pytest.approx(foretold.high.cost_usd, abs=0.01)
    assert grid.limits.usd <= terms.max_usd
    assert grid.repeats == 1


def test_running_what_is_missing_fills_the_cells(settings):
    claim = BOOK.claim("roles-4")
    experiment = missing(claim, [], MISSIONS)
    assert asyncio.run(perform(settings, experiment)).status == "finished"
    evidence = said(claim, History(settings).cells())
    assert (evidence.missions, evidence.runs) == (8, 40)
    assert evidence.ranged.low is not None


# The replication, and the command line.


@cache
def replication():
    paths = sorted((LIBRARY / "experiments").glob("replicate-*.toml"))
    return [read_experiment(path, MISSIONS).grid for path in paths]


def test_the_replication_has_25_000_runs_and_plays_none_twice():
    grids = replication()
    assert sum(grid.size for grid in grids) == 25_000
    runs = [
        (repr(grid.arms[planned.arm]), planned.mission.id, planned.seed)
        for grid in grids
        for planned in grid.plan()
    ]
    assert len(set(runs)) == len(runs)


@pytest.mark.parametrize("claim", BOOK.claims, ids=lambda claim: claim.id)
def test_the_replication_plays_every_side_of_every_claim(claim: Claim):
    shocks = {NO_SHOCK, *SHOCKS} if claim.measure == "resilience" else {NO_SHOCK}
    for side in claim.sides:
        played = {
            (shock, mission.id)
            for grid in replication()
            if side.protocol in {way.protocol for way in grid.ways}
            if BOOK.models[side.model][0] in grid.teams and side.agents in grid.agents
            for shock in grid.shocks
            for mission in grid.missions
            if mission.level in side.levels
        }
        wanted = {mission.id for mission in MISSIONS.values() if mission.level in side.levels}
        assert played >= {(shock, mission) for shock in shocks for mission in wanted}


def test_the_command_tells_machines_every_claim_and_remark():
    told = json.loads(swarm("claims", "--json").stdout)
    assert len(told["claims"]) == len(BOOK.claims)
    assert len(told["contradictions"]) == len(BOOK.contradictions)
    assert told["summary"]["real"].startswith("Real models")


def test_the_command_writes_the_experiment_that_is_missing(tmp_path):
    path = tmp_path / "todo.toml"
    assert swarm("claims", "--claim", GENERAL.id, "--missing", path).returncode == 0
    wanted = missing(GENERAL, [], MISSIONS)
    assert experiment_toml(read_experiment(path, MISSIONS)) == experiment_toml(wanted)
    refused = swarm("claims", "--missing", path)
    assert refused.returncode == 2
    assert "--claim" in refused.stderr

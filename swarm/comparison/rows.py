"""A comparison becomes tables: one statistic or measure a line, with what it means, in words."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from swarm.comparison.contrasts import Comparison, Contrast
from swarm.comparison.group import Group
from swarm.comparison.price import times
from swarm.recording.measures import COMPARED, MEASURES, write
from swarm.stats.ranged import Ranged
from swarm.stats.tail import QUALITY
from swarm.written import UNKNOWN, number, p_value


class Row(NamedTuple):
    """One line of a table: what it is, what that means, and a value for each column, in words."""

    name: str
    meaning: str
    values: tuple[str, ...]


def statistic_rows(comparison: Comparison) -> tuple[Row, ...]:
    """Everything that is known of each contrast, one statistic a line, contrasts in their order."""
    return tuple(
        Row(name, meaning, tuple(say(contrast) for contrast in comparison.contrasts))
        for name, meaning, say in STATISTICS
    )


def measure_rows(groups: Sequence[Group], measures: Sequence[str] = COMPARED) -> tuple[Row, ...]:
    """The mean over missions of every measure with its 95 % interval, one measure a line, groups in their order."""
    return tuple(
        Row(
            MEASURES[measure].name,
            MEASURES[measure].meaning,
            tuple(ranged_words(measure, group.ranged(measure)) for group in groups),
        )
        for measure in measures
    )


def ranged_words(measure: str, ranged: Ranged | None) -> str:
    """A mean and its interval in words; "–" when no run has the measure."""
    if ranged is None:
        return UNKNOWN
    return _ranged(ranged.value, ranged.low, ranged.high, partial(write, measure))


def _ranged(
    value: float | None, low: float | None, high: float | None, write_one: Callable[[float], str]
) -> str:
    if value is None:
        return UNKNOWN
    return write_one(value) + (
        "" if low is None or high is None else f" ({write_one(low)} to {write_one(high)})"
    )


def _percent(value: float) -> str:
    return f"{number(100 * value, 1, signed=True)}%"


def _difference_words(contrast: Contrast) -> str:
    found = contrast.difference
    return _ranged(found.difference, found.low, found.high, partial(number, signed=True))


def _relative_words(contrast: Contrast) -> str:
    found = contrast.difference
    return _ranged(found.relative, found.relative_low, found.relative_high, _percent)


def _ratio_words(ratio: float | None, low: float | None = None, high: float | None = None) -> str:
    return _ranged(ratio, low, high, times)


def _loss_words(contrast: Contrast) -> str:
    behind, ahead = contrast.difference.behind, contrast.difference.ahead
    if behind is None or ahead is None:
        return UNKNOWN
    return f"{behind.lost:,} and {ahead.lost:,} (up to {max(behind.bound(), ahead.bound()):.0%})"


STATISTICS: tuple[tuple[str, str, Callable[[Contrast], str]], ...] = (
    (
        "Verdict",
        "Better or worse: the interval leaves 0 out and p after Holm is below the level. Equivalent: the difference is "
        "shown to lie within the margin, and bad losses to be rare. Undetermined: neither can be said yet.",
        lambda it: it.word,
    ),
    (
        "Difference",
        "In quality, on average over missions, with its 95 % interval: were this repeated many times with other "
        "missions, 95 of 100 such intervals would hold the true difference.",
        _difference_words,
    ),
    (
        "Relative difference",
        "The same as a share of the reference's quality, with its 95 % interval.",
        _relative_words,
    ),
    (
        "p",
        "How often chance alone would bring a difference as large, were there none. Paired t-test over missions.",
        lambda it: p_value(it.difference.p),
    ),
    (
        "p after Holm",
        "The same, raised because several comparisons are shown: one of many looks striking by chance.",
        lambda it: p_value(it.difference.p_holm),
    ),
    (
        "p of equivalence",
        "How often chance alone would make groups look this alike, were they further apart than the margin (TOST).",
        lambda it: p_value(it.difference.p_equivalence),
    ),
    (
        "Bad losses",
        f"Missions on which the group lost {QUALITY.loss:g} or more to the reference, and the reference to the group; "
        "and the larger of the two shares of such missions that are not excluded.",
        _loss_words,
    ),
    (
        "Margin",
        "Differences in quality within it are called equivalent: half a point of the judge's 16 is about 0.03.",
        lambda it: f"±{it.difference.margin:g}",
    ),
    (
        "d of mission means",
        "The difference in standard deviations of the means of missions (Cohen's d): 0.2 is called small, 0.5 medium, "
        "0.8 large.",
        lambda it: number(it.difference.d, 2),
    ),
    (
        "d_z",
        "The difference in standard deviations of the differences by mission: how steady it is over missions.",
        lambda it: number(it.difference.d_z, 2),
    ),
    (
        "Cliff's δ",
        "How much more often a run of the group beats one of the reference than the other way round, from −1 to 1.",
        lambda it: number(it.difference.cliffs_delta, 2),
    ),
    (
        "Missions",
        "Common to both: everything above rests upon so many.",
        lambda it: f"{it.difference.missions:,}",
    ),
    (
        "Runs",
        "Scored runs of the group and of the reference on these missions; repeats of a mission are averaged.",
        lambda it: f"{it.difference.runs:,} and {it.difference.reference_runs:,}",
    ),
    (
        "Missions left out",
        "Only one of the two has scored runs of them.",
        lambda it: f"{len(it.difference.left_out):,}",
    ),
    (
        "Cost",
        "Dollars of a run over those of the reference on a typical mission, with its 95 % interval.",
        lambda it: _ratio_words(it.cost_ratio, it.cost_low, it.cost_high),
    ),
    (
        "Time",
        "Seconds of a run over those of the reference; not told of simulated runs, whose time is this machine's.",
        lambda it: _ratio_words(it.time_ratio),
    ),
)
"""What is told of a contrast: name, meaning, and how it is written."""

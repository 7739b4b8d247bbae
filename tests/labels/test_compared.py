"""Every number of a comparison stands beside its own label, with its unit, in words, tables, JSON and pictures."""

import io
import re
from dataclasses import asdict, replace
from typing import Any

import pytest
from rich.console import Console

from pages.experiments.over_arms import show_shocks, show_team_sizes
from pages.side_by_side.tables import show_missions
from swarm.cell import Cell
from swarm.cli.compare import told
from swarm.cli.terminal.comparison import print_comparison
from swarm.comparison.contrasts import Comparison, Contrast
from swarm.comparison.finding import contrast_sentence
from swarm.comparison.group import Group
from swarm.comparison.rows import measure_rows, statistic_rows
from swarm.recording.measures import COMPARED, LISTED, MEASURES, write
from swarm.serve.wire import Ask, whole
from swarm.stats.paired import Difference
from swarm.stats.tail import Tail
from tests.compared import cell
from tests.distinct import SPENT
from tests.labels.test_pages import formats, shown
from tests.labels.test_terminal import columns

GROUP = {
    "quality": 0.71875,
    "mission_relevance": 3.25,
    "depth": 2.5,
    "abstained": 0.13,
    "directed_idle": 0.19,
    "idle": 0.38,
    "unusable": 0.06,
    "roles": 0.87,
    "roles_as_written": 0.93,
    "tokens": 12_345.0,
    "cost_usd": 0.0625,
    "duration_s": 90.0,
    "efficiency": 0.055,
} | {key: 0.625 + at / 64 for at, key in enumerate(LISTED)}
REFERENCE = {
    "quality": 0.53125,
    "mission_relevance": 2.75,
    "depth": 1.5,
    "abstained": 0.21,
    "directed_idle": 0.17,
    "idle": 0.47,
    "unusable": 0.09,
    "roles": 0.64,
    "roles_as_written": 0.73,
    "tokens": 23_456.0,
    "cost_usd": 0.25,
    "duration_s": 7.5,
    "efficiency": 0.022,
} | {key: 0.5625 + at / 64 for at, key in enumerate(LISTED)}
_WRITTEN = [
    ["Quality", "0.531", "0.719"],
    ["Mission relevance", "2.75", "3.25"],
    ["Depth", "1.50", "2.50"],
    ["Abstained", "21%", "13%"],
    ["Idle by order", "17%", "19%"],
    ["Idle in all", "47%", "38%"],
    ["No usable reply", "9%", "6%"],
    ["Different roles", "0.64", "0.87"],
    *([MEASURES[key].name, write(key, REFERENCE[key]), write(key, GROUP[key])] for key in LISTED),
    ["Different roles as written", "0.73", "0.93"],
    ["Tokens", "23,456", "12,345"],
    ["Cost", "$0.25", "$0.0625"],
    ["Time", "7.5 s", "1 min 30 s"],
    ["Quality per 1,000 tokens", "0.022", "0.055"],
]
MEASURED = sorted(_WRITTEN, key=lambda line: [MEASURES[key].name for key in COMPARED].index(line[0]))
STATISTICS = [
    ["Verdict", "better"],
    ["Difference", "+0.190 (+0.110 to +0.280)"],
    ["Relative difference", "+36.5% (+21.0% to +53.0%)"],
    ["p", "0.011"],
    ["p after Holm", "0.022"],
    ["p of equivalence", "0.970"],
    ["Bad losses", "1 and 4 (up to 61%)"],
    ["Margin", "±0.04"],
    ["d of mission means", "0.81"],
    ["d_z", "1.23"],
    ["Cliff's δ", "0.44"],
    ["Missions", "12"],
    ["Runs", "25 and 37"],
    ["Missions left out", "3"],
    ["Cost", "1.7 times (1.5 times to 1.9 times)"],
    ["Time", "2.6 times"],
]
DIFFERENCE = Difference(
    mean=0.71,
    reference_mean=0.52,
    difference=0.19,
    low=0.11,
    high=0.28,
    relative=0.365,
    relative_low=0.21,
    relative_high=0.53,
    p=0.011,
    p_holm=0.022,
    d=0.81,
    d_z=1.23,
    cliffs_delta=0.44,
    p_equivalence=0.97,
    behind=Tail(1, 12, 0.1),
    ahead=Tail(4, 12, 0.08),
    margin=0.04,
    missions=12,
    runs=25,
    reference_runs=37,
    sd=0.15,
    left_out=("x", "y", "z"),
)


def of(name: str, measures: dict[str, float], simulated: bool = False) -> Group:
    """A group whose two missions agree in every measure."""
    rest = {measure: value for measure, value in measures.items() if measure != "quality"}
    protocol = name.lower()
    cells = [
        cell(number, [measures["quality"]], protocol=protocol, simulated=simulated, measures=rest)
        for number in range(2)
    ]
    return Group(name, tuple(cells))


def compared(*, simulated: bool = False, **of_difference: Any) -> Comparison:
    """A comparison whose numbers are all different."""
    reference, group = of("Shared", REFERENCE, simulated), of("Solo", GROUP, simulated)
    contrast = Contrast(
        group, reference, replace(DIFFERENCE, **of_difference), "better", 1.7, 2.6, 0.046, 1.5, 1.9, 6
    )
    return Comparison((reference, group), (contrast,), 5, ("models",), 9)


def test_each_measure_of_a_group_stands_in_its_own_line_and_column():
    assert [[row.name, *row.values] for row in measure_rows(compared().groups)] == MEASURED


def test_each_statistic_of_a_contrast_stands_in_its_own_line():
    assert [[row.name, *row.values] for row in statistic_rows(compared())] == STATISTICS


def test_a_terminal_has_the_same_tables():
    console = Console(width=200, file=io.StringIO())
    print_comparison(compared(), "protocol", console)
    assert isinstance(console.file, io.StringIO)
    shown_there = columns(console.file.getvalue())
    statistics = shown_there.index(["against Shared", "Solo"]) + 1
    assert shown_there[statistics : statistics + len(STATISTICS)] == STATISTICS
    measures = shown_there.index(["mean a run", "Shared", "Solo"]) + 1
    assert shown_there[measures:] == MEASURED


def test_json_has_every_number_of_a_comparison_under_its_own_name():
    found = told(compared(), "protocol")
    assert found["contrasts"] == [
        {
            "group": "Solo",
            "reference": "Shared",
            "verdict": "better",
            "withheld": None,
            "gaps": 6,
            "difference": asdict(DIFFERENCE),
            "cost_ratio": 1.7,
            "cost_low": 1.5,
            "cost_high": 1.9,
            "time_ratio": 2.6,
        }
    ]
    for group, measures in zip(found["groups"], (REFERENCE, GROUP), strict=True):
        assert {name: each["value"] for name, each in group["measures"].items()} == measures
    counts = ("by", "simulated", "missions", "left_out", "comparisons")
    assert [found[name] for name in counts] == ["protocol", False, 2, 5, 9]


def test_json_has_the_runs_of_each_group_under_their_own_names():
    scored = cell(0, [0.5, 0.75, None], protocol="solo")
    group = Group("Solo", (scored,), aside=(replace(scored, unfinished=7), cell(1, [None, None, None])))
    reference = of("Shared", REFERENCE)
    contrast = Contrast(group, reference, DIFFERENCE, "better", None, None)
    (_, counted) = told(Comparison((reference, group), (contrast,), 0, (), 1), "agents")["groups"]
    assert [counted[name] for name in ("runs", "unscored", "unfinished")] == [3, 5, 7]


@pytest.mark.parametrize("simulated", [True, False])
def test_the_sentence_of_a_contrast_has_every_number_where_it_belongs(simulated: bool):
    kind = "simulated " if simulated else ""
    assert contrast_sentence(compared(simulated=simulated).contrasts[0], comparisons=9) == (
        f"On 12 missions (62 {kind}runs), Solo scored 0.190 higher than Shared (95 % interval 0.110 to 0.280; better), "
        f"at 1.7 times (1.50 to 1.90) the {kind}cost, with 0.54 times the tokens."
    )


# Tables of a comparison in the dashboard.


def test_missions_have_the_mean_of_each_group_in_its_own_column():
    groups = [of("Shared", REFERENCE), of("Solo", GROUP)]
    (table,) = shown(lambda: show_missions(groups, {})).dataframe
    row = table.value.iloc[0].to_dict()
    assert row.pop("Runs") == "/history?find=m00"
    assert row == {
        "Mission": "Mission 0",
        "Level": "Level 2",
        "Shared": 0.53125,
        "Solo": 0.71875,
        "Solo − Shared": 0.1875,
    }
    assert formats(table) == {"Shared": "%.3f", "Solo": "%.3f", "Solo − Shared": "%+.3f"}


def sized(agents: int, quality: float, cost: float, **more: Any) -> list[Cell]:
    """Cells of one team size; every mission is a little better than the one before."""
    return [
        cell(number, [quality + number / 64], agents=agents, measures={"cost_usd": cost}, **more)
        for number in range(3)
    ]


def test_team_sizes_and_shocks_have_every_number_in_its_own_column():
    sizes = [*sized(4, 0.5, 0.25), *sized(16, 0.625, 0.75)]
    shocks = [*sized(4, 0.5, 0.25), *sized(4, 0.4, 0.25, shock="hub"), *sized(4, 0.3, 0.25, shock="seat")]
    app = shown(lambda: show_team_sizes(sizes, 0.03, 0.05, True), lambda: show_shocks(shocks))
    assert [formats(frame) for frame in app.dataframe] == [
        {"Quality": "%.3f", "Cost of a run, $": "%.4f"},
        dict.fromkeys(["Resilience", "Hub", "Seat"], "percent"),
    ]
    curves, stands = (frame.value for frame in app.dataframe)
    assert [*curves.columns] == [
        "Arm",
        "Agents",
        "Quality",
        "Gain per doubling",
        "Cost of a run, $",
        "Missions",
    ]
    assert curves.fillna("–").to_numpy().tolist() == [
        ["Sequential with sim/strong", 4, 0.515625, "–", 0.25, 3],
        ["Sequential with sim/strong", 16, 0.640625, "+0.062", 0.75, 3],
    ]
    kept = {
        shock: (3 * low + 3 / 64) / (3 * 0.5 + 3 / 64) for shock, low in {"Hub": 0.4, "Seat": 0.3}.items()
    }
    (row,) = stands.to_dict("records")
    assert row.pop("Arm").startswith("Sequential, 4 agents of")
    assert row == {"Resilience": pytest.approx(sum(kept.values()) / 2)} | {
        shock: pytest.approx(value) for shock, value in kept.items()
    }
    said = " ".join(element.value for element in app.markdown).replace("\\", "")
    assert re.search(
        r"4 to 16 agents on 3 missions.*4 times the agents take 3\.0 times the simulated cost", said
    )


def test_an_openai_client_is_told_tokens_by_their_names():
    ask = Ask.model_validate({"model": "x", "messages": [{"role": "user", "content": "Go."}]})
    assert whole(ask, "r", "done", "stop", SPENT)["usage"] == {
        "prompt_tokens": 177_477,
        "completion_tokens": 8_200,
        "total_tokens": 185_677,
        "prompt_tokens_details": {"cached_tokens": 49_240},
    }

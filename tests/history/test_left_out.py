"""What a rule leaves out is left out at every place that counts: one history, and in it runs that must not matter.

Each place is asked three times: without the runs, with them, and with the same runs unmarked. The first two answers are
equal; the third differs, or the place could not tell.
"""

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest

from pages.start.page import worth_drawing
from swarm.cell import Cell
from swarm.claims.evidence import gather
from swarm.claims.gaps import missing
from swarm.claims.judging import evidence_of
from swarm.comparison.contrasts import compare_groups
from swarm.comparison.group import groups_by
from swarm.comparison.levels import means_by_mission
from swarm.comparison.team_size import size_curves
from swarm.comparison.threshold import model_cases
from swarm.comparison.withstood import stands
from swarm.experiment.results import resolution, results
from swarm.history.rows import RunFilter, row_of
from swarm.history.store import History
from swarm.metrics.over_runs import role_story, sequences
from swarm.mission import Mission
from swarm.recording.record import record_of
from swarm.shock import Shock
from swarm.spec import PastRole
from swarm.verdict import Verdict
from tests.leaving import (
    ARMS,
    CLAIM,
    MISSIONS,
    PLANNED,
    TODAY,
    Mark,
    base,
    intruders,
    of_history,
)
from tests.made import told

# The places.


@dataclass(frozen=True)
class Seen:
    """Some runs of a history, as a place is shown them."""

    history: History
    where: RunFilter

    @cached_property
    def cells(self) -> list[Cell]:
        return self.history.cells(replace(self.where, experiment=PLANNED.grid.id))

    @cached_property
    def simulated(self) -> list[Cell]:
        return [each for each in self.cells if each.condition.simulated]

    @cached_property
    def calm(self) -> list[Cell]:
        return [each for each in self.simulated if each.condition.agents == 16]


def compared(seen: Seen) -> object:
    found = compare_groups(groups_by(seen.calm, "protocol", "Coordinator")[0])
    return [(each.group.name, numbers(each)) for each in found.contrasts]


def numbers(contrast: Any) -> object:
    return replace(contrast.difference, left_out=()), contrast.cost_ratio, contrast.verdict


def of_missions(seen: Seen) -> object:
    return [each.means for each in means_by_mission(groups_by(seen.calm, "protocol")[0])]


def of_experiment(seen: Seen) -> object:
    found = [comparison for _, comparison in results(PLANNED, seen.calm).found if comparison.missions == 6]
    return [[numbers(each) for each in comparison.contrasts] for comparison in found]


def of_claim(seen: Seen) -> object:
    evidence = [evidence_of(CLAIM, gather(seen.cells, simulated=kind)) for kind in (True, False)]
    return [(each.verdict, each.ranged, each.runs) for each in evidence]


def of_gaps(seen: Seen) -> object:
    return missing(CLAIM, seen.cells, MISSIONS)


def of_threshold(seen: Seen) -> object:
    return [(case.model, case.capability, numbers(case.contrast)) for case in model_cases(seen.simulated)]


def of_sizes(seen: Seen) -> object:
    """Without dollars, which count whether or not a run is scored."""
    curves = size_curves(seen.simulated)
    return [([replace(row, cost_usd=None) for row in each.rows], each.p, each.worst) for each in curves]


def of_shocks(seen: Seen) -> object:
    return next(each.kept for each in stands(seen.simulated) if each.kept and each.kept["hub"].missions == 6)


def foreseen(seen: Seen) -> object:
    return resolution(PLANNED, seen.cells)


def remembered(seen: Seen) -> object:
    return seen.history.past_roles("default", Mission("new", "New", "Bake."), True)


def roles_followed(seen: Seen) -> object:
    return {
        each: role_story(runs)
        for each, runs in sequences(seen.history.roles(seen.where)).items()
        if len(runs) > 5
    }


def of_claims_link(seen: Seen) -> object:
    where = RunFilter(usual=True, statuses=("finished",), simulated=True, shocks=("none",), judge="sim/judge")
    where = replace(where, prompts=" ".join(TODAY.values()), models=("sim/strong",))
    return [each.run_id for each in seen.history.runs(replace(where, run_ids=seen.where.run_ids))]


PLACES: dict[str, Callable[[Seen], object]] = {
    "comparison": compared,
    "table of missions": of_missions,
    "results of an experiment": of_experiment,
    "claim": of_claim,
    "runs that a claim lacks": of_gaps,
    "threshold": of_threshold,
    "team sizes": of_sizes,
    "shocks": of_shocks,
    "what an experiment can see": foreseen,
    "roles over runs": roles_followed,
    "runs of a claim": of_claims_link,
}
NUMBERS = {*PLACES} - {"roles over runs"}
ANSWERS = NUMBERS - {"runs that a claim lacks", "runs of a claim"}
OF_CLAIMS = {"claim", "runs that a claim lacks", "threshold", "runs of a claim"}

RULES: dict[str, tuple[Mark, set[str]]] = {
    "imported": (Mark(first={"imported": "elsewhere"}), {*PLACES}),
    "deleted": (Mark(deleted=True), {*PLACES}),
    **{f"{ending}": (Mark(told={"ending": ending}), {*PLACES}) for ending in ("stopped", "limited", "failed")},
    "not ended": (Mark(told={"ending": None}), {*PLACES}),
    "real": (Mark(told={"simulated": False}), {*PLACES}),
    "unscored": (Mark(told={"judged": Verdict("sim/judge", unscored="lost")}), ANSWERS),
    "of another judge": (Mark(recipe={"judge": "sim/other"}), NUMBERS),
    "of nobody's judgement": (Mark(recipe={"judge": None}, told={"judged": Verdict("", unscored="none")}), ANSWERS),
    "of other prompts": (Mark(recipe={"prompts": "older"}), NUMBERS),
    "of other simulated models": (Mark(recipe={"minds": "older"}), NUMBERS),
    "of another model": (Mark(recipe={"models": ("sim/weak",)}), NUMBERS - {"runs of a claim", "shocks"}),
    "of a mixed team": (Mark(recipe={"models": ("8 sim/strong", "8 sim/weak")}), NUMBERS - {"shocks"}),
    "struck": (Mark(recipe={"shock": Shock("hub")}, only_calm=True), NUMBERS),
    "of other settings": (Mark(recipe={"options": {"size": 3}}), OF_CLAIMS),
    "of a team that remembers": (Mark(recipe={"memory": (PastRole("Earlier", 1, "Cook"),)}), OF_CLAIMS),
    "of another experiment": (
        Mark(first={"experiment": "another"}), {"results of an experiment"},
    ),
    "played before": (Mark(recipe={"seed": 0}), NUMBERS - {"runs of a claim"}),
    "of another organization": (Mark(recipe={"organization": "north"}), {"roles over runs"}),
}  # fmt: skip
"""What marks a run, and the places that leave such a run out."""


FORGOTTEN = (
    "imported",
    "deleted",
    "stopped",
    "limited",
    "failed",
    "not ended",
    "real",
    "of another organization",
)
"""Rules by which no team remembers a run."""


@pytest.fixture(scope="module")
def histories(tmp_path_factory) -> dict[str, History]:
    """Of the runs that count; of these and all that are left out; of these and the same runs unmarked."""
    folder = tmp_path_factory.mktemp("left-out")
    found = {"without": of_history(folder / "without", base())}
    marked = [events for name in RULES for events in intruders(name, marked_as(name))]
    for name, more in (("marked", marked), ("unmarked", intruders("unmarked", Mark()))):
        shutil.copytree(folder / "without", folder / name)
        found[name] = of_history(folder / name, more)
    return found


def marked_as(rule: str) -> Mark:
    """Of another organization unless memory leaves it out by this rule."""
    mark, _ = RULES[rule]
    elsewhere = {} if rule in FORGOTTEN else {"organization": "elsewhere"}
    return replace(mark, recipe={**elsewhere, **mark.recipe})


def asked(history: History, name: str = "", places: Collection[str] = PLACES.keys()) -> dict[str, object]:
    """What all places say of the runs that count and of those that go by a name."""
    late = tuple(f"late-{name}-{at}" for at in (0, 4)) if name else ()
    base = tuple(f"base-{at}-{n}" for at in range(len(ARMS)) for n in range(len(MISSIONS)))
    seen = Seen(history, RunFilter(run_ids=base + late))
    return {each: PLACES[each](seen) for each in places}


@pytest.fixture(scope="module")
def expected(histories) -> dict[str, object]:
    return asked(histories["without"])


@pytest.fixture(scope="module")
def unmarked(histories) -> dict[str, object]:
    return asked(histories["unmarked"], "unmarked")


@pytest.mark.parametrize("rule", RULES)
def test_what_is_left_out_is_left_out_everywhere(rule: str, histories, expected, unmarked):
    _, places = RULES[rule]
    found = asked(histories["marked"], rule, places)
    for place in sorted(places):
        assert found[place] == expected[place], f"{place}: runs count that are {rule}"
        assert unmarked[place] != expected[place], f"{place}: could not tell"


def test_no_team_remembers_what_is_left_out(histories):
    found = {name: remembered(Seen(history, RunFilter())) for name, history in histories.items()}
    assert found["marked"] == found["without"] != found["unmarked"]


def test_the_first_page_draws_no_run_of_strangers():
    row = replace(row_of(record_of(told("ours"))), depth=2)
    assert worth_drawing(row)
    assert not worth_drawing(replace(row, imported="elsewhere"))

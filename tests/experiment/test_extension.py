"""An extension is the same experiment on more missions, with one more look at a level that was kept for it."""

from dataclasses import replace

import pytest

from swarm.comparison.finding import finding
from swarm.errors import BadInput
from swarm.experiment.file import experiment_from_toml, experiment_toml
from swarm.experiment.looks import alpha_of, extended, further_alpha_of, looks_in_words, looks_of
from swarm.experiment.past import past_of
from swarm.experiment.results import results
from swarm.grid import Experiment, Terms, Way
from swarm.history.store import History
from swarm.mission import Mission, load_library
from swarm.recording.events import ExperimentExtended
from swarm.recording.journal import journal_of
from swarm.recording.journal_lines import read_journal
from tests.experiment.test_experiment import experiment_of, perform, starts
from tests.experiment.test_planned import bumpy, planned

KEPT = Terms(may_extend=True)
MORE = tuple(Mission(f"x{n}", f"More {n}", "Roast.") for n in range(4))


@pytest.fixture
def missions(settings):
    return [mission for mission in load_library(settings.mission_folders).values() if mission.level == "L1"]


def extended_planned(times: int = 1, terms: Terms = KEPT) -> Experiment:
    experiment = planned(terms, ways=(Way("shared"), Way("sequential")), teams=("sim/strong",))
    for at in range(times):
        experiment = extended(experiment, MORE[2 * at : 2 * at + 2])
    return experiment


def test_an_extension_plays_what_it_adds_and_nothing_again(settings, missions):
    experiment = experiment_of(missions, KEPT, ways=(Way("sequential"), Way("shared")))
    assert perform(settings, experiment).status == "finished"
    longer = extended(experiment, missions[2:3])
    assert perform(settings, longer, resumed=True).status == "finished"
    began = starts(settings, longer)
    assert (len(began), {*began.values()}) == (longer.grid.size, {1}) == (12, {1})
    row, kept = History(settings).experiment(experiment.grid.id)
    assert (row.runs, row.finished, row.status) == (12, 12, "finished")
    assert kept.grid.extensions == (1,)
    cells = History(settings).cells()
    assert {cell.mission: cell.seeds for cell in cells} == dict.fromkeys(
        (mission.id for mission in missions[:3]), (0, 1)
    )
    [told] = [
        event
        for event in read_journal(journal_of(longer.grid.id, settings)).events
        if isinstance(event, ExperimentExtended)
    ]
    assert told.level == 0.005
    assert past_of(journal_of(longer.grid.id, settings)).started.grid == longer.grid
    with pytest.raises(BadInput, match="nothing to resume"):
        perform(settings, experiment, resumed=True)


def test_an_extension_waits_for_the_planned_end(settings, missions):
    experiment = experiment_of(missions, KEPT)
    with pytest.raises(BadInput, match="never begun"):
        perform(settings, extended(experiment, missions[2:3]), resumed=True)


def test_runs_keep_their_numbers_and_the_experiment_its_id():
    before, after = extended_planned(0).grid, extended_planned(2).grid
    assert after.id == before.id
    assert [after.planned(number) for number in range(before.size)] == [
        before.planned(number) for number in range(before.size)
    ]
    assert {run.mission.id for run in after.plan() if run.number >= before.size} == {each.id for each in MORE}
    assert sorted(run.number for run in after.plan()) == [*range(after.size)]
    places, arms = range(len(after.missions)), range(len(after.arms))
    first = [after.planned(after.first_run(place, arm)) for place in places for arm in arms]
    assert [(run.mission, run.arm, run.seed) for run in first] == [
        (after.missions[place], arm, 0) for place in places for arm in arms
    ]


@pytest.mark.parametrize("early", [False, True])
def test_all_levels_together_are_the_one_that_is_promised(early: bool):
    experiment = extended_planned(2, Terms(may_extend=True, stop_when_clear=early))
    on_the_way = 4 * 0.001 if early else 0
    assert on_the_way + sum(look.level for look in looks_of(experiment)) == pytest.approx(0.05)
    assert further_alpha_of(experiment) is None
    assert "nothing is left for an extension" in str(looks_in_words(experiment))


@pytest.mark.parametrize(("times", "terms"), [(2, KEPT), (0, Terms()), (0, Terms(stop_when_clear=True))])
def test_what_has_nothing_left_says_so_and_is_not_extended(times: int, terms: Terms):
    with pytest.raises(BadInput, match="nothing of its level is left for a further look"):
        extended(extended_planned(times, terms), [Mission("y", "Yet more", "Fry.")])


@pytest.mark.parametrize(("times", "level", "word"), [(0, 0.04, "better"), (1, 0.005, "undetermined")])
def test_a_look_after_an_extension_asks_for_its_own_level_and_says_so(times: int, level: float, word: str):
    experiment = extended_planned(times)
    cells = [*bumpy("shared", 0.0, 0.0), *bumpy("sequential", 0.05, 0.045)]
    [(_, found)] = results(experiment, cells).found
    [contrast] = found.contrasts
    assert (alpha_of(experiment), contrast.verdict) == (level, word)
    assert ("looked at again after 1 extension with p < 0.005" in finding(found)) is bool(times)


def test_what_would_settle_it_is_an_extension_where_a_level_is_kept():
    cells = [*bumpy("shared", 0.0, 0.0), *bumpy("sequential", 0.05, 0.1)]
    said: dict[bool, str] = {}
    for terms in (KEPT, Terms()):
        [(_, found)] = results(extended_planned(0, terms), cells).found
        said[terms.may_extend] = finding(found)
    assert (
        "more missions would settle it as an extension of this experiment, looked at with p < 0.005"
        in said[True]
    )
    assert "missions would settle it in an experiment of its own" in said[False]


def test_an_extension_stands_in_the_file(settings, missions):
    library = load_library(settings.mission_folders)
    experiment = extended(experiment_of(missions, KEPT), missions[2:4])
    # A file says nothing of equal tokens where no single agent could have them.
    experiment = experiment._replace(grid=replace(experiment.grid, equal_tokens=True))
    text = experiment_toml(experiment)
    assert experiment_from_toml(text, "x.toml", library) == experiment
    with pytest.raises(BadInput, match="may_extend = true"):
        experiment_from_toml(text.replace("may_extend = true", ""), "x.toml", library)

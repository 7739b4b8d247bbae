"""Runs are gathered by all that must be equal for them to be repeats, and the same simulated run counts once."""

from dataclasses import replace

import duckdb
import pytest

from swarm.cell import Cell, options_as_kept
from swarm.comparison.group import groups_by, name_of
from swarm.experiment.results import reference_of, results
from swarm.grid import Experiment, Terms, Way
from swarm.history.file import MIGRATIONS
from swarm.history.store import History
from swarm.mission import Mission, Requirement
from swarm.shock import Shock
from swarm.spec import PastRole
from tests.comparison.test_comparison import FREE, GIVEN, arm, cell, grid
from tests.made import BEGAN, keep, put_back, spec, told

REMEMBERED = (PastRole("An earlier mission", 1, "Baker"),)


def keep_runs(settings, *recipes, simulated: bool = True) -> list[Cell]:
    """The cells of one run for each recipe, told by what it has beside the usual."""
    for number, recipe in enumerate(recipes):
        keep(settings, told(f"20261122-120000-{number:06x}", spec(**recipe), simulated=simulated))
    return History(settings).cells()


def test_a_swap_to_another_model_is_another_condition(settings):
    found = keep_runs(settings, *({"shock": Shock("swap", f"sim/{model}")} for model in ("weak", "small")))
    assert [each.condition.shock for each in found] == ["swap to sim/small", "swap to sim/weak"]
    assert [group.name for group in groups_by(found, "shock")[0]] == [
        "Shock: swap to sim/small",
        "Shock: swap to sim/weak",
    ]


def test_a_team_that_remembers_is_another_condition(settings):
    found = keep_runs(settings, {"protocol": "shared"}, {"protocol": "shared", "memory": REMEMBERED})
    assert [group.name for group in groups_by(found, "protocol")[0]] == ["Shared (with memory)", "Shared"]


def test_a_history_of_before_is_told_what_was_swapped_to_and_who_remembers(settings):
    specs = [{"shock": Shock("swap", "sim/weak")}, {"protocol": "shared", "memory": REMEMBERED}, {}]
    now = [each.condition for each in keep_runs(settings, *specs)]
    with duckdb.connect(settings.history) as connection:
        put_back(connection, 3)
        connection.execute("UPDATE runs SET shock = 'swap' WHERE shock IS NOT NULL")
        connection.execute("UPDATE runs SET options = '{}'")
    assert [each.condition for each in History(settings).cells()] == now


BAKE = Mission(
    "bake", "Bake", "Bake a cake\n“with” 3 / 4 l.", ("care",), (Requirement("Buy \t flour", needs=(1,)),)
)


def test_a_mission_is_what_it_holds_and_not_what_it_is_called(settings):
    changed = replace(BAKE, goal="Bake bread.")
    found = keep_runs(
        settings,
        {"mission": BAKE, "protocol": "shared"},
        {"mission": replace(BAKE, id="own"), "protocol": "sequential"},
        {"mission": changed, "protocol": "solo"},
    )
    names = {each.condition.protocol: each.mission for each in found}
    assert names["shared"] == names["sequential"] == f"bake #{BAKE.content[:6]}"
    assert names["solo"] == f"bake #{changed.content[:6]}"


def test_a_history_of_before_knows_missions_by_the_same_content(settings):
    keep_runs(settings, {"mission": BAKE})
    with duckdb.connect(settings.history) as connection:
        connection.execute(f"DELETE FROM meta WHERE version = {len(MIGRATIONS)}")
        for column in ("mission_content", "mission_family"):
            connection.execute(f"ALTER TABLE runs DROP COLUMN {column}")
    assert len(History(settings).cells()) == 1
    with duckdb.connect(settings.history) as connection:
        assert connection.execute("SELECT mission_content FROM runs").fetchall() == [(BAKE.content,)]


def test_a_cell_knows_when_its_runs_began_of_what_experiment_and_of_what_family(settings):
    mission = replace(BAKE, family="Cakes")
    first, *rest = told("20261122-120000-000001", spec(mission=mission))
    keep(settings, [replace(first, experiment="ours"), *rest])
    [found] = History(settings).cells()
    assert (found.family, found.experiments, found.began) == ("Cakes", {"ours"}, (BEGAN.timestamp(),))


def test_the_same_simulated_run_twice_is_no_repeat(settings):
    [found] = keep_runs(settings, {"seed": 1}, {"seed": 2}, {"seed": 1})
    assert found.seeds == (1, 2)
    assert all(len(values) == 2 for values in found.values.values())


def test_real_runs_of_one_seed_are_repeats(settings):
    [found] = keep_runs(settings, {"seed": 1}, {"seed": 2}, {"seed": 1}, simulated=False)
    assert found.seeds == (1, 1, 2)


def test_an_experiment_is_read_whether_or_not_its_team_remembers():
    ways = (Way("shared"), Way("sequential"))
    kept = [
        replace(each, condition=each.condition._replace(protocol="shared", options='{"remembers":true}'))
        for each in GIVEN
    ]
    # Nothing is remembered of the one mission that an organization has played.
    kept[0] = replace(kept[0], condition=kept[0].condition._replace(options="{}"))
    [(_, comparison)] = results(Experiment(grid(ways=ways), Terms()), [*kept, *FREE]).found
    assert comparison.groups[0].name == reference_of(grid(ways=ways)) == "Shared"
    assert comparison.contrasts[0].difference.missions == 7


def test_a_swap_is_the_reference_by_the_model_it_swaps_to():
    shocks = grid(ways=(Way("sequential"),), shocks=("swap", "none"), shock_model="sim/weak")
    struck = [replace(each, condition=each.condition._replace(shock="swap to sim/weak")) for each in FREE]
    [(_, comparison)] = results(Experiment(shocks, Terms()), [*struck, *arm("sequential", *[0.5] * 7)]).found
    assert comparison.groups[0].name == "Shock: swap to sim/weak"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Analyst", "Boss"), ("Analyst", "Clerk")),
        (
            ("An analyst of everything that may be analysed at all", "B"),
            ("An analyst of everything that may be B", "B"),
        ),
    ],
)
def test_two_lists_of_roles_never_have_one_name(one, other):
    names = [name_of("protocol", ("fixed_roles", options_as_kept({"roles": each}))) for each in (one, other)]
    assert names[0] != names[1]
    assert names[0].startswith("Fixed roles (2 roles: An")
    cells = [
        cell("m0", 0.5, protocol="fixed_roles", options=options_as_kept({"roles": each}))
        for each in (one, other)
    ]
    assert len({group.name for group in groups_by(cells, "protocol")[0]}) == 2

"""An experiment is read from TOML and written to it; what cannot be read is named."""

import pytest

from swarm.errors import BadInput
from swarm.experiment.file import experiment_from_toml, experiment_toml, read_experiment
from swarm.grid import MARGIN, Terms, Way
from swarm.limits import Limits
from swarm.mission import load_library

FILE = """
name = "Do roles help?"
protocols = ["fixed_roles", { protocol = "batched", size = 2 }]
models = ["sim/strong", "1 sim/strong, 2 sim/weak"]
agents = [3]
missions = ["L1", "food-festival"]
repeats = 4
seed = 5
shocks = ["none", "swap"]
shock_model = "sim/weak"
judge = "sim/judge"
limits = { calls = 20, usd = 0.5 }
max_usd = 12.5
stop_when_clear = true
margin = 0.02
"""
SHORT = (
    'name = "x"\nprotocols = ["shared"]\nmodels = ["sim/weak"]\nagents = [2]\nmissions = ["food-festival"]\n'
)


@pytest.fixture
def library(settings):
    return load_library(settings.mission_folders)


def test_every_key_is_read(library):
    grid, terms = experiment_from_toml(FILE, "roles.toml", library)
    assert grid.ways == (Way("fixed_roles"), Way("batched", {"size": 2}))
    assert (grid.teams, grid.agents) == (("sim/strong", "1 sim/strong, 2 sim/weak"), (3,))
    assert [mission.level for mission in grid.missions] == ["L1"] * 8 + ["L3"]
    assert (grid.repeats, grid.seed, grid.shocks, grid.shock_model) == (4, 5, ("none", "swap"), "sim/weak")
    assert (grid.judge, grid.limits) == ("sim/judge", Limits(usd=0.5, calls=20))
    assert terms == Terms(12.5, stop_when_clear=True, margin=0.02)


def test_what_is_left_out_has_a_usual_value(library):
    grid, terms = experiment_from_toml(SHORT, "x.toml", library)
    assert (grid.repeats, grid.shocks, grid.judge, grid.limits) == (1, ("none",), None, Limits())
    assert (terms.max_usd, terms.margin) == (None, MARGIN)


@pytest.mark.parametrize("text", [FILE, SHORT])
def test_what_is_written_is_read_back_the_same(text, library):
    experiment = experiment_from_toml(text, "x.toml", library)
    assert experiment_from_toml(experiment_toml(experiment), "again.toml", library) == experiment


def test_a_mission_of_ones_own_lies_beside_the_file(library, tmp_path):
    (tmp_path / "bread.toml").write_text('title = "Bake"\ngoal = "Bake bread."\n')
    (tmp_path / "x.toml").write_text(SHORT.replace("food-festival", "bread.toml"))
    [mission] = read_experiment(tmp_path / "x.toml", library).grid.missions
    assert mission.goal == "Bake bread."


def test_a_file_from_elsewhere_reads_no_file_of_this_machine(library):
    with pytest.raises(BadInput, match="unknown mission"):
        experiment_from_toml(SHORT.replace("food-festival", "/etc/hostname.txt"), "upload", library)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("protocols =", "protokols ="), "x.toml: protocols: field required"),
        (("agents = [2]", 'agents = ["2"]'), "x.toml: agents.0: "),
        (("agents = [2]", "agents = [2]\nrole = 3"), "x.toml: role: "),
        (("agents = [2]", "agents = [300]"), "x.toml: agents.0: 300: a team has 1 to 256 agents"),
        (("agents = [2]", "agents = []"), "the grid is empty: it has no number of agents"),
        (("[2]", "[2]\nrepeats = 1_000_000_000"), "x.toml: the grid has 1,000,000,000 runs"),
        (('["shared"]', '["sharde"]'), "unknown protocol 'sharde'. Did you mean 'shared'?"),
        (('["shared"]', '[{ protocol = "batched", sise = 4 }]'), "unknown option of batched 'sise'"),
        (('["shared"]', "[{ size = 4 }]"), "protocols: write an entry"),
        (("food-festival", "food-festivle"), "Did you mean 'food-festival'?"),
        (("[2]", "[2]\nmargin = 5.0"), "a margin of 5.0"),
        (("[2]", '[2]\nshocks = ["flood"]'), "x.toml: shocks.0: 'flood': known are seat, hub"),
        (("[2]", "[2]\nseed = -1"), "x.toml: seed: -1: a seed is a whole number from 0 to 2,147,483,647"),
        (("[2]", "[2]\nmax_usd = nan"), "x.toml: max_usd: nan: a limit is a number above 0"),
        (("[2]", "[2]\nlimits = { calls = 1.5 }"), "x.toml: limits.calls: 1.5: a limit of calls is a whole"),
        (("[2]", "[2]\norganization = ' '"), "x.toml: organization: ' ': give a name of 1 to 80 characters"),
        (('name = "x"', 'name = "x'), "not TOML"),
        (('name = "x"', "name = " + "[" * 5000), "not TOML"),
    ],
)
def test_what_is_wrong_is_named_in_one_sentence(change, said, library):
    with pytest.raises(BadInput) as refused:
        experiment_from_toml(SHORT.replace(*change), "x.toml", library)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_huge_or_missing_file_is_refused(library, tmp_path):
    (tmp_path / "huge.toml").write_text("#" * 1_100_000)
    with pytest.raises(BadInput, match="more than 1,000,000 bytes"):
        read_experiment(tmp_path / "huge.toml", library)
    with pytest.raises(BadInput, match="cannot read"):
        read_experiment(tmp_path / "missing.toml", library)

"""Three arms on the same missions: what is played, and what it makes of a team's own tasks."""

from dataclasses import replace
from statistics import fmean
from string import ascii_lowercase

import pytest

from swarm.errors import BadInput
from swarm.experiment.recipe import Recipes, checked, tokens_tried
from swarm.grid import EXPERIMENT, Terms, Way
from swarm.mission import MAX_REQUIREMENTS, Mission, Requirement, load_library
from swarm.teams.formats import settled
from swarm.teams.inputs import read_inputs
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam
from swarm.teams.storage import keep_team, kept_team, team_of
from swarm.teams.trial.arms import (
    PROTOCOL_OF,
    could_be,
    is_team_test,
    lowered,
    options_of_team,
    own_missions,
    placeholders,
    related_missions,
    team_test,
    token_budget,
)
from tests.teams.examples import BAKERY

TEAM = settled(BAKERY)
INPUTS = [{"guests": "families"}, {"guests": "night owls", "town": "Jena"}]


def test_every_set_of_inputs_is_a_mission_with_the_tasks_as_requirements():
    families, owls = own_missions(TEAM, INPUTS)
    assert [each.text for each in families.requirements] == [
        "Choose a site in Ulm. Expected: An address",
        "List what is baked.",
        "Name every permit.",
        "Write the menu for families.",
    ]
    assert owls.requirements[0].text == "Choose a site in Jena. Expected: An address"
    assert families.title != owls.title
    assert families.goal.startswith("Open a bakery in Ulm.")


def test_a_placeholder_without_a_value_is_asked_for():
    with pytest.raises(BadInput, match=r"leave \{guests\} open"):
        own_missions(TEAM)


def test_a_value_that_is_missing_is_told_by_its_line_and_how_to_give_it():
    sets = read_inputs("--inputs in.csv", b"Guests,town\nfamilies,\n,Jena\n")
    with pytest.raises(
        BadInput, match=r"^--inputs in\.csv, line 3: .* leave \{guests\} open: .*'guests' of a CSV file"
    ):
        own_missions(TEAM, sets)


def test_columns_are_known_in_any_case_and_by_their_own_first():
    [mission] = own_missions(TEAM, [{"GUESTS": "families", "Town": "Jena", "town": "Ulm"}])
    assert mission.requirements[0].text == "Choose a site in Ulm. Expected: An address"


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again():
    [mission] = own_missions(TEAM, [{"guests": "{town}"}])
    assert mission.requirements[3].text == "Write the menu for {town}."


def test_equal_sets_of_inputs_are_one_mission():
    assert len(own_missions(TEAM, [INPUTS[0], INPUTS[0]])) == 1


def test_a_team_without_tasks_has_no_mission_of_its_own(settings):
    bare = GivenTeam("Bare", (GivenRole("Cook"),))
    assert own_missions(bare) == ()
    with pytest.raises(BadInput, match="choose missions of the library"):
        team_test(bare, (), settings, model="sim/weak")


def test_missions_of_the_library_are_chosen_by_what_the_team_is_about(settings):
    library = load_library(settings.mission_folders)
    nurses = GivenTeam(
        "Ward", (GivenRole("Intensive care nurse", "Move the patients of the intensive care unit"),)
    )
    assert related_missions(nurses, library.values(), 1)[0].id == "intensive-care-move"
    assert len(related_missions(nurses, library.values(), 5)) == 5


def test_a_long_mission_is_not_nearer_for_all_its_other_words():
    def mission(name: str, goal: str) -> Mission:
        return Mission(name, name, goal, (Requirement("Do it."),))

    long = mission("a-long", f"Bakery {' '.join(f'word{letter * 5}' for letter in ascii_lowercase)}")
    short = mission("b-short", "Bakery opening")
    assert related_missions(TEAM, [long, short], 1) == (short,)


def test_all_three_arms_have_the_same_missions_seeds_models_and_seats(settings):
    grid = team_test(TEAM, own_missions(TEAM, INPUTS), settings, model="sim/strong", repeats=2).grid
    assert is_team_test(grid)
    assert [way.protocol for way in grid.ways] == [*PROTOCOL_OF.values()]
    assert (grid.agents, grid.teams, grid.size) == ((3,), ("sim/strong",), 12)
    specs = [Recipes(grid, settings).of(grid.planned(number)) for number in range(3)]
    assert len({(spec.mission, spec.seed, spec.team, spec.limits, spec.judge) for spec in specs}) == 1


def test_one_agent_may_use_as_many_tokens_as_a_run_of_the_team(settings):
    experiment = team_test(TEAM, own_missions(TEAM, INPUTS), settings, model="sim/strong")
    given = replace(experiment.grid, ways=experiment.grid.ways[:1])
    assert experiment.grid.ways[2].options == {"token_budget": token_budget(given, settings)}
    judged = replace(given, judge="sim/judge")
    assert token_budget(judged, settings) == token_budget(given, settings) > 1_000


def test_the_tokens_of_one_agent_are_those_of_a_run_whatever_is_played_beside_it(settings):
    missions = own_missions(TEAM, INPUTS)
    grid = team_test(TEAM, missions, settings, model="sim/strong", repeats=3, judge="sim/judge").grid
    alone = replace(grid, ways=grid.ways[:1], repeats=1, judge="none")
    recipes = Recipes(alone, settings)
    tokens = fmean(tokens_tried(recipes.of(run)) for run in alone.plan())
    assert grid.ways[2].options["token_budget"] == round(tokens) > 1_000


def test_what_a_person_asks_of_a_test_is_what_is_played(settings):
    missions = own_missions(TEAM, INPUTS)
    asked = {"repeats": 3, "seed": 7, "judge": "sim/judge", "pace": "fast"}
    made = team_test(TEAM, missions, settings, model="sim/weak", max_usd=1.25, margin=0.04, **asked)
    assert {name: getattr(made.grid, name) for name in asked} == asked
    assert (made.grid.teams, made.grid.missions) == (("sim/weak",), missions)
    assert made.terms == Terms(max_usd=1.25, margin=0.04)


def test_a_limit_in_the_file_sets_none_on_its_test(settings):
    assert TEAM.max_usd == 3.0
    made = team_test(TEAM, own_missions(TEAM, INPUTS), settings, model="sim/weak")
    assert made.terms == Terms()


def test_the_models_of_the_file_are_seated_where_it_names_them(settings):
    named = replace(
        TEAM,
        roles=tuple(
            replace(role, model=f"sim/{name}")
            for role, name in zip(TEAM.roles, ("strong", "strong", "weak"), strict=True)
        ),
    )
    assert team_test(named, own_missions(named, INPUTS), settings).grid.teams == ("2 sim/strong, 1 sim/weak",)
    with pytest.raises(BadInput, match="names no model for the role 'Clerk'"):
        team_test(TEAM, own_missions(TEAM, INPUTS), settings)


def test_a_test_of_real_models_needs_a_limit(settings):
    keyed = replace(settings, environment={"OPENAI_API_KEY": "none"})
    experiment = team_test(TEAM, own_missions(TEAM, INPUTS), keyed, model="openai/gpt-4.1-mini", judge="none")
    with pytest.raises(BadInput, match="has no limit"):
        checked(Recipes(experiment.grid, keyed), experiment.terms)


def test_a_kept_team_is_found_again_by_its_test(settings):
    keep_team(settings, settled(replace(BAKERY, name="Another")))
    keep_team(settings, TEAM)
    experiment = team_test(TEAM, own_missions(TEAM, INPUTS), settings, model="sim/weak")
    stored = EXPERIMENT.validate_json(EXPERIMENT.dump_json(experiment))
    assert team_of(settings, stored.grid) == TEAM
    kept = settings.data / "own-teams"
    for name, content in (
        ("broken", b"[team"),
        ("none", b""),
        ("picture", b"\x89PNG\0"),
        ("marked", b"\xff\xfe["),
    ):
        (kept / f"{name}.toml").write_bytes(content)
    (kept / "folder.toml").mkdir()
    assert team_of(settings, stored.grid) == TEAM


def test_a_team_of_many_long_prompts_is_kept_and_found_again(settings):
    roles = tuple(replace(BAKERY.roles[0], name=f"R{n}", background="long " * 50_000) for n in range(5))
    team = settled(replace(BAKERY, roles=roles, tasks=(), steps=()))
    assert kept_team(settings, keep_team(settings, team)).roles == team.roles


def test_of_two_kept_teams_that_a_test_could_be_of_none_is_taken(settings):
    experiment = team_test(TEAM, own_missions(TEAM, INPUTS), settings, model="sim/weak")
    keep_team(settings, TEAM)
    assert team_of(settings, experiment.grid) == TEAM
    keep_team(settings, replace(TEAM, max_usd=9.0))
    assert team_of(settings, experiment.grid) is None


def test_a_kept_team_is_found_by_a_test_on_missions_of_the_library_too(settings):
    keep_team(settings, TEAM)
    library = tuple(load_library(settings.mission_folders).values())[:2]
    experiment = team_test(TEAM, (*own_missions(TEAM, INPUTS), *library), settings, model="sim/weak")
    assert team_of(settings, experiment.grid) == TEAM


@pytest.mark.parametrize("tasks", [TEAM.tasks[:3], (*TEAM.tasks, TEAM.tasks[0])], ids=["fewer", "more"])
def test_a_mission_is_no_teams_that_has_other_tasks(tasks):
    [mission] = own_missions(TEAM, INPUTS[:1])
    assert could_be(TEAM, mission)
    assert not could_be(replace(TEAM, tasks=tasks), mission)
    assert not could_be(replace(TEAM, tasks=TEAM.tasks[::-1]), mission)
    assert not could_be(replace(TEAM, tasks=(*TEAM.tasks[:3], GivenTask("menu", "Sing."))), mission)


def test_every_requirement_is_known_to_the_steps_of_its_task():
    [mission] = own_missions(TEAM, INPUTS[:1])
    assert [each.phase for each in mission.requirements] == [task.name for task in TEAM.tasks]


def test_a_placeholder_is_found_wherever_a_mission_would_show_it():
    task = GivenTask("a", "Bake {bread}.", "A {size} loaf")
    team = GivenTeam("T", (GivenRole("{who}", "{why}"),), tasks=(task,), goal="Feed {town} with {bread}.")
    assert placeholders(team) == ("town", "bread", "size")


@pytest.mark.parametrize("tasks", [MAX_REQUIREMENTS, MAX_REQUIREMENTS + 1])
def test_a_mission_has_at_most_as_many_requirements_as_missions_have(tasks: int):
    team = GivenTeam("T", (GivenRole("A"),), tasks=tuple(GivenTask(f"t{n}", "x") for n in range(tasks)))
    if tasks <= MAX_REQUIREMENTS:
        assert len(own_missions(team)[0].requirements) == tasks
        return
    with pytest.raises(BadInput, match=f"at most {MAX_REQUIREMENTS} requirements"):
        own_missions(team)


@pytest.mark.parametrize(
    ("coordination", "steps", "more"),
    [
        ("leader", (), {"led": True}),
        ("order", (), {}),
        (
            "graph",
            TEAM.steps,
            {"steps": ("1 site", "2 range hears nobody", "3 permits hears 1", "2 menu hears 2 3")},
        ),
    ],
)
def test_a_team_is_played_as_it_is_coordinated(coordination, steps, more):
    roles = (GivenRole("A", "a", "aa"), GivenRole("B"), GivenRole("C", "", "cc"))
    team = settled(replace(TEAM, roles=roles, coordination=coordination, steps=steps))
    briefs = ("Goal: a\nBackground: aa", "", "Background: cc")
    assert options_of_team(team) == {
        "title": "Bakery launch",
        "roles": ("A", "B", "C"),
        "briefs": briefs,
        **more,
    }


def test_goals_and_backgrounds_keep_their_lines():
    text = "Rules:\n\n- one\n  - two\n---\nExample:\tx"
    scout, *others = TEAM.roles
    told = options_of_team(replace(TEAM, roles=(replace(scout, background=text), *others)))["briefs"]
    assert isinstance(told, tuple)
    assert told[0] == f"Goal: Find a site for the town of the mission\nBackground: {text}"


def test_a_test_made_before_lines_were_kept_finds_its_team(settings):
    keep_team(settings, TEAM)
    grid = team_test(TEAM, own_missions(TEAM, INPUTS), settings, model="sim/weak").grid
    options = dict(grid.ways[0].options)
    options["briefs"] = tuple(" ".join(brief.split()) for brief in options["briefs"])  # type: ignore[union-attr]
    assert team_of(settings, replace(grid, ways=(Way("given_team", options), *grid.ways[1:]))) == TEAM


def test_a_team_with_the_same_roles_and_other_tasks_is_not_taken_for_it(settings):
    other = replace(TEAM, tasks=tuple(replace(task, text=f"Never mind: {task.text}") for task in TEAM.tasks))
    keep_team(settings, other)
    experiment = team_test(TEAM, own_missions(TEAM, INPUTS), settings, model="sim/weak")
    assert team_of(settings, experiment.grid) is None
    keep_team(settings, TEAM)
    (settings.data / "own-teams" / "broken.toml").write_text("[team")
    assert team_of(settings, experiment.grid) == TEAM


def test_a_file_may_lower_a_limit_and_never_give_one():
    assert (lowered(None, 500.0), lowered(2.0, 500.0), lowered(5.0, 3.0), lowered(5.0, None)) == (
        None,
        2.0,
        3.0,
        5.0,
    )


def test_placeholders_in_names_of_roles_speak_of_the_mission():
    team = settled(GivenTeam("T", (GivenRole("{topic} researcher"),)))
    assert options_of_team(team)["roles"] == ("the topic of the mission researcher",)

"""The missions that come with Roleless obey the definitions of their levels."""

import re
import tomllib
from collections import Counter
from itertools import combinations, groupby, pairwise

import pytest

from swarm.config import LIBRARY, PROJECT
from swarm.mission import LEVELS, Mission, Requirement, load_library, mission_from_toml

FOLDER = LIBRARY / "missions"
FILES = sorted(FOLDER.glob("*.toml"))
MISSIONS = load_library([FOLDER])
KEY_ORDER = ["title", "level", "domains", "goal", "values", "unknowns", "stakeholders", "requirements"]
SMALL_WORDS = {
    "before",
    "every",
    "from",
    "into",
    "only",
    "than",
    "that",
    "their",
    "they",
    "what",
    "with",
    "without",
}


def of_level(*levels: str) -> list[Mission]:
    return [mission for mission in MISSIONS.values() if mission.level in levels]


def by_id(mission: Mission) -> str:
    return mission.id


def words(text: str) -> list[str]:
    return text.split()


def content_words(requirement: Requirement) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", requirement.text.lower())) - SMALL_WORDS


def phases(mission: Mission) -> list[str | None]:
    return [phase for phase, _ in groupby(requirement.phase for requirement in mission.requirements)]


def after_the_first_phase(mission: Mission) -> list[Requirement]:
    return [r for r in mission.requirements if r.phase != mission.requirements[0].phase]


every_mission = pytest.mark.parametrize("mission", MISSIONS.values(), ids=by_id)
phased_mission = pytest.mark.parametrize("mission", of_level("L3", "L4"), ids=by_id)
flat_mission = pytest.mark.parametrize("mission", of_level("L1", "L2"), ids=by_id)
adversarial_mission = pytest.mark.parametrize("mission", of_level("L4"), ids=by_id)
peaceful_mission = pytest.mark.parametrize("mission", of_level("L1", "L2", "L3"), ids=by_id)


# The library as a whole


def test_every_file_is_a_mission_with_an_id_of_its_own():
    assert sorted(MISSIONS) == [path.stem for path in FILES]


def test_every_level_has_eight_missions():
    assert Counter(mission.level for mission in MISSIONS.values()) == dict.fromkeys(LEVELS, 8)


@pytest.mark.parametrize(
    ("mission_id", "level"),
    [
        ("api-security-review", "L1"),
        ("zero-trust-migration", "L3"),
        ("food-festival", "L3"),
        ("security-budget-conflict", "L4"),
    ],
)
def test_the_examples_of_the_paper_and_the_demo_are_there(mission_id: str, level: str):
    assert MISSIONS[mission_id].level == level


def test_the_demo_has_twelve_requirements():
    assert len(MISSIONS["food-festival"].requirements) == 12


def test_no_title_is_used_twice():
    titles = [mission.title.casefold() for mission in MISSIONS.values()]
    assert len(set(titles)) == len(titles)


def test_no_requirement_is_used_twice():
    requirements = [requirement for mission in MISSIONS.values() for requirement in mission.requirements]
    texts = [requirement.text.casefold().strip(" .") for requirement in requirements]
    assert [text for text, times in Counter(texts).items() if times > 1] == []


def test_no_value_is_used_twice():
    values = [value.casefold() for mission in MISSIONS.values() for value in mission.values]
    assert [value for value, times in Counter(values).items() if times > 1] == []


def test_no_two_missions_have_the_same_domains():
    domains = [frozenset(mission.domains) for mission in MISSIONS.values()]
    assert len(set(domains)) == len(domains)


def test_the_example_in_the_handbook_is_a_mission():
    page = (PROJECT / "docs" / "missions.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```toml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert examples
    for example in examples:
        mission_from_toml(example, "docs/missions.md")


# Every file


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_named_by_lower_case_words_joined_by_hyphens(path):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)
    assert len(path.stem) <= 64


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_keys_of_a_file_stand_in_the_agreed_order_and_leave_out_the_id(path):
    keys = list(tomllib.loads(path.read_text(encoding="utf-8")))
    assert keys == [key for key in KEY_ORDER if key in keys]


@every_mission
def test_a_title_has_three_to_eight_words_in_sentence_case(mission: Mission):
    assert 3 <= len(words(mission.title)) <= 8
    assert mission.title[0].isupper()
    assert not mission.title.endswith(".")


@every_mission
def test_a_mission_has_three_to_five_short_values(mission: Mission):
    assert 3 <= len(mission.values) <= 5
    assert [value for value in mission.values if len(words(value)) > 18 or not value.endswith(".")] == []


@every_mission
def test_a_requirement_is_one_sentence_of_8_to_25_words(mission: Mission):
    texts = [requirement.text for requirement in mission.requirements]
    assert [text for text in texts if not 8 <= len(words(text)) <= 25] == []
    assert [text for text in texts if not re.fullmatch(r"[A-Z][^.!?]*(\d\.\d[^.!?]*)*\.", text)] == []


@every_mission
def test_the_requirements_of_a_mission_share_few_words(mission: Mission):
    def overlap(one: Requirement, other: Requirement) -> float:
        first, second = content_words(one), content_words(other)
        return len(first & second) / len(first | second)

    pairs = combinations(mission.requirements, 2)
    assert [(a.text, b.text) for a, b in pairs if overlap(a, b) > 0.25] == []


@every_mission
def test_every_requirement_has_at_least_four_words_of_its_own(mission: Mission):
    times = Counter(word for requirement in mission.requirements for word in content_words(requirement))
    own = {r.text: sum(times[word] == 1 for word in content_words(r)) for r in mission.requirements}
    assert {text: number for text, number in own.items() if number < 4} == {}


@every_mission
def test_no_need_and_no_party_to_a_conflict_is_listed_twice(mission: Mission):
    for requirement in mission.requirements:
        assert len(set(requirement.needs)) == len(requirement.needs)
        assert len(set(requirement.conflict)) == len(requirement.conflict)


# The levels


@pytest.mark.parametrize("mission", of_level("L1"), ids=by_id)
def test_an_l1_mission_has_one_domain_three_to_five_requirements_and_no_needs(mission: Mission):
    assert len(mission.domains) == 1
    assert 3 <= len(mission.requirements) <= 5
    assert not any(requirement.needs for requirement in mission.requirements)


@pytest.mark.parametrize("mission", of_level("L2"), ids=by_id)
def test_an_l2_mission_has_two_domains_and_five_to_ten_requirements(mission: Mission):
    assert len(set(mission.domains)) == len(mission.domains) == 2
    assert 5 <= len(mission.requirements) <= 10


@flat_mission
def test_an_l1_or_l2_mission_has_no_phases(mission: Mission):
    assert phases(mission) == [None]


@flat_mission
def test_an_l1_or_l2_goal_has_50_to_150_words(mission: Mission):
    assert 50 <= len(words(mission.goal)) <= 150


@phased_mission
def test_an_l3_or_l4_goal_has_100_to_220_words(mission: Mission):
    assert 100 <= len(words(mission.goal)) <= 220


@phased_mission
def test_an_l3_or_l4_mission_has_three_or_more_domains_and_10_to_20_requirements(mission: Mission):
    assert len(set(mission.domains)) == len(mission.domains) >= 3
    assert 10 <= len(mission.requirements) <= 20


@phased_mission
def test_an_l3_or_l4_mission_has_at_least_three_phases_that_do_not_interleave(mission: Mission):
    assert None not in phases(mission)
    assert len(set(phases(mission))) == len(phases(mission)) >= 3


@phased_mission
def test_most_requirements_after_the_first_phase_need_one_to_three_earlier_ones(mission: Mission):
    later = after_the_first_phase(mission)
    assert all(len(requirement.needs) <= 3 for requirement in mission.requirements)
    assert sum(1 <= len(requirement.needs) <= 3 for requirement in later) >= 0.8 * len(later)


@phased_mission
def test_every_phase_after_the_first_needs_an_earlier_phase(mission: Mission):
    for _, phase in pairwise(phases(mission)):
        members = [r for r in mission.requirements if r.phase == phase]
        needed = {mission.requirements[need - 1].phase for r in members for need in r.needs}
        assert needed - {phase}, phase


@adversarial_mission
def test_an_l4_mission_has_three_to_five_stakeholders_with_different_names_and_wishes(mission: Mission):
    assert 3 <= len(mission.stakeholders) <= 5
    assert len({s.name.casefold() for s in mission.stakeholders}) == len(mission.stakeholders)
    assert len({s.wants.casefold() for s in mission.stakeholders}) == len(mission.stakeholders)


@adversarial_mission
def test_an_l4_mission_has_three_to_six_requirements_that_set_stakeholders_at_odds(mission: Mission):
    disputed = [requirement for requirement in mission.requirements if requirement.conflict]
    assert 3 <= len(disputed) <= 6
    assert all(len(requirement.conflict) >= 2 for requirement in disputed)


@adversarial_mission
def test_every_stakeholder_of_an_l4_mission_is_party_to_a_conflict(mission: Mission):
    parties = {name for requirement in mission.requirements for name in requirement.conflict}
    assert parties == {stakeholder.name for stakeholder in mission.stakeholders}


@adversarial_mission
def test_an_l4_mission_has_three_to_six_unknowns(mission: Mission):
    assert 3 <= len(set(mission.unknowns)) == len(mission.unknowns) <= 6


@peaceful_mission
def test_a_mission_below_l4_has_no_stakeholders_conflicts_or_unknowns(mission: Mission):
    assert mission.stakeholders == ()
    assert mission.unknowns == ()
    assert not any(requirement.conflict for requirement in mission.requirements)

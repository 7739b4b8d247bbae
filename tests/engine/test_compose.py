"""What people ask for becomes a recipe, or one sentence that says why not and what would work."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swarm.config import LIBRARY, Settings, read_settings
from swarm.engine.compose import compose
from swarm.engine.wish import Wish
from swarm.errors import BadInput, MissingKey, SwarmError, UnknownName
from swarm.limits import DEFAULT_MAX_USD, Limits
from swarm.mission import Mission, find_mission, load_library, mission_from_text
from swarm.models.catalogue import load_catalogue
from swarm.protocols import PROTOCOLS, REMEMBERING
from swarm.spec import SPEC, PastRole, RunSpec, fingerprint
from swarm.team import generic_roles
from tests.staging import MISSION, NAMES, ending_of, simulated

REAL = "openai/gpt-4.1-mini"
UNPRICED = "gigachat/GigaChat-2-Max"
KEYS = {"OPENAI_API_KEY": "fake", "ANTHROPIC_API_KEY": "fake", "GIGACHAT_CREDENTIALS": "fake"}
PAST = (PastRole("Plant trees", 1, "Digger"),)


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with keys that open nothing."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def with_keys(monkeypatch: pytest.MonkeyPatch, *names: str) -> Settings:
    for name in names:
        monkeypatch.setenv(name, "fake")
    return read_settings()


# Refusals.

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no agents": ({"agents": 0}, "0 agents: a team has 1 to 256 agents"),
    "257 agents": ({"agents": 257}, "257 agents: a team has 1 to 256 agents"),
    "minus one agent": ({"agents": -1}, "1 to 256"),
    "a misspelt protocol": ({"protocol": "sequentail"}, "Did you mean 'sequential'"),
    "a strange protocol": ({"protocol": "zzz"}, "Known: batched, broadcast"),
    "a misspelt option": ({"protocol": "batched", "options": {"sise": 2}}, "Did you mean 'size'"),
    "an option of the wrong type": (
        {"protocol": "batched", "options": {"size": "ten"}},
        "size of batched: 'ten'",
    ),
    "a misspelt model": ({"models": ["sim/strogn"]}, "Did you mean 'sim/strong'"),
    "a misspelt judge": ({"judge": "sim/jugde"}, "Did you mean 'sim/judge'"),
    "no model": ({"models": []}, "name one model for all"),
    "a mix that does not add up": ({"models": ["2 sim/strong, 3 sim/weak"]}, "that adds up"),
    "too many models": ({"models": ["sim/strong"] * 9}, "do not fill 8 seats"),
    "simulated and real": (
        {"models": ["4 sim/strong", f"4 {REAL}"]},
        "all simulated or all real, never mixed",
    ),
    "a simulated judge of real work": (
        {"models": [REAL], "judge": "sim/judge"},
        "cannot judge real work; name a real model",
    ),
    "an unknown price without limits": ({"models": [UNPRICED]}, "limit calls or tokens instead"),
    "an unknown price with dollars": (
        {"models": [UNPRICED], "limits": Limits(usd=5)},
        "limit calls or tokens instead",
    ),
    "an unknown price of the judge": (
        {"models": [REAL], "judge": UNPRICED},
        f"price of {UNPRICED} is unknown",
    ),
    "a strange pace": ({"pace": "slow"}, "known are instant, fast, real"),
}


@pytest.mark.parametrize(("asked", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused_with_what_would_work(
    asked: dict[str, Any], says: str, keyed: Settings
):
    with pytest.raises(BadInput) as refusal:
        compose(Wish(MISSION, **asked), keyed)
    assert says in str(refusal.value)


@pytest.mark.parametrize(("asked", "says"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_one_line(asked: dict[str, Any], says: str, keyed: Settings):
    with pytest.raises(SwarmError) as refusal:
        compose(Wish(MISSION, **asked), keyed)
    assert len(str(refusal.value).splitlines()) == 1


def test_an_unknown_mission_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'food-festival'"):
        find_mission(load_library([LIBRARY / "missions"]), "food-festivla")


@pytest.mark.parametrize(
    "card", [card for card in load_catalogue().values() if card.keys], ids=lambda card: card.id
)
def test_a_missing_key_is_refused_by_the_name_of_its_variable(card: Any, settings: Settings):
    with pytest.raises(MissingKey) as refusal:
        compose(Wish(MISSION, models=[card.id], limits=Limits(calls=5)), settings)
    assert all(name in str(refusal.value) for name in card.keys)


def test_a_missing_key_of_the_judge_is_refused_too(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(MissingKey, match="ANTHROPIC_API_KEY"):
        compose(
            Wish(MISSION, models=[REAL], judge="anthropic/claude-sonnet-4-6"),
            with_keys(monkeypatch, "OPENAI_API_KEY"),
        )


def test_an_empty_key_is_no_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "  ")
    with pytest.raises(MissingKey):
        compose(Wish(MISSION, models=[REAL]), read_settings())


def test_no_key_is_ever_part_of_a_spec(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    spec = compose(Wish(MISSION, models=[REAL]), read_settings())
    assert b"sk-very-secret" not in SPEC.dump_json(spec)


# Teams.


@pytest.mark.parametrize("agents", [1, 256])
def test_the_smallest_and_the_largest_team_can_be_composed(agents: int, settings: Settings):
    assert len(compose(Wish(MISSION, agents=agents), settings).team) == agents


def test_a_mix_of_models_is_seated_in_its_order(settings: Settings):
    spec = compose(Wish(MISSION, agents=4, models=["1 sim/strong", "sim/weak"]), settings)
    assert [seat.model for seat in spec.team] == ["sim/strong", "sim/weak", "sim/weak", "sim/weak"]


# Judges.


def test_simulated_teams_are_judged_by_the_simulated_judge(keyed: Settings):
    assert compose(Wish(MISSION), keyed).judge == "sim/judge"


def test_real_teams_are_judged_by_the_first_model_of_another_family_whose_key_is_present(keyed: Settings):
    spec = compose(Wish(MISSION, models=[REAL], limits=Limits(usd=2.0)), keyed)
    assert spec.judge == "anthropic/claude-sonnet-4-6"
    assert spec.warnings == ()


def test_a_dollar_limit_that_nobody_asked_for_is_shown(keyed: Settings):
    spec = compose(Wish(MISSION, models=[REAL]), keyed)
    assert spec.limits.usd == 1.0
    assert spec.warnings == ("No dollar limit was given: the run stops before it passes $1.00.",)


def test_a_team_of_the_first_family_is_judged_by_the_second(keyed: Settings):
    assert (compose(Wish(MISSION, models=["anthropic/claude-haiku-4-5"]), keyed).judge or "").startswith(
        "openai/"
    )


def test_without_another_key_a_real_team_judges_itself_with_a_warning(monkeypatch: pytest.MonkeyPatch):
    spec = compose(Wish(MISSION, models=[REAL]), with_keys(monkeypatch, "OPENAI_API_KEY"))
    assert spec.judge == REAL
    assert any("same family" in warning for warning in spec.warnings)


def test_a_model_of_unknown_price_is_not_made_judge_unasked(monkeypatch: pytest.MonkeyPatch):
    settings = with_keys(monkeypatch, "OPENAI_API_KEY", "GIGACHAT_CREDENTIALS", "ZAI_API_KEY")
    assert compose(Wish(MISSION, models=[REAL]), settings).judge == "zai/glm-5"


def test_a_named_judge_of_the_same_family_is_taken_with_a_warning(keyed: Settings):
    spec = compose(Wish(MISSION, models=[REAL], judge="openai/gpt-4o"), keyed)
    assert spec.judge == "openai/gpt-4o"
    assert any("same family" in warning for warning in spec.warnings)


def test_a_named_judge_of_another_family_is_taken_without_a_warning(keyed: Settings):
    spec = compose(
        Wish(MISSION, models=[REAL], judge="anthropic/claude-sonnet-4-6", limits=Limits(usd=2.0)), keyed
    )
    assert (spec.judge, spec.warnings) == ("anthropic/claude-sonnet-4-6", ())


def test_nobody_judges_when_asked_so_and_it_is_said(settings: Settings):
    spec = compose(Wish(MISSION, judge="none"), settings)
    assert spec.judge is None
    assert "no quality" in spec.warnings[0]


# Limits.


def test_a_run_on_real_models_has_a_dollar_limit_by_default(keyed: Settings):
    assert compose(Wish(MISSION, models=[REAL]), keyed).limits.usd == DEFAULT_MAX_USD == 1.0


def test_other_limits_do_not_replace_the_default_in_dollars(keyed: Settings):
    assert compose(Wish(MISSION, models=[REAL], limits=Limits(calls=3)), keyed).limits == Limits(
        usd=1.0, calls=3
    )


def test_a_dollar_limit_that_was_given_is_kept(keyed: Settings):
    assert compose(Wish(MISSION, models=[REAL], limits=Limits(usd=7.5)), keyed).limits.usd == 7.5


def test_a_simulated_run_has_no_limit_by_default(settings: Settings):
    assert compose(Wish(MISSION), settings).limits == Limits()


@pytest.mark.parametrize("limits", [Limits(calls=9), Limits(tokens=9_000)])
def test_a_model_of_unknown_price_runs_within_calls_or_tokens_with_a_warning(limits: Limits, keyed: Settings):
    spec = compose(Wish(MISSION, models=[UNPRICED], limits=limits, judge="none"), keyed)
    assert spec.limits == limits
    assert any("price" in warning for warning in spec.warnings)


def test_dollars_are_limited_as_long_as_one_price_is_known(keyed: Settings):
    spec = compose(Wish(MISSION, models=[REAL], judge=UNPRICED, limits=Limits(calls=9)), keyed)
    assert spec.limits == Limits(usd=1.0, calls=9)
    assert [line.split(":")[0] for line in spec.warnings] == [
        f"The price of {UNPRICED} is unknown",
        "No dollar limit was given",
    ]


# What goes into the spec.


def test_given_roles_are_part_of_the_spec(settings: Settings):
    assert compose(Wish(MISSION, protocol="fixed_roles"), settings).options == {"roles": generic_roles()}


def test_roles_that_were_listed_are_kept(settings: Settings):
    spec = compose(Wish(MISSION, protocol="fixed_roles", options={"roles": ("Cook",)}), settings)
    assert spec.options == {"roles": ("Cook",)}


@pytest.mark.parametrize("name", NAMES)
def test_only_protocols_that_remember_ask_for_memory(name: str, settings: Settings):
    asked: list[tuple[str, Mission, bool]] = []

    def remember(*question: Any) -> tuple[PastRole, ...]:
        asked.append(question)
        return PAST

    spec = compose(Wish(MISSION, protocol=name, organization="acme"), settings, remember=remember)
    assert spec.memory == (PAST if name in REMEMBERING else ())
    assert asked == ([("acme", MISSION, True)] if name in REMEMBERING else [])


@pytest.mark.parametrize("name", NAMES)
def test_a_composed_spec_survives_being_written_and_read(name: str, settings: Settings):
    spec = compose(
        Wish(MISSION, protocol=name, options={"roles": ["Cook"]} if name == "fixed_roles" else None), settings
    )
    assert SPEC.validate_json(SPEC.dump_json(spec)) == spec


@pytest.mark.parametrize("name", NAMES)
def test_a_composed_spec_can_be_played(name: str, settings: Settings):
    assert (
        ending_of(simulated(compose(Wish(MISSION, protocol=name, agents=3), settings))).status == "finished"
    )


def test_a_spec_is_complete_enough_to_have_a_fingerprint(settings: Settings):
    one, same = compose(Wish(MISSION, seed=4), settings), compose(Wish(MISSION, seed=4), settings)
    assert fingerprint(one) == fingerprint(same)


@pytest.mark.parametrize(
    "change",
    [{"seed": 5}, {"protocol": "shared"}, {"memory": PAST}, {"limits": Limits(calls=3)}, {"pace": "fast"}],
    ids=str,
)
def test_whatever_changes_a_spec_changes_its_fingerprint(change: dict[str, Any], settings: Settings):
    spec = compose(Wish(MISSION, seed=4), settings)
    assert fingerprint(replace(spec, **change)) != fingerprint(spec)


def test_composing_writes_nothing(settings: Settings):
    before = sorted(Path(settings.data).rglob("*"))
    for name in PROTOCOLS:
        assert isinstance(compose(Wish(MISSION, protocol=name), settings), RunSpec)
    assert sorted(Path(settings.data).rglob("*")) == before


def test_a_key_in_a_mission_is_never_sent_to_a_provider(settings):
    pasted = mission_from_text("Plan it.\n- Use sk-proj-abcdefghijklmnopqrst for the tests")
    keyed = replace(settings, environment={**settings.environment, "OPENAI_API_KEY": "x"})
    with pytest.raises(BadInput, match="looks like a key") as caught:
        compose(Wish(pasted, models=("openai/gpt-4.1-mini",), judge="none"), keyed)
    assert "abcdefghij" not in str(caught.value)
    assert compose(Wish(pasted), keyed).mission == pasted

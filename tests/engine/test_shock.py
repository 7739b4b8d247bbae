"""A shock strikes once, between the halves of the work, whatever the protocol; afterwards things are as it says."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from swarm.config import Settings, read_settings
from swarm.engine.agent import DROPPED_OUT
from swarm.engine.command_line import command_line
from swarm.engine.compose import compose
from swarm.engine.estimate import estimate
from swarm.engine.rebuilt_prompts import prompts_of
from swarm.engine.shock_effects import foreseen
from swarm.engine.stage import late_requirements
from swarm.engine.wish import Wish
from swarm.errors import BadInput, UnknownName
from swarm.export.bundle import as_bundle, read_bundle
from swarm.export.doubts import doubts_about
from swarm.export.intake import events_from
from swarm.limits import Limits
from swarm.mission import Mission, Requirement
from swarm.models.catalogue import card_of
from swarm.models.model import Request
from swarm.models.scripted import Reply, ScriptedModel
from swarm.narrative.story import story
from swarm.organization.moments import moments_of
from swarm.prompts import render
from swarm.protocols import PROTOCOLS
from swarm.protocols.together import together
from swarm.recording.events import Event, ShockStruck, TurnTaken
from swarm.recording.record import record_of
from swarm.reply.answer import JudgeAnswer, PlanAnswer
from swarm.shock import SHOCKS, Late, Shock, Struck
from swarm.spec import SPEC, RunSpec
from swarm.team import Team, make_team
from swarm.turn import Cue, Speak, Turn
from tests.engine.test_run import facts
from tests.staging import (
    NAMES,
    Dawdler,
    PaidModel,
    act,
    ending_of,
    of_kind,
    planned,
    played,
    recipe,
    said,
    simulated,
    speaker,
    turns_of,
)

MISSION = Mission(
    "bakery",
    "Open a bakery",
    "Open a bakery on the corner.",
    requirements=(
        Requirement("Find a site"),
        Requirement("Hire two bakers", needs=(1,)),
        Requirement("Tell the neighbours", needs=(1, 2)),
        Requirement("Buy an oven", needs=(1,)),
        Requirement("Open the door", needs=(1, 2, 3, 4)),
        Requirement("Count the money"),
    ),
)
AGENTS = 6
OPTIONS: dict[str, dict[str, Any]] = {"batched": {"size": 2}, "solo": {"token_budget": 9_000}}
KINDS = [Shock("seat"), Shock("hub"), Shock("swap", "other"), Shock("priorities")]
LEAVES_SOMEBODY = sorted({*NAMES, "waves", "mixed"} - {"solo"})
WITHOUT_HUB = ("broadcast", "mixed", "shared")
"""Nobody hears work before the shock strikes, so nobody can lean on anybody."""
STRIKING = [(name, Shock("seat")) for name in LEAVES_SOMEBODY] + [
    (name, Shock("hub")) for name in LEAVES_SOMEBODY if name not in WITHOUT_HUB
]


@pytest.fixture(autouse=True)
def protocols_of_ones_own() -> Iterator[None]:
    """In waves, all intend, then work one after another, twice; mixed, one intends while the others work."""

    async def waves(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
        heard = [*await together(speak(seat, cue=Cue("intend")) for seat in team)]
        for number in (2, 3):
            for seat in team:
                heard.append(await speak(seat, cue=Cue("contribute", round=number), hears=heard))
        for turn in heard:
            yield turn

    async def mixed(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
        cues = [Cue("intend" if seat.number == 5 else "contribute") for seat in team]
        first = await together(speak(seat, cue=cue) for seat, cue in zip(team, cues, strict=True))
        for turn in first:
            yield turn
        for seat in team.seats[4:5]:
            yield await speak(seat, cue=Cue("contribute", round=2), hears=first)

    PROTOCOLS.update(waves=waves, mixed=mixed)
    yield
    del PROTOCOLS["waves"], PROTOCOLS["mixed"]


by_protocol = pytest.mark.parametrize("name", [*NAMES, "waves", "mixed"])
by_kind = pytest.mark.parametrize("shock", KINDS, ids=lambda shock: shock.kind)
removing = pytest.mark.parametrize(
    ("name", "shock"), STRIKING, ids=lambda value: value if isinstance(value, str) else value.kind
)
among_several = pytest.mark.parametrize("name", LEAVES_SOMEBODY)


def leaning(request: Request) -> Reply:
    """Act as asked; whoever hears work of agent 2 builds on it. A plan names all but agents 2 and 6."""
    if request.answer is PlanAnswer:
        return planned(*((seat, f"Role {seat}") for seat in (1, 3, 4, 5)))
    if request.answer is JudgeAnswer or "announce your intention" in request.messages[1].text:
        return act(request)
    return said(f"Work of {speaker(request)}", role=f"Role {speaker(request)}", builds_on=[2])


def struck_spec(name: str, shock: Shock | None, **more: Any) -> RunSpec:
    spec = recipe(name, AGENTS, mission=MISSION, options=OPTIONS.get(name, {}), shock=shock, seed=5)
    return replace(spec, **more)


def struck_run(spec: RunSpec, *models: Any, paid: bool = False, **how: Any) -> list[Event]:
    kind = PaidModel if paid else ScriptedModel
    cast = {
        model.name: model for model in (kind("team", leaning), kind("other", leaning), kind("judge", act))
    }
    return played(spec, *{**cast, **{model.name: model for model in models}}.values(), **how)


def strike_of(events: list[Event]) -> Struck:
    [found] = of_kind(ShockStruck, events)
    return found.struck


def requirements_in(request: Request) -> set[int]:
    section = re.search(r"^## Requirements\n((?:- .*\n)*)", request.messages[1].text, re.MULTILINE)
    assert section
    return {int(number) for number in re.findall(r"^- R(\d+)\.", section[1], re.MULTILINE)}


# When.


@by_kind
@by_protocol
def test_a_shock_strikes_once_between_the_halves_of_the_work(name: str, shock: Shock):
    events = struck_run(struck_spec(name, shock))
    struck, place = strike_of(events), [event.kind for event in events].index("shock_struck")
    turns = turns_of(events)
    before = [event.turn for event in of_kind(TurnTaken, events[:place])]
    assert sorted(turn.index for turn in before) == list(range(struck.index))
    to_work = 4 if name == "coordinator" else 1 if name == "solo" else AGENTS
    worked = [turn for turn in before if turn.cue == "contribute"]
    assert len(worked) == max(to_work // 2, name == "solo")
    assert 0 < struck.index < len(turns)
    assert turns[struck.index].cue == "contribute"
    assert struck.kind == shock.kind


@by_kind
@by_protocol
def test_where_and_whom_it_strikes_does_not_depend_on_who_answers_first(name: str, shock: Shock):
    spec = struck_spec(name, shock)
    usual, late = struck_run(spec), struck_run(spec, Dawdler("team", leaning))
    assert strike_of(usual) == strike_of(late)
    assert [replace(turn, calls=()) for turn in turns_of(usual)] == [
        replace(turn, calls=()) for turn in turns_of(late)
    ]


@by_kind
@by_protocol
def test_the_same_spec_and_seed_are_struck_alike(name: str, shock: Shock):
    shock = Shock("swap", "sim/weak") if shock.kind == "swap" else shock
    team = make_team(["sim/strong"], 8)
    spec = struck_spec(name, shock, team=team, judge="sim/judge")
    assert facts(simulated(spec)) == facts(simulated(spec))


@by_kind
@by_protocol
def test_it_strikes_once_however_long_it_takes_to_record_it(name: str, shock: Shock):
    async def keep(event: Event) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    spec = struck_spec(name, shock)
    usual, slow = struck_run(spec), struck_run(spec, record=keep)
    assert strike_of(slow) == strike_of(usual)
    assert [replace(turn, calls=()) for turn in turns_of(slow)] == [
        replace(turn, calls=()) for turn in turns_of(usual)
    ]


def test_lots_differ_from_seed_to_seed():
    runs = [struck_run(struck_spec("sequential", Shock("seat"), seed=seed)) for seed in range(12)]
    assert len({strike_of(events).seats for events in runs}) > 3


@by_kind
@among_several
def test_what_strikes_is_foreseen_where_no_plan_and_no_link_decides(name: str, shock: Shock):
    spec = struck_spec(name, shock)
    expected, found = foreseen(spec), strike_of(struck_run(spec))
    assert expected is not None
    if name != "coordinator":
        assert expected.index == found.index
        assert shock.kind == "hub" or expected == found


@by_protocol
def test_without_a_shock_nobody_waits_for_the_first_half(name: str):
    in_flight: list[int] = []

    class Crowd(ScriptedModel):
        busy = 0

        async def complete(self, request: Request) -> Any:
            self.busy += 1
            for _ in range(50):
                await asyncio.sleep(0)
            in_flight.append(self.busy)
            self.busy -= 1
            return await super().complete(request)

    struck_run(struck_spec(name, None), Crowd("team", leaning))
    together_at_once = {"broadcast": 6, "shared": 6, "waves": 6, "mixed": 6, "coordinator": 4, "batched": 2}
    assert max(in_flight) == together_at_once.get(name, 1)


# Agents that drop out.


@removing
def test_nobody_hears_an_agent_that_dropped_out_and_nobody_asks_it(name: str, shock: Shock):
    team = ScriptedModel("team", leaning)
    events = struck_run(struck_spec(name, shock), team)
    struck = strike_of(events)
    [gone] = struck.seats
    after = [turn for turn in turns_of(events) if turn.index >= struck.index]
    assert not [turn for turn in after if gone in (key.seat for key in turn.heard) or gone in turn.builds_on]
    assert [(turn.action, turn.reason, turn.calls) for turn in after if turn.seat == gone] == [
        ("failed", DROPPED_OUT, ()) for turn in after if turn.seat == gone
    ]
    asked = [speaker(request) for request in team.requests][struck.index :]
    assert asked
    assert gone not in asked


@removing
def test_the_work_of_an_agent_that_dropped_out_is_not_delivered(name: str, shock: Shock):
    judge = ScriptedModel("judge", act)
    for seed in range(8):
        events = struck_run(struck_spec(name, shock, seed=seed), judge)
        [gone] = strike_of(events).seats
        delivered = ending_of(events).deliverable
        last = {turn.seat: turn.index for turn in turns_of(events) if turn.action == "contribute"}
        workers = sorted(last.keys() - {gone}, key=lambda seat: last[seat])
        assert delivered.split("\n\n") == [f"Work of {seat}" for seat in workers]
        assert delivered in judge.requests[-1].messages[1].text
        record = record_of(events)
        assert "\n\n".join(turn.text for turn in record.parts) == delivered


@pytest.mark.parametrize(
    ("name", "hub"),
    [("sequential", 2), ("batched", 2), ("coordinator", 1), ("waves", 2)],
)
def test_the_hub_is_whom_most_lean_on(name: str, hub: int):
    spec = struck_spec(name, Shock("hub"), team=make_team(["team"], 8))
    assert strike_of(struck_run(spec)).seats == (hub,)


def test_of_two_that_equally_many_lean_on_the_first_is_the_hub():
    def each_on_the_one_before(request: Request) -> Reply:
        if request.answer is JudgeAnswer:
            return act(request)
        return said(f"Work of {speaker(request)}", builds_on=[speaker(request) - 1])

    spec = struck_spec("sequential", Shock("hub"))
    events = struck_run(spec, ScriptedModel("team", each_on_the_one_before))
    assert strike_of(events).seats == (1,)


@pytest.mark.parametrize("name", WITHOUT_HUB)
def test_where_nobody_leans_on_anybody_the_shock_of_the_hub_strikes_nobody_and_the_run_says_so(name: str):
    events, calm = (struck_run(struck_spec(name, shock)) for shock in (Shock("hub"), None))
    record = record_of(events)
    assert strike_of(events).seats == ()
    assert record.deliverable == record_of(calm).deliverable
    assert not [*doubts_about(record, record.started)]
    [sentence] = [sentence for sentence in story(record) if "a shock struck" in sentence]
    assert "struck nobody" in sentence
    assert "nobody leaned on anybody" in sentence


def test_an_agent_that_sat_out_is_no_hub_whoever_names_it():
    def first_abstains(request: Request) -> Reply:
        if speaker(request) == 1:
            return said("", participate=False)
        return said(f"Work of {speaker(request)}", builds_on=[1])

    events = struck_run(
        struck_spec("sequential", Shock("hub"), judge=None), ScriptedModel("team", first_abstains)
    )
    assert strike_of(events).seats == ()


# Agents that are swapped.


@by_protocol
def test_a_quarter_of_the_agents_answers_with_the_other_model_from_then_on(name: str):
    team, other = ScriptedModel("team", leaning), ScriptedModel("other", leaning)
    spec = struck_spec(name, Shock("swap", "other"), team=make_team(["team"], 8))
    events = struck_run(spec, team, other)
    struck = strike_of(events)
    answered = {turn.index: {call.model for call in turn.calls} for turn in turns_of(events)}
    swapped = {
        turn.index for turn in turns_of(events) if turn.index >= struck.index and turn.seat in struck.seats
    }
    assert {index for index, models in answered.items() if models == {"other"}} == swapped
    assert {index for index, models in answered.items() if models == {"team"}} == answered.keys() - swapped
    assert len(struck.seats) == {"solo": 1, "coordinator": 1}.get(name, 2)
    assert {speaker(request) for request in other.requests} == {*struck.seats}


# Priorities that change.


@by_protocol
def test_late_requirements_are_hidden_before_and_shown_and_named_after(name: str):
    team, judge = ScriptedModel("team", leaning), ScriptedModel("judge", act)
    spec = struck_spec(name, Shock("priorities"))
    late, index = late_requirements(spec), strike_of(struck_run(spec, team, judge)).index
    assert len(late) == 2
    for place, request in enumerate(team.requests):
        text = request.messages[1].text
        hidden = late if place < index else set()
        assert requirements_in(request) == {1, 2, 3, 4, 5, 6} - hidden
        assert not [number for number in hidden if f"R{number}" in text]
        assert ("## Changed" in text) == (place >= index)
        if place >= index:
            assert (
                "## Changed\n- " + " and ".join(f"R{number}" for number in sorted(late)) + " are new" in text
            )
    [verdict] = judge.requests
    assert requirements_in(verdict) == {1, 2, 3, 4, 5, 6}
    assert "Changed" not in verdict.messages[1].text


def test_what_visible_requirements_need_of_hidden_ones_is_not_shown():
    lines = render.mission_text(MISSION, Late(frozenset({1, 4}), known=False)).splitlines()
    assert lines[lines.index("## Requirements") + 1 :] == [
        "- R2. Hire two bakers",
        "- R3. Tell the neighbours (needs R2)",
        "- R5. Open the door (needs R2, R3)",
        "- R6. Count the money",
    ]


def test_requirements_that_became_known_are_named_and_nothing_else_has_changed():
    text = render.mission_text(MISSION, Late(frozenset({4}), known=True))
    assert text.startswith(render.mission_text(MISSION))
    assert text.endswith("\n## Changed\n- R4 is new: nobody knew of it when the work began.\n")


@by_protocol
def test_prompts_without_a_shock_are_what_they_were(name: str):
    plain, team = ScriptedModel("team", leaning), ScriptedModel("team", leaning)
    struck_run(struck_spec(name, None), plain)
    struck_run(struck_spec(name, Shock("swap", "team")), team)
    assert sorted(map(str, plain.requests)) == sorted(map(str, team.requests))


# Taken up again, looked at, carried elsewhere.


@by_kind
@by_protocol
def test_a_struck_run_cut_anywhere_resumes_to_the_same_transcript(name: str, shock: Shock):
    spec = struck_spec(name, shock)
    whole = struck_run(spec, paid=True)
    for cut in range(1, len(whole)):
        after = struck_run(spec, paid=True, before=whole[:cut])
        story = [*whole[:cut], *after]
        assert strike_of(story) == strike_of(whole), cut
        assert [replace(turn, calls=()) for turn in turns_of(story)] == [
            replace(turn, calls=()) for turn in turns_of(whole)
        ], cut
        assert ending_of(after).deliverable == ending_of(whole).deliverable, cut


def test_what_was_recorded_counts_when_a_run_is_resumed():
    spec = struck_spec("sequential", Shock("seat"))
    whole = struck_run(spec, paid=True)
    place = [event.kind for event in whole].index("shock_struck")
    [event] = of_kind(ShockStruck, whole)
    other = next(seat for seat in (4, 5, 6) if (seat,) != event.struck.seats)
    changed = replace(event, struck=replace(event.struck, seats=(other,)))
    after = struck_run(spec, paid=True, before=[*whole[:place], changed])
    assert not of_kind(ShockStruck, after)
    assert [turn.seat for turn in turns_of(after) if turn.reason == DROPPED_OUT] == [other]


@by_kind
@by_protocol
def test_every_prompt_of_a_struck_run_is_put_together_again(name: str, shock: Shock):
    team, other = ScriptedModel("team", leaning), ScriptedModel("other", leaning)
    record = record_of(struck_run(struck_spec(name, shock), team, other))
    asked = {request.messages for request in (*team.requests, *other.requests)}
    assert {*prompts_of(record).values()} == asked, "other words than those that were asked"
    assert len(prompts_of(record)) == sum(bool(turn.calls) for turn in record.turns)


@by_kind
@by_protocol
def test_a_struck_run_travels_as_a_file(name: str, shock: Shock):
    record = record_of(struck_run(struck_spec(name, shock)))
    assert read_bundle(as_bundle(record)) == record
    again = record_of(events_from(record, record.run_id))
    assert (again.struck, again.deliverable, again.turns) == (record.struck, record.deliverable, record.turns)
    assert again.struck
    told = events_from(record, record.run_id)
    place = [event.kind for event in told].index("shock_struck")
    assert {event.turn.index for event in of_kind(TurnTaken, told[:place])} == {*range(again.struck.index)}


SHOCKED = Struck("seat", 3, (2,))


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"struck": Struck("hub", 3, (2,))}, "that its recipe has not"),
        ({"struck": replace(SHOCKED, seats=(2, 3))}, "struck 2 agents"),
        ({"struck": replace(SHOCKED, seats=())}, "struck 0 agents"),
        ({"struck": replace(SHOCKED, seats=(7,))}, "that a team of 6 has not"),
        ({"struck": replace(SHOCKED, seats=(5,))}, "is of an agent that had dropped out"),
        ({"struck": replace(SHOCKED, seats=(1,))}, "heard an agent that had dropped out"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_whose_shock_contradicts_its_turns_is_doubted(changes: dict[str, Any], doubt: str):
    spec = struck_spec("sequential", Shock("seat"))
    events = struck_run(spec)
    record = replace(record_of(events), **changes)
    assert not [*doubts_about(record_of(events), record.started)]
    assert [found for found in doubts_about(record, record.started) if doubt in found]


@by_kind
@by_protocol
def test_the_story_says_in_one_sentence_what_struck_and_when(name: str, shock: Shock):
    record = record_of(struck_run(struck_spec(name, shock)))
    assert record.struck
    [sentence] = [sentence for sentence in story(record) if "a shock struck" in sentence]
    assert sentence.startswith(f"After {record.struck.index} turn")
    named = {int(number) for number in re.findall(r"(?:agents? |and |R)(\d+)", sentence)}
    assert named == ({*record.struck.seats} or late_requirements(record.spec))
    assert not [other for other in story(record) if DROPPED_OUT in other]


def test_the_story_does_not_speak_of_work_that_was_never_done():
    runs = [struck_run(struck_spec("sequential", Shock("seat"), seed=seed)) for seed in range(8)]
    for record in map(record_of, runs):
        assert record.struck
        [sentence] = [sentence for sentence in story(record) if "a shock struck" in sentence]
        assert ("before it had worked" in sentence) == (record.struck.seats[0] > 3)


def test_the_story_of_a_run_that_ended_before_its_shock_says_so():
    record = record_of(struck_run(struck_spec("sequential", Shock("seat"), limits=Limits(calls=1))))
    assert "It ended before its shock (seat) could strike." in story(record)


@by_kind
@by_protocol
def test_moments_know_of_a_shock_only_once_it_has_struck(name: str, shock: Shock):
    record = record_of(struck_run(struck_spec(name, shock)))
    assert record.struck
    for moment in moments_of(record):
        known = any(turn.index >= record.struck.index for turn in moment.record.turns)
        assert moment.record.struck == (record.struck if known else None)


# Asked for.


@pytest.fixture
def settings(tmp_path) -> Settings:
    return replace(read_settings(), data=tmp_path)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"shock": Shock("seat"), "agents": 1}, "nobody would be left"),
        ({"shock": Shock("hub"), "protocol": "solo"}, "nobody would be left"),
        ({"shock": Shock("priorities"), "protocol": "solo"}, "no middle to strike in"),
        ({"shock": Shock("swap", "sim/strong")}, "answers with 'sim/strong' already"),
        ({"shock": Shock("swap", "sim/storng")}, "Did you mean 'sim/strong'"),
        ({"shock": Shock("swap", "openai/gpt-5-mini")}, "never mixed"),
    ],
    ids=str,
)
def test_a_shock_that_cannot_strike_or_changes_nothing_is_refused(
    how: dict[str, Any], words: str, settings: Settings
):
    with pytest.raises(BadInput, match=words):
        compose(Wish(MISSION, **how), settings)


def test_a_mission_of_three_requirements_has_no_quarter_that_comes_late(settings: Settings):
    short = replace(MISSION, requirements=MISSION.requirements[:3])
    with pytest.raises(BadInput, match="lists 3 requirements, and needs at least 4"):
        compose(Wish(short, shock=Shock("priorities")), settings)


@pytest.mark.parametrize(("kind", "model"), [("swap", None), ("seat", "sim/weak"), ("huricane", None)])
def test_a_shock_that_is_none_cannot_be_named(kind: str, model: str | None):
    with pytest.raises(BadInput):
        Shock.named(kind, model)


def test_an_unknown_shock_is_answered_with_the_known_ones():
    with pytest.raises(UnknownName, match="Known: hub, priorities, seat, swap"):
        Shock.named("swapp")


@by_kind
def test_a_shock_is_composed_kept_and_written_as_a_command(shock: Shock, settings: Settings):
    shock = replace(shock, model="sim/weak") if shock.model else shock
    spec = compose(Wish(MISSION, shock=shock), settings)
    assert spec.shock == shock
    assert SPEC.validate_json(SPEC.dump_json(spec)) == spec
    words = command_line(spec).split()
    assert words[words.index("--shock") + 1] == shock.kind
    assert ("--shock-model" in words) == (shock.kind == "swap")


def test_a_recipe_without_a_shock_is_read_as_one_that_has_none():
    old = json.loads(SPEC.dump_json(recipe()))
    del old["shock"]
    assert SPEC.validate_python(old).shock is None
    assert "--shock" not in command_line(recipe())


def test_the_price_of_a_swap_is_of_both_models(settings: Settings):
    def foretold(shock: Shock | None) -> float | None:
        spec = compose(Wish(MISSION, models=("sim/strong",), shock=shock), settings)
        return estimate(spec, {name: card_of(name, settings) for name in spec.models}).expected.cost_usd

    plain, cheaper = foretold(None), foretold(Shock("swap", "sim/weak"))
    assert plain
    assert cheaper
    assert 0.5 * plain < cheaper < plain


@by_kind
@by_protocol
def test_any_shock_can_be_estimated(name: str, shock: Shock, settings: Settings):
    shock = Shock("swap", "sim/weak") if shock.model else shock
    spec = struck_spec(name, shock, team=make_team(["sim/strong"], 6), judge="sim/judge")
    cards = {model: card_of(model, settings) for model in spec.models}
    calm = estimate(replace(spec, shock=None), cards).expected
    found = estimate(spec, cards).expected
    assert calm.calls - 2 <= found.calls <= calm.calls or name == "solo"
    assert found.cost_usd


def test_every_shock_has_its_sentence():
    assert [*SHOCKS] == ["seat", "hub", "swap", "priorities"]
    assert all(sentence.endswith(".") for sentence in SHOCKS.values())

"""Who speaks, in what order, hearing what: worked out by hand for three agents, and as rules for all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest

from swarm.errors import BadInput, ModelUnavailable, ProtocolFailed, UnknownName
from swarm.mission import Mission, Requirement
from swarm.models.scripted import Reply, ScriptedModel
from swarm.models.simulated.brief import read_brief
from swarm.protocols import PROTOCOLS, find_protocol, in_a_sentence, options_of
from swarm.protocols.given_team import read_steps
from swarm.protocols.together import together
from swarm.reply.answer import AgentAnswer, PlanAnswer
from swarm.team import Seat, Team, generic_roles, make_team
from swarm.turn import Action, Assignment, Call, Cue, Speak, Turn, Usage
from tests.staging import (
    GARBAGE,
    MISSION,
    NAMES,
    Dawdler,
    abstained,
    act,
    ending_of,
    last_lines,
    played,
    recipe,
    said,
    script,
    speaker,
    turns_of,
)

REFUSED = ModelUnavailable("refused", "It will not.")
JOBS = (Assignment(2, "Scout", "Find a site."), Assignment(3, "Recruiter", "Hire."))
OPTIONS: dict[str, dict[str, Any]] = {"solo": {"token_budget": 30}, "batched": {"size": 2}}
"""Settings that make a protocol's rules show in a team of a few."""


@dataclass
class Rehearsal:
    """Plays a protocol without models: whoever is cued does as it is told."""

    actions: dict[tuple[int, int], Action] = field(default_factory=dict)
    """What else a seat does in a round."""
    patience: Callable[[Seat], int] = lambda seat: 1
    """How long a seat takes, in turns of the event loop."""
    cues: list[tuple[Seat, Cue, tuple[Turn, ...]]] = field(default_factory=list)
    finished: list[Turn] = field(default_factory=list)
    knew: list[tuple[Turn, ...]] = field(default_factory=list)
    """What had been finished when each cue was given."""

    async def speak(self, seat: Seat, *, cue: Cue, hears: Sequence[Turn] = ()) -> Turn:
        index = len(self.cues)
        self.cues.append((seat, cue, tuple(hears)))
        self.knew.append(tuple(self.finished))
        for _ in range(self.patience(seat)):
            await asyncio.sleep(0)
        action = self.actions.get((seat.number, cue.round), cue.kind)
        call = Call(index + 1, seat.model, reply="", usage=Usage(7, 0, 3))
        jobs = JOBS if action == "plan" else ()
        turn = Turn(
            index, seat.number, cue.round, cue.kind, action, cue.role, assignments=jobs, calls=(call,)
        )
        self.finished.append(turn)
        return turn

    def play(self, name: str, agents: int = 3, mission: Mission = MISSION, **options: Any) -> list[Turn]:
        async def drain() -> list[Turn]:
            protocol = find_protocol(name, options)
            return [turn async for turn in protocol(mission, make_team(["m"], agents), self.speak)]

        return asyncio.run(drain())

    def lines(self, name: str, **options: Any) -> list[str]:
        """The transcript in words: who, what, in which round, hearing whom in which round."""
        self.play(name, **options)
        return [
            f"{seat.number} {cue.kind} r{cue.round} <- "
            + (" ".join(f"{turn.seat}r{turn.round}" for turn in heard) or "-")
            for seat, cue, heard in self.cues
        ]


# Worked out by hand.


ONE_AFTER_ANOTHER = ["1 contribute r1 <- -", "2 contribute r1 <- 1r1", "3 contribute r1 <- 1r1 2r1"]
BY_HAND: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "sequential agents hear everybody before them": ("sequential", {}, ONE_AFTER_ANOTHER),
    "coordinated workers hear the plan only": (
        "coordinator",
        {},
        ["1 plan r1 <- -", "2 contribute r2 <- 1r1", "3 contribute r2 <- 1r1"],
    ),
    "broadcast agents hear all intentions and no work": (
        "broadcast",
        {},
        [
            *(f"{n} intend r1 <- -" for n in (1, 2, 3)),
            *(f"{n} contribute r2 <- 1r1 2r1 3r1" for n in (1, 2, 3)),
        ],
    ),
    "shared agents hear nobody": ("shared", {}, [f"{n} contribute r1 <- -" for n in (1, 2, 3)]),
    "agents with fixed roles hear everybody before them": ("fixed_roles", {}, ONE_AFTER_ANOTHER),
    "a solo agent speaks once without a budget": ("solo", {}, ["1 contribute r1 <- -"]),
    "batched groups hear earlier groups and not their own": (
        "batched",
        {"size": 2},
        ["1 contribute r1 <- -", "2 contribute r1 <- -", "3 contribute r1 <- 1r1 2r1"],
    ),
    "batched groups hear all earlier groups": ("batched", {"size": 1}, ONE_AFTER_ANOTHER),
    "a given team hears everybody before it": ("given_team", {}, ONE_AFTER_ANOTHER),
    "a given team hears all earlier steps": (
        "given_team",
        {"steps": ("2", "1", "2", "3")},
        [
            "2 contribute r1 <- -",
            "1 contribute r1 <- 2r1",
            "2 contribute r2 <- 2r1 1r1",
            "3 contribute r1 <- 2r1 1r1 2r2",
        ],
    ),
    "a given team under its leader hears the plan and the work before it": (
        "given_team",
        {"led": True},
        ["1 plan r1 <- -", "2 contribute r2 <- 1r1", "3 contribute r2 <- 1r1 2r2"],
    ),
}


@pytest.mark.parametrize(("name", "options", "lines"), BY_HAND.values(), ids=BY_HAND)
def test_who_speaks_when_and_hears_what_is_as_worked_out_by_hand(
    name: str, options: dict[str, Any], lines: list[str]
):
    assert Rehearsal().lines(name, **options) == lines


def test_every_protocol_is_worked_out_by_hand():
    assert {name for name, _, _ in BY_HAND.values()} == set(PROTOCOLS)


# What each one settles.


def test_the_leader_gives_each_worker_its_own_role_and_job():
    rehearsal = Rehearsal()
    rehearsal.play("coordinator")
    assert [(cue.role, cue.job) for _, cue, _ in rehearsal.cues] == [
        (None, None),
        ("Scout", "Find a site."),
        ("Recruiter", "Hire."),
    ]


def test_agents_without_a_job_stay_silent():
    rehearsal = Rehearsal()
    rehearsal.play("coordinator", agents=5)
    assert [seat.number for seat, _, _ in rehearsal.cues] == [1, 2, 3]


@pytest.mark.parametrize("action", ["unparsed", "failed", "abstain"])
def test_without_a_plan_the_coordinated_team_ends_with_a_reason(action: Action):
    with pytest.raises(ProtocolFailed, match=f"there is no plan to follow.*{action}"):
        Rehearsal({(1, 1): action}).play("coordinator")


def test_an_unreadable_plan_ends_the_run_as_failed_and_nobody_works():
    team = script(GARBAGE, GARBAGE)
    end = ending_of(played(recipe("coordinator"), team))
    assert end.status == "failed"
    assert "there is no plan to follow" in (end.reason or "")
    assert len(team.requests) == 2


def test_free_protocols_impose_no_role():
    for name in sorted(set(NAMES) - {"fixed_roles", "given_team", "coordinator"}):
        rehearsal = Rehearsal()
        rehearsal.play(name)
        assert {cue.role for _, cue, _ in rehearsal.cues} == {None}, name


def test_given_roles_go_round_when_there_are_fewer_than_seats():
    turns = Rehearsal().play("fixed_roles", roles=("Cook", "Buyer"))
    assert [turn.role for turn in turns] == ["Cook", "Buyer", "Cook"]


def test_generic_jobs_are_given_when_no_roles_are_listed():
    turns = Rehearsal().play("fixed_roles", agents=9)
    assert [turn.role for turn in turns] == [*generic_roles(), generic_roles()[0]]


def test_a_seats_own_role_counts_before_the_list():
    async def drain() -> list[str | None]:
        team = Team((Seat(1, "m", "Pilot"), Seat(2, "m")))
        speak = Rehearsal().speak
        return [
            turn.role
            async for turn in PROTOCOLS["fixed_roles"](MISSION, team, speak, roles=("Cook", "Buyer"))
        ]

    assert asyncio.run(drain()) == ["Pilot", "Buyer"]


def test_a_solo_agent_revises_its_latest_work_until_the_budget_is_spent():
    # Ten tokens a turn: after three turns another one of the same size would lead away from 30.
    assert Rehearsal().lines("solo", token_budget=30) == [
        "1 contribute r1 <- -",
        "1 contribute r2 <- 1r1",
        "1 contribute r3 <- 1r2",
    ]


def test_a_solo_agent_stops_when_it_is_content():
    assert len(Rehearsal({(1, 2): "abstain"}).play("solo", token_budget=1_000)) == 2


def test_a_revision_is_asked_for_as_one():
    rehearsal = Rehearsal()
    rehearsal.play("solo", token_budget=20)
    assert [cue.revise for _, cue, _ in rehearsal.cues] == [False, True]


@pytest.mark.parametrize(("size", "groups"), [(1, 7), (2, 4), (3, 3), (7, 1), (50, 1)])
def test_batches_have_the_size_asked_for(size: int, groups: int):
    rehearsal = Rehearsal()
    rehearsal.play("batched", agents=7, size=size)
    heard = [len(heard) for _, _, heard in rehearsal.cues]
    assert heard == [seat // size * size for seat in range(7)]
    assert len(set(heard)) == groups


# Rules for all protocols.


@pytest.mark.parametrize("agents", [1, 3, 8])
@pytest.mark.parametrize("name", NAMES)
def test_nobody_hears_the_future(name: str, agents: int):
    rehearsal = Rehearsal()
    rehearsal.play(name, agents=agents, **OPTIONS.get(name, {}))
    for (seat, _, heard), finished in zip(rehearsal.cues, rehearsal.knew, strict=True):
        assert set(heard) <= set(finished), f"agent {seat.number}"


@pytest.mark.parametrize("name", ["batched", "broadcast", "coordinator", "shared"])
def test_simultaneous_speakers_are_all_on_stage_before_one_has_spoken(name: str):
    rehearsal = Rehearsal()
    rehearsal.play(name, **OPTIONS.get(name, {}))
    assert max(rehearsal.knew.count(known) for known in rehearsal.knew) > 1


def test_of_two_who_fail_at_once_the_first_seat_is_heard_when_both_have_ended():
    ended: list[int] = []

    async def fail(seat: int, patience: int) -> Turn:
        for _ in range(patience):
            await asyncio.sleep(0)
        ended.append(seat)
        raise ProtocolFailed(f"agent {seat}")

    with pytest.raises(ProtocolFailed, match="agent 1"):
        asyncio.run(together_of(fail(1, 9), fail(2, 1)))
    assert ended == [2, 1]


async def together_of(*turns: Coroutine[Any, Any, Turn]) -> tuple[Turn, ...]:
    return await together(turns)


@pytest.mark.parametrize("name", NAMES)
def test_turns_come_in_seat_order_when_the_first_seat_answers_last(name: str):
    usual = Rehearsal().play(name, agents=5, **OPTIONS.get(name, {}))
    slow = Rehearsal(patience=lambda seat: 10 * (6 - seat.number)).play(
        name, agents=5, **OPTIONS.get(name, {})
    )
    assert [turn.key for turn in slow] == [turn.key for turn in usual]
    assert [turn.seat for turn in slow if turn.round == 1] == sorted(
        turn.seat for turn in slow if turn.round == 1
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_run_delivers_in_seat_order_when_the_first_seat_answers_last(name: str):
    usual = played(recipe(name))
    slow = played(recipe(name), Dawdler("team", act))
    assert [turn.key for turn in turns_of(slow)] == [turn.key for turn in turns_of(usual)]
    assert ending_of(slow).deliverable == ending_of(usual).deliverable


@pytest.mark.parametrize("agents", [1, 3, 9])
@pytest.mark.parametrize("name", NAMES)
def test_a_seat_speaks_at_most_once_a_round(name: str, agents: int):
    turns = Rehearsal().play(name, agents=agents, **OPTIONS.get(name, {}))
    assert len({turn.key for turn in turns}) == len(turns)


@pytest.mark.parametrize("name", NAMES)
def test_every_turn_that_was_taken_is_handed_on(name: str):
    rehearsal = Rehearsal()
    turns = rehearsal.play(name, **OPTIONS.get(name, {}))
    assert sorted(turns, key=lambda turn: turn.index) == sorted(
        rehearsal.finished, key=lambda turn: turn.index
    )


@pytest.mark.parametrize("action", ["abstain", "unparsed", "failed"])
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"coordinator"}))
def test_the_team_goes_on_when_the_first_seat_gives_nothing(name: str, action: Action):
    usual = Rehearsal().play(name)
    assert [turn.key for turn in Rehearsal({(1, 1): action}).play(name)] == [turn.key for turn in usual]


@pytest.mark.parametrize("nothing", [abstained(), GARBAGE, REFUSED], ids=["abstain", "unparsed", "failed"])
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"solo"}))
def test_a_turn_that_gave_nothing_is_heard_by_nobody_and_all_others_as_usual(name: str, nothing: Reply):
    spec = recipe(name, 4, options=OPTIONS.get(name, {}))
    usual = {turn.key: turn.heard for turn in turns_of(played(spec))}
    silent = ScriptedModel("team", lambda request: nothing if speaker(request) == 2 else act(request))
    heard = {turn.key: turn.heard for turn in turns_of(played(spec, silent))}
    assert heard == {key: tuple(one for one in keys if one.seat != 2) for key, keys in usual.items()}
    assert any(2 in {one.seat for one in keys} for keys in usual.values()) == (name not in HEAR_NO_WORKER)


HEAR_NO_WORKER = ("shared", "coordinator")
"""Protocols in which nobody hears agent 2."""


@pytest.mark.parametrize("name", NAMES)
def test_a_protocol_says_what_it_does_in_a_sentence(name: str):
    assert in_a_sentence(name).endswith(".")


# Options and protocols of one's own.


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("batched", {"size": 0}, "at least 1"),
        ("batched", {"size": -3}, "at least 1"),
        ("batched", {"size": 1_000_001}, "at most 1,000,000"),
        ("batched", {"size": "ten"}, "size of batched"),
        ("batched", {"size": 2.5}, "size of batched"),
        ("solo", {"token_budget": -1}, "at least 0"),
        ("fixed_roles", {"roles": "Cook"}, "roles of fixed_roles"),
        ("fixed_roles", {"roles": [1, 2]}, "roles of fixed_roles"),
        ("batched", {"sise": 3}, "Did you mean 'size'"),
        ("sequential", {"size": 3}, "Known: none"),
    ],
)
def test_options_that_make_no_sense_are_refused(name: str, options: dict[str, Any], says: str):
    with pytest.raises(BadInput, match=says):
        find_protocol(name, options)


def test_an_unknown_protocol_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownName, match="Did you mean 'sequential'"):
        find_protocol("sequentail")


@pytest.fixture
def own() -> Iterator[str]:
    """A protocol that somebody registered a minute ago: the last seat first, and only that one is heard."""

    async def mine(
        mission: Mission,
        team: Team,
        speak: Speak,
        *,
        loud: bool = True,
        share: float = 0.5,
        word: str = "",
        top: int | None = None,
    ) -> AsyncIterator[Turn]:
        """The last agent speaks first."""
        first = await speak(team.seats[-1], cue=Cue("contribute"))
        yield first
        for turn in await together(
            speak(s, cue=Cue("contribute"), hears=(first,) if loud else ()) for s in team.seats[:-1]
        ):
            yield turn

    PROTOCOLS["mine"] = mine
    yield "mine"
    del PROTOCOLS["mine"]


def test_a_protocol_of_ones_own_runs(own: str):
    events = played(recipe(own))
    assert [(turn.seat, [key.seat for key in turn.heard]) for turn in turns_of(events)] == [
        (3, []),
        (1, [3]),
        (2, [3]),
    ]
    assert ending_of(events).status == "finished"


@pytest.mark.parametrize(
    "options", [{"loud": False}, {"share": 0.0}, {"word": "x"}, {"top": 3}, {"top": None}]
)
def test_a_protocol_of_ones_own_takes_options_of_every_type(own: str, options: dict[str, Any]):
    assert set(options) <= set(options_of(own))
    assert ending_of(played(recipe(own, options=options))).status == "finished"


def test_a_protocol_that_cues_a_seat_twice_in_a_round_fails_with_a_reason():
    async def stutter(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
        for seat in (team.seats[0], team.seats[0]):
            yield await speak(seat, cue=Cue("contribute"))

    PROTOCOLS["stutter"] = stutter
    try:
        end = ending_of(played(recipe("stutter"), script(said(), said())))
    finally:
        del PROTOCOLS["stutter"]
    assert end.status == "failed"
    assert "spoke twice in round 1" in (end.reason or "")


# What a cue asks for.

CUES: dict[str, list[tuple[dict[str, Any], str]]] = {
    "kind": [
        ({"kind": "plan"}, "and its leader"),
        ({"kind": "intend"}, "announce your intention"),
        ({"kind": "contribute"}, "It is your turn."),
    ],
    "role": [({"role": "Pilot"}, "Your role is given: Pilot. Keep it.")],
    "job": [({"job": "land it"}, "Your job, assigned by the leader: land it")],
    "job_from": [({"job": "land it", "job_from": "team"}, "Your job, as the team is set up: land it")],
    "revise": [({"revise": True}, "Find what is wrong, missing or vague in it")],
    "brief": [
        ({"brief": "Flies since 1999."}, "Flies since 1999."),
        ({"kind": "plan", "brief": "Flies since 1999."}, "Flies since 1999."),
    ],
}
ALL_WORDS = {words for rows in CUES.values() for _, words in rows}


@pytest.mark.parametrize(("cue", "words"), [row for rows in CUES.values() for row in rows], ids=str)
def test_a_speaker_is_told_what_its_cue_says_and_nothing_of_the_sort_besides(cue: dict[str, Any], words: str):
    wanted = Cue(**{"kind": "contribute", "round": 3, "adds": True} | cue)

    async def once(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
        yield await speak(team.seats[1], cue=wanted)

    PROTOCOLS["once"] = once
    try:
        team = ScriptedModel("team", act)
        [turn] = turns_of(played(recipe("once"), team))
    finally:
        del PROTOCOLS["once"]
    told = {line for line in ALL_WORDS if line in last_lines(team.requests[0])}
    opening = {"plan": "and its leader", "intend": "announce your intention"}.get(
        wanted.kind, "It is your turn."
    )
    assert told - {words} == (set() if wanted.revise or words == opening else {opening})
    assert words in told
    assert (turn.round, turn.seat, turn.cue, turn.adds) == (3, 2, wanted.kind, True)
    assert team.requests[0].answer is (PlanAnswer if wanted.kind == "plan" else AgentAnswer)


def test_every_part_of_a_cue_is_held_to_reach_the_speaker_or_the_turn():
    assert {*CUES, "round", "adds"} == {part.name for part in fields(Cue)}


# A team as somebody else set it up.


def test_nobody_builds_on_or_reports_to_itself_however_often_it_works():
    linked = said("Again.", builds_on=[2, 1, 2], reports_to=1)
    team = ScriptedModel("team", [said("First."), said("Second."), linked])
    spec = recipe("given_team", 2, options={"steps": ("1", "2", "1")}, judge=None)
    last = turns_of(played(spec, team))[-1]
    assert (last.seat, last.builds_on, last.reports_to) == (1, (2,), None)
    assert last.notes == ("dropped links to agents whose work it did not hear: 1",)


@pytest.mark.parametrize("steps", [("1", "2", "1"), ("2", "1 hears nobody", "1 hears 2")])
def test_who_works_twice_in_a_given_team_delivers_both(steps: tuple[str, ...]):
    team = ScriptedModel("team", [said("First."), said("Second."), said("Third.")])
    end = ending_of(played(recipe("given_team", 2, options={"steps": steps}, judge=None), team))
    assert end.deliverable == "First.\n\nSecond.\n\nThird."


def test_a_given_team_speaks_in_its_own_order_and_hears_what_its_graph_says():
    steps = ("3", "1 hears nobody", "2 hears 1", "1 hears 2 3")
    assert Rehearsal().lines("given_team", steps=steps) == [
        "3 contribute r1 <- -",
        "1 contribute r1 <- -",
        "2 contribute r1 <- 3r1",
        "1 contribute r2 <- 1r1 2r1",
    ]


def test_a_step_delivers_the_requirements_of_its_task_and_of_no_other():
    phases = ("survey", "build", "survey", None)
    wanted = tuple(Requirement(f"Part {n}", phase=phase) for n, phase in enumerate(phases, 1))
    rehearsal = Rehearsal()
    steps = ("1 survey", "2 build hears nobody", "3 paint", "1")
    rehearsal.play("given_team", mission=replace(MISSION, requirements=wanted), steps=steps)
    assert [(cue.job, cue.job_from) for _, cue, _ in rehearsal.cues] == [
        ("deliver R1, R3", "team"),
        ("deliver R2", "team"),
        (None, "team"),
        (None, "team"),
    ]


def test_each_seat_of_a_given_team_has_the_brief_of_its_own_role():
    rehearsal = Rehearsal()
    rehearsal.play("given_team", agents=5, roles=("Scout", "Baker"), briefs=("a site", "bread"))
    assert [cue.brief for _, cue, _ in rehearsal.cues] == ["a site", "bread", "a site", "bread", "a site"]


def test_a_leader_is_told_of_every_other_seat_of_a_given_team_once_and_of_its_own_role_first():
    rehearsal = Rehearsal()
    options = {"roles": ("Boss", "Cook", "Buyer"), "briefs": ("", "Soups.", "")}
    rehearsal.play("given_team", led=True, **options)
    told = rehearsal.cues[0][1].brief or ""
    first, _, *rest = told.splitlines()
    assert (first, rest) == ("Your role is given: Boss.", ["Agent 2: Cook. Soups.", "Agent 3: Buyer."])
    assert [[turn.seat for turn in heard] for _, _, heard in rehearsal.cues] == [[], [1], [1, 2]]


def test_an_order_of_work_has_at_most_256_steps():
    assert len(read_steps(["1"] * 256, 3)) == 256
    with pytest.raises(BadInput, match="257 steps"):
        read_steps(["1"] * 257, 3)


def test_a_given_team_without_steps_speaks_in_seat_order_with_roles_and_briefs():
    rehearsal = Rehearsal()
    rehearsal.play("given_team", roles=("Scout", "Baker"), briefs=("Goal: a site",))
    assert [(cue.role, cue.brief) for _, cue, _ in rehearsal.cues] == [
        ("Scout", "Goal: a site"),
        ("Baker", None),
        ("Scout", "Goal: a site"),
    ]


def test_under_its_leader_a_given_team_keeps_its_roles_whatever_the_plan_says():
    rehearsal = Rehearsal()
    rehearsal.play("given_team", roles=("Boss", "Cook", "Buyer"), led=True)
    plan, *work = rehearsal.cues
    assert plan[1].kind == "plan"
    assert "Agent 2: Cook." in plan[1].brief
    assert [(seat.number, cue.role, cue.job) for seat, cue, _ in work] == [
        (2, "Cook", "Find a site."),
        (3, "Buyer", "Hire."),
    ]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("9", "step 1 names agent 9: the team has 3"),
        ("0", "step 1 names agent 0"),
        ("1 hears 0", "step 1 hears step 0, which does not come before it"),
        ("1 hears 1", "step 1 hears step 1, which does not come before it"),
        ("1; drop table", "write it like"),
        ("1 hears", "write it like"),
    ],
)
def test_a_step_that_cannot_be_played_is_refused_by_name(step: str, said: str):
    with pytest.raises(BadInput, match=said):
        Rehearsal().play("given_team", steps=(step,))


def test_the_leader_of_a_given_team_reads_its_own_role_and_how_its_team_works():
    told = []

    def answer(request):
        told.append(request.messages[1].parts[-1])
        return act(request)

    options = {"roles": ("Boss Annabel", "Cook", "Buyer"), "briefs": ("Goal: feed everybody",), "led": True}
    played(recipe("given_team", options=options), ScriptedModel("team", answer))
    assert "Your role is given: Boss Annabel. Goal: feed everybody" in told[0]
    assert "one after another, in the order of their numbers" in told[0]
    assert "at the same time" not in told[0]


def test_a_brief_keeps_its_lines_and_a_rule_in_it_ends_no_prompt():
    told = []

    def answer(request):
        told.append(request.messages[1].parts[-1])
        return act(request)

    brief = "Goal: bake\nRules:\n---\n- no nuts"
    played(
        recipe("given_team", options={"roles": ("Cook",), "briefs": (brief,)}), ScriptedModel("team", answer)
    )
    assert "\nGoal: bake\nRules:\n ---\n- no nuts\n" in told[0]
    assert read_brief(f"Mission{told[0]}").seat == 1

"""A protocol is driven by the same rules, whoever gives the turns: models, a rehearsal or a record."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from swarm.engine.rebuilt_prompts import prompts_of
from swarm.engine.rehearsal import as_asked, rehearse
from swarm.engine.stage import Cued, drive, foreknown
from swarm.errors import ProtocolFailed, UnknownName
from swarm.mission import Mission
from swarm.protocols import PROTOCOLS
from swarm.recording.record import record_of
from swarm.team import Team
from swarm.turn import Cue, Speak, Turn
from tests.staging import ending_of, played, recipe


async def twice(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
    """The same seat speaks twice in one round."""
    for _ in range(2):
        yield await speak(team.seats[0], cue=Cue("contribute"))


async def backwards(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
    """One after another, the last seat first; nobody hears anybody."""
    for seat in reversed(team.seats):
        yield await speak(seat, cue=Cue("contribute"))


async def announced(mission: Mission, team: Team, speak: Speak) -> AsyncIterator[Turn]:
    """One after another; nobody hears anybody, and all announce."""
    for seat in team:
        yield await speak(seat, cue=Cue("intend"))


async def nobody(cued: Cued) -> Turn:
    raise AssertionError(f"agent {cued.seat.number} was asked")


def test_a_seat_that_speaks_twice_in_a_round_is_refused_in_a_run_and_in_a_rehearsal(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(PROTOCOLS, "twice", twice)
    assert "agent 1 spoke twice in round 1" in (ending_of(played(recipe("twice"))).reason or "")
    with pytest.raises(ProtocolFailed, match="agent 1 spoke twice in round 1"):
        rehearse(recipe("twice"), as_asked, most_turns=9)


def test_an_unknown_protocol_is_refused_before_anybody_is_asked():
    with pytest.raises(UnknownName):
        drive(recipe("sequentail"), foreknown(None), nobody)


@pytest.mark.parametrize("changed", [backwards, announced, PROTOCOLS["sequential"]])
def test_no_prompts_are_made_up_for_a_run_whose_protocol_has_changed_since(
    changed: object, monkeypatch: pytest.MonkeyPatch
):
    record = record_of(played(recipe("shared", agents=3)))
    assert len(prompts_of(record)) == 3
    monkeypatch.setitem(PROTOCOLS, "shared", changed)
    left = {} if changed is not PROTOCOLS["sequential"] else {record.turns[0].key}
    assert prompts_of(record).keys() == {*left}


def test_prompts_are_put_together_as_far_as_a_run_got():
    record = record_of(played(recipe("sequential", agents=3)))
    begun = replace(record, turns=record.turns[:2])
    assert [*prompts_of(begun)] == [turn.key for turn in begun.turns]

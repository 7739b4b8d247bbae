import json

import pytest

from swarm.errors import UnknownName
from swarm.figures import ARRANGEMENTS, best_arrangement, protocol_diagram, replay_figure, role_figure
from swarm.figures.look import MARKS, label, paragraph
from swarm.figures.protocol_diagram import DIAGRAM_AGENTS, MAX_TURNS, rehearsal_of
from swarm.figures.role_nodes import colours_of
from swarm.organization.graph import seats_of
from swarm.protocols import PROTOCOLS
from swarm.turn import Cue, TurnKey
from tests.recorded import a_record, a_turn

HOSTILE = '<b onmouseover=x>boss</b> <a href="https://evil.example">click</a> & <script>alert(1)</script>'


def words_of(figure) -> str:
    return json.dumps(json.loads(figure.to_json())["data"], ensure_ascii=False)


def test_agents_text_is_escaped_wherever_it_is_drawn():
    drawn = words_of(role_figure(a_record([a_turn(1, role=HOSTILE, reason=HOSTILE)])))
    assert "<script" not in drawn
    assert "<a " not in drawn
    assert "&lt;" in drawn


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("agents", [1, 2, 8, 16, 17, 41])
def test_every_seat_can_be_clicked(agents, arrangement):
    record = a_record([a_turn(n, builds_on=[n - 1] if n > 1 else []) for n in range(1, agents + 1)])
    figure = role_figure(record, arrangement)
    seats = [int(seat) for trace in figure.data if trace.customdata is not None for seat in trace.customdata]
    assert sorted(seats) == [*range(1, agents + 1)]


def test_each_standing_has_a_symbol_or_outline_of_its_own():
    looks = [(mark.symbol, mark.filled, mark.scale, mark.colour) for mark in MARKS.values()]
    named = [mark for name, mark in MARKS.items() if name != "not_reached"]
    assert len({(mark.symbol, mark.filled, mark.scale) for mark in named}) == len(named), looks


def test_headings_of_many_layers_are_numbers():
    few, many = (
        role_figure(
            a_record([a_turn(n, builds_on=[n - 1] if n > 1 else []) for n in range(1, agents + 1)]), "layers"
        )
        for agents in (3, 7)
    )
    headings = [
        [note.text for note in figure.layout.annotations if note.text != "SIMULATED"]
        for figure in (few, many)
    ]
    assert headings == [["Layer 1", "Layer 2", "Layer 3"], [*"1234567"]]


def test_what_is_declared_is_drawn_in_two_ways():
    figure = role_figure(a_record([a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, reports_to=1)]))
    lines = {
        trace.name: trace.line.dash for trace in figure.data if trace.name in ("Builds on", "Reports to")
    }
    assert lines == {"Builds on": "solid", "Reports to": "dash"}


def test_a_run_that_nobody_has_spoken_in_is_drawn():
    figure = role_figure(a_record([], agents=8, ending=None, thinking=1))
    assert {trace.name for trace in figure.data if trace.showlegend is None} >= {"Thinking", "Waiting"}


def traces_of(figure) -> dict[str, object]:
    return {trace.name: trace for trace in figure.data if trace.name}


def test_the_links_of_the_seat_in_focus_stand_out_by_direction():
    record = a_record(
        [a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, builds_on=[2]), a_turn(4, builds_on=[1])]
    )
    quiet, focused = traces_of(role_figure(record)), traces_of(role_figure(record, focus=2))
    assert not quiet.keys() & {"Leans on", "Is leant on by"}
    ways = {name: [x for x in focused[name].x if x is None] for name in ("Leans on", "Is leant on by")}
    assert {name: len(gaps) for name, gaps in ways.items()} == {"Leans on": 1, "Is leant on by": 1}
    assert focused["Builds on"].opacity < quiet["Builds on"].opacity


def test_who_heard_whom_is_a_mode_of_its_own():
    heard = a_record([a_turn(1), a_turn(2, heard=(TurnKey(1, 1),), builds_on=[1])])
    assert "Heard" in traces_of(role_figure(heard, shown="heard"))
    assert "Builds on" not in traces_of(role_figure(heard, shown="heard"))
    assert "Heard" not in traces_of(role_figure(heard))


def test_links_too_many_to_see_are_drawn_for_the_seat_in_focus_only():
    turns = [a_turn(n, heard=tuple(TurnKey(1, other) for other in range(1, n))) for n in range(1, 65)]
    crowd = a_record(turns)
    assert "Heard" not in traces_of(role_figure(crowd, "order", shown="heard"))
    drawn = traces_of(role_figure(crowd, "order", shown="heard", focus=10))
    assert [*drawn["Leans on"].x].count(None) == 9
    assert [*drawn["Is leant on by"].x].count(None) == 54


def test_equal_roles_become_one_node_that_says_how_many_it_is():
    record = a_record(
        [*(a_turn(n, role="Cook") for n in range(1, 6)), a_turn(6, role="Clerk"), a_turn(7, "abstain")]
    )
    folded = role_figure(record, "roles", unfolded=())
    numbers = [
        int(seat) for trace in folded.data if trace.customdata is not None for seat in trace.customdata
    ]
    assert sorted(numbers) == [1, 6, 7]
    assert "×5" in words_of(folded)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("agents", [64, 256])
@pytest.mark.parametrize("unfolded", [None, ()])
def test_large_teams_stay_light_in_every_arrangement(agents, arrangement, unfolded):
    turns = [
        a_turn(n, role=f"Role {n % 40} of {n % 7}", builds_on=range(max(1, n - 4), n))
        for n in range(1, agents + 1)
    ]
    assert len(role_figure(a_record(turns), arrangement, unfolded=unfolded).to_json()) < 1_000_000


@pytest.mark.parametrize(
    ("agents", "ending", "best"), [(8, "finished", "order"), (64, "finished", "roles"), (64, None, "order")]
)
def test_large_teams_are_arranged_by_role_once_they_have_ended(agents, ending, best):
    record = a_record([a_turn(n) for n in range(1, 4)], agents=agents, ending=ending)
    assert best_arrangement(record) == best


def test_an_unknown_arrangement_is_refused():
    with pytest.raises(UnknownName, match="'seats'"):
        role_figure(a_record([a_turn(1)]), "seats")


def test_links_do_not_run_straight_through_the_nodes_between():
    turns = [a_turn(1, role="A b"), a_turn(2, role="C d"), a_turn(3, role="E f", builds_on=[1])]
    for arrangement in ("layers", "roles", "order"):
        drawn = traces_of(role_figure(a_record(turns), arrangement))["Builds on"]
        points = [(x, y) for x, y in zip(drawn.x, drawn.y, strict=True) if x is not None]
        (x0, y0), (x1, y1) = points[0], points[-1]
        aside = [abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) for x, y in points]
        assert max(aside) > 0.05, arrangement


def test_a_cluster_keeps_its_colour_while_the_run_grows():
    turns = [a_turn(n, role=role) for n, role in enumerate(["Cook", "Clerk", "Clerk", "Cook", "Cook"], 1)]
    early, late = (colours_of(seats_of(a_record(turns[:many], agents=5))) for many in (3, 5))
    assert early["Clerk"] == late["Clerk"] != late["Cook"]


def test_only_roles_that_agents_share_have_a_colour_of_their_own():
    record = a_record([a_turn(1, role="Cook"), a_turn(2, role="Clerk"), a_turn(3, role="Clerk")])
    assert [*colours_of(seats_of(record))] == ["Clerk"]


def test_a_figure_of_a_simulated_run_says_so_and_one_of_a_real_run_does_not():
    for simulated in (True, False):
        record = a_record([a_turn(1)], simulated=simulated)
        for figure in (role_figure(record), replay_figure(record)):
            assert ("SIMULATED" in figure.to_json()) is simulated


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_has_a_diagram_with_all_its_turns(protocol):
    drawn = protocol_diagram(protocol).data[-1]
    assert [*zip(drawn.x, drawn.y, strict=True)] == [
        (said.step, -said.turn.seat) for said in rehearsal_of(protocol)
    ]


def test_simultaneous_turns_are_one_step_and_consecutive_ones_many():
    assert {turn.step for turn in rehearsal_of("shared")} == {1}
    assert [turn.step for turn in rehearsal_of("sequential")] == [*range(1, DIAGRAM_AGENTS + 1)]
    assert [turn.step for turn in rehearsal_of("batched", {"size": 2})] == [1, 1, 2, 2, 3]


def test_a_protocol_that_goes_on_is_drawn_as_far_as_it_fits():
    assert len(rehearsal_of("solo", {"token_budget": 1_000_000})) == MAX_TURNS


def test_a_protocol_registered_a_minute_ago_has_a_diagram(monkeypatch):
    async def pairs(mission, team, speak):
        """Only neighbours hear each other."""
        before = None
        for seat in team:
            turn = await speak(seat, cue=Cue("contribute"), hears=(before,) if before else ())
            yield turn
            before = turn

    monkeypatch.setitem(PROTOCOLS, "pairs", pairs)
    assert [len(turn.heard) for turn in rehearsal_of("pairs")] == [0, 1, 1, 1, 1]
    assert protocol_diagram("pairs").data


def test_an_unknown_protocol_is_refused():
    with pytest.raises(UnknownName, match="unknown protocol 'anarchy'"):
        protocol_diagram("anarchy")


def test_labels_are_short_and_paragraphs_wrapped():
    assert label("Chief of everything that there is to be chief of") == "Chief of<br>everything that…"
    assert label("Donaudampfschifffahrtsgesellschaftskapitän", 10) == "Donaudampf<br>schifffah…"
    assert paragraph("word " * 100).count("<br>") >= 4
    assert label("") == ""


@pytest.mark.parametrize("draw", [label, paragraph])
def test_what_is_drawn_of_a_text_is_no_element(draw):
    assert draw("<u>boss</u> & co") == "&lt;u&gt;boss&lt;/u&gt; &amp; co"

"""What a state, a standing or a verdict looks like: its own word, icon and colour, wherever it is shown.

The tables here are said once more on purpose: two looks that changed places would still be different from each other.
"""

from typing import get_args

import pytest

from pages.claims import detail as claim_detail
from pages.compose.conditions import PACE_WORDS, SHOCK_WORDS
from pages.drop_my_roles.given_team import ICONS as NOTE_ICONS
from pages.drop_my_roles.importing import WHAT_TO_BRING
from pages.experiments import status as experiment_status
from pages.experiments import threshold
from pages.run.idle import IDLE
from pages.run.roles import ORIGINS
from pages.run.seats import ICONS as SEAT_ICONS
from pages.run.seats import list_seats, show_participation
from pages.run.turn_card import COLOURS as TURN_COLOURS
from pages.shared import badges
from pages.shared.team_input import OPTION_WORDS
from pages.side_by_side.link import FACTOR_NAMES
from swarm.comparison.threshold import ADVICE, Advice
from swarm.export import FORMATS
from swarm.figures.forest import MARKED
from swarm.figures.look import ACCENT, ALARM, FAINT, INK, MARKS, QUIET, VIOLET
from swarm.figures.role_links import IN, OUT, STROKES
from swarm.figures.standings import PATTERNS
from swarm.figures.threshold import _LOOKS
from swarm.figures.timeline import LOOKS as TIME_LOOKS
from swarm.grid import FACTORS
from swarm.metrics.participation import Participation
from swarm.narrative.labels import BECAME, DID, DOES, SAT_OUT
from swarm.narrative.role_origin import Origin
from swarm.organization.graph import SeatNow, Standing
from swarm.protocols import PROTOCOLS, options_of
from swarm.recording.record import Status
from swarm.shock import SHOCKS, Shock
from swarm.spec import PACES
from swarm.teams.formats import FORMATS as TEAM_FORMATS
from swarm.turn import Action
from tests.drawn import drawn, line_of

RUNS = {
    "running": ("Running", "play_circle", "primary", "Agents are at work"),
    "finished": ("Finished", "check_circle", "green", "came to its end"),
    "stopped": ("Stopped", "stop_circle", "gray", "Somebody stopped it"),
    "limited": ("Limit reached", "speed", "orange", "passed a limit"),
    "failed": ("Failed", "error", "red", "could not go on"),
    "interrupted": ("Interrupted", "power_off", "orange", "ended in the middle"),
}
EXPERIMENTS = {
    "running": ("Running", "play_circle", "primary", "being played"),
    "finished": ("Finished", "check_circle", "green", "Every run was played"),
    "clear": ("Ended early", "task_alt", "green", "answer was clear"),
    "dear": ("Too dear", "payments", "orange", "more than twice"),
    "limited": ("Limit reached", "speed", "orange", "spend limit"),
    "stopped": ("Stopped", "stop_circle", "gray", "Somebody stopped it"),
    "failed": ("Failed", "error", "red", "could not go on"),
    "incomplete": ("Incomplete", "rule", "orange", "some were cut short"),
    "interrupted": ("Interrupted", "power_off", "orange", "process is gone"),
}
CLAIMS = {
    "supported": ("Supported", "check_circle", "green"),
    "contradicted": ("Contradicted", "cancel", "red"),
    "undetermined": ("Undetermined", "help", "gray"),
}
STANDINGS = {
    "active": ("contributed", "circle", ACCENT, True, "green", "check_circle"),
    "thinking": ("thinking", "circle-dot", ACCENT, False, "primary", "more_horiz"),
    "abstained": ("abstained by choice", "circle", QUIET, False, "gray", "do_not_disturb_on"),
    "directed_idle": ("idle by order", "diamond", QUIET, False, "gray", "bedtime"),
    "unparsed": ("unreadable reply", "square", ALARM, False, "orange", "help"),
    "failed": ("no reply", "octagon", ALARM, False, "red", "error"),
    "waiting": ("waiting", "circle", FAINT, False, "gray", "schedule"),
    "not_reached": ("not reached", "circle", FAINT, False, "gray", "remove"),
}
"""Word, symbol, colour and filling in figures, colour and icon in lists."""
ACTIONS = {
    "plan": ("planned", "plans", "blue"),
    "intend": ("announced", "announces what it will do", "gray"),
    "contribute": ("contributed", "contributes", "green"),
    "abstain": ("abstained", "abstains", "gray"),
    "unparsed": ("unreadable reply", "gives an unreadable reply", "orange"),
    "failed": ("no reply", "gets no reply from its model", "red"),
}


def badge(label: str, icon: str, colour: str) -> str:
    return f":{colour}-badge[:material/{icon}: {label}]"


def test_every_state_has_its_own_word_icon_colour_and_meaning():
    def all_of_them():
        for status in RUNS:
            badges.status_badge(status)
        for status in EXPERIMENTS:
            experiment_status.experiment_badge(status)

    shown = drawn(all_of_them).markdown
    expected = [*RUNS.values(), *EXPERIMENTS.values()]
    assert [each.value for each in shown] == [badge(*look[:3]) for look in expected]
    for each, look in zip(shown, expected, strict=True):
        assert look[3] in each.help, look


def test_a_verdict_on_a_claim_and_what_a_run_is_have_badges_of_their_own():
    def all_of_them():
        for verdict in CLAIMS:
            claim_detail.verdict_badge(verdict)
        for simulated in (True, False):
            badges.kind_badge(simulated)
        for imported in ("there", None):
            badges.origin_badge(imported)
        for shock in (Shock.named("hub"), None):
            badges.shock_badge(shock)

    shown = drawn(all_of_them).markdown
    assert [each.value for each in shown] == [
        *(badge(*look) for look in CLAIMS.values()),
        badge("SIMULATED", "science", "violet"),
        badge("Real models", "public", "gray"),
        badge("Imported", "file_open", "blue"),
        badge("Shock: hub", "bolt", "orange"),
    ]
    assert SHOCKS["hub"] in shown[-1].help
    assert "as there" in shown[-2].help


def test_a_standing_looks_the_same_wherever_it_is_shown():
    for standing, (word, symbol, colour, filled, list_colour, icon) in STANDINGS.items():
        mark = MARKS[standing]
        assert (mark.label, mark.symbol, mark.colour, mark.filled) == (
            word.capitalize(),
            symbol,
            colour,
            filled,
        )
        assert BECAME[standing] == word
        assert SEAT_ICONS[standing] == f":{list_colour}[:material/{icon}:]"
    assert len({*PATTERNS.values()} - {PATTERNS["waiting"]}) == len(PATTERNS) - 2, "the four kinds apart"
    assert {name: text.split()[0] for name, text in SAT_OUT.items()} == {
        "abstained": "chose", "directed_idle": "stayed", "unparsed": "gave", "failed": "got",
    }  # fmt: skip
    assert {name: text.split(",")[0] for name, text in IDLE.items()} == {
        "abstained": "Were asked",
        "directed_idle": "Were never asked to work",
        "unparsed": "Answered",
        "failed": "Their model gave no reply.",
    }


def test_what_an_agent_did_is_told_in_its_own_words_and_colour():
    assert {action: (DID[action], DOES[action], TURN_COLOURS[action]) for action in ACTIONS} == ACTIONS


def test_verdicts_links_and_time_are_drawn_each_in_its_own_way():
    assert MARKED == {
        "better": ("triangle-right", ACCENT),
        "worse": ("triangle-left", ALARM),
        "equivalent": ("square", INK),
        "undetermined": ("circle-open", INK),
    }
    lines = {name: (stroke.name, stroke.colour, stroke.dash) for name, stroke in STROKES.items()}
    assert lines == {
        "heard": ("Heard", FAINT, "solid"),
        "builds_on": ("Builds on", QUIET, "solid"),
        "reports_to": ("Reports to", ACCENT, "dash"),
    }
    assert (OUT.name, OUT.colour) == ("Leans on", ACCENT), (
        "the page says: green lines lead to those it leans on"
    )
    assert (IN.name, IN.colour) == ("Is leant on by", "#e08e00"), "orange ones come from those who lean on it"
    assert {doing: (look.name, look.edge) for doing, look in TIME_LOOKS.items()} == {
        "waiting": ("Waiting", None),
        "planning": ("Planning", ACCENT),
        "thinking": ("Thinking", ACCENT),
        "in_vain": ("Asked in vain", ALARM),
        "open": ("Thinking now", ACCENT),
        "judging": ("Judging", VIOLET),
    }
    icons = {"drop": "person_off", "keep": "badge", "either": "balance", "unknown": "help"}
    assert {advice: threshold._ICONS.get(advice, threshold.NOT_KNOWN) for advice in get_args(Advice)} == {
        advice: f":material/{icon}:" for advice, icon in icons.items()
    }
    assert {
        kind: f":material/{icon}:"
        for kind, icon in {"understood": "check", "changed": "change_circle", "ignored": "block"}.items()
    } == NOTE_ICONS


@pytest.mark.parametrize(
    ("offered", "known"),
    [
        (badges.STATUS, get_args(Status)),
        (experiment_status.STATUS, EXPERIMENTS),
        (claim_detail.BADGES, CLAIMS),
        (MARKS, get_args(Standing)),
        (SEAT_ICONS, get_args(Standing)),
        (TURN_COLOURS, get_args(Action)),
        (DID, get_args(Action)),
        (ORIGINS, get_args(Origin)),
        (FACTOR_NAMES, FACTORS),
        ({name: (each.label, each.purpose) for name, each in FORMATS.items()}, FORMATS),
        (WHAT_TO_BRING, TEAM_FORMATS),
        (SHOCK_WORDS, ("none", *SHOCKS)),
        (PACE_WORDS, PACES),
        (ADVICE, get_args(Advice)),
        (_LOOKS, get_args(Advice)),
        (OPTION_WORDS, {name for protocol in PROTOCOLS for name in options_of(protocol)}),
    ],
)
def test_everything_there_is_has_a_look_and_no_two_have_the_same(offered, known):
    assert {*offered} == {*known}
    assert len({repr(look) for look in offered.values()}) >= len(known) - (offered is TURN_COLOURS)


def test_what_each_agent_does_stands_beside_its_own_number():
    few = [
        SeatNow(
            number, "sim/strong", standing, role=f"Role {number}", reason=f"Why {number}", tokens=number * 10
        )
        for number, standing in enumerate(STANDINGS, 1)
    ]
    leader = SeatNow(9, "sim/strong", "active", role="Boss", leads=True, builds_on=(3, 4))
    table = drawn(list_seats, [*few, leader]).table[0].value
    assert [*table[table.columns[1]]] == [*range(1, 10)]
    assert [*table[""]] == [*(SEAT_ICONS[each] for each in STANDINGS), SEAT_ICONS["active"]]
    said = [text.replace("\\", "") for text in table["What it does"]]
    assert said[0] == "**Role 1**"
    assert said[1:8] == [
        ":gray[thinking]", ":gray[abstained by choice: Why 3]", ":gray[idle by order]",
        ":gray[unreadable reply: Why 5]", ":gray[no reply: Why 6]", ":gray[waiting]", ":gray[not reached]",
    ]  # fmt: skip
    assert said[8] == "**Boss** :gray[· leads] :gray[· builds on 3, 4]"
    many = [SeatNow(number, "m", "failed", role="=1", tokens=number * 7) for number in range(1, 18)]
    assert line_of(drawn(list_seats, many).dataframe[0], 4) == {
        "Agent": 5, "Doing": "no reply", "Role": "'=1", "Tokens": 35,
    }  # fmt: skip


@pytest.mark.parametrize(("status", "left"), [("running", "to come"), ("stopped", "not reached")])
def test_every_way_of_not_working_is_counted_under_its_own_name(status, left):
    seats = Participation(active=1, abstained=2, directed_idle=3, unparsed=4, failed=5, not_reached=6)
    [said] = drawn(show_participation, seats, status).caption
    assert said.value == (
        f"**1** active · **2** abstained by choice · **3** idle by order · **4** unreadable reply · **5** no reply · "
        f"**6** {left}"
    )

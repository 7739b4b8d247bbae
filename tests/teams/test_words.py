"""What people and machines are told of a team and of the verdict on it: every number under its own name."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rich.console import Console

from swarm.cli.terminal.teams import print_team, print_verdict
from swarm.grid import Way
from swarm.teams.formats import settled
from swarm.teams.trial import described
from swarm.teams.trial import sentences as words
from swarm.teams.trial.report import as_report
from swarm.teams.trial.verdict import TeamVerdict
from swarm.written import number
from tests.teams.examples import BAKERY
from tests.teams.judged import GRID, TEST, judged

LED = replace(settled(BAKERY), coordination="leader", steps=())
ORDER = settled(replace(BAKERY, coordination="order", steps=()))
SENTENCES: dict[str, Callable[[TeamVerdict], object]] = {
    "sentence": words.sentence,
    "advice": words.advice,
    "winner_on_quality": words.winner_on_quality,
    "winner_per_dollar": words.winner_per_dollar,
    "unsettled": words.unsettled,
}
FOUND = judged(0.0, -0.04, costs=(0.11, 0.07, 0.13), missions=(12, 12, 8), spreads=(0.0, 0.01, 0.09))
"""No two of its numbers are alike, and one comparison is not settled."""


class Page(HTMLParser):
    """The texts of a page, and of its tables by the names of row and column."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._cell = False
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._cell:
            self.tables[-1][-1][-1] += data

    def value(self, table: int, row: str, column: str) -> str:
        head, *rows = self.tables[table]
        return next(each for each in rows if each[0] == row)[head.index(column)]


def printed(show: Callable[[Console], None]) -> str:
    console = Console(file=io.StringIO(), width=2_000)
    show(console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_machines_get_every_sentence_and_number_under_its_own_name():
    said = words.verdict_in_words(FOUND)
    assert len({str(said[name]) for name in SENTENCES}) == len(SENTENCES)
    assert {name: said[name] for name in SENTENCES} == {name: say(FOUND) for name, say in SENTENCES.items()}
    rest = {name: value for name, value in said.items() if name not in SENTENCES}
    assert rest == {
        "team": "Bakery <b>launch</b>",
        "advised": FOUND.advice,
        "label": words.EMULATION,
        "rehearsal": None,
        "simulated": False,
        "missions": 8,
        "missions_planned": 12,
        "own_missions": 0,
        "further": [],
        "runs": 48,
    }


@pytest.mark.parametrize("simulated", [True, False])
def test_the_report_and_the_terminal_say_every_sentence_and_simulated_only_if_it_is(simulated: bool):
    found = judged(0.0, -0.04, missions=(12, 12, 8), simulated=simulated)
    page = Page(as_report(found, TEST))
    terminal = printed(lambda console: print_verdict(found, console))
    whole = words.verdict_in_words(found)
    lines = [str(whole[name]) for name in SENTENCES if name not in ("unsettled", "advice")]
    lines += [*words.unsettled(found), words.advice(found)]
    assert [line for line in lines if line not in page.texts or line not in terminal] == []
    for text in (page.texts, terminal):
        assert ("SIMULATED" in "".join(text)) == simulated
        assert (words.SIMULATED_NOTE in text) == simulated
        assert words.EMULATION in text


def test_the_tables_of_the_report_hold_each_arms_numbers_under_its_name():
    page = Page(as_report(FOUND, TEST))
    costs = [page.value(0, "Cost", name) for name in ("Your roles", "No roles", "One agent")]
    assert [re.match(r"\S+", cost)[0] for cost in costs] == ["$0.11", "$0.07", "$0.13"]  # type: ignore[index]
    means = [page.value(1, "d of mission means", name) for name in ("No roles", "One agent")]
    assert means == [number(each.difference.d, 2) for each in FOUND.contrasts.values()]
    rehearsed = Page(as_report(judged(0.0, -0.04, simulated=True), TEST))
    assert [any(row[0] == "Time" for row in each.tables[0]) for each in (page, rehearsed)] == [True, False]


def test_the_report_says_what_was_played():
    texts = Page(as_report(FOUND, TEST)).texts
    assert [line for line in described.about_the_arms(GRID) if line not in texts] == []
    assert [each.title for each in GRID.missions if each.title not in texts] == []
    assert f"Experiment {GRID.id} of the team Bakery <b>launch</b>." in texts


def test_what_is_set_against_what_is_told_with_its_own_numbers():
    options = GRID.ways[0].options
    grid = replace(GRID, repeats=3, seed=7, teams=("2 sim/strong, 6 sim/weak",), missions=GRID.missions[:5])
    assert described.arms_in_words(grid) == (
        "Your roles against the same 8 agents without roles, and against one agent that is given about as many tokens: "
        "2 sim/strong, 6 sim/weak, 5 missions, each 3 times; "
        "0 of 5 missions are your own."
    )
    given, free, solo, alike = described.about_the_arms(grid)
    assert given.endswith("in the order of its file; 8 turns.")
    assert free.startswith("No roles: 8 agents")
    assert "has used about 5,000 tokens" in solo
    assert alike.endswith("The one agent has the model of the first seat.")
    assert not described.about_the_arms(GRID)[3].endswith("first seat.")
    for more, ends in (
        ({"led": True}, "under their leader; a plan first."),
        ({"steps": ("1", "2")}, "; 2 turns."),
    ):
        changed = replace(grid, ways=(Way("given_team", {**options, **more}), *grid.ways[1:]))
        assert described.about_the_arms(changed)[0].endswith(ends)


def test_a_team_is_told_as_it_works():
    assert described.coordination_in_words(LED).startswith("3 agents: Scout leads, hands out jobs")
    assert described.order_in_words(LED) == []
    assert described.coordination_in_words(ORDER) == "3 agents, 3 turns, each hearing all before it."
    assert described.order_in_words(ORDER) == ["1. Scout", "2. Baker", "3. Clerk"]
    assert (
        described.coordination_in_words(settled(BAKERY))
        == "3 agents, 4 turns, each hearing those that lead to it."
    )
    assert described.order_in_words(settled(BAKERY)) == [
        "1. Scout: site",
        "2. Baker: range (hears nobody)",
        "3. Clerk: permits (hears 1)",
        "4. Baker: menu (hears 2 and 3)",
    ]


def test_the_terminal_shows_all_of_a_team_and_no_marks_of_its_files():
    hostile = replace(settled(BAKERY), source="Crew\x1b[31mAI")
    shown = printed(lambda console: print_team(hostile, console))
    assert "\x1b" not in shown
    rows = [line.split() for line in shown.splitlines()]
    assert ["3", "Clerk", "You", "read", "the", "small", "print.", "–"] in rows
    assert ["2", "Baker", "Plan", "the", "range", "openai/gpt-4.1-mini"] in rows
    wanted = [*described.order_in_words(hostile), "R4. Write the menu for {guests}."]
    wanted += [f"- ignored: {note.what}" for note in hostile.notes if note.kind == "ignored"]
    assert [line for line in wanted if line not in shown] == []

"""Every number of a run stands beside its own label, wherever a person reads it outside the dashboard."""

import re
from collections.abc import Sequence

import pytest

from swarm.export import export_run
from swarm.export.page import Node
from swarm.export.sections import details, opening
from swarm.narrative.contrast import contrast
from swarm.narrative.labels import BECAME, DID, DOES, SAT_OUT
from swarm.narrative.story import story
from swarm.organization.graph import Standing
from swarm.serve.telling import _DID as TOLD
from swarm.turn import Action
from tests.distinct import LISTED_SAID, OTHER, POINTS, RECORD, RUN_ID

HEADLINE = {
    "Quality": "0.69",
    "Depth": "6",
    "Active agents": "9 of 23",
    "Tokens": "185,677",
    "Cost, simulated": "$2.67",
    "Time": "1 min 23 s",
}
HEADS = ("Agent", "Role", "What became of it", "Builds on", "Reports to", "Tokens", "Reason")
SEATS = [
    ("1", "Cook", "contributed", "–", "–", "10,702", "reason 1"),
    ("2", "Cooks", "contributed", "1", "–", "21,404", "reason 2"),
    ("3", "Clerk", "contributed", "2", "–", "13,025", "reason 3"),
    ("4", "Harbour pilot", "contributed", "3", "–", "11,005", "reason 4"),
    ("5", "Pilot", "contributed, leads", "4", "–", "11,106", "reason 5"),
    ("6", "Welder", "contributed", "5", "–", "11,207", "reason 6"),
    ("7", "Mason", "contributed", "–", "–", "11,308", "reason 7"),
    ("8", "Tailor", "contributed", "–", "5", "11,409", "reason 8"),
    ("9", "Miner", "contributed", "–", "5", "11,510", "reason 9"),
    ("10", "–", "abstained by choice", "–", "–", "11,611", "reason 10"),
    ("11", "–", "abstained by choice", "–", "–", "11,712", "reason 11"),
    ("12", "–", "unreadable reply", "–", "–", "11,813", "reason 12"),
    ("13", "–", "unreadable reply", "–", "–", "11,914", "reason 13"),
    ("14", "–", "unreadable reply", "–", "–", "12,015", "reason 14"),
    *((str(seat), "–", "no reply", "–", "–", "0", f"reason {seat}") for seat in range(15, 19)),
    *((str(seat), "–", "idle by order", "–", "–", "0", "–") for seat in range(19, 24)),
]


# Words for what agents do: each of them for one thing.


@pytest.mark.parametrize("words", [DID, DOES, TOLD, BECAME, SAT_OUT])
def test_each_kind_of_working_or_not_has_words_of_its_own(words: dict[Action | Standing, str]):
    marks = {
        "plan": "plan",
        "intend": "announce|going to do",
        "contribute": "contribute",
        "active": "contribute",
        "abstain": "abstain|chose to sit it out",
        "abstained": "abstain|chose to sit it out",
        "directed_idle": "idle by order",
        "unparsed": "unreadable reply|could not be read",
        "failed": "no reply|did not answer",
        "thinking": "thinking",
        "waiting": "waiting",
        "not_reached": "not reached",
    }
    for kind, said in words.items():
        fitting = {mark for mark in marks.values() if re.search(mark, said)}
        assert fitting == {marks[kind]}, kind


# Reports.


def test_a_report_in_markdown_has_every_number_beside_its_label():
    text = export_run(RECORD, "md").decode().replace("\\", "")
    facts = dict(re.findall(r"^- ([^:\n]+): (.*)$", text.partition("## Turns")[0], re.MULTILINE))
    assert facts == {
        "Run": RUN_ID,
        "Status": "finished",
        "Protocol": "batched",
        "Models": "16 × sim/strong, 7 × sim/weak",
        "Agents": "23",
        "Seed": "47",
        **HEADLINE,
        "Mission relevance": "1 of 4",
        "Abstained by choice": "2",
        "Idle by order": "5",
        "Unreadable reply": "3",
        "No reply": "4",
        **LISTED_SAID,
        "Input tokens": "177,477",
        "Output tokens": "8,200",
    }
    points = dict(re.findall(r"^- (\w+): (.*)$", text.partition("## Verdict")[2], re.MULTILINE))
    assert points == {name: f"{given} of 4. because of {name}" for name, given in POINTS.items()}
    said = [line for line in text.splitlines() if line.startswith("### ")]
    assert said[0] == "### Agent 2: announced as Cooks"
    assert said[6] == "### Agent 6: contributed as Welder, builds on 5"
    assert said[8] == "### Agent 8: contributed as Tailor, reports to 5"
    assert [said[10], said[12], said[15]] == [
        "### Agent 10: abstained",
        "### Agent 12: unreadable reply",
        "### Agent 15: no reply",
    ]


def tables(nodes: Sequence[Node]) -> dict[str, list[tuple[str, ...]]]:
    """The lines of each table, headings first, by the first of these."""
    found = [
        [tuple("".join(cell.itertext()) for cell in row) for row in each.iter("tr")]
        for each in of(nodes, "table")
    ]
    return {rows[0][0]: rows for rows in found}


def of(nodes: Sequence[Node], tag: str) -> list[Node]:
    return [each for node in nodes for each in node.iter(tag)]


def test_a_report_in_html_has_every_number_beside_its_label():
    names, values = ([each.text for each in of(opening(RECORD), tag)] for tag in ("dt", "dd"))
    assert dict(zip(names, values, strict=True)) == HEADLINE
    found = tables(details(RECORD))
    assert found["Agent"] == [HEADS, *SEATS]
    assert [(name.split(".")[0], points, reason) for name, points, reason in found["Criterion"]] == [
        ("Criterion", "Points", "The judge's reason"),
        *(
            (name.replace("_", " ").capitalize(), f"{points} of 4", f"because of {name}")
            for name, points in POINTS.items()
        ),
    ]
    assert dict(found["What"]).items() >= {
        "Protocol": "batched",
        "Options": "size = 11",
        "Models": "16 × sim/strong, 7 × sim/weak",
        "Judge": "sim/judge",
        "Seed": "47",
        "Shock": "swap to sim/weak",
        "Organization": "north",
        "Prompts": "version p12",
    }.items()  # fmt: skip
    said = [each.text for each in of(details(RECORD), "p")]
    assert "round 2 · heard 7 earlier turns · 11,409 tokens · reports to 5" in said
    assert "round 2 · heard 5 earlier turns · 11,207 tokens · builds on 5" in said
    assert "round 1 · heard 0 earlier turns · 10,601 tokens" in said


# Sentences.


def test_a_story_has_every_number_where_it_belongs():
    assert story(RECORD) == (
        "9 of 23 agents contributed, in roles that they chose themselves, after announcing what they would do; 4 of "
        "them took roles much like another's, such as “Cook” and “Cooks”.",
        "They built on each other's work 5 times, on nobody's more than once; 2 placed themselves under agent 5; the "
        "organization is 6 layers deep.",
        "After 12 turns a shock struck: agents 4 and 7 answered with sim/weak from then on.",
        "Agents 10 and 11 chose to sit it out, agent 10 with the reason “reason 10”; agents 19, 20, 21 and 2 others "
        "stayed idle by order (never asked to work); agents 12, 13 and 14 gave an unreadable reply; agents 15, 16, 17 "
        "and 18 got no reply from the model (reason 15).",
        "It took 1 min 23 s, 185,677 tokens and $2.67 of simulated money; the judge gave 11 of 16 points, a quality of "
        "0.69.",
    )


def test_a_contrast_of_two_runs_gives_each_its_own_numbers():
    assert contrast(RECORD, OTHER) == (
        "Batched scored 0.69 and Shared 0.25: in Batched, agents heard what others had finished, built on each other's "
        "work 5 times, 4 of 23 took roles much like another's, 2 of 23 chose to sit it out, 5 of 23 stayed idle by "
        "order (never asked to work), 3 of 23 gave an unreadable reply and 4 of 23 got no reply from the model; in "
        "Shared, agents heard what others had finished, built on each other's work 3 times, 2 of 19 took roles much "
        "like another's, 1 of 19 chose to sit it out, 8 of 19 stayed idle by order (never asked to work), 3 of 19 gave "
        "an unreadable reply and 2 of 19 got no reply from the model; Batched took 1 min 23 s instead of 7.5 s and "
        "185,677 tokens instead of 52,300; besides the protocol, they differ in team (16 × sim/strong, 7 × sim/weak "
        "against 19 × sim/strong), shock (swap to sim/weak against none), seed (47 against 53), temperature (0.3 "
        "against 0.5) and longest reply (1,111 tokens against 1,212 tokens)."
    )

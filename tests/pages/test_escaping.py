"""Texts of others mean nothing on any page: each has the mark of its field, which would be seen."""

import re
from collections.abc import Iterator
from typing import Any

import pyarrow
import streamlit as st
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from swarm.config import PROJECT
from swarm.shock import Shock
from swarm.verdict import Verdict
from swarm.written import UNSEEN
from tests.made import keep
from tests.marked import RUN_ID, keep_groups, keep_own_things, mark, marked_run, marked_team, unescaped

MANY = "20261122-120000-abc124"
UNSCORED = "20261122-120000-abc125"
LITERAL = {
    ("Text", "body"), ("Code", "code_text"), ("Selectbox", "options"), ("MultiSelect", "options"),
    ("MultiSelect", "raw_values"), ("Selectbox", "raw_value"), ("TextArea", "default"), ("TextInput", "default"),
    ("TextArea", "value"), ("TextInput", "value"), ("PlotlyChart", "alt"), ("Dataframe", "alt"),
    ("Dataframe", "columns"),
}  # fmt: skip
"""Where a text is shown as it is, whatever stands in it: by the kind of element and its field."""
TYPED = {
    ("TextArea", "default"), ("TextInput", "default"), ("TextArea", "value"), ("TextInput", "value"),
}  # fmt: skip
ESCAPED = r"\\u(00[01][0-9a-f](?<!00[01][9a])|00[89][0-9a-f]|061c|20(0[ef]|2[89a-e])|206[6-9])"
"""Letters that are not seen as figures' JSON writes them."""


def below(node: Any) -> Iterator[Any]:
    """An element of a page and all within."""
    yield node
    for child in getattr(node, "children", {}).values():
        yield from below(child)


def texts_of(message: Message, path: str = "") -> Iterator[tuple[str, str | bytes]]:
    """Every text and every table that an element sends to the browser, with the name of its field."""
    for field, value in message.ListFields():
        if field.message_type and field.message_type.GetOptions().map_entry:
            value = [each for pair in value.items() for each in pair]
        for each in value if isinstance(value, list) or field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from texts_of(each, f"{path}{field.name}.")
            elif isinstance(each, str | bytes):
                yield path + field.name, each


def cells_of(content: bytes) -> list[str]:
    """The heads and the texts of a table."""
    table = pyarrow.ipc.open_stream(content).read_all()
    return [
        text
        for name in table.column_names
        for text in (name, *table[name].to_pylist())
        if isinstance(text, str)
    ]


def meant(kind: str, field: str, text: str | bytes) -> set[str]:
    """The fields whose marks mean something in what one element shows."""
    if isinstance(text, bytes):
        cells = cells_of(text)
        # A table that can be downloaded is read by spreadsheets; another one is Markdown.
        risky = [cell for cell in cells if kind != "Dataframe" or cell[:1] in "=+-@"]
        return {each for cell in risky for each in unescaped(cell)}
    if (kind, field) in LITERAL:
        return set()
    if kind == "PlotlyChart":
        text = text.replace("\\u003c", "<").replace("\\u003e", ">")
    dollars = (
        {"a formula"} if kind in ("Markdown", "Metric") and len(re.findall(r"(?<!\\)\$", text)) > 1 else set()
    )
    return unescaped(text) | dollars


def unseen(kind: str, field: str, text: str | bytes) -> bool:
    """Whether an element shows a letter that cannot be seen; what somebody types is used as it stands."""
    if (kind, field) in TYPED:
        return False
    shown = " ".join(cells_of(text)) if isinstance(text, bytes) else text
    return bool(UNSEEN.search(shown) or (kind == "PlotlyChart" and re.search(ESCAPED, shown)))


class Walk:
    """One visitor of the dashboard, who notes on every page which marks mean something there."""

    def __init__(self) -> None:
        self.app = AppTest.from_file(str(PROJECT / "pages" / "frame" / "menu.py"), default_timeout=60).run()
        self.found: set[tuple[str, str, str, str]] = set()
        self.seen: set[str] = set()

    def choose(self, **chosen: object) -> "Walk":
        """Choose what the next page shows."""
        for name, value in chosen.items():
            self.app.session_state[name] = value
        return self

    def to(self, page: str, **query: str | list[str]) -> AppTest:
        """Open a page and look at all that is on it."""
        self.app.switch_page(f"../{page}")
        self.app.query_params.clear()
        for name, value in query.items():
            self.app.query_params[name] = value
        return self.look(page)

    def look(self, page: str) -> AppTest:
        """Run the page that is open, and look at it."""
        self.app.run()
        assert not self.app.exception, (page, self.app.exception[0].value)
        for node in below(self.app._tree):
            proto = getattr(node, "proto", None)
            if isinstance(proto, Message):
                self._note(page, proto)
        return self.app

    def _note(self, page: str, proto: Message) -> None:
        kind = proto.DESCRIPTOR.name
        if kind == "Dataframe" and proto.editing_mode != proto.READ_ONLY:
            return  # What is typed there is used as it stands.
        for field, text in texts_of(proto):
            self.found |= {(page, kind, field, each) for each in meant(kind, field, text)}
            if unseen(kind, field, text):
                self.found.add((page, kind, field, "a letter that is not seen"))
            said = text if isinstance(text, str) else " ".join(cells_of(text))
            self.seen |= set(re.findall(r"zq([a-z]+)", said))


VIEWS = ("Role graph", "Replay", "Timeline", "Hierarchy", "Roles", "Idle agents")
SHOWN = {
    *(
        "title",
        "goal",
        "need",
        "value",
        "who",
        "wants",
        "unknown",
        "role",
        "text",
        "reason",
        "note",
        "job",
        "task",
    ),
    *(
        "error",
        "reply",
        "why",
        "failure",
        "points",
        "unscored",
        "judge",
        "said",
        "model",
        "warning",
        "org",
        "owner",
    ),
    *(
        "import",
        "version",
        "prompts",
        "option",
        "end",
        "idler",
        "swap",
        "group",
        "team",
        "given",
        "aim",
        "past",
        "brain",
    ),
    *("source", "what", "because", "label", "notice", "bad", "exp", "cond", "gone", "asked"),
}
TABS = ("Transcript", "Deliverable", "Verdict", "Measures", "Tokens and cost", "Recipe")


def look_at_runs(walk: Walk) -> None:
    """Every view and tab of a run, of one with many agents, of one without scores; what is unfolded and searched."""
    for view, tab in zip(VIEWS, TABS, strict=True):
        walk.choose(view=view, details=tab).to("run/page.py", run=RUN_ID)
    walk.choose(view="Idle agents", details="Deliverable").to("run/page.py", run=MANY)
    walk.choose(view="Role graph", details="Verdict").to("run/page.py", run=UNSCORED)
    unfolded = dict.fromkeys((f"raw_{RUN_ID}_1_2", f"heard_{RUN_ID}_1_2"), True)
    walk.choose(details="Transcript", **unfolded).to("run/page.py", run=RUN_ID)
    walk.choose(details="Verdict", judge_reply=True).to("run/page.py", run=RUN_ID)
    walk.choose(details="Transcript").to("run/page.py", run=RUN_ID, q="zqtext")
    walk.app.selectbox[0].set_value(4)
    walk.look("run/page.py")


def look_at_comparisons(walk: Walk, test: str, team: str) -> None:
    """Runs, groups, an experiment and the test of a team."""
    walk.to("side_by_side/page.py")
    walk.to("side_by_side/page.py", run=[RUN_ID, MANY, UNSCORED])
    walk.to("side_by_side/page.py", by="models", kind="Simulated", find="zqgroup", judge=mark("judge"))
    walk.to("side_by_side/page.py", by="protocol", experiment=test)
    for page in ("experiments/page.py", "drop_my_roles/page.py"):
        walk.to(page)
        walk.to(page, experiment=test)
    walk.to("drop_my_roles/page.py", team=team)


def look_at_the_rest(walk: Walk) -> None:
    """Lists, forms, and what the pages say to links that lead nowhere."""
    walk.to("start/page.py")
    walk.to("start/page.py", pair=[RUN_ID, MANY])
    walk.choose(deleted_mission=mark("gone")).to("history/page.py")
    walk.app.multiselect(key="pick_0").set_value([RUN_ID])
    walk.look("history/page.py")
    walk.choose(history_view="Roles over runs").to("history/page.py")
    walk.to("history/page.py", experiment=mark("exp"), judge=mark("cond"))
    walk.to("claims/page.py", about="Protocols")
    walk.to("models/page.py")
    walk.to("compose/page.py", mission="marked", **{mark("bad"): "x"})
    for page in ("run/page.py", "side_by_side/page.py"):
        walk.to(page, run=[mark("bad"), mark("worse")])
    walk.to("start/page.py", pair=[mark("bad"), mark("worse")])
    for page in ("experiments/page.py", "drop_my_roles/page.py"):
        walk.to(page, experiment=mark("bad"))
    walk.to("drop_my_roles/page.py", team=mark("bad"))


def test_no_text_of_others_means_anything_on_any_page(settings):
    st.cache_resource.clear()
    keep_own_things(settings)
    keep(settings, marked_run())
    keep(settings, marked_run(MANY, idle=30, model="model9"))
    unscored = Verdict(mark("judge"), unscored=mark("unscored"))
    keep(settings, marked_run(UNSCORED, judged=unscored, shock=Shock("swap", mark("swap"))))
    keep_groups(settings)
    team, test = marked_team(settings)
    walk = Walk()
    look_at_the_rest(walk)
    look_at_runs(walk)
    look_at_comparisons(walk, test.grid.id, team)
    assert walk.found == set()
    # A page that shows nothing would be harmless as well.
    assert SHOWN - walk.seen == set()

"""What one page writes into an address another page reads as it was meant, whatever is meant."""

import ast
from dataclasses import fields, replace
from pathlib import Path
from urllib.parse import parse_qs

import streamlit as st

from pages.claims.link import link_to_runs
from pages.compose.link import DEFAULTS, link_of, read_link
from pages.shared import state
from pages.shared.paging import PER_PAGE, page_of
from pages.shared.team_input import choose_options
from pages.side_by_side.conditions import (
    KINDS,
    conditions_in_words,
    conditions_of_address,
    link_to_conditions,
)
from pages.side_by_side.link import link_to_groups, read_subject
from pages.side_by_side.tables import _link_to_runs
from swarm.cell import OWN
from swarm.config import PROJECT
from swarm.grid import FACTORS
from swarm.history.rows import RunFilter
from swarm.history.store import EVERY_RUN
from swarm.narrative.labels import protocol_name
from swarm.protocols import PROTOCOLS, options_of
from swarm.spec import PACES
from tests.drawn import drawn

EACH = {
    "text": "corner shop",
    "protocols": ("shared", "solo"),
    "models": ("sim/strong", "sim/weak"),
    "simulated": False,
    "experiment": "grid-1",
    "run_ids": ("20261122-120000-abcdef", "20261122-120000-fedcba"),
    "agents": (4, 16),
    "levels": ("L1", "L3"),
    "shocks": ("none", "hub"),
    "judge": "sim/judge",
    "prompts": "p1 m2",
    "usual": True,
}
"""Of each part of a filter that an address has a name for."""
WITHOUT_A_NAME = {"statuses", "organization"}
FILTERS = [EVERY_RUN, *(RunFilter(**{name: value}) for name, value in EACH.items()), RunFilter(**EACH)]


def test_an_address_has_a_name_for_every_part_of_a_filter():
    assert {field.name for field in fields(RunFilter)} == {*EACH} | WITHOUT_A_NAME


def test_a_filter_in_the_address_of_side_by_side_is_read_as_it_was_written():
    def there_and_back():
        found = []
        for where in FILTERS:
            for factor in FACTORS:
                st.query_params.from_dict(link_to_groups(factor, where))
                found.append((read_subject(), factor, where))
        return found

    for subject, factor, where in drawn(there_and_back).session_state["returned"]:
        # Judge and prompts are chosen on that page.
        assert (subject.by, subject.where) == (factor, replace(where, judge=None, prompts=None))
        limited = replace(where, simulated=None, experiment=None, judge=None, prompts=None) != EVERY_RUN
        assert bool(subject.limits) is limited


def test_conditions_in_the_address_are_read_as_they_were_written_and_told_in_words():
    def there_and_back():
        found = []
        for where in FILTERS:
            st.query_params.from_dict(link_to_conditions(where))
            found.append(conditions_of_address())
        return found

    names = ("agents", "levels", "shocks", "usual", "judge", "prompts")
    for where, read in zip(FILTERS, drawn(there_and_back).session_state["returned"], strict=True):
        assert read == RunFilter(**{name: getattr(where, name) for name in names})
    assert conditions_in_words(RunFilter(**EACH)) == [
        "level 1 or 3", "4 or 16 agents", "no shock or the shock hub",
        "one model on all seats and a protocol's usual settings, made here", "judge sim/judge",
        "version p1 m2 of the prompts",
    ]  # fmt: skip


def test_the_history_is_told_the_same_filter_in_the_words_of_its_widgets():
    for simulated, kind in ((True, "Simulated"), (False, "Real")):
        where = RunFilter(**EACH | {"simulated": simulated})
        link = link_to_runs(where)
        assert (link["kind"], link["of_model"]) == (kind, ["sim/strong", "sim/weak"])
        assert link["of_protocol"] == [protocol_name(name) for name in where.protocols]
        assert link_to_conditions(where).items() <= link.items()
        address = _link_to_runs(f"{OWN}Sell bread", link_to_groups("agents", where))
        page, _, query = address.partition("?")
        read = parse_qs(query)
        assert page == "/history"
        shown = {
            "find": "Sell bread",
            "kind": kind,
            "experiment": "grid-1",
            "usual": "yes",
            "judge": "sim/judge",
        }
        assert {name: read[name] for name in shown} == {name: [value] for name, value in shown.items()}
        several = {"of_protocol": ["Shared", "Solo"], "agents": ["4", "16"], "level": ["L1", "L3"]}
        assert {name: read[name] for name in several} == several
    assert KINDS == {"Simulated": True, "Real": False}


ASKED = {"mission": "sepsis-alert", "agents": 5, "model": ("sim/weak",), "protocol": "shared"}
CONDITIONS = {
    "judge": ({"judge": "none"}, {"judge": "none"}),
    "seed": ({"seed": 7}, {"seed": 7}),
    "organization": ({"organization": "town"}, {"organization": "town"}),
    "max_usd": ({"max_usd": 0.5}, {"limit_usd": 0.5}),
    "max_tokens": ({"max_tokens": 900}, {"limit_tokens": 900}),
    "max_calls": ({"max_calls": 40}, {"limit_calls": 40}),
    "timeout_s": ({"timeout_s": 60.5}, {"limit_seconds": 60.5}),
    **{f"shock {kind}": ({"shock": kind}, {"shock": kind}) for kind in ("seat", "hub", "priorities")},
    "shock swap": (
        {"shock": "swap", "shock_model": "sim/small"},
        {"shock": "swap", "shock_model": "sim/small"},
    ),
}
"""By what they say: conditions that differ from the usual ones in this, and the widgets that have it then."""


def other_than(usual):
    """A value of an option that is not the usual one."""
    if isinstance(usual, bool):
        return not usual
    return (
        usual + 1 if isinstance(usual, int) else ("Cook", "Clerk") if isinstance(usual, tuple) else "Bakers"
    )


def test_every_field_of_the_form_is_in_its_link_and_back_under_its_own_name():
    def there_and_back():
        found = {}
        for pace in PACES:
            st.session_state["pace"] = pace
            link = link_of(ASKED, {})
            found[f"pace {pace}"] = (
                read_link(link, "solo"),
                {} if pace == DEFAULTS["pace"] else {"pace": pace},
            )
        st.session_state["pace"] = DEFAULTS["pace"]
        for name, (conditions, said) in CONDITIONS.items():
            link = link_of(ASKED | conditions, {})
            found[name] = (read_link(link, "solo"), said)
        return found

    shared = {
        "mission_source": "Library",
        "mission": "sepsis-alert",
        "agents": 5,
        "team_mode": "One model for all",
    }
    shared |= {"model": "sim/weak", "protocol": "shared"}
    for name, ((values, ignored), said) in drawn(there_and_back).session_state["returned"].items():
        values.pop("mission_level")
        assert (ignored, values) == ([], shared | said), name


def test_every_option_of_every_protocol_is_in_the_link_and_reaches_the_run():
    given = {
        protocol: {name: other_than(usual) for name, usual in options_of(protocol).items()}
        for protocol in PROTOCOLS
    }

    def there_and_back():
        found = {}
        for protocol, options in given.items():
            link = link_of(ASKED | {"mission": None, "protocol": protocol}, options)
            values, ignored = read_link(link, "sequential")
            st.session_state.update(values)
            found[protocol] = (choose_options(protocol), ignored)
        return found

    found = drawn(there_and_back).session_state["returned"]
    assert found == {protocol: (options, []) for protocol, options in given.items()}


def test_a_list_is_cut_into_pages_that_leave_nothing_out():
    items = [*range(2 * PER_PAGE + 1)]

    def all_pages():
        for page in (1, 2, 3):
            st.session_state[f"page_{page}"] = page
        return [page_of(items, key=f"page_{page}") for page in (1, 2, 3)]

    pages = drawn(all_pages).session_state["returned"]
    assert [len(page) for page in pages] == [PER_PAGE, PER_PAGE, 1]
    assert [each for page in pages for each in page] == items


def test_a_moment_in_the_address_is_a_number_or_none():
    said = {"0": 0, "12": 12, "-1": None, "x": None, "1234567": None, "": None}

    def all_of_them():
        found = {}
        for text in said:
            st.query_params["moment"] = text
            found[text] = state.shown_moment()
        return found

    assert drawn(all_of_them).session_state["returned"] == said


READS = {
    "start/page.py": {"pair"},
    "compose/page.py": {"model"},
    "run/page.py": {"run", "moment"},
    "side_by_side/page.py": {"run", "by", "kind", "experiment"},
    "experiments/page.py": {"experiment", "claim", "model"},
    "drop_my_roles/page.py": {"experiment", "team"},
    "claims/page.py": {"claim", "about"},
    "history/page.py": {"find", "kind", "experiment"},
}
"""What each page reads of its address, as far as links that are written out name it."""


def calls_of(file: Path, *names: str) -> list[ast.Call]:
    """Every call of a function of Streamlit in a file."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return [
        node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "attr", None) in names
    ]


def ways() -> list[tuple[str, str, set[str]]]:
    """Every link and every leap that is written out in the pages: where from, where to, and what it names."""
    found = []
    for file in sorted((PROJECT / "pages").rglob("*.py")):
        for node in calls_of(file, "page_link", "switch_page"):
            named = next((each.value for each in node.keywords if each.arg == "query_params"), None)
            names = {key.value for key in named.keys} if isinstance(named, ast.Dict) else set()
            found.append((file.name, node.args[0].value.removeprefix("../"), names))
    return found


def test_every_link_leads_to_a_page_that_reads_what_it_names():
    assert len(ways()) > 25
    for source, page, names in ways():
        assert names <= READS[page], f"{source} leads to {page} with {names}"


def test_a_leap_names_its_thing_as_the_page_there_reads_it():
    leaps = {
        state.show_run: ("../run/page.py", state.shown_run),
        state.show_experiment: ("../experiments/page.py", state.shown_experiment),
        state.show_team: ("../drop_my_roles/page.py", state.shown_team),
        state.show_team_test: ("../drop_my_roles/page.py", state.shown_experiment),
    }
    tree = ast.parse((PROJECT / "pages/shared/state.py").read_text(encoding="utf-8"))
    bodies = {node.name: ast.unparse(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    for leap, (page, read) in leaps.items():
        name = bodies[read.__name__].rpartition("get('")[2].partition("'")[0]
        assert f"'{page}', query_params={{'{name}': " in bodies[leap.__name__]

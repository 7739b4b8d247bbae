"""Finding turns in a transcript, reading them, and what came out: deliverable, verdict, spending."""

import re
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.run.deliverable import share_of_words, show_deliverable
from pages.run.spending import show_spending, unfinished
from pages.run.transcript import show_transcript
from pages.run.verdict import arithmetic, show_verdict
from swarm.organization.graph import seats_of
from swarm.protocols import PROTOCOLS
from swarm.recording.record import record_of
from swarm.recording.search import AROUND, EXCERPTS, TurnFilter, find_turns
from swarm.turn import Assignment, TurnKey, Usage, parts_of
from swarm.verdict import CRITERIA, Score, Verdict
from tests.made import call, verdict
from tests.patience import PATIENCE_S
from tests.recorded import a_record, a_turn
from tests.staging import played, recipe

TEAM = (
    a_turn(1, role="Site scout", text="Rent the corner shop.\n\nAsk   the NEIGHBOURS first."),
    a_turn(
        2, role="Baker", text="Bake bread, bread and more bread.", reason="Nobody bakes yet.", builds_on=[1]
    ),
    a_turn(3, "abstain", reason="The corner shop is enough."),
    a_turn(4, "unparsed", reason="no JSON object in the reply"),
    a_turn(5, "failed", reason="the provider said 429"),
    a_turn(6, role="Site scouts", text="Measure it."),
)


def seats_found(**where) -> list[int]:
    return [found.turn.seat for found in find_turns(TEAM, TurnFilter(**where))]


def test_a_filter_that_asks_for_nothing_lets_everything_through():
    assert seats_found() == [1, 2, 3, 4, 5, 6]
    assert not TurnFilter()
    assert not TurnFilter(words=" \n")
    assert all(
        (TurnFilter("x"), TurnFilter(seat=1), TurnFilter(roles=("Baker",)), TurnFilter(actions=("plan",)))
    )


@pytest.mark.parametrize(
    ("words", "seats"),
    [
        ("site scout", [1, 6]),
        ("SITE SCOUT", [1, 6]),
        ("  site \n scout ", [1, 6]),
        ("ask the neighbours", [1]),
        ("shop. ask", [1]),
        ("nobody bakes", [2]),
        ("corner shop", [1, 3]),
        ("429", [5]),
        ("scout rent", []),
        (".*", []),
        ("(", []),
    ],
)
def test_words_are_found_in_role_text_and_reason_whatever_their_case_and_space(words, seats):
    assert seats_found(words=words) == seats


def test_what_a_plan_hands_out_is_found():
    plan = a_turn(
        1, "plan", role="Coordinator", assignments=(Assignment(2, "Cellar clerk", "Count the flour"),)
    )
    assert find_turns([plan], TurnFilter("cellar"))
    assert find_turns([plan], TurnFilter("flour"))


def test_every_hit_is_counted_and_the_first_are_quoted():
    (found,) = find_turns([a_turn(1, text="bread " * 10)], TurnFilter("BREAD"))
    assert found.hits == 10
    assert len(found.excerpts) == EXCERPTS
    assert [found.hits for found in find_turns(TEAM, TurnFilter("bread"))] == [3]
    assert [found.hits for found in find_turns(TEAM, TurnFilter())] == [0] * 6


def test_an_excerpt_says_where_it_was_cut():
    text = "a" * 100 + " Bread " + "b" * 100
    ((excerpt,),) = (found.excerpts for found in find_turns([a_turn(1, text=text)], TurnFilter("bread")))
    assert excerpt.hit == "Bread"
    assert excerpt.before == "…" + "a" * (AROUND - 1) + " "
    assert excerpt.after == " " + "b" * (AROUND - 1) + "…"
    ((short,),) = (found.excerpts for found in find_turns([a_turn(1, text="My bread.")], TurnFilter("bread")))
    assert short == ("My ", "bread", ".")


def test_roles_alike_are_one_group():
    assert seats_found(roles=("Site scout",)) == [1, 6]
    assert seats_found(roles=("Site scouts",)) == [1, 6]
    assert seats_found(roles=("Baker",)) == [2]
    assert seats_found(roles=("Bishop",)) == []
    assert seats_found(roles=("Site scout", "Baker")) == [1, 2, 6]


def test_abstained_unreadable_and_no_reply_are_three_things():
    assert seats_found(actions=("abstain",)) == [3]
    assert seats_found(actions=("unparsed",)) == [4]
    assert seats_found(actions=("failed",)) == [5]
    assert seats_found(actions=("abstain", "failed")) == [3, 5]


def test_filters_narrow_each_other():
    assert seats_found(words="corner", actions=("abstain",)) == [3]
    assert seats_found(seat=1, words="bread") == []
    assert seats_found(seat=6, roles=("Site scout",)) == [6]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_parts_put_together_are_the_deliverable(protocol):
    record = record_of(played(recipe(protocol)))
    assert record.deliverable
    assert (
        "\n\n".join(turn.text for turn in parts_of(record.turns, record.spec.deliverable))
        == record.deliverable
    )


def test_of_a_solo_that_revises_only_the_last_part_is_delivered():
    turns = [a_turn(1, text="First."), a_turn(1, text="Last.", index=1, round=2)]
    assert [turn.text for turn in parts_of(turns, "all")] == ["Last."]
    several = a_record([a_turn(1, text="One."), a_turn(2, text="Two.")], spec={"deliverable": "last"})
    assert [turn.text for turn in parts_of(several.turns, several.spec.deliverable)] == ["Two."]


def test_shares_of_words_add_up_and_of_nothing_are_unknown():
    texts = ["a b c", "d", ""]
    assert [share_of_words(text, texts) for text in texts] == [0.75, 0.25, 0.0]
    assert share_of_words("", [""]) is None


def test_quality_is_shown_as_it_adds_up_without_mission_relevance():
    points = {"accuracy": 3, "completeness": 4, "coherence": 2, "actionability": 1, "mission_relevance": 4}
    judged = Verdict("j", tuple(Score(name, points[name]) for name in CRITERIA))
    assert arithmetic(judged) == "Quality = (3 + 4 + 2 + 1) / 16 = 0.62."
    assert arithmetic(Verdict("j", unscored="no reply")) == ""


def test_calls_that_led_to_nothing_are_told_apart():
    record = a_record([a_turn(1)])
    assert unfinished(record) is None
    more = replace(record, spent=record.spent + Usage(70, 10, 5, 0.02))
    assert unfinished(more) == Usage(70, 10, 5, pytest.approx(0.02))
    unknown = replace(record, spent=record.spent + Usage(70, 10, 5, None))
    assert unfinished(unknown).cost_usd is None


def page() -> None:
    """A script that shows what its session holds: a view of a run."""
    import streamlit as st

    st.session_state["view"](st.session_state["record"])


EIGHT = replace(a_record(TEAM, agents=8), protocol_ended=True)
"""Eight agents, of whom two were never asked."""


def shown(view, record=EIGHT, **query: str | list[str]) -> AppTest:
    """One view of a run as a page of its own; `query` is what the URL says."""
    app = AppTest.from_function(page, default_timeout=PATIENCE_S)
    app.session_state["view"], app.session_state["record"] = view, record
    for name, value in query.items():
        app.query_params[name] = value
    return ran(app)


def transcript(record=EIGHT, **query: str | list[str]) -> AppTest:
    return shown(lambda record: show_transcript(record, st.session_state.get("clicked")), record, **query)


def the_verdict(record) -> None:
    show_verdict(record.verdict, record.spec.judge, record.ended)


def the_spending(record) -> None:
    show_spending(record, seats_of(record))


def click(app: AppTest, seat: int | None) -> None:
    """What the graph reports after a click; None after a click that takes the last one back."""
    app.session_state["clicked"] = seat
    ran(app)


def clear(app: AppTest) -> None:
    app.button(key="clear_filters").click()
    ran(app)


def ran(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def speakers(app: AppTest) -> list[int]:
    """The agents whose turns are on the page, in order."""
    found = (re.match(r"\*\*Agent (\d+)\*\*", written.value) for written in app.markdown)
    return [int(match[1]) for match in found if match]


def words_of(app: AppTest) -> str:
    kinds = ("markdown", "caption", "text", "code", "warning")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind)).replace("\\", "")


def test_the_whole_transcript_is_shown_in_the_order_of_speaking():
    app = transcript()
    assert speakers(app) == [1, 2, 3, 4, 5, 6]
    assert "6 turns, word for word" in words_of(app)
    assert "2 agents had none: idle by order." in words_of(app)
    assert not app.button


def test_a_run_that_failed_calls_nobody_idle_by_order():
    told = words_of(transcript(a_record(TEAM, agents=8, ending="failed")))
    assert "idle by order" not in told
    assert "2 agents had none: not reached." in told


def test_searching_counts_turns_and_hits_and_clearing_shows_all_again():
    app = transcript()
    app.text_input(key="q").set_value(" BREAD ")
    ran(app)
    assert speakers(app) == [2]
    assert "1 of 6 turns" in words_of(app)
    assert "3 hits" in words_of(app)
    clear(app)
    assert speakers(app) == [1, 2, 3, 4, 5, 6]
    assert app.text_input(key="q").value == ""


def test_what_is_found_is_a_link():
    app = transcript(q="shop", did=["contributed", "abstained"], role="Site scout")
    assert speakers(app) == [1]
    assert speakers(transcript(agent="3")) == [3]
    assert speakers(transcript(did=["unreadable reply", "no reply"])) == [4, 5]
    assert speakers(transcript(agent="99", did="sang")) == [1, 2, 3, 4, 5, 6]


def test_a_role_filter_stays_when_a_late_turn_renames_its_group():
    late = [a_turn(2, role="Site scouts"), a_turn(3, role="Baker")]
    app = transcript(a_record(late, agents=3, ending=None))
    assert app.multiselect(key="role").options == ["Baker", "Site scouts"]
    app.multiselect(key="role").set_value(["Site scouts"])
    assert speakers(ran(app)) == [2]
    app.session_state["record"] = a_record([a_turn(1, role="Site scout"), *late], agents=3, ending=None)
    assert speakers(ran(app)) == [1, 2]
    assert app.multiselect(key="role").value == ["Site scouts"]
    assert "2 of 3 turns" in words_of(app)


def test_only_what_was_done_is_offered():
    assert transcript().multiselect(key="did").options == [
        "contributed",
        "abstained",
        "unreadable reply",
        "no reply",
    ]
    assert transcript(a_record([a_turn(1)])).multiselect(key="did").options == ["contributed"]


def test_a_click_in_the_graph_chooses_an_agent_and_does_not_get_stuck():
    app = transcript()
    click(app, 2)
    assert speakers(app) == [2]
    clear(app)
    assert speakers(app) == [1, 2, 3, 4, 5, 6]
    click(app, 3)
    assert speakers(app) == [3]
    click(app, None)
    assert speakers(app) == [1, 2, 3, 4, 5, 6]
    click(app, 3)
    assert speakers(app) == [3]
    app.selectbox(key="agent").set_value(6)
    ran(app)
    assert speakers(app) == [6]
    click(app, None)
    assert speakers(app) == [6]


def test_an_agent_that_was_never_asked_is_said_to_be_idle():
    app = transcript()
    click(app, 8)
    assert speakers(app) == []
    assert "agent 8: idle by order" in words_of(app)


def test_a_search_begins_on_the_first_page():
    team = [a_turn(n, text="Bread." if n > 25 else "Cake.") for n in range(1, 61)]
    app = transcript(a_record(team), turns="2")
    assert speakers(app) == [*range(21, 41)]
    app.text_input(key="q").set_value("bread")
    ran(app)
    assert speakers(app) == [*range(26, 46)]


def test_rounds_are_told_apart_when_there_are_several():
    turns = [
        a_turn(1, "plan", role="Coordinator", text="You bake."),
        a_turn(2, round=2),
        a_turn(1, round=2, index=2),
    ]
    told = words_of(transcript(a_record(turns)))
    assert told.index("Round 1** :gray[· a leader plans]") < told.index(
        "Round 2** :gray[· agents contribute]"
    )
    assert "Round" not in words_of(transcript())


def test_what_an_agent_heard_names_those_it_builds_on():
    heard = (TurnKey(1, 1), TurnKey(1, 2))
    last = a_turn(3, builds_on=[1], reports_to=2, heard=heard)
    record = a_record([*TEAM[:2], last])
    app = transcript(record)
    assert "Rent the corner shop." not in [line.value for line in app.markdown]
    app.session_state[f"heard_{record.run_id}_1_3"] = True
    (listed,) = [line.value.replace("\\", "") for line in ran(app).markdown if line.value.startswith("- ")]
    first, second = listed.split("\n- ")
    assert "Agent 1" in first
    assert "Rent the corner shop." in first
    assert "NEIGHBOURS" not in first
    assert "builds on it" in first
    assert "reports to it" not in first
    assert "Agent 2" in second
    assert "reports to it" in second
    assert "builds on it" not in second


def test_prompt_and_reply_are_shown_to_the_letter_on_demand():
    record = record_of(played(recipe("sequential")))
    app = transcript(record)
    assert not app.code
    app.session_state[f"raw_{record.run_id}_1_2"] = True
    system, asked, answered = ran(app).code
    assert "You are agent 2" in asked.value
    assert system.value
    assert answered.value == record.turns[1].calls[0].reply


def test_a_failure_is_not_called_the_reason_of_an_agent():
    told = words_of(transcript())
    assert "Its reason:] The corner shop is enough." in told
    for problem in ("no JSON object in the reply", "the provider said 429"):
        assert problem in told.splitlines()


@pytest.mark.parametrize("words", ["*", "evil", "https", ":red[", "]("])
def test_a_hit_in_hostile_text_stays_text(words):
    hostile = "**Chief** :red[x] ![x](https://evil.example/x.png) https://evil.example"
    app = transcript(a_record([a_turn(1, role=hostile, text=hostile, reason=hostile)]), q=words)
    written = "\n".join(element.value for kind in ("markdown", "caption") for element in app.get(kind))
    assert "hit" in written
    for markup in ("![", "](", ":red[", "https:/", "**Chief"):
        assert markup not in written


def test_the_deliverable_says_who_wrote_how_much():
    app = shown(show_deliverable, a_record([a_turn(1, text="a b c"), a_turn(2, role="Cook", text="d")]))
    assert speakers(app) == [1, 2]
    assert "3 words · 75% of the whole" in words_of(app)
    assert "1 word · 25% of the whole" in words_of(app)
    assert [text.value for text in app.text] == ["a b c", "d"]


def test_as_one_text_the_deliverable_is_what_the_judge_saw():
    record = a_record([a_turn(1, text="**One**"), a_turn(2, role="Cook", text="Two")])
    app = shown(show_deliverable, record, deliverable="As one text")
    assert [code.value for code in app.code] == [record.deliverable]
    assert "Cook" not in words_of(app)
    assert not app.text


def test_a_run_that_has_not_ended_has_no_whole_text_yet():
    app = shown(show_deliverable, a_record([a_turn(1)], ending=None), deliverable="As one text")
    assert not app.code
    assert "when the run has ended" in words_of(app)


@pytest.mark.parametrize("action", ["abstain", "unparsed", "failed"])
def test_of_those_who_gave_no_work_nothing_is_delivered(action):
    assert "Nothing was delivered." in words_of(shown(show_deliverable, a_record([a_turn(1, action)])))


def test_an_unscored_verdict_has_no_number_and_its_reply_can_be_read():
    unscored = Verdict("sim/judge", unscored="its reply could not be read", calls=(call(9, "I like it."),))
    app = shown(the_verdict, a_record(TEAM, judged=unscored))
    assert not app.metric
    assert not app.table
    assert "its reply could not be read" in words_of(app)
    app.session_state["judge_reply"] = True
    assert [code.value for code in ran(app).code] == ["I like it."]


def test_a_verdict_shows_points_reasons_and_how_they_add_up():
    app = shown(the_verdict, a_record(TEAM, judged=verdict(3)))
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("Quality", "0.75"),
        ("Mission relevance", "3 of 4"),
    ]
    assert "(3 + 3 + 3 + 3) / 16 = 0.75" in words_of(app)
    table = app.table[0].value
    assert len(table) == len(CRITERIA)
    assert all("so so" in reason for reason in table.iloc[:, 1])


def test_spending_adds_up_to_the_whole_run():
    record = a_record(TEAM, judged=verdict())
    app = shown(the_spending, record)
    sums, agents = (table.value for table in app.dataframe)
    number = [
        [int(cell.replace(",", "")) for cell in sums[who][:3]] for who in ("Team", "Judge", "Whole run")
    ]
    assert [team + judge for team, judge in zip(*number[:2], strict=True)] == number[2]
    assert sum(agents["Input tokens"]) == number[0][0]
    assert sum(agents["Output tokens"]) == number[0][2]


def test_an_unknown_price_is_no_zero():
    priceless = replace(TEAM[0].calls[0], usage=Usage(10, 0, 5, None))
    record = a_record([a_turn(1, calls=(priceless,))], judged=verdict())
    sums, agents = (table.value for table in shown(the_spending, record).dataframe)
    assert [*sums["Team"]][-1] == "unknown"
    assert [*sums["Whole run"]][-1] == "unknown"
    assert agents["Cost, $"].isna().all()
    assert "cost unknown" in words_of(transcript(record))

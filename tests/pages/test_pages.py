"""Every page as a script, without a browser; what only a browser can show is in tests/browser."""

from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.run import resuming
from pages.shared import state
from swarm.config import PROJECT, Settings
from swarm.engine.run import new_run_id
from swarm.history.store import History
from swarm.limits import Limits
from swarm.mission import Mission
from swarm.models.allowance import ProviderLimits
from swarm.models.catalogue import known_limits
from swarm.models.local import LocalServer
from swarm.recording.events import ProtocolEnded
from swarm.recording.journal import journal_of
from swarm.verdict import Verdict
from tests.made import keep, verdict, writing
from tests.patience import PATIENCE_S
from tests.recorded import a_turn, events_of

PAGES = (
    "start/page.py",
    "compose/page.py",
    "run/page.py",
    "side_by_side/page.py",
    "experiments/page.py",
    "drop_my_roles/page.py",
    "claims/page.py",
    "history/page.py",
    "models/page.py",
)
ENDINGS = ("finished", "stopped", "limited", "failed")
STATUS_WORDS = {
    "finished": "Finished",
    "stopped": "Stopped",
    "limited": "Limit reached",
    "failed": "Failed",
    None: "Interrupted",
}


AT_HOME = """
[[models]]
id = "home/small"
label = "At home"
family = "home"
structured = "none"
cache = "none"
context = 8192
api_base = "http://127.0.0.1:9/v1"
"""


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


def opened(page: str, **query: str | list[str]) -> AppTest:
    """The app with one page open."""
    app = AppTest.from_file(str(PROJECT / "pages" / "frame" / "menu.py"), default_timeout=PATIENCE_S).run()
    assert not app.exception
    app.switch_page(f"../{page}")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def words_of(app: AppTest) -> str:
    """Everything that is written on the page."""
    kinds = ("title", "subheader", "markdown", "caption", "text", "code", "warning", "error", "success")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


def keep_run(settings, turns=None, **more) -> str:
    """Write a run of three agents into the journal; returns its id."""
    turns = [a_turn(1), a_turn(2, builds_on=[1]), a_turn(3, "abstain")] if turns is None else turns
    run_id = more.pop("run_id", None) or new_run_id()
    keep(settings, events_of(turns, run_id=run_id, **more))
    return run_id


@pytest.mark.parametrize("page", PAGES)
def test_every_page_works_on_an_empty_history(page, settings):
    app = opened(page)
    assert app.title
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_every_page_works_with_one_run(page, settings):
    keep_run(settings)
    assert not opened(page).error


@pytest.mark.parametrize("page", PAGES)
def test_every_page_works_with_a_thousand_runs(page, settings):
    events = [
        event
        for number in range(1_000)
        for event in events_of([a_turn(1)], run_id=f"20261122-120000-{number:06x}", minute=number)
    ]
    keep(settings, events, "many")
    assert not opened(page).error


@pytest.mark.parametrize("ending", [*ENDINGS, None])
def test_every_status_is_drawn_on_purpose(ending, settings):
    app = opened("run/page.py", run=keep_run(settings, ending=ending))
    assert len(app.error) == (ending == "failed")
    assert STATUS_WORDS[ending] in words_of(app)
    assert "SIMULATED" in words_of(app)


def test_a_running_run_can_be_stopped(settings):
    run_id = keep_run(settings, [a_turn(1)], agents=3, ending=None, thinking=2)
    with writing(journal_of(run_id, settings)):
        app = opened("run/page.py", run=run_id)
        assert "Running" in words_of(app)
        app.button(key="stop").click().run()
        assert not app.exception
        assert journal_of(run_id, settings).with_suffix(".stop").exists()
        assert app.button(key="stopping").disabled


def test_a_limited_run_is_resumed_with_a_higher_limit(settings, monkeypatch):
    given = []
    monkeypatch.setattr(resuming, "relaunch", lambda run_id, settings, limits: given.append(limits))
    run_id = keep_run(settings, ending="limited", spec={"limits": Limits(0.5, 900, 3, 20)})
    app = opened("run/page.py", run=run_id)
    app.button(key="resume").click().run()
    fields = {"Most dollars": 1.0, "Most tokens": 1_800, "Most calls": 6, "Most seconds": 40}
    assert {field.label: field.value for field in app.number_input} == fields
    app.button(key="resume").click()  # Without a browser, a dialog lives for one run of the page only.
    app.button(key="really_resume").click().run()
    assert not app.exception
    assert given == [Limits(1.0, 1_800, 6, 40)]


@pytest.mark.parametrize("action", ["abstain", "unparsed", "failed"])
def test_a_run_in_which_nobody_worked_is_drawn(action, settings):
    app = opened("run/page.py", run=keep_run(settings, [a_turn(1, action), a_turn(2, action)]))
    assert not app.error
    assert "**0** active" in words_of(app)


def test_an_unscored_verdict_says_why(settings):
    unscored = Verdict("sim/judge", unscored="its reply could not be read")
    app = opened("run/page.py", run=keep_run(settings, judged=unscored))
    assert [metric.value for metric in app.metric if metric.label == "Quality"] == ["–"]
    app.session_state["details"] = "Verdict"
    assert "its reply could not be read" in words_of(app.run()).replace("\\", "")


def test_a_run_of_which_nothing_came_has_no_score_and_says_what_comparisons_make_of_it(settings):
    nothing = Verdict("sim/judge", unscored="nothing was delivered")
    events = events_of([a_turn(1, "unparsed")], run_id=new_run_id(), judged=nothing)
    *begun, judged, end = events
    ended = {"run_id": end.run_id, "seq": judged.seq, "at": judged.at, "t": judged.t}
    later = [replace(fact, seq=fact.seq + 1) for fact in (judged, end)]
    keep(settings, [*begun, ProtocolEnded(**ended), *later])
    app = opened("run/page.py", run=end.run_id)
    assert [metric.value for metric in app.metric if metric.label == "Quality"] == ["–"]
    [error] = app.error
    assert "nothing was delivered (agents: 1; unreadable: 1)" in error.value.replace("\\", "")
    assert not [button for button in app.button if button.key == "resume"]
    app.session_state["details"] = "Verdict"
    said = words_of(app.run()).replace("\\", "")
    assert "Unscored: nothing was delivered" in said
    assert "comparisons count the run with a quality of 0.25" in said


VIEWS = {
    "Role graph": "Role graph of this run",
    "Replay": "Replay of this run",
    "Timeline": "Timeline of this run",
    "Hierarchy": "Depth 2",
    "Roles": "1 kind of roles",
    "Idle agents": "1 of 3 agents did not work",
}
TABS = {
    "Transcript": "3 turns, word for word",
    "Deliverable": "4 words in 2 parts",
    "Verdict": "Judged by sim/judge",
    "Measures": "Hierarchy depth",
    "Tokens and cost": "4 calls in",
    "Recipe": "The mission as a file:",
}


def test_every_view_and_every_tab_of_a_run_shows_its_own(settings):
    app = opened("run/page.py", run=keep_run(settings, judged=verdict()))
    for view, alt in VIEWS.items():
        app.session_state["view"] = view
        assert [chart.proto.alt[: len(alt)] for chart in app.run().get("plotly_chart")] == [alt]
    for tab, words in TABS.items():
        app.session_state["details"] = tab
        shown = words_of(app.run()).replace("\\", "") + "".join(table.value.to_csv() for table in app.table)
        assert [name for name, said in TABS.items() if said in shown] == [tab], words
        assert not app.exception
        assert not app.error


def test_the_transcript_shows_contributions_as_text(settings):
    app = opened(
        "run/page.py", run=keep_run(settings, [a_turn(1, text="**Bold** ![x](http://evil.example/x.png)")])
    )
    assert "**Bold** ![x](http://evil.example/x.png)" in [text.value for text in app.text]
    assert "![x]" not in "\n".join(markdown.value for markdown in app.markdown)


def test_an_unknown_run_is_one_sentence(settings):
    app = opened("run/page.py", run="20200101-000000-000000")
    assert [error.value for error in app.error]
    assert "unknown" in app.error[0].value.lower() or "no run" in app.error[0].value.lower()


def test_a_name_that_is_no_run_id_is_one_sentence(settings):
    assert len(opened("run/page.py", run="../../etc/passwd").error) == 1


def test_without_a_run_the_page_offers_those_there_are(settings):
    run_id = keep_run(settings)
    app = opened("run/page.py")
    app.selectbox(key="pick_run").select(run_id).run()
    assert not app.exception
    assert app.query_params["run"] == run_id


def test_the_demo_sets_two_teams_to_work_side_by_side(settings):
    app = opened("start/page.py")
    app.button(key="demo").click().run()
    assert not app.exception
    assert not app.error
    one, other = (History(settings).run(run_id) for run_id in app.query_params["pair"])
    assert (one.spec.protocol, other.spec.protocol) == ("sequential", "shared")
    assert one.spec == replace(other.spec, protocol="sequential")
    assert (one.spec.mission.id, len(one.spec.team), one.simulated) == ("food-festival", 8, True)
    assert "This example was chosen" in words_of(app)
    assert "SIMULATED" in words_of(app)


def test_two_clicks_start_one_pair(settings):
    token = ("20261122-120000-abcdef", "20261122-120000-fedcba")
    for _click in range(2):
        app = opened("start/page.py")
        app.session_state["next_pair"] = token
        app.button(key="demo").click().run()
        assert not app.exception
    assert {row.run_id for row in History(settings).runs()} == set(token)


def keep_pair(settings, **other) -> list[str]:
    """Write a sequential run and another one, a shared one unless told otherwise."""
    return [keep_run(settings), keep_run(settings, **({"spec": {"protocol": "shared"}} | other))]


def test_a_link_to_two_runs_shows_what_differed(settings):
    pair = keep_pair(settings)
    app = opened("start/page.py", pair=pair)
    assert not app.error
    said = words_of(app).replace("\\", "")
    assert "Sequential scored 0.75 and Shared 0.75: in Sequential," in said
    assert "One run of each is an example, not evidence." in said
    assert "This example was chosen" not in said
    assert [metric.value for metric in app.metric if metric.label == "Active"] == ["2 of 3", "2 of 3"]
    assert [subheader.value for subheader in app.subheader] == ["Sequential", "Shared"]


def test_nothing_is_said_to_differ_before_both_have_ended(settings):
    pair = keep_pair(settings, turns=[a_turn(1)], agents=3, ending=None, thinking=2)
    with writing(journal_of(pair[1], settings)):
        app = opened("start/page.py", pair=pair)
        assert not app.error
        assert "scored" not in words_of(app)
        assert "What will differ?" in words_of(app)
        assert "Agent 2 is thinking" in words_of(app)


@pytest.mark.parametrize("ending", [*ENDINGS[1:], None])
def test_what_ended_early_still_stands_beside_the_other(ending, settings):
    app = opened("start/page.py", pair=keep_pair(settings, ending=ending, spec={"protocol": "solo"}))
    assert not app.error
    said = words_of(app).replace("\\", "")
    assert "Sequential scored 0.75 and Solo" in said
    assert "has no score (the judge was not asked)" in said
    assert STATUS_WORDS[ending] in said


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (lambda pair: pair[:1], "the link names 1"),
        (lambda pair: [*pair, pair[0]], "the link names 3"),
        (lambda pair: [pair[0], pair[0]], "compared with itself"),
        (lambda pair: [pair[0], "20200101-000000-000000"], "no run"),
        (lambda pair: [pair[0], "../../etc/passwd"], "etc/passwd"),
    ],
)
def test_a_bad_link_to_two_runs_is_one_sentence(named, told, settings):
    app = opened("start/page.py", pair=named(keep_pair(settings)))
    assert len(app.error) == 1
    assert told in app.error[0].value.replace("\\", "").lower()
    app.button(key="back").click().run()
    assert "pair" not in app.query_params
    assert app.button(key="demo")
    assert not app.error


def test_runs_of_two_missions_are_refused_before_they_have_ended(settings):
    mission = Mission("own", "Close a bakery", "Close it.")
    pair = keep_pair(settings, turns=[a_turn(1)], agents=3, ending=None, mission=mission)
    with writing(journal_of(pair[1], settings)):
        app = opened("start/page.py", pair=pair)
    assert "only runs of one mission" in app.error[0].value
    assert not app.metric


def test_only_the_demo_can_be_played_again(settings):
    app = opened("start/page.py", pair=keep_pair(settings))
    assert "again" not in [button.key for button in app.button]


def test_simulated_and_real_runs_do_not_stand_side_by_side(settings):
    app = opened("start/page.py", pair=keep_pair(settings, simulated=False))
    assert "one run is simulated and the other is real" in app.error[0].value.lower()
    assert not app.metric


def test_two_running_clocks_do_not_set_each_other_back(monkeypatch):
    now = iter(range(100))
    monkeypatch.setattr(state.time, "monotonic", lambda: next(now))

    def two_clocks() -> None:
        import streamlit as st

        from pages.shared import state

        st.text(" ".join(str(state.seconds_without_news(run_id, 5)) for run_id in ("one", "other")))

    app = AppTest.from_function(two_clocks, default_timeout=PATIENCE_S).run()
    first = [float(seconds) for seconds in app.text[0].value.split()]
    later = [float(seconds) for seconds in app.run().text[0].value.split()]
    assert all(after > before for before, after in zip(first, later, strict=True))
    assert not app.exception


def test_a_composed_run_is_launched_as_composed(settings):
    app = opened("compose/page.py")
    app.segmented_control(key="mission_source").set_value("Your own words").run()
    app.text_area(key="own_goal").set_value("Open a bakery\n- Find a site")
    app.text_area(key="own_requirements").set_value("- Hire two bakers\nTell the neighbours")
    app.text_area(key="own_values").set_value("Bread for all")
    app.number_input(key="agents").set_value(3)
    app.radio(key="protocol").set_value("shared")
    app.segmented_control(key="pace").set_value("instant").run()
    app.button(key="run").click().run()
    assert not app.exception
    assert not app.error
    (row,) = History(settings).runs()
    assert (row.mission_title, row.protocol, row.agents) == ("Open a bakery", "shared", 3)
    mission = History(settings).run(row.run_id).spec.mission
    assert mission.values == ("Bread for all",)
    assert [each.text for each in mission.requirements] == [
        "Find a site",
        "Hire two bakers",
        "Tell the neighbours",
    ]


def test_two_clicks_start_one_run(settings):
    token = "20261122-120000-abcdef"
    for _click in range(2):
        app = opened("compose/page.py", agents="2")
        app.session_state["next_run_id"] = token
        app.button(key="run").click().run()
        assert not app.exception
    assert [row.run_id for row in History(settings).runs()] == [token]


def test_links_fill_the_form(settings):
    app = opened("compose/page.py", mission="sepsis-alert", protocol="broadcast", agents="5")
    assert app.selectbox(key="mission").value == "sepsis-alert"
    assert app.radio(key="protocol").value == "broadcast"
    assert app.number_input(key="agents").value == 5
    assert "--mission sepsis-alert --protocol broadcast --agents 5" in app.code[0].value


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"mission": "atlantis"}, "unknown mission"),
        ({"protocol": "anarchy"}, "unknown protocol"),
        ({"max_usd": "a lot"}, "max_usd=a lot"),
        ({"max_usd": "nan"}, "max_usd=nan"),
        ({"foo": "bar"}, "foo=bar (unknown)"),
        ({"size": "3"}, "size=3 (unknown)"),
        ({"agents": "257"}, "1 to 256"),
        ({"agents": "0"}, "1 to 256"),
        ({"agents": "ten"}, "1 to 256"),
        ({"shock": "hurricane"}, "known are seat, hub, swap, priorities"),
        ({"shock": "hub", "protocol": "solo"}, "nobody would be left"),
    ],
)
def test_a_bad_link_is_one_sentence(query, told, settings):
    app = opened("compose/page.py", **query)
    assert told in app.error[0].value.replace("\\", "")


def test_a_shock_is_chosen_explained_and_part_of_the_recipe(settings):
    app = opened("compose/page.py")
    assert "--shock" not in app.code[0].value
    assert "shock_model" not in [box.key for box in app.selectbox]
    app.selectbox(key="shock").set_value("priorities").run()
    assert "become known only in the middle of the work" in words_of(app)
    assert "--shock priorities" in app.code[0].value
    app.selectbox(key="shock").set_value("swap").run()
    app.selectbox(key="shock_model").set_value("sim/small").run()
    assert "--shock swap --shock-model sim/small" in app.code[0].value
    assert not app.error


def test_a_link_says_everything_and_is_written_back(settings):
    link = {
        "mission": ["sepsis-alert"],
        "protocol": ["batched"],
        "size": ["2"],
        "agents": ["5"],
        "model": ["2 sim/strong", "3 sim/weak"],
        "judge": ["none"],
        "seed": ["7"],
        "pace": ["instant"],
        "organization": ["town hall"],
        "shock": ["swap"],
        "shock_model": ["sim/weak"],
        "max_usd": ["0.5"],
        "max_tokens": ["90000"],
        "max_calls": ["40"],
        "timeout_s": ["60"],
    }
    app = opened("compose/page.py", **link)
    assert not app.error
    told = app.code[0].value
    for words in (
        "--mission sepsis-alert --protocol batched",
        "--agents 5",
        "--organization 'town hall'",
        "--max-tokens 90000",
        "--max-calls 40",
        "--option size=2",
        "--judge none",
        "--seed 7",
        "--max-usd 0.5",
        "--shock swap --shock-model sim/weak",
    ):
        assert words in told
    assert "'2 sim/strong, 3 sim/weak'" in told
    assert app.query_params == {name: one if name == "model" else one[0] for name, one in link.items()}
    app.segmented_control(key="mission_source").set_value("Your own words").run()
    app.number_input(key="limit_usd").set_value(0.75).run()
    assert "mission" not in app.query_params
    assert app.query_params["max_usd"] == "0.75"


def test_too_many_agents_are_one_sentence_and_no_run(settings):
    app = opened("compose/page.py")
    app.number_input(key="agents").set_value(300).run()
    assert [error.value.replace("\\", "") for error in app.error] == [
        "300 agents: a team has 1 to 256 agents"
    ]
    assert [button.key for button in app.button if button.label == "Run"] == ["not_yet"]
    assert app.button(key="not_yet").disabled


def test_nothing_typed_is_no_error(settings):
    app = opened("compose/page.py")
    app.segmented_control(key="mission_source").set_value("Your own words").run()
    assert not app.error
    assert app.button(key="not_yet").disabled


@pytest.mark.parametrize("goal", ["x" * 70_000, "a\0b"])
def test_a_bad_mission_is_one_sentence_and_nothing_typed_is_lost(goal, settings):
    app = opened("compose/page.py")
    app.segmented_control(key="mission_source").set_value("Your own words").run()
    app.text_area(key="own_goal").set_value(goal).run()
    assert len(app.error) == 1
    assert app.text_area(key="own_goal").value == goal
    assert not [button for button in app.button if button.key == "run"]


def test_a_broken_file_names_its_line(settings):
    app = opened("compose/page.py")
    app.segmented_control(key="mission_source").set_value("A file").run()
    app.file_uploader(key="mission_upload").upload(
        "bakery.toml", b'title = "T"\ngoal = "G"\nrodent = 1\n'
    ).run()
    assert "bakery.toml: line 3" in app.error[0].value.replace("\\", "")


def test_what_was_read_of_a_file_is_shown_before_the_run_and_a_pdf_is_named(settings):
    app = opened("compose/page.py")
    app.segmented_control(key="mission_source").set_value("A file").run()
    app.file_uploader(key="mission_upload").upload("UP.TOML", b'title = "Open"\ngoal = "G"\n').run()
    assert "“Open”, a goal of 1 character, 0 requirements found" in app.expander[0].label.replace("\\", "")
    app.file_uploader(key="mission_upload").upload("m.pdf", b"%PDF-1.7").run()
    assert "m.pdf: it is a PDF: save it as plain text" in app.error[0].value.replace("\\", "")


def test_a_mix_that_does_not_add_up_is_one_sentence(settings):
    app = opened("compose/page.py")
    app.segmented_control(key="team_mode").set_value("A mix").run()
    app.text_input(key="team_mix").set_value("2 sim/strong, 2 sim/weak").run()
    assert "do not fill 8 seats" in app.error[0].value


def test_a_missing_key_is_named_and_no_value_is_shown(settings, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary-1234")
    app = opened("compose/page.py", model="openai/gpt-4.1-mini")
    assert "OPENAI_API_KEY" in app.error[0].value.replace("\\", "")
    models = opened("models/page.py")
    everything = words_of(models) + str([table.value for table in models.dataframe])
    assert "ANTHROPIC_API_KEY: present" in everything.replace("\\", "")
    assert "canary" not in everything


def test_limits_of_a_provider_are_kept_by_the_page_and_found_again(settings: Settings):
    app = opened("models/page.py")
    app.selectbox(key="limits_of").set_value("openai").run()
    by_label(app.number_input, "Requests a minute").set_value(60)
    by_label(app.button, "Keep these limits").click().run()
    assert not app.exception
    assert known_limits(settings) == {"openai": ProviderLimits(requests_per_minute=60)}


def by_label(elements, label: str):
    return next(element for element in elements if element.label == label)


def test_a_found_server_leads_to_a_team_of_its_model_and_nobody_speaks_of_money(
    settings: Settings, monkeypatch
):
    (settings.data / "models.toml").write_text(AT_HOME)
    started: list[str] = []
    monkeypatch.setattr("pages.shared.launching.launch", lambda spec, here, run_id: started.append(run_id))
    app = opened("models/page.py")
    app.session_state["local_servers"] = (
        LocalServer("Mine", "http://127.0.0.1:9/v1", ("home/small",), {"home/small": 8_192}, loading=True),
    )
    app.run()
    assert "home/small · 8,192 tokens" in words_of(app)
    assert "loading its model" in words_of(app)
    by_label(app.button, "Compose with this").click().run()
    assert not app.exception
    assert app.selectbox(key="model").value == "home/small"
    # In a test only a page that was opened by its address keeps its buttons.
    app = opened("compose/page.py", model="home/small", agents="2")
    assert "home/small answers on this machine is not known yet" in words_of(app).replace("\\", "")
    assert "$" not in words_of(app)
    app.button(key="run").click().run()
    assert len(started) == 1


def test_real_money_is_asked_for_twice(settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    app = opened("compose/page.py", model="openai/gpt-4.1-mini", agents="2")
    app.button(key="run").click().run()
    assert not app.exception
    assert "The run stops before it passes **$1.00**" in words_of(app)
    low, likely, high = (app.table[0].value[name].iloc[3] for name in ("Low", "**Expected**", "High"))
    assert f"**About {likely}** (between {low} and {high})" in words_of(app)
    assert low < likely < high
    assert "expected price is above the limit" not in words_of(app)
    app.number_input(key="agents").set_value(64)
    app.number_input(key="limit_usd").set_value(0.01).run()
    assert "expected price is above the limit" in words_of(app)
    assert not History(settings).runs()


def test_an_unwritable_data_folder_is_one_sentence(settings, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("ROLELESS_DATA", str(tmp_path / "file"))
    for page in ("start/page.py", "history/page.py"):
        assert "ROLELESS_DATA" in opened(page).error[0].value.replace("\\", "")


def test_the_history_filters_opens_and_deletes(settings):
    kept = keep_run(settings)
    other = keep_run(settings, ending="failed")
    app = opened("history/page.py")
    assert len(app.dataframe[0].value) == 2
    app.multiselect(key="of_status").set_value(["failed"]).run()
    assert len(app.dataframe[0].value) == 1
    app.multiselect(key="pick_0").select(other).run()
    app.button(key="open").click().run()
    assert app.query_params["run"] == other
    History(settings).delete(other)
    assert [row.run_id for row in History(settings).runs()] == [kept]


def test_deleting_asks_first(settings):
    run_id = keep_run(settings)
    app = opened("history/page.py")
    app.multiselect(key="pick_0").select(run_id).run()
    app.button(key="delete").click().run()
    assert app.button(key="really_delete")
    assert History(settings).count() == 1


def test_damaged_lines_are_reported(settings):
    run_id = keep_run(settings)
    path = journal_of(run_id, settings)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"garbage\n", *lines[2:]]))
    app = opened("history/page.py")
    assert "1 line of the journal cannot be read" in app.warning[0].value


def test_a_simulated_model_answers_the_test_message(settings):
    app = opened("models/page.py")
    app.button(key="send").click().run()
    assert not app.exception
    assert not app.error
    assert app.text[-1].value

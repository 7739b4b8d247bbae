"""A page on another port of this machine: it is answered nothing, and begins, stops and deletes nothing."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from swarm.config import PROJECT
from swarm.history.store import History
from tests.browser.looking import Dashboard, look, settled, wait_until
from tests.made import keep
from tests.marked import RUN_ID, marked_run

PAGE = """
async ([dashboard, served, token]) => {
  const heard = [];
  const stream = dashboard.replace("http", "ws") + "/_stcore/stream";
  await new Promise(done => {
    const socket = new WebSocket(stream, ["streamlit", token || "none"]);
    socket.onopen = () => heard.push("a session");
    socket.onmessage = () => heard.push("a frame");
    socket.onerror = socket.onclose = () => setTimeout(done, 100);
  });
  const ask = async (name, url, options) => {
    try {
      const answer = await fetch(url, {credentials: "include", ...options});
      const said = answer.type === "opaque" ? "" : await answer.text();
      if (answer.type !== "opaque") heard.push(name + " " + answer.status + " " + said);
    } catch (error) {}
  };
  const form = new FormData();
  form.append("file", new Blob(["x"]), "x.txt");
  const upload = dashboard + "/_stcore/upload_file/a/b";
  await ask("a file", upload, {method: "PUT", body: form});
  await ask("a file", upload, {method: "POST", body: form, mode: "no-cors"});
  await ask("a deletion", upload, {method: "DELETE"});
  await ask("the page", dashboard + "/history");
  await ask("the health", dashboard + "/_stcore/health");
  const body = JSON.stringify({model: "roleless/sequential-2@sim/strong", messages: [{role: "user", content: "Bake"}]});
  const chat = served + "/v1/chat/completions";
  for (const mode of ["cors", "no-cors"])
    for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"])
      await ask("a run", chat, {method: "POST", body, mode, headers: {"Content-Type": type}});
  await ask("a run", chat, {method: "POST", body: new Blob([body]), mode: "no-cors"});
  await ask("the models", served + "/v1/models");
  return heard;
}
"""


@contextmanager
def own_page(folder: Path) -> Iterator[str]:
    """A page on a port of its own."""
    (folder / "index.html").write_text("<!doctype html><title>Another page</title>")
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def served_teams(settings) -> Iterator[str]:
    """`serve` on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "swarm", "serve", "--port", str(port)],
        cwd=PROJECT,
        env={**settings.environment, "ROLELESS_DATA": str(settings.data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def listens() -> bool:
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listens, "serve")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.browser
def test_a_page_on_another_port_is_answered_nothing_and_changes_nothing(
    dashboard: Dashboard, browser, tmp_path: Path
):
    settings = dashboard.settings
    keep(settings, marked_run())
    page = look(browser)
    # Whoever it is has the dashboard open as well, and its cookies.
    page.goto(f"{dashboard.url}/history")
    settled(page)
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    before = sorted(path.name for path in settings.journal.iterdir())
    with own_page(tmp_path) as other, served_teams(settings) as served:
        page.goto(other)
        for host in ("127.0.0.1", "localhost"):
            asked = [url.replace("127.0.0.1", host) for url in (dashboard.url, served)]
            token = cookies.get("_streamlit_xsrf", "")
            assert page.evaluate(PAGE, [*asked, token]) == [], json.dumps(asked)
    assert [row.run_id for row in History(settings).runs()] == [RUN_ID]
    assert [name for name in before if name not in {path.name for path in settings.journal.iterdir()}] == []

"""What every answer of the dashboard forbids a browser, and in whose name a session's runs begin."""

import pytest

from app import CONTENT_SECURITY_POLICY, SECURITY_HEADERS
from pages.shared import resources


def test_every_answer_forbids_what_no_page_needs():
    assert SECURITY_HEADERS == {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
    }
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    own = {"default-src", "form-action", "base-uri"}
    assert {name for name, allowed in rules.items() if allowed == "'self'"} == own
    assert {name for name, allowed in rules.items() if allowed == "'none'"} == {
        "object-src",
        "frame-ancestors",
    }
    scripts = {each for each in rules["script-src"].split() if not each.startswith("'sha256-")}
    assert scripts == {"'self'", "'wasm-unsafe-eval'", "blob:"}, (
        "no inline script but those known by their digest"
    )
    assert rules["script-src"].count("'sha256-") >= 1
    assert rules["connect-src"] == "'self' ws://127.0.0.1:* ws://localhost:*"
    assert rules["img-src"] == "'self' data: blob:"


@pytest.mark.parametrize(("owner", "begun_by"), [("ada@example.org", "ada@example.org"), (None, None)])
def test_runs_begin_in_the_name_of_whoever_is_logged_in(owner, begun_by, monkeypatch, settings):
    monkeypatch.setattr(resources, "owner_of_session", lambda: owner)
    assert resources.settings().environment.get("ROLELESS_OWNER") == begun_by
    assert resources.settings().data == settings.data

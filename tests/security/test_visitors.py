"""The dashboard's doors one by one, without a browser: what each lets in, and that each is there."""

import tomllib
from pathlib import Path

import pytest
import streamlit as st
from starlette.middleware.trustedhost import TrustedHostMiddleware

import app as dashboard
from pages.shared import login
from swarm.config import PROJECT
from swarm.errors import BadInput
from swarm.security.origins import OwnPagesOnly
from swarm.security.visitors import NEEDED, check_address, login_is_set_up, named_providers
from swarm.teams.inputs import MAX_INPUT_BYTES, MAX_SETS, MAX_VALUE_CHARS, read_inputs

HERE = ["localhost", "127.0.0.1"]
LOCAL = {"server.address": "127.0.0.1", "server.allowedHosts": HERE, "secrets.files": []}


def test_the_policy_lets_in_what_it_says_and_nothing_else():
    rules = dict(rule.split(" ", 1) for rule in dashboard.CONTENT_SECURITY_POLICY.split("; "))
    scripts = rules.pop("script-src").split()
    assert [each for each in scripts if not each.startswith("'sha256-")] == [
        "'self'",
        "'wasm-unsafe-eval'",
        "blob:",
    ]
    assert len(scripts) > 3
    assert rules == {
        "default-src": "'self'",
        "img-src": "'self' data: blob:",
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "'self' data:",
        "connect-src": "'self' ws://127.0.0.1:* ws://localhost:*",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def test_every_answer_forbids_frames_guesses_and_referrers():
    rest = {
        name: value for name, value in dashboard.SECURITY_HEADERS.items() if name != "content-security-policy"
    }
    assert dashboard.SECURITY_HEADERS["content-security-policy"] == dashboard.CONTENT_SECURITY_POLICY
    assert rest == {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
    }


def test_all_doors_are_there_with_the_headers_around_them():
    doors = dashboard.app._user_middleware
    assert [each.cls for each in doors] == [
        dashboard.SecurityHeaders,
        dashboard.OnlyThisMachine,
        TrustedHostMiddleware,
        OwnPagesOnly,
    ]
    assert doors[2].kwargs == {"allowed_hosts": st.get_option("server.allowedHosts"), "www_redirect": False}


def test_the_settings_keep_strangers_and_large_files_out():
    found = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert (found["server"]["address"], found["server"]["allowedHosts"]) == ("127.0.0.1", HERE)
    assert found["server"]["maxUploadSize"] == 20
    assert not {"enableXsrfProtection", "enableCORS", "enableAgentApi"} & found["server"].keys()
    assert found["client"]["showErrorDetails"] == "type"
    assert found["browser"]["gatherUsageStats"] is False


@pytest.mark.parametrize(
    "opened",
    [
        {"server.address": "0.0.0.0"},
        {"server.address": None},
        {"server.allowedHosts": []},
        {"server.allowedHosts": [*HERE, "roleless.example"]},
        {"server.enableAgentApi": True},
    ],
    ids=str,
)
def test_it_starts_behind_all_its_doors_only(opened: dict[str, object], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(st, "get_option", LOCAL.get)
    dashboard.refuse_strangers()
    monkeypatch.setattr(st, "get_option", (LOCAL | opened).get)
    with pytest.raises(SystemExit, match="Roleless does not start"):
        dashboard.refuse_strangers()


@pytest.mark.parametrize(
    ("wanted", "user", "owner"),
    [
        (False, {"is_logged_in": True, "email": "ada@example.org"}, None),
        (True, {"is_logged_in": True, "email": "ada@example.org", "sub": "17"}, "ada@example.org"),
        (True, {"is_logged_in": True, "sub": "17"}, "17"),
        (True, {"is_logged_in": True}, "unknown"),
    ],
)
def test_a_run_is_of_who_is_logged_in(wanted: bool, user: dict, owner: str | None, monkeypatch):
    monkeypatch.setattr(login, "login_wanted", lambda: wanted)
    monkeypatch.setattr(st, "user", user)
    assert login.owner_of_session() == owner


@pytest.mark.parametrize("user", [{}, {"is_logged_in": False, "email": "ada@example.org"}])
def test_nobody_begins_a_run_who_is_not_logged_in(user: dict, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(login, "login_wanted", lambda: True)
    monkeypatch.setattr(st, "user", user)
    with pytest.raises(RuntimeError, match="nobody is logged in"):
        login.owner_of_session()


def toml(path: Path, *tables: str, **values: str) -> Path:
    """A file of secrets: the table of logins with these values, and tables below it."""
    lines = [f'{name} = "{value}"' for name, value in values.items()]
    path.write_text("\n".join(["[auth]", *lines, *tables]))
    return path


COMPLETE = dict.fromkeys(NEEDED, "x")


def test_a_later_file_of_secrets_stands_for_an_earlier_one(tmp_path: Path):
    whole, half = toml(tmp_path / "a.toml", **COMPLETE), toml(tmp_path / "b.toml", client_id="x")
    assert login_is_set_up([half, whole])
    with pytest.raises(BadInput, match="lacks"):
        login_is_set_up([whole, half])
    other = toml(tmp_path / "c.toml", "[auth.one]", 'client_id = "x"')
    assert named_providers([whole, other]) == ["one"]
    assert named_providers([other, whole]) == []


@pytest.mark.parametrize("lacking", NEEDED)
def test_an_empty_value_of_a_login_is_none(lacking: str, tmp_path: Path):
    with pytest.raises(BadInput, match=f"lacks '{lacking}'"):
        check_address("0.0.0.0", paths=[toml(tmp_path / "a.toml", **(COMPLETE | {lacking: ""}))])


def test_every_one_of_several_providers_must_be_complete(tmp_path: Path):
    own = [f'{name} = "x"' for name in NEEDED[2:]]
    shared = dict.fromkeys(NEEDED[:2], "x")
    assert login_is_set_up([toml(tmp_path / "a.toml", "[auth.one]", *own, "[auth.two]", *own, **shared)])
    with pytest.raises(BadInput, match="lacks 'client_secret'"):
        login_is_set_up([toml(tmp_path / "a.toml", "[auth.one]", *own, "[auth.two]", own[0], **shared)])


def test_a_file_of_secrets_without_logins_is_no_login(tmp_path: Path):
    (tmp_path / "a.toml").write_text('[other]\nclient_id = "x"\n')
    assert not login_is_set_up([tmp_path / "a.toml"])
    with pytest.raises(BadInput, match="set up a login"):
        check_address("0.0.0.0", paths=[tmp_path / "a.toml"])


def filled(lines: int, value: str = "x") -> bytes:
    """A CSV of so many sets of values."""
    return ("topic\n" + f"{value}\n" * lines).encode()


@pytest.mark.parametrize(
    ("fits", "too_much", "said"),
    [
        (filled(MAX_SETS), filled(MAX_SETS + 1), f"{MAX_SETS + 1} lines of values"),
        (
            filled(1, "x" * MAX_VALUE_CHARS),
            filled(1, "x" * (MAX_VALUE_CHARS + 1)),
            "line 2: a value of more than",
        ),
        (
            filled(1).ljust(MAX_INPUT_BYTES, b"\n"),
            filled(1).ljust(MAX_INPUT_BYTES + 1, b"\n"),
            f"more than {MAX_INPUT_BYTES:,} bytes",
        ),
    ],
    ids=["lines", "a value", "bytes"],
)
def test_a_table_of_values_may_be_as_large_as_it_says(fits: bytes, too_much: bytes, said: str):
    assert read_inputs("x.csv", fits)
    with pytest.raises(BadInput, match=said):
        read_inputs("x.csv", too_much)

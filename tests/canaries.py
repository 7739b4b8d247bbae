"""Twenty keys that stand nowhere else, and a search for them in whatever is kept, said, shown or handed out."""

import base64
import io
import json
import urllib.parse
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from swarm.config import read_settings
from swarm.security.keys import without_secrets
from tests.warm import swarm

CANARIES = {
    "OPENAI_API_KEY": "sk-proj-Cana00ryT3BlbkFJq1w2e3r4t5y6u7i8o9p0",
    "ANTHROPIC_API_KEY": "sk-ant-api03-Cana01ryQwErTyUiOpAsDfGhJkLz-_xA",
    "GEMINI_API_KEY": "AIzaSyCana02ryQwErTyUiOpAsDfGhJkLzXcVbN",
    "GOOGLE_API_KEY": "AIzaSyCana03ryPoIuYtReWqLkJhGfDsAmNbVcX",
    "AWS_ACCESS_KEY_ID": "AKIACANA04RYQWERTYUI",
    "AWS_SECRET_ACCESS_KEY": "Cana05ry/K7MDENG+bPxRfiCYqwertyuiop/12345",
    "AWS_BEARER_TOKEN_BEDROCK": "bedrock-api-key-Cana06ryYmVkcm9jay5hbWF6b25hd3M=",
    "AZURE_API_KEY": "cana07ry0123456789abcdef01234567",
    "MISTRAL_API_KEY": "Cana08ryQwErTyUiOpAsDfGhJkLzXcVb",
    "GROQ_API_KEY": "gsk_Cana09ryQwErTyUiOpAsDfGhJkLzXcVbNm1234567890",
    "DEEPSEEK_API_KEY": "sk-cana10ry0123456789abcdef0123456",
    "OPENROUTER_API_KEY": "sk-or-v1-cana11ry0123456789abcdef0123456789abcdef",
    "XAI_API_KEY": "xai-Cana12ryQwErTyUiOpAsDfGhJkLzXcVbNm",
    "HF_TOKEN": "hf_Cana13ryQwErTyUiOpAsDfGhJkLzXcVbNm",
    "OPENCLAW_GATEWAY_TOKEN": "cana14ry-5f2c9e71d0a84b36-gateway",
    "ROLELESS_TOKEN": "cana15ry-roleless-token-9b1e",
    "DATABASE_PASSWORD": 'Cana16ry"quoted\\back/slash&more',
    "SOME_SECRET": "cana17ry täglich <b>geheim</b>",
    "CLOUD_CREDENTIALS": '{"private_key": "cana18ry-PRIVATE"}',
    "SIGNING_KEY": "eyJhbGciOiJIUzI1NiJ9.Cana19ryeyJzdWIiOiIxIn0.c2lnbmF0dXJl",
}
"""Distinct ones, of the shapes that providers give them, and some that no pattern knows."""
assert len(set(CANARIES.values())) == 20
EVERY = " ".join(CANARIES.values())
KEY = CANARIES["OPENROUTER_API_KEY"]
# Of a pair that AWS gives, the id is told in its messages, and is no secret.
KNOWN_BY_LOOK = [key for key in CANARIES.values() if without_secrets(key)[1] and not key.startswith("AKIA")]


def in_environment(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Put all canaries into the environment; returns their values as the settings find them."""
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    return read_settings().secret_values()


@cache
def forms(key: str) -> tuple[bytes, ...]:
    """A key as it is and as programs write it down: anywhere in base64, in addresses, JSON, HTML, hex, UTF-16."""
    plain = key.encode()
    written = [
        plain,
        key[::-1].encode(),
        key.encode("utf-16-le"),
        plain.hex().encode(),
        repr(key)[1:-1].encode(),
    ]
    written += [urllib.parse.quote(key, safe=safe).encode() for safe in ("", "/")]
    written += [urllib.parse.quote_plus(key).encode(), json.dumps(key)[1:-1].encode()]
    written += [key.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        # Of what stands before or after in the same text only these places are free.
        written += [encode(b"x" * before + plain)[(4 if before else 0) : -4] for before in range(3)]
    return tuple(dict.fromkeys(written))


def found_in(content: bytes | str, where: str) -> list[str]:
    """Which keys stand in some bytes, in any form."""
    content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    # Markdown is escaped by backslashes, and by joiners that are not seen.
    unescaped = content.replace(b"\\", b"").replace(b":small[]", b"")
    return [
        f"{name} in {where}"
        for name, key in CANARIES.items()
        if any(form in content for form in forms(key)) or key.replace("\\", "").encode() in unescaped
    ]


def laid_open(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what is packed in it: archives, columns, tables."""
    content = path.read_bytes()
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if content[:4] == b"PAR1":
        yield pd.read_parquet(io.BytesIO(content)).to_csv().encode()
    if content[8:12] == b"DUCK":
        yield from _tables(path)


def _tables(path: Path) -> Iterator[bytes]:
    with duckdb.connect(str(path), read_only=True) as history:
        names = [name for (name,) in history.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        for name in names:
            for row in history.execute(f'SELECT * FROM "{name}"').fetchall():
                yield "\n".join(map(str, row)).encode("utf-8", "surrogatepass")


def found_in_folder(folder: Path) -> list[str]:
    """Which keys stand in any file of a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [hit for path in files for part in laid_open(path) for hit in found_in(part, path.name)]


def found_in_arguments() -> list[str]:
    """Which keys stand among the arguments of any process of this machine."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += found_in(path.read_bytes(), f"arguments of {path.parent.name}")
        except OSError:
            continue
    return found


_ONE_AFTER_ANOTHER = """
import json, sys
from swarm.cli import main
for command in json.loads(sys.stdin.read()):
    sys.argv = ["swarm", *command]
    try:
        main()
    except SystemExit:
        pass
"""


def said(commands: Sequence[Sequence[str]], **environment: str) -> str:
    """Everything that commands say which one process gives one after another."""
    done = swarm(given=json.dumps([*map(list, commands)]), code=_ONE_AFTER_ANOTHER, **environment)
    return done.stdout + done.stderr

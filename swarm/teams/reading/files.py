"""A team's files are taken in: from a file, a folder, a zip or an upload, within limits.

Nothing is unpacked to disk and nothing outside what was given is read: links are not followed, and an archive's
entries are only names with bytes. Only text files that a reader of teams can want are looked at.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from swarm.errors import BadInput
from swarm.text.decode import NotText, decoded

SUFFIXES = (".yaml", ".yml", ".json", ".jsonc", ".json5", ".py", ".md", ".toml")
MAX_FILE_BYTES = 1_000_000
MAX_TOTAL_BYTES = 8_000_000
MAX_FILES = 300
MAX_ENTRIES = 5_000
"""Of a folder or an archive, files that nobody looks at included."""
MAX_DEPTH = 8
"""Of folders within folders."""
MAX_UPLOAD_BYTES = 20_000_000
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)
"""What Python's reader of zips raises, and decompressors."""
_INNER_FOLDERS = {"config", "src", "agents"}
SKIPPED_FOLDERS = {"__pycache__", "node_modules", ".git", ".venv", "venv", "site-packages", "tests", "test"}


@dataclass(frozen=True, slots=True)
class Files:
    """The text files of a team by their paths, such as "config/agents.yaml", in the order of these."""

    texts: Mapping[str, str]
    skipped: tuple[str, ...] = field(default=())
    """Paths of files that could have been wanted but are too large or no text, with the reason in brackets."""
    chosen: str | None = None
    """Of several teams, the one that is wanted: by a name that was offered, or by the path of one of its files."""

    def named(self, *names: str) -> dict[str, str]:
        """Those whose last part of the path is one of these, or ends so ("*.yaml"), by path."""
        wanted = tuple(name.removeprefix("*") for name in names if name.startswith("*"))
        return {
            path: text
            for path, text in self.texts.items()
            if PurePosixPath(path).name in names or (wanted and path.endswith(wanted))
        }

    def without(self, path: str, why: str) -> "Files":
        """All but one of them, which is passed over for a reason."""
        texts = {name: text for name, text in self.texts.items() if name != path}
        return replace(self, texts=texts, skipped=(*self.skipped, why))


def files_around(path: Path) -> Files | None:
    """A file with all that lie around it, itself chosen; None for a zip, and where that is too much.

    What lies around is its folder; the one above where that is called "config", "src" or "agents".
    """
    if not path.is_file() or path.is_symlink():
        return None
    folder = path.resolve().parent
    root = folder.parent if folder.name in _INNER_FOLDERS else folder
    try:
        found = _gather(_in_folder(root), str(root))
    except (BadInput, OSError):
        return None
    chosen = path.resolve().relative_to(root).as_posix()
    return replace(found, chosen=chosen) if chosen in found.texts else None


def files_of(path: Path) -> Files:
    """Read a team from a file, from a folder or from a zip.

    Raises:
        BadInput: when there is nothing to read, or a limit is passed; says which.
    """
    try:
        if path.is_dir():
            return _gather(_in_folder(path), str(path))
        if not path.is_file():
            raise BadInput(f"{str(path)!r} is neither a file nor a folder")
        if path.stat().st_size > MAX_UPLOAD_BYTES:
            raise BadInput(_too_large(path.name, path.stat().st_size, MAX_UPLOAD_BYTES))
        return files_of_uploads([(path.name, path.read_bytes())])
    except OSError as error:
        raise BadInput(f"cannot read {str(path)!r}: {error.strerror}") from error


def files_of_uploads(uploads: Iterable[tuple[str, bytes]]) -> Files:
    """Read a team from files that somebody handed over by name; zips among them are looked into.

    Raises:
        BadInput: when there is nothing to read, or a limit is passed; says which.
    """
    listed = list(uploads)
    names = ", ".join(name for name, _ in listed[:3])
    return _gather((entry for name, content in listed for entry in _opened(name, content)), names)


def _opened(name: str, content: bytes) -> Iterator[tuple[str, bytes | None]]:
    if len(content) > MAX_UPLOAD_BYTES:
        raise BadInput(_too_large(name, len(content), MAX_UPLOAD_BYTES))
    if _is_zip(name, content):
        yield from _in_zip(name, content)
    else:
        yield PurePosixPath(name).name, content if len(content) <= MAX_FILE_BYTES else None


def _is_zip(name: str, content: bytes) -> bool:
    return name.lower().endswith(".zip") or content.startswith(b"PK\x03\x04")


def unpacked_bytes(name: str, content: bytes, enough: int) -> int:
    """How much there is to read in a file, a zip unpacked; a zip of more than `enough` bytes is not looked into.

    No more is ever unpacked of an entry than its size as the zip claims it.
    """
    if len(content) > enough or not _is_zip(name, content):
        return len(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except _BAD_ZIP:
        return len(content)  # Whoever reads it says what is wrong.


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes | None]]:
    seen = 0
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        for entry in sorted(current.iterdir()):
            seen += 1
            if seen > MAX_ENTRIES:
                raise BadInput(f"{folder}: more than {MAX_ENTRIES:,} entries; choose the team's own folder")
            if entry.is_symlink():
                continue
            relative = entry.relative_to(folder)
            if entry.is_dir():
                deep = len(relative.parts) >= MAX_DEPTH
                waiting += [] if deep or entry.name in SKIPPED_FOLDERS else [entry]
            elif entry.is_file() and entry.suffix.lower() in SUFFIXES:
                fits = entry.stat().st_size <= MAX_FILE_BYTES
                yield relative.as_posix(), entry.read_bytes() if fits else None


def _in_zip(name: str, content: bytes) -> Iterator[tuple[str, bytes | None]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise BadInput(f"{name}: {len(entries):,} entries; at most {MAX_ENTRIES:,} are read")
            for entry in entries:
                path = _safe_path(name, entry.filename)
                if (
                    not entry.is_dir()
                    and path.suffix.lower() in SUFFIXES
                    and not SKIPPED_FOLDERS & {*path.parts}
                ):
                    yield path.as_posix(), _unzipped(archive, entry)
    except _BAD_ZIP as error:
        raise BadInput(f"{name}: not a zip that can be read: {error}") from error


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    """Return the contents of an entry; None when it is too large, whatever size it claims."""
    with archive.open(entry) as file:
        found = file.read(MAX_FILE_BYTES + 1)
    return found if len(found) <= MAX_FILE_BYTES else None


def _safe_path(archive: str, name: str) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\x00" in name:
        raise BadInput(f"{archive}: the entry {name[:80]!a} leads out of the archive; nothing of it is read")
    if len(path.parts) > MAX_DEPTH:
        raise BadInput(f"{archive}: the entry {name[:80]!a} lies in more than {MAX_DEPTH} folders")
    return path


def _gather(found: Iterable[tuple[str, bytes | None]], source: str) -> Files:
    texts: dict[str, str] = {}
    skipped: list[str] = []
    total = 0
    for path, content in found:
        total += len(content or b"")
        if total > MAX_TOTAL_BYTES:
            raise BadInput(
                f"{source}: more than {MAX_TOTAL_BYTES:,} bytes of text; choose the team's own folder"
            )
        path = _usual_suffix(path)
        try:
            text = decoded(_within_limits(content))
        except NotText as error:
            skipped.append(f"{path} ({error})")
            continue
        if texts.setdefault(path, text) is not text and texts[path] != text:
            raise BadInput(
                f"{source}: two files are called {path[:80]!a}; hand them over in a folder or a zip"
            )
        if len(texts) > MAX_FILES:
            raise BadInput(f"{source}: more than {MAX_FILES} files; choose the team's own folder")
    if not texts:
        raise BadInput(
            f"{source}: no file of a team; "
            + (f"not read: {skipped[0]}" if skipped else f"wanted: {', '.join(SUFFIXES)}")
        )
    return Files(dict(sorted(texts.items())), tuple(skipped))


def _usual_suffix(path: str) -> str:
    """A path as readers know it: "agents.YAML" is as good as "agents.yaml"."""
    stem, dot, suffix = path.rpartition(".")
    return f"{stem}{dot}{suffix.lower()}"


def _within_limits(content: bytes | None) -> bytes:
    if content is None:
        raise NotText("more than 1 MB")
    return content


def _too_large(name: str, size: int, most: int) -> str:
    return f"{name}: {size:,} bytes; at most {most:,} are read"

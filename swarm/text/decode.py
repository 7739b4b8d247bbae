"""Files that people bring become text, whatever wrote them; what is no text is named for what it is."""

import codecs
import re
from collections.abc import Mapping

_MARKS: Mapping[bytes, str] = {
    # Those of UTF-32 begin with those of UTF-16.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}
HEAD_BYTES = 64_000
"""So much of a file tells what it is."""

_AS_TEXT = "save it as plain text (.txt) in UTF-8, or copy its words into a text file"
_AS_CSV = "save it as CSV in UTF-8"
_UNPACK = "unpack it and give the text file that is in it"
_TYPE_IT = "write what it says into a text file"
_WITHIN_ZIP: Mapping[bytes, tuple[str, str]] = {
    b"word/": ("a Word file", _AS_TEXT),
    b"opendocument.text": ("an OpenDocument text", _AS_TEXT),
    b"Index/": ("a file of Apple's iWork", _AS_TEXT),
    b"application/epub": ("an e-book (EPUB)", _AS_TEXT),
    b"ppt/": ("a PowerPoint file", _AS_TEXT),
    b"opendocument.presentation": ("an OpenDocument presentation", _AS_TEXT),
    b"xl/": ("an Excel workbook", _AS_CSV),
    b"opendocument.spreadsheet": ("an OpenDocument spreadsheet", _AS_CSV),
}
"""What stands in the names of a zip's entries, which are not compressed; what it then is, and what would work."""
_WITHIN_OLE: Mapping[bytes, tuple[str, str]] = {
    "WordDocument".encode("utf-16-le"): ("a Word file", _AS_TEXT),
    "Workbook".encode("utf-16-le"): ("an Excel workbook", _AS_CSV),
    "PowerPoint".encode("utf-16-le"): ("a PowerPoint file", _AS_TEXT),
}
_BEGINNINGS: Mapping[bytes, tuple[str, str]] = {
    b"%PDF-": ("a PDF", _AS_TEXT),
    b"{\\rtf": ("an RTF file", _AS_TEXT),
    b"%!PS": ("a PostScript file", _AS_TEXT),
    b"\x89PNG": ("a picture (PNG)", _TYPE_IT),
    b"\xff\xd8\xff": ("a picture (JPEG)", _TYPE_IT),
    b"GIF87a": ("a picture (GIF)", _TYPE_IT),
    b"GIF89a": ("a picture (GIF)", _TYPE_IT),
    b"II*\0": ("a picture (TIFF)", _TYPE_IT),
    b"MM\0*": ("a picture (TIFF)", _TYPE_IT),
    b"\x1f\x8b": ("a gzip archive", _UNPACK),
    b"BZh91AY&SY": ("a bzip2 archive", _UNPACK),
    b"\xfd7zXZ\0": ("an xz archive", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", _UNPACK),
    b"Rar!\x1a\x07": ("a RAR archive", _UNPACK),
    b"PAR1\x15": ("a Parquet file", _AS_CSV),
    b"SQLite format 3\0": ("an SQLite database", _AS_CSV),
    b"bplist0": ("a property list", _AS_TEXT),
    b"\x7fELF": ("a program", _TYPE_IT),
}
_MARKUP: Mapping[re.Pattern[bytes], tuple[str, str]] = {
    re.compile(rb"<(?:!doctype[ \t\r\n]++html|html|head|body|meta)\b", re.IGNORECASE): ("a web page (HTML)", _AS_TEXT),
    re.compile(rb"<svg\b", re.IGNORECASE): ("a picture (SVG)", _TYPE_IT),
    re.compile(rb"<\?xml\b", re.IGNORECASE): ("an XML file", _AS_TEXT),
    re.compile(rb"MIME-Version:|From: <Saved by"): ("a saved web page or mail", _AS_TEXT),
}  # fmt: skip
_WESTERN = frozenset("‘’“”„‚–—…•€°§«»´¡¿") | {chr(code) for code in range(0xC0, 0x100)} | set("ŠšŽžŒœŸ")
_STRANGE = re.compile(r"[^\x00-\x7f]{3,}")


class NotText(ValueError):
    """A file is no text that can be read; the message says what it is and what would work, without its name."""


def decoded(content: bytes) -> str:
    r"""Decode a file: UTF-8 with or without a byte-order mark, UTF-16 and UTF-32 with one.

    Returns:
        Its text without the mark; lines end with a line feed, whatever they ended with.

    Raises:
        NotText: in one sentence without the file's name, such as "it is a PDF: save it as plain text …".

    Examples:
        >>> decoded("Café\r\nBar".encode("utf-16"))
        'Café\nBar'
    """
    refuse_other_kinds(content)
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(_undecodable(content, encoding, error)) from error
    if "\0" in text:
        raise NotText(_with_nul(content))
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def refuse_other_kinds(content: bytes) -> None:
    """Refuse what begins as something else than text does; the beginning of a file is enough for that.

    Raises:
        NotText: names what it is and what would work.
    """
    kind = _kind(content[:HEAD_BYTES], content[-HEAD_BYTES:])
    if kind is not None:
        raise NotText(f"it is {kind[0]}: {kind[1]}")


def _kind(head: bytes, end: bytes) -> tuple[str, str] | None:
    if head.startswith(b"PK\x03\x04"):
        return _within(_WITHIN_ZIP, head + end) or ("a zip archive", _UNPACK)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _within(_WITHIN_OLE, head + end) or ("a file of an older Office", _AS_TEXT)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "a picture (WebP)", _TYPE_IT
    if head.startswith(b"\0\0\0") and head[4:8] == b"ftyp":
        return "a picture or a film", _TYPE_IT
    if (found := _first(_BEGINNINGS, head)) is not None:
        return found
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    return next((found for pattern, found in _MARKUP.items() if pattern.match(text)), None)


def _within(kinds: Mapping[bytes, tuple[str, str]], content: bytes) -> tuple[str, str] | None:
    return next((found for mark, found in kinds.items() if mark in content), None)


def _first(kinds: Mapping[bytes, tuple[str, str]], head: bytes) -> tuple[str, str] | None:
    return next((found for mark, found in kinds.items() if head.startswith(mark)), None)


def _undecodable(content: bytes, encoding: str, error: UnicodeDecodeError) -> str:
    if encoding not in ("utf-8", "utf-8-sig"):
        return f"not {encoding.upper()} text, though it begins so (byte {error.start}): save it as UTF-8"
    if b"\0" in content:
        return _with_nul(content)
    line = content.count(b"\n", 0, error.start) + 1
    looks = "; it looks like Windows-1252" if _is_western(content) else ""
    return f"not UTF-8 text (byte {error.start}, in line {line}){looks}: save it as UTF-8"


def _with_nul(content: bytes) -> str:
    """What to say of NULs: every second byte is one in UTF-16, which is told by its mark alone."""
    if content.count(b"\0") * 3 > len(content):
        return "UTF-16 text without its byte-order mark: save it as UTF-8"
    return "contains a NUL character, as no plain text does: save it as plain text in UTF-8"


def _is_western(content: bytes) -> bool:
    """Say whether bytes make sense as Windows-1252: its letters beyond ASCII stand alone, and no others occur."""
    try:
        text = content[:HEAD_BYTES].decode("cp1252")
    except UnicodeDecodeError:
        return False
    return not _STRANGE.search(text) and all(letter in _WESTERN for letter in text if letter > "\x7f")

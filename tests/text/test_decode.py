"""A file becomes the same text whatever wrote it, and what is no text is named for what it is."""

import codecs
import io
import zipfile

import pytest

from swarm.text.decode import NotText, decoded

TEXT = "Café “Köln”\n- 漢字\n- 🥐\n"
ENCODINGS = {
    "UTF-8": b"",
    "UTF-8 with a mark": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_text_is_the_same_in_every_encoding_and_with_every_line_end(encoding: str, line_end: str):
    name = encoding.partition(" ")[0]
    assert decoded(ENCODINGS[encoding] + TEXT.replace("\n", line_end).encode(name)) == TEXT


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(
                name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x" * 99
            )
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
OTHERS = {
    "a PDF: save it as plain text": b"%PDF-1.7\n%\xe2\xe3",
    "an RTF file: save it as plain text": b"{\\rtf1\\ansi Open}",
    "a Word file: save it as plain text": packed("[Content_Types].xml", "word/document.xml"),
    "a Word file: save": OLE + "WordDocument".encode("utf-16-le"),
    "an OpenDocument text: save": packed("mimetype", "content.xml"),
    "an Excel workbook: save it as CSV": packed("[Content_Types].xml", "xl/workbook.xml"),
    "a PowerPoint file": packed("ppt/slides/slide1.xml"),
    "a zip archive: unpack it": packed("mission.txt"),
    "a gzip archive": b"\x1f\x8b\x08",
    "a web page (HTML)": b"\xef\xbb\xbf\n<!DOCTYPE html>\n<title>Open</title>",
    "a web page": b"<html lang='en'>",
    "an XML file": b"<?xml version='1.0'?><w:document/>",
    "a picture (PNG)": b"\x89PNG\r\n\x1a\n\0",
    "a picture (JPEG)": b"\xff\xd8\xff\xe0\0",
    "a picture (SVG)": b"<svg xmlns='x'/>",
    "a picture or a film": b"\0\0\0\x18ftypheic",
    "UTF-16 text without its byte-order mark: save it as UTF-8": TEXT.encode("utf-16-le"),
    "not UTF-16 text, though it begins so": codecs.BOM_UTF16_LE + b"a",
    "not UTF-8 text (byte 3, in line 1); it looks like Windows-1252: save it as UTF-8": "Café in Köln".encode(
        "cp1252"
    ),
    "not UTF-8 text (byte 0, in line 1): save it as UTF-8": "开一家面包店".encode("gbk"),
    "not UTF-8 text (byte 11, in line 2): save": "Bakery: 1\n\tОткрыть".encode("cp1251"),
    "contains a NUL character": b"Open\0 a bakery",
}


@pytest.mark.parametrize("said", OTHERS)
def test_what_is_no_text_is_named_with_what_would_work(said: str):
    with pytest.raises(NotText) as told:
        decoded(OTHERS[said])
    assert said in str(told.value)


@pytest.mark.parametrize(
    "text", ["<header>", "PAR1 of the plan", "<p align=center>", "PK", "", "{\\r}", "MIME types"]
)
def test_text_that_only_resembles_another_kind_is_text(text: str):
    assert decoded(text.encode()) == text

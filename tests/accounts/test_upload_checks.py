"""What may be uploaded as a scan or as a table: told by content, refused with a remedy."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import upload_checks
from accounts.upload_checks import kind_of, validate_scan, validate_table

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17)
HEADER = b"account_number,name,active_since\n"


def archive() -> bytes:
    """A small ZIP file that says it holds very much."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bomb:
        # Of a fixed date: every worker must name its tests alike.
        entry = zipfile.ZipInfo("bomb.txt", (2026, 11, 23, 12, 0, 0))
        bomb.writestr(entry, bytes(1_000_000), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def refusal(check, content: bytes, name="letter.pdf") -> str:
    with pytest.raises(ValidationError) as refused:
        check(SimpleUploadedFile(name, content))
    return refused.value.messages[0]


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (PDF, ".pdf"),
        (PNG, ".png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", ".jpg"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\x00", ".jpg"),
        (b"II*\x00\x08\x00\x00\x00", ".tif"),
        (b"MM\x00*\x00\x00\x00\x08", ".tif"),
    ],
)
def test_a_scan_is_what_its_content_says_whatever_it_is_called(content, ending):
    file = SimpleUploadedFile("letter.exe", content)
    validate_scan(file)
    assert kind_of(file).ending == ending
    assert file.read() == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The scan is an empty file."),
        (b"<!doctype html><script>alert(1)</script>", "a web page or another kind of markup"),
        (b'\n<?xml version="1.0"?><a/>', "a web page or another kind of markup"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a web page or another kind of markup"),
        (b"<html>" + PDF, "a web page or another kind of markup"),
        (b"\xef\xbb\xbf" + PDF, "Scan the letter as PDF, PNG, JPEG or TIFF."),
        (b"MZ" + bytes(200), "of the kind “Windows Executable file”"),
        (b"GIF89a" + bytes(50), "of the kind “Graphics interchange format file (GIF89a)”"),
        (b"just words", "The scan is no file that we know."),
        (archive(), "Scan the letter as PDF, PNG, JPEG or TIFF."),
        (PDF + archive(), "The scan is two kinds of file at once."),
        (PNG + b"<script>alert(1)</script>", "The scan is two kinds of file at once."),
        (b"%PDF-1.7 cut off", "a PDF that is cut off"),
    ],
)
def test_what_is_no_scan_is_named_and_refused(content, words):
    assert words in refusal(validate_scan, content)


def test_a_scan_that_is_too_large_is_refused_with_the_limit_and_a_remedy(monkeypatch):
    monkeypatch.setattr(upload_checks, "LARGEST_SCAN", 1024 * 1024)
    said = refusal(validate_scan, PDF + bytes(1024 * 1024))
    assert said == "The scan has 1.0 MB; at most 1 MB are taken. Scan it in grey at 200 dpi."


@pytest.mark.parametrize(
    "content", [HEADER, b"\xef\xbb\xbf" + HEADER, HEADER + b'A1,"Jos\xc3\xa9",x']
)
def test_a_table_in_utf8_is_taken(content):
    file = SimpleUploadedFile("hand.csv", content)
    validate_table(file)
    assert file.read() == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (HEADER.decode().encode("utf-16"), "Save it as “CSV UTF-8”"),
        (HEADER + b"A1,Jos\xe9,2021-03-04\n", "Line 2 of the file is not text in UTF-8."),
        (archive(), "Save it as “CSV UTF-8”"),
        (HEADER + archive(), "Save it as “CSV UTF-8”"),
        (HEADER + b"A1,A\x00nn,2021-03-04\n", "Save it as “CSV UTF-8”"),
        (b"<table><tr><td>A1</td></tr></table>", "a web page or another kind of markup"),
        (PDF, "Save it as “CSV UTF-8”"),
        (b"a," * 200, "Row 1 has 201 columns; at most 100 are taken."),
        (HEADER + b"A1," + b"x" * 10_001, "Row 2 has a cell of more than 10,000 characters."),
        (HEADER + b'A1,"' + b"x\n" * 100_000, "Row 2 cannot be read as CSV."),
        (HEADER + b"A1,Ann\n" * 5_001, "The file has more than 5,000 rows. Split it"),
        (b"A" * (2 * 1024 * 1024 + 1), "at most 2 MB are taken here. Split it"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(content, words):
    assert words in refusal(validate_table, content, "hand.csv")


def test_the_command_reads_no_line_of_endless_length(run, write, row):
    out = run(write([row(1), row(2, name="x" * 300_000), row(3)]))
    assert "2 new, 0 changed, 0 unchanged, 1 refused" in out
    assert "Row 3, row: Its line has more than 100,000 characters. Shorten it." in out

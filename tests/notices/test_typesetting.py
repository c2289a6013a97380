"""Letters as pages: what is printed, where it stands, and that nothing in it is read as markup."""

import io
import re
import shutil
import subprocess
from dataclasses import replace

import pypdf
import pytest
import typst
import zxingcpp
from PIL import Image

from notices import typesetting
from notices.paragraphs import split
from notices.placeholders import fill
from notices.references import delivery_id, reference
from notices.standard_texts import FOLDER
from notices.typesetting import Letter, Letterhead, typeset

HEAD = Letterhead("Wasatch Telephone Cooperative", ("P.O. Box 100", "Midvale, UT 84047"))
SHORT = "Dear {{ customer_name }},\n\nwrite to us.\nReference {{ reference }}\n"
HOSTILE = [
    "#panic()",
    '#read("/etc/passwd")',
    "*x* _y_ `z` = 1",
    "$x$ $ \\ \\u{41}",
    "@label <label> [a] ] }",
    '"); #sys.exit(1) //',
    "O’Brien & Söhne “Ñandú”",
    "{{ reference }}",
]
INCH = 72


def letter(text=SHORT, *, number=7, name="Ann Lee", language="en", street="12 Main Street"):
    known = {"customer_name": name, "reference": reference(number), "carrier_name": HEAD.name}
    address = (name, street, "Midvale, UT 84047")
    return Letter(reference(number), address, fill(text, known), language)


def pages_of(*letters):
    *_, pages = typeset(letters, HEAD)
    return pages, pypdf.PdfReader(io.BytesIO(pages.pdf()))


def words(page):
    return re.sub(r"\s+", " ", page.extract_text())


def pieces(page):
    """Each piece of text on a page: its words, inches from the left and the top, size in points."""
    found = []

    def visit(text, outer, inner, font, size):
        if text.strip():
            x, y = _place(inner, outer)
            height = float(page.mediabox.height)
            scale = abs(inner[3] * outer[3])
            found.append((text.strip(), x / INCH, (height - y) / INCH, size * scale))

    page.extract_text(visitor_text=visit)
    return found


def _place(inner, outer):
    x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
    y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
    return x, y


def notice(language):
    text = (FOLDER / f"cpni_notice.{language}.letter.txt").read_text(encoding="utf-8")
    return re.sub(r"(?m)^\[[a-z-]+\]", "", text)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_printed_as_it_is_whatever_it_looks_like(name):
    _, pdf = pages_of(letter(name=name))
    assert f"Dear {name}," in words(pdf.pages[0])


def test_other_scripts_are_printed_and_what_no_font_has_breaks_nothing():
    strange = ["שרה כהן", "محمد علي", "王小明", "😀 Ann", "\U0010fffd", "a\u202eb", "e\u0301" * 40]
    pages, pdf = pages_of(*(letter(name=name, number=n) for n, name in enumerate(strange, 1)))
    assert pages.ranges == [(n, n) for n in range(1, len(strange) + 1)]
    assert "שרה" in words(pdf.pages[0])
    assert all("write to us." in words(page) for page in pdf.pages)


def test_a_page_is_us_letter_and_nothing_on_it_is_smaller_than_12_points():
    _, pdf = pages_of(letter(notice("en")), letter(notice("es"), language="es"), letter())
    for page in pdf.pages:
        assert (page.mediabox.width, page.mediabox.height) == (612, 792)
        sizes = [size for _, _, _, size in pieces(page)]
        assert sizes
        assert min(sizes) >= 11.99


def test_the_address_and_the_code_stand_where_the_window_always_shows_them():
    _, pdf = pages_of(letter())
    found = {text: (x, y) for text, x, y, _ in pieces(pdf.pages[0])}
    for line in ("Ann Lee", "12 Main Street", "Midvale, UT 84047", letter().reference):
        places = [(x, y) for text, x, y, _ in pieces(pdf.pages[0]) if text == line]
        x, y = min(places, key=lambda place: abs(place[1] - 2.9))
        assert 0.875 <= x <= 4.0, line
        assert 2.5 + 12 / INCH * 0.7 <= y <= 3.4, line
    in_window = [t for t, x, y, _ in pieces(pdf.pages[0]) if 2.3 <= y <= 3.6 and x <= 4.4]
    assert in_window == ["Ann Lee", "12 Main Street", "Midvale, UT 84047", letter().reference]
    assert found["Wasatch Telephone Cooperative"][1] < 1


def test_an_address_that_is_too_long_for_the_window_is_set_smaller_and_stays_in_it():
    long = letter(name="VERY LONG NAME " * 13, street="W" * 100)
    _, pdf = pages_of(long)
    inside = [p for p in pieces(pdf.pages[0]) if 2.5 <= p[2] <= 3.4 and p[1] < 3]
    assert "".join(text for text, *_ in inside).count("W") >= 100
    assert words(pdf.pages[0]).count("Midvale, UT 84047") == 2  # the letterhead's, the customer's


def test_long_letters_go_on_and_each_begins_on_a_page_of_its_own():
    pages, pdf = pages_of(letter(), letter(notice("en"), number=8), letter(number=9))
    assert pages.ranges == [(1, 1), (2, 3), (4, 4)]
    assert len(pdf.pages) == pages.number == 4
    for (first, last), number in zip(pages.ranges, (7, 8, 9), strict=True):
        for page in pdf.pages[first - 1 : last]:
            assert letter(number=number).reference in words(page)
    eighth = letter(number=8).reference
    assert f"{eighth} · 1" in words(pdf.pages[1])
    assert f"{eighth} · 2" in words(pdf.pages[2])


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_standard_notice_has_its_form_whole_at_the_foot_of_its_last_page(language):
    pages, pdf = pages_of(letter(notice(language), language=language))
    assert pages.number == 2
    last = pieces(pdf.pages[1])
    title = {"en": "OPT-OUT FORM", "es": "FORMULARIO"}[language]
    top = next(y for text, _, y, _ in last if text.startswith(title))
    form = [text for text, _, y, _ in last if y >= top - 0.01]
    assert any("Ann Lee" in text for text in form)
    assert letter().reference in form  # under the code
    assert "P.O. Box 100" in form  # where to send it, which is cut off with it
    assert top > 7


def test_the_codes_on_a_letter_are_read_as_its_reference():
    given = typesetting._as_json([letter(notice("en"), number=2**62)], HEAD)
    shown = typst.Compiler(str(typesetting.TEMPLATE), sys_inputs={"letters": given}).compile(
        format="png", ppi=150
    )
    for page in shown:
        codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)).convert("L"))
        assert [delivery_id(code.text) for code in codes] == [2**62]


def test_the_file_is_a_sound_pdf(tmp_path):
    if not shutil.which("qpdf"):
        pytest.skip("qpdf is not installed; .ci/run installs it")
    pages, _ = pages_of(*(letter(notice("en"), number=n) for n in range(1, 300)))
    (tmp_path / "letters.pdf").write_bytes(pages.pdf())
    checked = subprocess.run(
        ["qpdf", "--check", tmp_path / "letters.pdf"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_text_without_a_line_of_hyphens_has_no_form():
    body, form = split("Dear Ann,\n\nHELLO\n- one\n- two\n")
    assert form == []
    assert body == [
        [("line", "Dear Ann,")],
        [("heading", "HELLO"), ("item", "- one"), ("item", "- two")],
    ]


def test_no_letters_make_no_pages():
    assert list(typeset([], HEAD)) == []


def test_the_link_stands_at_the_head_as_a_code_beside_the_window_and_only_where_there_is_one():
    link = "https://desk.wasatch.example/choices/N-0007Z-A1B2C3D4E5F6G7H8J9K0/"
    _, linked = pages_of(replace(letter(), link=link))
    (place,) = [piece for piece in pieces(linked.pages[0]) if piece[0] == "Your choice on the web"]
    assert place[1] > 4.375  # right of what the window shows
    assert place[2] < 2
    _, plain = pages_of(letter())
    assert "Your choice on the web" not in words(plain.pages[0])


def test_a_reader_finds_the_whole_link_in_its_code():
    link = "https://desk.wasatch.example/choices/N-0007Z-A1B2C3D4E5F6G7H8J9K0/"
    given = typesetting._as_json([replace(letter(), link=link)], HEAD)
    compiler = typst.Compiler(str(typesetting.TEMPLATE), sys_inputs={"letters": given})
    page = Image.open(io.BytesIO(compiler.compile(format="png", ppi=150))).convert("L")
    found = {code.text for code in zxingcpp.read_barcodes(page)}
    assert link in found
    assert reference(7) in found

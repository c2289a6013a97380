"""From letters to a PDF that is ready to be printed. Pure, but for the fonts of the machine.

Typst sets the pages (``notices/typst/letter.typ``). What a customer or an officer wrote goes in as
data and is never read as markup. A few hundred letters are set at once and joined to one file, so
memory does not grow with their number: 1,000 letters at once took 500 MB, 250 take 150 MB.
"""

import io
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pypdf
import segno
import typst

from notices.paragraphs import split

AT_ONCE = 250  # letters that are set together
LONG = 1_500  # characters from which on a letter may need a second page
TEMPLATE = Path(__file__).parent / "typst" / "letter.typ"
NOTHING = TEMPLATE.with_name("nothing.typ")
SCAN = {"en": "Your choice on the web", "es": "Su decisión en la web"}
TYPE_SIZE = re.compile(r"^#set text\(.*\bsize: ([\d.]+)pt", re.MULTILINE)
DARK = re.compile(rb"\x01+")  # squares of a QR code, in a row

ADDRESS_WIDTH, ADDRESS_HEIGHT = 2.6 * 72, 0.7 * 72  # points; as in the template
LONGEST_LINE = 45  # characters of an address; what is longer goes on in the next line
SCREEN = 110  # dots an inch: a page is 935 wide
LARGEST, LEADING = 12, 1.02  # points, and lines of that size


@dataclass(frozen=True)
class Letterhead:
    """Who writes: name, and the address on lines."""

    name: str
    address: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """One letter: its text filled in, the address on lines, and the language's code.

    ``link`` is the address of the customer's page on the web, where there is one.
    """

    reference: str
    address: tuple[str, ...]
    text: str
    language: str
    link: str = ""


@dataclass
class Pages:
    """Letters as they are set: the file so far, and the first and last page of each letter."""

    file: pypdf.PdfWriter = field(default_factory=pypdf.PdfWriter)
    ranges: list[tuple[int, int]] = field(default_factory=list)

    def add(self, pdf: bytes, lengths: Sequence[int]) -> None:
        """Append ``pdf`` with letters of so many pages each."""
        begins = len(self.file.pages)
        self.file.append(io.BytesIO(pdf), import_outline=False)
        for length in lengths:
            self.ranges.append((begins + 1, begins + length))
            begins += length

    @property
    def number(self) -> int:
        """How many pages there are."""
        return len(self.file.pages)

    def pdf(self) -> bytes:
        """The whole file."""
        whole = io.BytesIO()
        self.file.write(whole)
        return whole.getvalue()


@cache
def points() -> float:
    """The size of the type in which letters are set, in points, as the template has it."""
    sizes = TYPE_SIZE.findall(TEMPLATE.read_text(encoding="utf-8"))
    return float(sizes[0]) if sizes else 0


def typeset(letters: Iterable[Letter], head: Letterhead) -> Iterator[Pages]:
    """Set ``letters``, some at a time, and yield the pages so far after each of these steps.

    Nothing is yielded when there are no letters. Characters that no font of the machine has are
    drawn as empty boxes; the file is made all the same.
    """
    pages, waiting = Pages(), iter(letters)
    before: Future[tuple[bytes, list[int]]] | None = None
    # While some are set, the next are fetched and made ready here: a third faster on two cores.
    with ThreadPoolExecutor(1) as aside:
        while some := list(islice(waiting, AT_ONCE)):
            after = aside.submit(_set, _as_json(some, head))
            if before:
                pages.add(*before.result())
                yield pages
            before = after
        if before:
            pages.add(*before.result())
            yield pages


def _as_json(letters: Sequence[Letter], head: Letterhead) -> str:
    """What the template is given."""
    return json.dumps(
        {
            "head": {"name": head.name, "address": head.address},
            "letters": [_as_data(letter) for letter in letters],
        }
    )


def _set(given: str) -> tuple[bytes, list[int]]:
    """A PDF of some letters, and how many pages each has."""
    compiler = typst.Compiler(str(TEMPLATE), font_paths=_fonts(), sys_inputs={"letters": given})
    pdf = compiler.compile(format="pdf", pdf_tags=False)  # tags are for screens, not for paper
    assert isinstance(pdf, bytes)  # noqa: S101  (no output file was named)
    ends = json.loads(compiler.eval("query(<end>).map(end => end.location().page())"))
    _forget()
    return pdf, [end - before for before, end in zip([0, *ends], ends, strict=False)]


def pictures(letter: Letter, head: Letterhead) -> list[bytes]:
    """The pages of one letter as pictures (PNG), to look at on a screen."""
    given = {"letters": _as_json([letter], head)}
    compiler = typst.Compiler(str(TEMPLATE), font_paths=_fonts(), sys_inputs=given)
    made: Any = compiler.compile(format="png", ppi=SCREEN)
    _forget()
    return made if isinstance(made, list) else [made]


def document(template: Path, given: Any) -> bytes:
    """A PDF of ``given`` as ``template`` sets it, which reads it as JSON from ``sys.inputs``.

    With tags, for whoever reads it on a screen or has it read aloud.
    """
    compiler = typst.Compiler(
        str(template), font_paths=_fonts(), sys_inputs={"given": json.dumps(given)}
    )
    pdf = compiler.compile(format="pdf")
    assert isinstance(pdf, bytes)  # noqa: S101  (no output file was named)
    _forget()
    return pdf


def _forget() -> None:
    """Empty the compiler's cache, which would keep every letter of the last ten compilations.

    Each compilation ages what is in it; a few of nothing take 10 ms together.
    """
    compiler = typst.Compiler(str(NOTHING), font_paths=_fonts())
    for _ in range(12):
        compiler.compile(format="pdf")


@cache
def _fonts() -> typst.Fonts:
    """The compiler's own fonts and the machine's; looking for these takes a moment."""
    return typst.Fonts()


def _as_data(letter: Letter) -> dict[str, Any]:
    body, form = split(letter.text)
    address = [
        part for line in letter.address for part in textwrap.wrap(line, LONGEST_LINE) or [""]
    ]
    return {
        "reference": letter.reference,
        "address": address,
        "size": _size(address),
        "language": letter.language,
        "long": len(letter.text) > LONG,
        "qr": code(letter.reference),
        "web": link_code(letter.link) if letter.link else "",
        "scan": SCAN[letter.language],
        "body": body,
        "form": form,
    }


def link_code(link: str) -> str:
    """``link`` as a QR code in SVG, of whatever size it needs."""
    return _svg(segno.make(link, error="m", mask=3, micro=False, mode="byte", boost_error=False))


def code(reference: str) -> str:
    """``reference`` as a QR code in SVG.

    Of the smallest kind (21 by 21) with the most correction that fits. The pattern of the mask is
    given: trying all eight takes five times as long, and readers read any.
    """
    made = segno.make(
        reference, error="q", version=1, mask=3, micro=False, mode="alphanumeric", boost_error=False
    )
    return _svg(made)


def _svg(made: segno.QRCode) -> str:
    # Each run of dark squares is a stroke; the library's own writer takes four times as long.
    side = len(made.matrix)
    runs = (
        f"M{run.start()} {y}.5h{run.end() - run.start()}"
        for y, row in enumerate(made.matrix)
        for run in DARK.finditer(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path stroke="#000" d="{"".join(runs)}"/></svg>'
    )


def _size(address: Sequence[str]) -> float:
    """The largest size of type, in points, at which ``address`` fits into the window."""
    widest = max((sum(0.72 if c.isupper() else 0.52 for c in line) for line in address), default=1)
    lines = len(address) or 1
    fits = min(LARGEST, ADDRESS_WIDTH / max(widest, 1), ADDRESS_HEIGHT / (lines * LEADING))
    return round(fits, 1)

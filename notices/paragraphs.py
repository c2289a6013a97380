"""The words of a notice as paragraphs, headings and lists: for letters and for e-mail. Pure."""

import re

ITEM, HEADING, LINE = "item", "heading", "line"
Paragraph = list[tuple[str, str]]
# What follows such a line of a letter's text is its form, to be torn off.
CUT = re.compile(r"^[ \t]*-{10,}[ \t]*$", re.MULTILINE)


def split(text: str) -> tuple[list[Paragraph], list[Paragraph]]:
    """The paragraphs of a letter's text, and those of its form; each a list of (kind, line).

    A line in capitals is a heading; one that begins with a hyphen is an item of a list.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    cut = list(CUT.finditer(text))
    body, form = (text[: cut[-1].start()], text[cut[-1].end() :]) if cut else (text, "")
    return paragraphs(body), paragraphs(form)


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of ``text``, whose lines end in a line feed."""
    found: list[Paragraph] = [[]]
    for line in text.split("\n"):
        if line.strip():
            found[-1].append((_kind(line), line.strip()))
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _kind(line: str) -> str:
    if line.startswith("- "):
        return ITEM
    words = line.partition("(")[0].strip()
    # A name in capitals stands before a comma.
    return HEADING if words.isupper() and len(words) > 3 and words[-1] != "," else LINE

"""The HTML form of an e-mail, from the same words as its plain text. Pure.

The words are no Markdown: “[  ]”, a row of underscores or a “1.” at the beginning of a line mean
themselves, so a library for that would change what was approved. What there is to mark up are the
paragraphs, headings and lists that letters have too, and addresses to follow. The few styles are
written where they apply, as some readers drop style sheets; there is no colour among them, so that
readers in light and in dark show theirs.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from notices.paragraphs import HEADING, ITEM, Paragraph, paragraphs
from notices.placeholders import PATTERN

PAGE = "margin:0 auto;padding:16px;max-width:600px;font:16px/1.5 Arial,Helvetica,sans-serif"
TITLE = "font-size:20px;line-height:1.3;margin:0 0 16px"
HEAD = "font-size:16px;margin:24px 0 4px"
TEXT = "margin:0 0 12px"
LIST = "margin:0 0 12px;padding:0 0 0 20px"
LINK = "overflow-wrap:anywhere"
# Addresses that a reader can follow: in the words, or as a placeholder that stands for one.
FOLLOWED = re.compile(r"https?://(?:[^\s<>{}&\"']|&amp;)+(?<![.,;:)])")
TARGETS = {"choice_link": "", "unsubscribe_link": "", "optout_email": "mailto:"}


def as_html(text: str, *, subject: str, language: str) -> str:
    """``text`` as an HTML page with its placeholders left standing, for :func:`escaped` values."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="supported-color-schemes" content="light dark">',
            f"<title>{escape(subject)}</title></head>",
            f'<body style="margin:0"><div style="{PAGE}">',
            *_blocks(paragraphs(lines)),
            "</div></body></html>\n",
        ]
    )


def escaped(values: Mapping[str, str]) -> dict[str, str]:
    """``values`` of placeholders as they stand in HTML: as text, never as markup."""
    return {name: escape(value).replace("\n", "<br>\n") for name, value in values.items()}


def _blocks(found: list[Paragraph]) -> Iterator[str]:
    titled = False
    for paragraph in found:
        for kind, lines in groupby(paragraph, key=lambda part: part[0]):
            words = [_linked(escape(line)) for _, line in lines]
            if kind == HEADING:
                tag, style = ("h2", HEAD) if titled else ("h1", TITLE)
                titled = True
                yield f'<{tag} style="{style}">{"<br>".join(words)}</{tag}>'
            elif kind == ITEM:
                yield f'<ul style="{LIST}">'
                yield from (f"<li>{item[2:]}</li>" for item in words)
                yield "</ul>"
            else:
                yield f'<p style="{TEXT}">' + "<br>\n".join(words) + "</p>"


def _linked(line: str) -> str:
    line = FOLLOWED.sub(rf'<a href="\g<0>" style="{LINK}">\g<0></a>', line)
    return PATTERN.sub(_to_follow, line)


def _to_follow(found: re.Match[str]) -> str:
    if found[1] not in TARGETS:
        return found[0]
    return f'<a href="{TARGETS[found[1]]}{found[0]}" style="{LINK}">{found[0]}</a>'

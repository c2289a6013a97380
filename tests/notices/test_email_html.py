"""The HTML form of an e-mail: the same words, marked up, in which no name becomes markup."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.fields import CONTROL
from notices.email_html import as_html, escaped
from notices.placeholders import fill
from tests.notices.content import standard
from tests.notices.test_rendering import compiled, hostile, message, plain

LINK = "https://wasatch.example/choices/N-00077-abc/"
STANDARD = [part for part in standard() if part.form == "email"]


class Seen(HTMLParser):
    """The tags of a page with their attributes, and its words."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words, self.hidden = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.hidden += tag == "title"

    def handle_endtag(self, tag):
        self.hidden -= tag == "title"

    def handle_data(self, data):
        self.words += [] if self.hidden else [data]


def html(got):
    return got.get_body(("html",)).get_content().replace("\r\n", "\n")


def words(text):
    """The words in their order, without the marks of items."""
    return re.sub(r"(^|\n)- ", r"\1", text).split()


@pytest.mark.parametrize("part", STANDARD, ids=["en", "es"])
def test_both_forms_say_the_same(part):
    _, ready = compiled(part.text, "Su CPNI", part.language)
    got = message(ready, own={"choice_link": LINK})
    assert words("".join(Seen(html(got)).words)) == words(plain(got))


@pytest.mark.parametrize("part", STANDARD, ids=["en", "es"])
def test_it_is_a_sound_message_of_two_forms(part):
    _, ready = compiled(part.text, "Su información (CPNI) y sus derechos", part.language)
    own = {"choice_link": LINK}
    got = message(ready, "Zoë Núñez", own=own, reply_to="bounces+r-x@wasatch.example")
    assert got.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in got.iter_parts()] == ["text/plain", "text/html"]
    assert not got.defects
    assert not [defect for p in got.iter_parts() for defect in p.defects]
    for name in ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted"):
        assert len(got.get_all(name)) == 1, name
    assert got["Content-Language"] == part.language
    # What answers an objection is neither a mailing list nor a one-click unsubscription.
    assert not [name for name in got if name.startswith("List-")]
    assert ready.head.isascii()


def test_headings_lists_and_links_are_marked_up_and_nothing_is_fetched():
    _, ready = compiled(STANDARD[0].text)
    seen = Seen(html(message(ready, own={"choice_link": LINK})))
    tags = [tag for tag, _ in seen.tags]
    assert tags.count("h1") == 1
    assert tags.count("h2") > 5
    assert tags.count("li") > 7
    assert {"img", "script", "style", "link", "form"}.isdisjoint(tags)
    assert [attrs["href"] for tag, attrs in seen.tags if tag == "a"] == [LINK]
    assert ("meta", {"name": "color-scheme", "content": "light dark"}) in seen.tags
    assert seen.tags[0] == ("html", {"lang": "en"})
    assert not re.search(r"colou?r\s*:", html(message(ready, own={"choice_link": LINK})))


@settings(deadline=None)  # the machine may be busy
@given(name=hostile)
@example(name="<script>alert(1)</script>")
@example(name='"><img src=x onerror=alert(1)>')
@example(name="&lt;b&gt; & {{ reference }}")
@example(name="--=_notice--")
@example(name="Ann\r\n--=_notice\r\nContent-Type: text/html")
def test_no_name_becomes_markup(name):
    _, ready = compiled("Dear {{ customer_name }},\n\n- {{ customer_name }}\n")
    got = message(ready, name)
    shown = CONTROL.sub(" ", name)
    page = html(got)
    seen = Seen(page)
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in Seen(html(message(ready))).tags]
    assert "".join("".join(seen.words).split()) == "".join(f"Dear{shown},{shown}".split())
    assert [p.get_content_type() for p in got.iter_parts()] == ["text/plain", "text/html"]


@given(text=st.text(st.sampled_from("<>&\"'{} \n-aA:/.") | st.characters(codec="utf-8")))
@example(text='https://a.example/?x=1&y="><script>. See http://b.example/{{ reference }}.')
def test_no_text_becomes_markup(text):
    page = as_html(text, subject=text, language="en")
    seen = Seen(fill(page, escaped({"reference": "<b>"})))
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "div",
        "p",
        "br",
        "ul",
        "li",
        "a",
        "h1",
        "h2",
    }
    assert {tag for tag, _ in seen.tags} <= allowed
    for _, attributes in seen.tags:
        assert set(attributes) <= {"lang", "charset", "name", "content", "style", "href"}
        assert attributes.get("href", "https://").startswith(("http://", "https://"))


def test_an_address_on_lines_keeps_its_lines_and_written_links_can_be_followed():
    page = as_html("Write:\n{{ optout_address }}", subject="S", language="en")
    assert "1 Main &lt;St&gt;<br>\nMidvale" in fill(
        page, escaped({"optout_address": "1 Main <St>\nMidvale"})
    )
    page = as_html("See https://a.example/x?a=1&b=2.", subject="S", language="en")
    assert 'href="https://a.example/x?a=1&amp;b=2"' in page
    page = as_html("Mail {{ optout_email }}", subject="S", language="en")
    assert 'href="mailto:{{ optout_email }}"' in page

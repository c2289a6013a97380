"""A policy's text as customers read it: Markdown or pasted, and never more than text."""

import pytest

from notices.markdown import to_html


def test_headings_make_one_outline_below_the_pages_title():
    html = to_html("# Privacy Policy\n\n### Signing up\n\nText\n\n### E-mail\n\n##### Small print")
    assert "<h2>Privacy Policy</h2>" in html
    assert "<h3>Signing up</h3>" in html
    assert "<h4>Small print</h4>" in html
    assert "<h1" not in html


def test_a_text_that_begins_lower_down_does_too():
    assert to_html("### Signing up") == "<h2>Signing up</h2>\n"


def test_lists_emphasis_and_links_are_shown():
    html = to_html(
        "We use it to\n\n- bill you;\n- **protect** you.\n\n[Ask](mailto:cpni@wasatch.example)"
    )
    assert "<li>bill you;</li>" in html
    assert "<strong>protect</strong>" in html
    assert '<a href="mailto:cpni@wasatch.example">Ask</a>' in html


def test_a_pasted_text_keeps_its_lines_and_gets_no_code_and_no_headings():
    html = to_html(
        "Write to\n\n    Wasatch Telephone\n    7730 S. Union Park Ave\n\nUpdated\n-------\n"
    )
    assert "Wasatch Telephone<br />" in html
    assert "<code>" not in html
    assert "<h2>" not in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "before\n\n<img src=x onerror=alert(1)>\n\nafter",
        "a <b onclick='x()'>bold</b> word",
        "<!-- a comment -->",
        "<style>*{}</style>",
    ],
)
def test_html_is_shown_as_it_was_typed(hostile):
    html = to_html(hostile)
    assert "&lt;" in html
    for tag in ("<script", "<img", "<b ", "<!--", "<style"):
        assert tag not in html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "http://plain.example",
        "//evil.example",
        "/admin/",
        "&#106;avascript:alert(1)",
    ],
)
def test_links_lead_to_https_and_mail_only(address):
    assert "href" not in to_html(f"[here]({address}) <{address}>\n\n[there]\n\n[there]: {address}")


def test_no_picture_is_fetched_from_elsewhere():
    assert "<img" not in to_html("![seen](https://elsewhere.example/pixel.png)")

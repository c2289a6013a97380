"""Policy texts as they are shown: Markdown, of which nothing can be anything but text. Pure."""

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# Where a link may lead. Anything else stays on the page as it was written.
LINKS = ("https://", "mailto:")
# The page's own title is its only h1.
HIGHEST = 2


class _Renderer(RendererHTML):
    """Headings in one outline below the page's title, whatever levels were written."""

    def render(self, tokens: Sequence[Token], options: object, env: object) -> str:
        headings = [t for t in tokens if t.type in ("heading_open", "heading_close")]
        levels = sorted({token.tag for token in headings})
        for token in headings:
            token.tag = f"h{min(HIGHEST + levels.index(token.tag), 6)}"
        return super().render(tokens, options, env)  # type: ignore[arg-type]


def _parser() -> MarkdownIt:
    # No HTML and no pictures (they would be fetched from elsewhere). What is indented, or has a
    # line below it, is that in a pasted text, and no code and no heading; lines stay lines.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)
    parser.disable(["html_block", "html_inline", "image", "code", "lheading"])
    parser.validateLink = lambda url: url.lower().startswith(LINKS)  # type: ignore[method-assign]
    return parser


_PARSER = _parser()


def to_html(text: str) -> SafeString:
    """``text``, Markdown or just pasted, as HTML that cannot do anything but be read."""
    return mark_safe(_PARSER.render(text))  # noqa: S308  (the parser escapes all that is not its own)

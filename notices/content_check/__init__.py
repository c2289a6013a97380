"""The content check: what a notice says of what 64.2008(c) and (d) ask for, line by line. Pure.

It explains and cites; it finds what is missing, forbidden or contradictory, and leaves to people
what only people can judge. ``lines`` has the lines as data; ``contradictions`` what they compare
with the notice's settings and the carrier's record; ``languages`` whether a translation is whole.
"""

from notices.content_check.checking import Result, State, check
from notices.content_check.facts import Facts
from notices.content_check.line import Line
from notices.content_check.lines import LINES
from notices.content_check.reading import Part, Place

__all__ = ["LINES", "Facts", "Line", "Part", "Place", "Result", "State", "check"]

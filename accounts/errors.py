"""Errors that are meant for people. Pure."""


class Refused(Exception):
    """The act was not done, nothing was changed, and the message says why.

    ``message`` is a sentence for the person who asked; ``remedy`` is what they can do about it.
    Edges (admin, commands, tasks) show it; anything else that is raised is a bug.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".strip())


class Changed(Refused):
    """What the person read before deciding is no longer what is there."""

    def __init__(self) -> None:
        super().__init__(
            "It was changed after this page was opened.", "Read it again, then decide."
        )


class AnotherForm(Refused):
    """The number that came with a form is that of a form of another call."""

    def __init__(self) -> None:
        super().__init__("The form has the number of another.", "Open the call again.")

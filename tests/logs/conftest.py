"""What is logged, as it leaves the process."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.conf import settings

from config.logs import FORMATS, configure, logging_settings


class Lines:
    """What was logged since the test began: the lines of both formats, one after the other."""

    def __init__(self) -> None:
        self.streams = {form: io.StringIO() for form in FORMATS}

    @property
    def text(self) -> str:
        """Everything, in every format."""
        return "".join(stream.getvalue() for stream in self.streams.values())

    @property
    def objects(self) -> list[dict]:
        """The JSON lines."""
        return [json.loads(line) for line in self.streams["json"].getvalue().splitlines()]

    def of(self, logger: str) -> list[dict]:
        """The JSON lines of one logger."""
        return [line for line in self.objects if line["logger"] == logger]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """All that is logged from DEBUG on, through the formatters and loggers of the product."""
    found = Lines()
    config = logging_settings(form="json", level="DEBUG")
    for form, stream in found.streams.items():
        config["formatters"][form] = {"()": FORMATS[form]}
        config["handlers"][form] = {
            "class": "logging.StreamHandler",
            "formatter": form,
            "stream": stream,
        }
    config["root"]["handlers"] = list(found.streams)
    config["loggers"]["factory"] = {"level": "WARNING"}  # which makes the tests' records
    root, caught = logging.getLogger(), logging.getLogger().handlers[:]
    configure(config)
    yield found
    configure(settings.LOGGING)
    root.handlers[:] = caught  # pytest's own among them

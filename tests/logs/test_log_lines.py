"""What a line holds of a record, in both formats."""

import io
import logging
import sys
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.log import AdminEmailHandler

from accounts.models import Customer
from config.logs import Line, Stderr, logging_settings
from tests.factories.accounts import CustomerFactory

log = logging.getLogger("cpni.example")
NAME = "Quillfeather"


def fail(error, secret=NAME):
    raise error


def failing(error, **kwargs):
    try:
        fail(error)
    except type(error):
        log.exception("It failed", **kwargs)


def test_a_line_says_when_where_and_what(lines):
    log.warning("Run %s ended for customer %d", 7, 123, extra={"campaign": 3})
    (line,) = lines.objects
    assert line.pop("time").endswith("+00:00")
    assert line.pop("process")
    assert line == {
        "level": "WARNING",
        "logger": "cpni.example",
        "message": "Run 7 ended for customer 123",
        "campaign": 3,
    }
    assert "WARNING cpni.example Run 7 ended for customer 123 campaign=3\n" in lines.text


def test_arguments_are_scrubbed_and_of_extra_only_what_is_known_is_taken(lines):
    log.info("To %s", "ann@mail.example", extra={"name_of": NAME, "run": "call 801-555-0134"})
    (line,) = lines.objects
    assert (line["message"], line["run"]) == ("To [email]", "call [telephone]")
    assert NAME not in lines.text


@pytest.mark.parametrize(
    "error",
    [
        ValueError(NAME),
        KeyError(NAME),
        ValidationError({"name": [NAME]}),
        UnicodeDecodeError("utf-8", NAME.encode(), 0, 1, NAME),
        OSError(2, "No such file or directory", f"/uploads/{NAME}.csv"),
        ExceptionGroup(NAME, [ValueError(NAME), TypeError(NAME)]),
        Customer.DoesNotExist(NAME),
        type(NAME, (Exception,), {"__module__": "x", "__qualname__": "Odd"})(NAME),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_gives_its_kind_and_place_and_no_text(lines, error):
    error.add_note(NAME)
    failing(error)
    (line,) = lines.objects
    assert "in fail\n    raise error" in line["exception"]
    assert type(error).__qualname__ in line["exception"]
    assert NAME not in lines.text


def test_so_do_the_exceptions_it_came_from(lines):
    try:
        try:
            fail(ValueError(NAME))
        except ValueError as first:
            raise RuntimeError(NAME) from first
    except RuntimeError:
        log.exception("Twice")
    (line,) = lines.objects
    assert line["exception"].index("ValueError") < line["exception"].index("direct cause")
    assert line["exception"].endswith("RuntimeError")
    assert NAME not in lines.text


def test_a_record_as_an_argument_gives_its_kind_and_id(lines):
    log.error("Lost %s of %r", Customer(pk=7, name=NAME), Customer(pk=8, name=NAME))
    assert lines.objects[0]["message"] == "Lost accounts.Customer 7 of 'accounts.Customer 8'"


@pytest.mark.parametrize("form", ["%s", "Because of %s, again", "%r"])
def test_an_exception_as_an_argument_gives_its_kind(lines, form):
    log.error(form, ValueError(NAME))
    assert "ValueError" in lines.text
    assert NAME not in lines.text


def test_nor_is_its_text_in_a_message_that_was_put_together_before(lines):
    error = ValueError(f"{NAME} at home")
    failing(error)
    log.error(f"Failed: {error}", exc_info=error)  # noqa: G004  (as some libraries do)
    log.error(error)
    assert NAME not in lines.text


def test_what_quotes_nobody_keeps_its_text(lines):
    failing(AttributeError("'NoneType' object has no attribute 'zone'"))
    failing(ConnectionRefusedError(111, "Connection refused"))
    texts = [line["exception"].splitlines()[-1] for line in lines.objects]
    assert texts == [
        "AttributeError: 'NoneType' object has no attribute 'zone'",
        "ConnectionRefusedError: [Errno 111] Connection refused",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_broken_constraint_is_told_by_its_code_and_not_by_the_row(lines):
    CustomerFactory(account_number=NAME)
    try:
        CustomerFactory(account_number=NAME)
    except Exception:
        log.exception("Twice the same")
    (line,) = lines.of("cpni.example")
    last = line["exception"].splitlines()[-1]
    assert last.startswith("django.db.utils.IntegrityError: [")
    assert NAME not in lines.text


@pytest.mark.parametrize("arguments", [(NAME, NAME), ({"x": NAME},)])
def test_arguments_that_do_not_fit_are_not_printed(arguments):
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "Number %d of two", arguments, None)
    line = Line().format(record)
    assert line.endswith("Number [arguments that do not fit]")


def test_what_nobody_catches_is_logged_and_not_printed(lines, capsys):
    thread = threading.Thread(target=fail, args=(ValueError(NAME),))
    thread.start()
    thread.join()
    try:
        fail(ValueError(NAME))
    except ValueError:
        sys.excepthook(*sys.exc_info())
    assert [line["level"] for line in lines.objects] == ["CRITICAL", "CRITICAL"]
    assert NAME not in lines.text + "".join(capsys.readouterr())


class Unspeakable:
    def __str__(self):
        raise RuntimeError(NAME)


def test_a_line_that_cannot_be_made_or_written_prints_no_arguments(capsys, lines):
    handler = Stderr(io.StringIO())
    handler.setFormatter(Line())
    handler.stream.close()
    for argument in (NAME, Unspeakable()):
        record = logging.LogRecord("cpni.x", logging.INFO, "x.py", 1, "To %s", (argument,), None)
        handler.handle(record)
    err = capsys.readouterr().err
    assert err == "A line of cpni.x could not be logged: ValueError\n" * 2


def test_no_error_is_mailed(lines, settings):
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.Logger.manager.loggerDict)]
    handlers = [handler for logger in loggers for handler in logger.handlers]
    assert not [handler for handler in handlers if isinstance(handler, AdminEmailHandler)]
    assert (settings.ADMINS, settings.MANAGERS) == ([], [])


@pytest.mark.parametrize(("form", "level"), [("xml", "INFO"), ("json", "LOUD"), ("json", "info")])
def test_settings_that_are_not_understood_are_refused(form, level):
    with pytest.raises(ImproperlyConfigured, match="LOG_"):
        logging_settings(form=form, level=level)

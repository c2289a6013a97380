"""How every process logs: one line for each record, on standard error, without personal data.

``LOG_FORMAT=json`` (production) makes each line an object, ``line`` (a trial at a terminal) a text
to read; ``LOG_LEVEL`` says from which level on. Web processes, workers, beat, commands log alike:

- *Records* are made anew (:func:`clean`) before they are formatted. The message passes through
  ``config/scrubbing.py``; an exception, also one among the arguments, gives its kind and the places
  it went through, never its text or the values of variables; a record of the database its kind and
  id; of ``extra`` only ``EXTRA`` is taken.
- *Requests* put their id, route and user on the line; Celery *tasks* their name and id.
- *Django* sends no error by mail (``AdminEmailHandler`` would send settings and what was posted),
  and its lines name the route of a request in place of its address.
- *gunicorn* and *Celery* set up no logging of their own (config/gunicorn.py, config/celery.py);
  gunicorn's lines name routes as well.
- *What nobody catches*, in a command or a thread, is logged like the rest instead of printed as it
  is: cron would send it by mail.

python-json-logger makes the JSON: small, without dependencies, kept up since 2011, and a formatter
of the standard library's logging, so nothing else changes. structlog would replace how every module
logs, and libraries would not use it.
"""

import contextlib
import copy
import logging
import logging.config
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from celery import current_task
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.urls import Resolver404, resolve
from pythonjsonlogger.json import JsonFormatter

from config.request_id import current
from config.scrubbing import scrub, trace, what_it_says

# What a line may carry beside its message: numbers and names of ours. Texts are scrubbed as well.
EXTRA = ("status_code", "campaign", "customer", "delivery", "run")
TAGS = ("request_id", "route", "user_id", "task", "task_id", *EXTRA)
# What Celery puts into its messages that quotes an exception, or what a task was given or gave.
QUOTES = ("exc", "traceback", "args", "kwargs", "return_value")

log = logging.getLogger(__name__)


def clean(record: logging.LogRecord) -> logging.LogRecord:
    """A record with what may be logged of ``record``, which is left as it is for other handlers."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    asked, task = current.get(), current_task
    where = {
        "request_id": asked.request_id if asked else None,
        "route": asked.route if asked else None,
        "user_id": asked.user_id if asked else None,
        "task": task.name if task else None,
        "task_id": task.request.id if task else None,
    }
    extra = {name: _plain(record.__dict__[name]) for name in EXTRA if name in record.__dict__}
    return logging.makeLogRecord(
        {
            **{
                name: value for name, value in {**where, **extra}.items() if value not in (None, "")
            },
            "name": record.name,
            "levelno": record.levelno,
            "levelname": record.levelname,
            "created": record.created,
            "msecs": record.msecs,
            "process": record.process,
            "msg": _message(record, error),
            "exc_text": trace(error) if error else None,
            "time": _instant(record),
        }
    )


def _message(record: logging.LogRecord, error: BaseException | None) -> str:
    """The message with its arguments, scrubbed."""
    args: Any = record.args
    if isinstance(args, dict):
        args = copy.copy(args)  # of its own kind: gunicorn's knows what to say for a missing key
        args.update({key: _argument(value, record) for key, value in args.items()})
        quoted = {"exc": what_it_says(error) if error else "", "traceback": ""}
        args.update({key: quoted.get(key, f"[{key}]") for key in QUOTES if key in args})
        if record.name == "gunicorn.access":
            line = f"{args['m']} {args['U']} {args['H']}"
            args.update({"r": line, "q": "", "f": "-"})
    elif args:
        args = tuple(_argument(value, record) for value in args)
    message = str(_argument(record.msg, record))
    try:
        text = message % args if args else message
    except Exception:  # noqa: BLE001 - Python's own handler would print the arguments
        text = f"{message.partition('%')[0]}[arguments that do not fit]"
    said = str(error) if error else ""
    if len(said) > 2:  # made into text before it became an argument
        text = text.replace(said, "[exception]")
    return scrub(text)


def _argument(value: object, record: logging.LogRecord) -> object:
    """An argument of a message, unless it would give a text, a name or an address away."""
    if isinstance(value, BaseException):
        return what_it_says(value)
    if isinstance(value, Model):
        return f"{value._meta.label} {value.pk}"
    path = getattr(getattr(record, "request", None), "path", None)
    if path and value in (path, path.encode("unicode_escape").decode("ascii")):
        asked = current.get()
        return (asked and asked.route) or "[address]"
    if record.name.startswith("gunicorn.") and isinstance(value, str) and value.startswith("/"):
        return _route_of(value)
    return value


def _route_of(address: str) -> str:
    """The name of the route that an address leads to. An address that is not there stays unsaid."""
    if not apps.ready:
        return address  # gunicorn's first process: it is asked for nothing, and names its own files
    try:
        return resolve(address.partition("?")[0]).view_name or "[address]"
    except Resolver404:
        return "[address]"


def _plain(value: object) -> object:
    """A value of ``extra``: a number as it is, anything else as a scrubbed text."""
    return value if isinstance(value, int | float) else scrub(str(value))


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class Json(JsonFormatter):
    """Each record as one JSON object."""

    def __init__(self) -> None:
        super().__init__(
            ["time", "levelname", "name", "message", "process"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            json_ensure_ascii=False,
        )

    def format(self, record: logging.LogRecord) -> str:
        return super().format(clean(record))


class Line(logging.Formatter):
    """Each record as a line to read, with its traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        kept = clean(record)
        tags = [f"{name}={getattr(kept, name)}" for name in TAGS if hasattr(kept, name)]
        line = " ".join([kept.time, kept.levelname, kept.name, kept.msg, *tags])  # type: ignore[attr-defined]
        return f"{line}\n{kept.exc_text}" if kept.exc_text else line


LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Stderr(logging.StreamHandler[TextIO]):
    """Writes to standard error, and keeps a record to itself when that fails."""

    def handleError(self, record: logging.LogRecord) -> None:
        """As Python's, which prints the message and its arguments, but without those."""
        kind = type(sys.exc_info()[1]).__name__
        with contextlib.suppress(OSError, ValueError):  # it is standard error that is gone
            sys.stderr.write(f"A line of {record.name} could not be logged: {kind}\n")


FORMATS: dict[str, type[logging.Formatter]] = {"json": Json, "line": Line}


def logging_settings(*, form: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything goes to one handler. Raises ImproperlyConfigured."""
    if form not in FORMATS:
        raise ImproperlyConfigured(f"LOG_FORMAT is “{form}”; it must be {' or '.join(FORMATS)}.")
    if level not in LEVELS:
        raise ImproperlyConfigured(
            f"LOG_LEVEL is “{level}”; it must be one of {', '.join(LEVELS)}."
        )
    through_root: dict[str, Any] = {"handlers": [], "propagate": True, "level": "NOTSET"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"scrubbed": {"()": FORMATS[form]}},
        "handlers": {"stderr": {"class": "config.logs.Stderr", "formatter": "scrubbed"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers are taken off, among them the one that mails errors to ADMINS.
            "django": through_root,
            "django.server": through_root,
            # Would log the values in each statement.
            "django.db.backends": {"level": "INFO"},
            # Would log a traceback for each variable that a page does without, hundreds a page.
            "django.template": {"level": "INFO"},
            # aiosmtpd, the demo's mail server, logs every message.
            "mail": {"level": "WARNING"},
            # flufl.bounce logs each form of report that it looks for.
            "flufl.bounce": {"level": "WARNING"},
            # gunicorn's, also when it is started without config/gunicorn.py.
            "gunicorn.error": through_root,
            "gunicorn.access": through_root,
            # Would log what tasks are given. That is ids, but by hand it may be anything.
            "celery.pool": {"level": "INFO"},
            # Celery's pool hands nothing up to the root logger.
            "multiprocessing": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Set up logging, and log what nobody catches. Django calls this as LOGGING_CONFIG."""
    logging.config.dictConfig(config)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
    else:
        log.critical("Ended by an error", exc_info=(kind, error, where))


def _uncaught_in_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value and not isinstance(ended.exc_value, SystemExit):
        info = (ended.exc_type, ended.exc_value, ended.exc_traceback)
        log.critical("A thread ended by an error", exc_info=info)

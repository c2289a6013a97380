"""gunicorn's settings: ``gunicorn -c config/gunicorn.py config.wsgi …``.

What it takes from a client, and how it logs: without these its workers log like the rest all the
same (config/logs.py), but not its first process. Processes and threads are given on the command
line (README, "Production").
"""

import logging.config
import os
import sys
from typing import Any

from gunicorn.glogging import Logger

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class ScrubbedLogger(Logger):
    """gunicorn's logger, whose lines take the way of all others."""

    def setup(self, cfg: Any) -> None:
        """Called by gunicorn before anything is logged."""
        from django.conf import settings

        super().setup(cfg)
        logging.config.dictConfig(settings.LOGGING)


logger_class = ScrubbedLogger
# For whoever wants access lines (--access-logfile -). The id is that of the request's other lines.
access_log_format = "%(h)s %(m)s %(U)s %(s)s, %(B)s bytes in %(L)ss, %({x-request-id}o)s"

# --- What is taken from a client ------------------------------------------------------------------

# Our longest address is that of a list with all of its filters, below 1,000 characters.
limit_request_line = 4094
# A browser sends some 20 headers; cookies of ours together have less than 2 KB.
limit_request_fields = 64
limit_request_field_size = 8190
# Of headers with “_” gunicorn passes on SCRIPT_NAME and PATH_INFO from a proxy on its own machine:
# with these a client would choose what address is answered, past rules of the proxy about the one
# that it sees, and where redirects lead. No proxy of ours needs them.
forwarder_headers = ""
# By default gunicorn takes commands at a socket in the home folder. Nobody gives any, and two
# installations of one user would fight for it.
control_socket_disable = True
# Seconds without a sign of life after which a worker is started anew: a large export streams, and
# reads from the database before its first line.
timeout = 60
# Seconds that a worker which is stopped has to finish what it is answering.
graceful_timeout = 30
# Seconds for which an idle connection is kept; the proxy in front opens another at no cost.
keepalive = 5
# Python's memory grows slowly with use: each worker is replaced now and then, not all at once.
max_requests = 10_000
max_requests_jitter = 1_000


def post_worker_init(worker: Any) -> None:
    """Let threads take turns each millisecond, for one waits for its database and others work.

    Python's 5 ms, a few times over, were most of what the slowest of a hundred requests took.
    """
    sys.setswitchinterval(0.001)

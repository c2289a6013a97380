"""gunicorn's settings: ``gunicorn -c config/gunicorn.py config.wsgi …``.

Without them its workers log like the rest all the same (config/logs.py), but not its first process.
"""

import logging.config
import os
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

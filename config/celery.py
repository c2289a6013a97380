"""The Celery app: Redis in production, the filesystem when no server is named."""

import os

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

from config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("cpni_desk")


def configuration() -> dict[str, object]:
    """Celery's settings. Messages are JSON and carry ids only, never customers' data."""
    common: dict[str, object] = {
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "timezone": settings.TIME_ZONE,
        "enable_utc": True,
        "worker_prefetch_multiplier": 1,
        # A task may be handed out again after its worker died; each claims its work in the
        # database, so that a second copy finds nothing to do.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "broker_connection_retry_on_startup": True,
        "beat_schedule": SCHEDULE,
        "beat_schedule_filename": str(settings.DATA_DIR / "beat-schedule"),
    }
    if settings.REDIS_URL:
        return {**common, "broker_url": settings.REDIS_URL}
    queue, control = settings.BROKER_DIR / "queue", settings.BROKER_DIR / "control"
    for folder in (queue, control):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        **common,
        "broker_url": "filesystem://localhost/",  # a host, or kombu warns at every start
        "broker_transport_options": {
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "control_folder": str(control),
        },
    }


app.add_defaults(configuration)  # called when first needed, after Django's settings
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Django has set up logging (config/logs.py); whoever answers here keeps Celery from its own.

    Celery's would give its loggers formats that know no scrubbing, and ``--loglevel`` would replace
    ``LOG_LEVEL``.
    """

"""Every periodic job, on one page. The tasks are in the module that each entry names."""

from celery.schedules import crontab

SCHEDULE = {
    # Each minute: campaigns whose time has come, and what a worker that died left behind, letters
    # that are being made included.
    "start due campaigns": {
        "task": "notices.tasks.start_due_campaigns",
        "schedule": 60.0,
        # A worker that comes back after a week does not go through ten thousand of these.
        "options": {"expires": 55},
    },
    # "Immediately" (64.2010(f)), and a code for someone who waits on the line. The rows say what is
    # to be told, so a message that is lost costs a quarter of a minute.
    "tell changes": {
        "task": "notices.tasks.tell_changes",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    # Hourly and not daily: it finds nothing to do 23 times, costs seconds, and needs nobody when
    # the hour that mattered was an outage. The day is the carrier's own, whatever the schedule's.
    "assume approvals": {
        "task": "cpni.tasks.assume_approvals",
        "schedule": crontab(minute="10"),
    },
    # Hourly for the same reason: a UTC day is sealed in the first hour after it in which a worker
    # runs, and verified once after that. What could not be published is tried again.
    "seal history": {
        "task": "cpni.tasks.seal_history",
        "schedule": crontab(minute="20"),
    },
    # Hourly for the same reason: it reports the carrier's yesterday soon after midnight, once.
    "report unusual looks": {
        "task": "accounts.tasks.report_unusual_looks",
        "schedule": crontab(minute="25"),
    },
    # Hourly: whom nothing written reaches is on the telephone list within the hour.
    "refresh the telephone list": {
        "task": "notices.tasks.refresh_telephone_list",
        "schedule": crontab(minute="35"),
    },
    # Letters that were printed and mailed are copies that nobody needs any more.
    "discard letters": {
        "task": "notices.tasks.discard_letters",
        "schedule": crontab(minute="45"),
    },
    # Customers' data that nobody confirmed does not lie about.
    "discard uploads": {
        "task": "accounts.tasks.discard_uploads",
        "schedule": crontab(minute="40"),
    },
}

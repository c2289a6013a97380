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
    # Each minute: an objection counts from when it reaches us (64.2007(a)(2)). It also does what
    # was left undone of mail that came by another way.
    "read the mailbox": {
        "task": "cpni.tasks.read_mailbox",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Other systems hear of an opt-out within half a minute.
    "send webhooks": {
        "task": "cpni.tasks.send_webhooks",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    # Hourly and not daily: it finds nothing to do 23 times, costs seconds, and needs nobody when
    # the hour that mattered was an outage. The day is the carrier's own, whatever the schedule's.
    "assume approvals": {
        "task": "cpni.tasks.assume_approvals",
        "schedule": crontab(minute="10"),
    },
    # Hourly: what an objection or a returned notice has made wrong is on the officer's list soon.
    "look back at uses": {
        "task": "cpni.tasks.look_back",
        "schedule": crontab(minute="15"),
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
    # Hourly, and done once for each of the carrier's days.
    "notice automatically": {
        "task": "notices.tasks.notice_automatically",
        "schedule": crontab(minute="5"),
    },
    # Hourly: with a million customers these take too long to be counted while someone waits.
    "take figures": {
        "task": "cpni.tasks.take_figures",
        "schedule": crontab(minute="15"),
    },
    # Hourly, and sent once a day from the morning on: an outage at the hour loses no report.
    "send reports": {
        "task": "config.tasks.send_reports",
        "schedule": crontab(minute="30"),
    },
    # Hourly: one that failed is tried again within the hour, others once a day.
    "test the ways to opt out": {
        "task": "cpni.tasks.probe_routes",
        "schedule": crontab(minute="50"),
    },
    # Letters that were printed and mailed are copies that nobody needs any more.
    "discard letters": {
        "task": "notices.tasks.discard_letters",
        "schedule": crontab(minute="45"),
    },
    # Each minute: lists that are to be marked and whose message or worker was lost; and those whose
    # day has passed go.
    "mark audiences": {
        "task": "cpni.tasks.mark_audiences",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Customers' data that nobody confirmed does not lie about.
    "discard uploads": {
        "task": "accounts.tasks.discard_uploads",
        "schedule": crontab(minute="40"),
    },
    # Sessions and counts of wrong passwords that are over say who was where: no longer than needed.
    "discard sign-ins": {
        "task": "accounts.tasks.discard_sign_ins",
        "schedule": crontab(minute="0"),
    },
    # Answers that were kept for a second asking name customers: two days, no longer.
    "discard what the API keeps": {
        "task": "cpni.tasks.discard_of_the_api",
        "schedule": crontab(minute="55"),
    },
}

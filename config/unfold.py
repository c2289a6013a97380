"""The admin's theme and menu.

The menu is grouped by what people do; an entry is shown to whoever may view what it leads to. Of a
long menu only the group where one is stands open (config/admin_site.py).
The colours are in static/desk/colours.css: the theme would write them into each page, where the
browser is told to believe no style (config/csp.py).
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy


def may(*permissions: str) -> Callable[[HttpRequest], bool]:
    """Whether a person holds all of ``permissions``: who sees an entry of the menu."""
    return lambda request: request.user.has_perms(permissions)


def entry(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    """A menu entry that leads to the list of ``model`` and needs the permission to view it."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": may(f"{app}.view_{model}"),
    }


def mail_is_captured(request: HttpRequest) -> bool:
    """Whether there is a page with the demo's mail, for this person."""
    return bool(settings.CAPTURED_MAIL_DIR) and request.user.has_perm("notices.view_delivery")


def below(page: str, *entries: str) -> Callable[[HttpRequest], bool]:
    """Whether a page is below that of the name ``page`` and not below one of ``entries``.

    These have entries of their own in the menu, of which one at a time is marked.
    """

    def marked(request: HttpRequest) -> bool:
        own = tuple(map(reverse, entries))
        return request.path.startswith(reverse(page)) and not request.path.startswith(own)

    return marked


def stylesheet(request: HttpRequest) -> str:
    """The address of our own stylesheet."""
    return static("desk/desk.css")


def favicon(request: HttpRequest) -> str:
    """The address of the picture in the browser's tab."""
    return static("desk/favicon.svg")


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            {
                "title": "Call desk",
                "icon": "call",
                "link": reverse_lazy("desk:find"),
                "permission": may("accounts.add_call"),
                "active": below("desk:find", "desk:supervisor", "desk:policy-calls"),
            },
            {"title": "Today", "icon": "fact_check", "link": reverse_lazy("admin:index")},
            {
                "title": "Deadlines",
                "icon": "event",
                "link": reverse_lazy("admin:cpni_incident_deadlines"),
                "permission": may("cpni.view_incident"),
                "active": below("admin:cpni_incident_deadlines"),
            },
            {
                "title": "Questions",
                "icon": "quiz",
                "link": reverse_lazy("questions"),
                "permission": may("notices.view_campaign"),
            },
        ],
    },
    {
        "title": "Customers",
        "items": [
            {
                **entry("Customers", "group", "accounts", "customer"),
                "active": below(
                    "admin:accounts_customer_changelist", "admin:accounts_customer_coverage"
                ),
            },
            {
                "title": "Coverage",
                "icon": "join_inner",
                "link": reverse_lazy("admin:accounts_customer_coverage"),
                "permission": may("accounts.view_importbatch", "notices.view_delivery"),
            },
            entry("Imports", "upload_file", "accounts", "importbatch"),
            entry("Reconciliations", "compare_arrows", "cpni", "reconciliation"),
            entry("Saved lists", "lists", "accounts", "customerlist"),
            entry("Account changes", "manage_history", "accounts", "accountchange"),
            entry("Authorised users", "supervised_user_circle", "accounts", "authoriseduser"),
            entry("Business exemptions", "handshake", "accounts", "businessexemption"),
        ],
    },
    {
        "title": "Notices and campaigns",
        "items": [
            entry("Policy versions", "policy", "notices", "policyversion"),
            entry("Notices", "article", "notices", "notice"),
            entry("Campaigns", "campaign", "notices", "campaign"),
            entry("Automatic notices", "autorenew", "notices", "automaticnotice"),
            entry("Post batches", "local_post_office", "notices", "postbatch"),
            {
                "title": "Returned letters",
                "icon": "assignment_return",
                "link": reverse_lazy("admin:notices_delivery_returned"),
                "permission": may("notices.record_outcome"),
            },
            {
                **entry("Deliveries", "outgoing_mail", "notices", "delivery"),
                "active": below(
                    "admin:notices_delivery_changelist", "admin:notices_delivery_returned"
                ),
            },
            entry("Policy of customers", "link", "notices", "policybinding"),
        ],
    },
    {
        "title": "Choices and approvals",
        "items": [
            {
                **entry("Opt-out requests", "inbox", "cpni", "optoutrequest"),
                "active": below(
                    "admin:cpni_optoutrequest_changelist", "admin:cpni_optoutrequest_entering_times"
                ),
            },
            {
                "title": "From receipt to entry",
                "icon": "timer",
                "link": reverse_lazy("admin:cpni_optoutrequest_entering_times"),
                "permission": may("cpni.view_optoutrequest"),
            },
            entry("Messages received", "mark_email_unread", "cpni", "inboundmessage"),
            {
                **entry("Approvals", "verified_user", "cpni", "approval"),
                "active": below("admin:cpni_approval_changelist", "admin:cpni_approval_sample"),
            },
            entry("No marketing", "unsubscribe", "accounts", "contactoptout"),
            entry("Verifications", "how_to_reg", "cpni", "verification"),
            entry("Tests of ways to opt out", "network_ping", "cpni", "probe"),
        ],
    },
    {
        "title": "Calls",
        "items": [
            {
                "title": "Supervisor’s view",
                "icon": "monitoring",
                "link": reverse_lazy("desk:supervisor"),
                "permission": may("accounts.view_call", "accounts.view_look"),
            },
            {
                "title": "Telephone list",
                "icon": "phone_forwarded",
                "link": reverse_lazy("desk:policy-calls"),
                "permission": may("accounts.add_call", "notices.call_telephonetask"),
            },
            entry("Calls", "call", "accounts", "call"),
            entry("Policy-change calls", "phone_callback", "notices", "telephonetask"),
            entry("Authentications", "passkey", "accounts", "authenticationtry"),
            entry("Released locks", "lock_open", "accounts", "lockrelease"),
            entry("Scripts", "record_voice_over", "cpni", "script"),
            entry("Scripts read", "voice_selection", "cpni", "scriptreading"),
        ],
    },
    {
        "title": "Marketing and disclosures",
        "items": [
            {
                **entry("Marketing campaigns", "storefront", "cpni", "marketingcampaign"),
                "active": below(
                    "admin:cpni_marketingcampaign_changelist",
                    "admin:cpni_marketingcampaign_register",
                ),
            },
            {
                "title": "Register of the year",
                "icon": "menu_book",
                "link": reverse_lazy("admin:cpni_marketingcampaign_register"),
                "permission": may("cpni.view_marketingcampaign"),
            },
            entry("Customers left out", "person_off", "cpni", "leftout"),
            entry("Audience files", "rule", "cpni", "audiencefile"),
            entry("Lists handed out", "contact_phone", "cpni", "callinglist"),
            entry("Recipients", "share", "cpni", "recipient"),
            entry("Uses made of CPNI", "data_usage", "cpni", "disclosure"),
            entry("Disclosures asked for", "gavel", "cpni", "requesteddisclosure"),
            entry("Uses to be looked into", "troubleshoot", "cpni", "latefinding"),
        ],
    },
    {
        "title": "Incidents and complaints",
        "items": [
            {
                **entry("Incidents", "report", "cpni", "incident"),
                "active": below("admin:cpni_incident_changelist", "admin:cpni_incident_deadlines"),
            },
            entry("Letters to the FCC", "outgoing_mail", "cpni", "incidentletter"),
            entry("Breaches", "gpp_bad", "cpni", "breach"),
            entry("Complaints", "feedback", "cpni", "complaint"),
            entry("Data brokers", "person_off", "cpni", "brokeraction"),
            entry("Calendar addresses", "calendar_add_on", "cpni", "calendarfeed"),
        ],
    },
    {
        "title": "Proof and reports",
        "items": [
            {
                "title": "Random sample",
                "icon": "casino",
                "link": reverse_lazy("admin:cpni_approval_sample"),
                "permission": may("cpni.view_approval", "cpni.print_evidence"),
            },
            entry("Annual certificates", "workspace_premium", "cpni", "annualcertificate"),
            {
                **entry("Seals of history", "lock", "cpni", "seal"),
                "active": below("admin:cpni_seal_changelist", "admin:cpni_seal_rights"),
            },
            {
                "title": "Who can change history",
                "icon": "lock_person",
                "link": reverse_lazy("admin:cpni_seal_rights"),
                "permission": may("cpni.view_seal"),
            },
            entry("Purges of history", "delete_history", "cpni", "historypurge"),
            entry("Retention", "inventory_2", "cpni", "retentionperiod"),
            entry("Legal holds", "gavel", "cpni", "legalhold"),
            entry("Purges", "delete_sweep", "cpni", "purge"),
        ],
    },
    {
        "title": "Staff and training",
        "items": [
            entry("Staff", "badge", "accounts", "user"),
            entry("Sign-ins", "login", "accounts", "signinevent"),
            entry("Looks at customers", "visibility", "accounts", "look"),
            entry("Unusual looks", "policy_alert", "accounts", "unusuallook"),
            entry("Training texts", "school", "accounts", "trainingtext"),
            {
                "title": "Training of staff",
                "icon": "assignment_late",
                "link": reverse_lazy("admin:accounts_acknowledgement_standing"),
                "permission": may("accounts.view_acknowledgement"),
            },
            {
                **entry("Training signed", "assignment_turned_in", "accounts", "acknowledgement"),
                "active": below(
                    "admin:accounts_acknowledgement_changelist",
                    "admin:accounts_acknowledgement_standing",
                    "admin:accounts_acknowledgement_looked",
                ),
            },
            {
                "title": "Trained when they looked?",
                "icon": "person_search",
                "link": reverse_lazy("admin:accounts_acknowledgement_looked"),
                "permission": may("accounts.view_acknowledgement"),
            },
            entry("Sanctions", "gavel", "accounts", "sanction"),
        ],
    },
    {
        "title": "Set-up",
        "items": [
            entry("Carrier", "domain", "accounts", "carrier"),
            entry("Uses of information", "category", "notices", "use"),
            entry("API keys", "key", "cpni", "apikey"),
            entry("Webhooks", "webhook", "cpni", "webhooksubscription"),
            {
                "title": "Jobs",
                "icon": "schedule",
                "link": reverse_lazy("jobs"),
                "permission": may("accounts.view_run"),
            },
            entry("Job runs", "history", "accounts", "run"),
            {
                "title": "Captured mail",
                "icon": "mail",
                "link": reverse_lazy("captured-mail"),
                "permission": mail_is_captured,
            },
        ],
    },
]


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the menu in which this person may open something, with what they may open.

    Every page has it: of what is not shown, and of what is the same for all, the theme would find
    each address several times a page.
    """
    groups = []
    for group in NAVIGATION:
        items = [
            {name: value for name, value in item.items() if name != "permission"}
            | {"link": str(item["link"])}
            for item in group["items"]
            if "permission" not in item or item["permission"](request)
        ]
        if items:
            groups.append({**group, "items": items})
    return groups


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "CPNI Desk",
    "SITE_HEADER": "CPNI Desk",
    "SITE_SUBHEADER": "config.dashboard.carrier_name",
    "SITE_SYMBOL": "shield_person",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": favicon}],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "config.dashboard.environment",
    "DASHBOARD_CALLBACK": "config.dashboard.dashboard",
    "STYLES": [stylesheet],
    "ACCOUNT": {
        "navigation": [
            {"title": "Change password", "link": reverse_lazy("account_change_password")},
            {"title": "Two-step sign-in", "link": reverse_lazy("mfa_index")},
            {"title": "My training", "link": reverse_lazy("own-training")},
            {"title": "My sessions", "link": reverse_lazy("usersessions_list")},
            {"title": "My reports", "link": reverse_lazy("my-reports")},
        ],
    },
    "SIDEBAR": {
        "show_search": False,
        "command_search": False,
        "show_all_applications": False,
        "navigation": menu,
    },
}

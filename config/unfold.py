"""The admin's theme and menu. Data only.

The menu is grouped by what people do; an entry is shown to whoever may view what it leads to.
The colours are in static/desk/colours.css: the theme would write them into each page, where the
browser is told to believe no style (config/csp.py).
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy


def entry(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    """A menu entry that leads to the list of ``model`` and needs the permission to view it."""

    def permitted(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{model}")

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": permitted,
    }


def mail_is_captured(request: HttpRequest) -> bool:
    """Whether there is a page with the demo's mail, for this person."""
    return bool(settings.CAPTURED_MAIL_DIR) and request.user.has_perm("notices.view_delivery")


def takes_calls(request: HttpRequest) -> bool:
    """Whether this person takes calls."""
    return request.user.has_perm("accounts.add_call")


def is_at_the_desk(request: HttpRequest) -> bool:
    """Whether this is a page of the call desk that has no entry of its own in the menu."""
    own = (reverse("desk:supervisor"), reverse("desk:policy-calls"))
    return request.path.startswith(reverse("desk:find")) and not request.path.startswith(own)


def is_at_deliveries(request: HttpRequest) -> bool:
    """Whether this is a page of deliveries that has no entry of its own in the menu."""
    own = reverse("admin:notices_delivery_returned")
    deliveries = reverse("admin:notices_delivery_changelist")
    return request.path.startswith(deliveries) and not request.path.startswith(own)


def calls_customers(request: HttpRequest) -> bool:
    """Whether this person calls customers about a changed policy."""
    return takes_calls(request) and request.user.has_perm("notices.call_telephonetask")


def supervises(request: HttpRequest) -> bool:
    """Whether this person sees how calls go, and who looked at whom."""
    return request.user.has_perms(("accounts.view_call", "accounts.view_look"))


def records_outcomes(request: HttpRequest) -> bool:
    """Whether this person records what came back."""
    return request.user.has_perm("notices.record_outcome")


def stylesheet(request: HttpRequest) -> str:
    """The address of our own stylesheet."""
    return static("desk/desk.css")


def favicon(request: HttpRequest) -> str:
    """The address of the picture in the browser's tab."""
    return static("desk/favicon.svg")


NAVIGATION = [
    {
        "items": [
            {
                "title": "Call desk",
                "icon": "call",
                "link": reverse_lazy("desk:find"),
                "permission": takes_calls,
                "active": is_at_the_desk,
            },
            {"title": "Today", "icon": "fact_check", "link": reverse_lazy("admin:index")},
        ],
    },
    {
        "title": "Customers",
        "separator": True,
        "items": [
            entry("Customers", "group", "accounts", "customer"),
            entry("No marketing", "unsubscribe", "accounts", "contactoptout"),
            entry("Saved lists", "lists", "accounts", "customerlist"),
            entry("Imports", "upload_file", "accounts", "importbatch"),
            entry("Authorised users", "supervised_user_circle", "accounts", "authoriseduser"),
            entry("Business exemptions", "handshake", "accounts", "businessexemption"),
        ],
    },
    {
        "title": "Calls",
        "separator": True,
        "items": [
            {
                "title": "Supervisor’s view",
                "icon": "monitoring",
                "link": reverse_lazy("desk:supervisor"),
                "permission": supervises,
            },
            {
                "title": "Telephone list",
                "icon": "phone_forwarded",
                "link": reverse_lazy("desk:policy-calls"),
                "permission": calls_customers,
            },
            entry("Calls", "call", "accounts", "call"),
            entry("Policy-change calls", "phone_callback", "notices", "telephonetask"),
            entry("Authentications", "passkey", "accounts", "authenticationtry"),
            entry("Released locks", "lock_open", "accounts", "lockrelease"),
        ],
    },
    {
        "title": "Notices",
        "separator": True,
        "items": [
            entry("Campaigns", "campaign", "notices", "campaign"),
            entry("Notices", "article", "notices", "notice"),
            {
                **entry("Deliveries", "outgoing_mail", "notices", "delivery"),
                "active": is_at_deliveries,
            },
            entry("Post batches", "local_post_office", "notices", "postbatch"),
            {
                "title": "Returned letters",
                "icon": "assignment_return",
                "link": reverse_lazy("admin:notices_delivery_returned"),
                "permission": records_outcomes,
            },
            entry("Account changes", "manage_history", "accounts", "accountchange"),
        ],
    },
    {
        "title": "Objections and approvals",
        "separator": True,
        "items": [
            entry("Opt-out requests", "inbox", "cpni", "optoutrequest"),
            entry("Approvals", "verified_user", "cpni", "approval"),
            entry("Uses made of CPNI", "data_usage", "cpni", "disclosure"),
            entry("Scripts", "record_voice_over", "cpni", "script"),
            entry("Scripts read", "voice_selection", "cpni", "scriptreading"),
            entry("Incidents", "report", "cpni", "incident"),
            entry("Complaints", "feedback", "cpni", "complaint"),
        ],
    },
    {
        "title": "Setup and records",
        "separator": True,
        "items": [
            entry("Policy versions", "policy", "notices", "policyversion"),
            entry("Policy of customers", "link", "notices", "policybinding"),
            entry("Uses of information", "category", "notices", "use"),
            entry("Carrier", "domain", "accounts", "carrier"),
            entry("Staff", "badge", "accounts", "user"),
            entry("Looks at customers", "visibility", "accounts", "look"),
            entry("Unusual looks", "policy_alert", "accounts", "unusuallook"),
            entry("Sign-ins", "login", "accounts", "signinevent"),
            entry("Job runs", "schedule", "accounts", "run"),
            entry("Seals of history", "lock", "cpni", "seal"),
            entry("Purges of history", "delete_history", "cpni", "historypurge"),
            entry("Retention", "inventory_2", "cpni", "retentionperiod"),
            entry("Legal holds", "gavel", "cpni", "legalhold"),
            entry("Purges", "delete_sweep", "cpni", "purge"),
            {
                "title": "Captured mail",
                "icon": "mail",
                "link": reverse_lazy("captured-mail"),
                "permission": mail_is_captured,
            },
        ],
    },
]

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
            {"title": "My sessions", "link": reverse_lazy("usersessions_list")},
        ],
    },
    "SIDEBAR": {
        "show_search": False,
        "command_search": False,
        "show_all_applications": False,
        "navigation": NAVIGATION,
    },
}

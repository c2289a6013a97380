"""What happened at the door, to read."""

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.labels import CALM, GOOD, WAIT, label
from accounts.models import SignInEvent

# The sign-in library's own pages would let a superuser take away or add second factors unseen.
for unwanted in (
    EmailAddress,
    Authenticator,
    SocialAccount,
    SocialApp,
    SocialToken,
    UserSession,
):
    if admin.site.is_registered(unwanted):
        admin.site.unregister(unwanted)


@admin.register(SignInEvent)
class SignInEventAdmin(ReadOnlyAdmin):
    """Sign-ins, failures, locks and changes of second factors."""

    list_display = ("at", "what", "account", "address", "browser_name", "detail", "who")
    list_filter = ("kind", ("at", RangeDateTimeFilter))
    list_filter_submit = True
    list_select_related = ("user", "by")
    search_fields = ("name__istartswith", "address__exact")
    search_help_text = "Start of the user name, or the whole address"
    ordering = ("-at", "-pk")
    fields = ("at", "what", "account", "address", "browser", "detail", "who")
    readonly_fields = ("what", "account", "who")

    @display(description="What", ordering="kind")
    def what(self, event: SignInEvent) -> str:
        """What happened; what may be somebody else's hand stands out."""
        if event.kind in SignInEvent.WARNINGS:
            return label(event.get_kind_display(), WAIT)
        tone = GOOD if event.kind == SignInEvent.Kind.SIGNED_IN else CALM
        return label(event.get_kind_display(), tone)

    @display(description="Account", ordering="name")
    def account(self, event: SignInEvent) -> str:
        """Whose; what was typed is not kept when it is nobody's."""
        return event.name or "No such account"

    @display(description="Browser")
    def browser_name(self, event: SignInEvent) -> str:
        """The browser in short; the whole line is on the event's page."""
        return browser_in_words(event.browser)

    @display(description="Done by")
    def who(self, event: SignInEvent) -> str:
        """Who did it, when that was another person."""
        return str(event.by) if event.by else "–"


BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_in_words(agent: str) -> str:
    """``Chrome on Windows``; what is unknown, by its first word."""
    name = next((words for mark, words in BROWSERS if mark in agent), agent.split("/")[0][:30])
    system = next((words for mark, words in SYSTEMS if mark in agent), "")
    return " on ".join(part for part in (name, system) if part) or "–"

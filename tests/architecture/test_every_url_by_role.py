"""Every address of the site, asked for as every role, as someone without one, and as nobody.

What opens is compared with the table in ``access.py``, which names every address there is.
"""

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone
from limits import RateLimitItemPerMinute

from accounts.encryption import seal_file
from accounts.models import Look
from config import rates
from notices import links
from tests.architecture.access import ACCESS, ACTS, BULK_ACTIONS, LETTERS, OF_THE_LIST, PAGES
from tests.architecture.test_admin_by_role import history_rows, records  # noqa: F401  (a fixture)
from tests.factories.accounts import UserFactory
from tests.factories.cpni import StepTakenFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.django_db
MANY = RateLimitItemPerMinute(10_000)
NOBODY, NO_ROLE = "?", "–"
CONFIRM = "/account/confirm/"
POSTED = (
    "start-job",
    "desk:results",
    "desk:policy-next",
    "desk:policy",
    "desk:end",
    "desk:say",
)  # and nothing else
SIGN_OUT = ("admin:logout", "account_logout", "end-session")
# Pages that answer nothing but GET.
READ = (
    "preview",
    "preview_email",
    "preview_letter",
    "compare",
    "difference",
    "content_check",
    "scan",
    "progress",
    "results_by_day",
    "results",
    "deadlines",
    "open_pdf",
    "compare_rules",
    "customer_notice",
    "timeline",
    "kept",
    "rights",
    "figures",
    "paper",
    "signed_paper",
    "receipt",
    "past_answer",
    "register",
    "register_file",
)
REGULAR = ("changelist", "add", "change", "history", "simple_history", "delete")


def patterns(resolver=None, route="", space=""):
    """Every pattern of the URLconf, as its name (or route, where it has none) and its route."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from patterns(pattern, here, space + inner)
        else:
            yield (space + pattern.name if pattern.name else here), here


def of_record(name, route):
    """``("accounts.customer", "merge")`` for a page of a record; None for any other page.

    Without a name there is only the library's old address of a record, which leads to its page.
    """
    for model in admin.site._registry:
        opts = model._meta
        if name.startswith(f"admin:{opts.app_label}_{opts.model_name}_"):
            return opts.label_lower, name.split(f"_{opts.model_name}_", 1)[1]
        if route == f"admin/{opts.app_label}/{opts.model_name}/<path:object_id>/":
            return opts.label_lower, "old address"
    return None


def table():
    """What the table names, in the form of :func:`addresses`."""
    regular = {(record, page) for record in ACCESS for page in (*REGULAR, "old address")}
    acts = {(record, act) for record, named in ACTS.items() for act in named}
    return regular | acts | set(PAGES)


def test_the_table_names_every_address_and_no_other():
    there = {of_record(name, route) or name for name, route in patterns()}
    without_history = {
        (record, "simple_history") for record in ACCESS if not hasattr(model_of(record), "history")
    }
    assert there - table() == set(), "in the URLconf and not in tests/architecture/access.py"
    assert table() - there - without_history == set(), "in the table and not in the URLconf"


def model_of(record):
    return next(m for m in admin.site._registry if m._meta.label_lower == record)


def test_there_are_no_actions_but_those_of_the_table(rf):
    request = rf.get("/")
    request.user = UserFactory(is_superuser=True)
    found = set()
    for model, model_admin in admin.site._registry.items():
        buttons = [
            name
            for kind in ("actions_list", "actions_row", "actions_submit_line")
            for name in getattr(model_admin, kind) or ()
        ]
        bulk = [*model_admin.get_actions(request), *buttons]
        found.update(f"{model._meta.label_lower}.{name}" for name in bulk)
    assert found == set(BULK_ACTIONS)


@pytest.fixture(autouse=True)
def nobody_asks_too_often(settings, monkeypatch):
    """One person opens every address there is within a minute, and searches every list."""
    settings.REQUESTS_PER_MINUTE = settings.REQUESTS_PER_MINUTE_SIGNED_OUT = 10_000
    monkeypatch.setattr(rates, "DOORS", dict.fromkeys(rates.DOORS, (MANY, "")))


@pytest.fixture
def everything(records, settings, tmp_path):  # noqa: F811
    """One of every record, a scan, and a captured message."""
    settings.CAPTURED_MAIL_DIR = str(tmp_path)
    message = seal_file([b"Subject: Hello\n\nText\n"], "one.eml")
    (tmp_path / "one.eml").write_bytes(b"".join(message))
    request = records["cpni.optoutrequest"]
    request.scan.save("letter.pdf", ContentFile(b"%PDF"))
    records["cpni.recipient"].scan.save("contract.pdf", ContentFile(b"%PDF"))
    records["notices.mailingstatement"].scan.save("3600.pdf", ContentFile(b"%PDF"))
    proof = ContentFile(b"%PDF", "proof.pdf")
    records["cpni.steptaken"] = StepTakenFactory(scan=proof)
    records["cpni.incidentletter"].scan.save("proof.pdf", ContentFile(b"%PDF"))
    records["an offer"] = DeliveryFactory(state="queued", marketing=True)
    return records


def calls(records):  # noqa: F811
    """Every call of the site: what the table calls it, the method, the address, who may."""
    for record, (lists, adds, edits, histories) in ACCESS.items():
        pk, base = records[record].pk, f"admin:{record.replace('.', '_')}"
        yield (record, "list"), "get", reverse(f"{base}_changelist"), lists
        yield (record, "search"), "post", reverse(f"{base}_changelist"), lists
        if record != "accounts.carrier":  # there is one already, and there is only one
            yield (record, "add"), "get", reverse(f"{base}_add"), adds
            yield (record, "add"), "post", reverse(f"{base}_add"), adds
        page = reverse(f"{base}_change", args=[pk])
        yield (record, "page"), "get", page, lists
        yield (record, "edit"), "post", page, edits
        yield (record, "old address"), "get", page.removesuffix("change/"), "RSMOA–"
        yield (record, "history"), "get", reverse(f"{base}_history", args=[pk]), histories
        yield (record, "delete"), "get", reverse(f"{base}_delete", args=[pk]), ""
        yield (record, "delete"), "post", reverse(f"{base}_delete", args=[pk]), ""
        versions = getattr(records[record], "history", None)
        if versions is not None and (version := versions.first()):
            was = reverse(f"{base}_simple_history", args=[pk, version.history_id])
            yield (record, "as it was"), "get", was, histories
            yield (record, "as it was"), "post", was, ""
        for act, allowed in ACTS.get(record, {}).items():
            whole = act in OF_THE_LIST and record != "notices.postbatch"
            address = reverse(f"{base}_{act}", args=[] if whole else [pk])
            reads = act in READ
            if act != "process_import":  # which only takes what was uploaded before
                yield (record, act), "get", address, allowed
            if act != "process_import" and not reads:
                yield (record, act), "post", address, allowed
    user, message = records["accounts.user"], ["one"]
    key = links.newest_key(at=timezone.now())
    link = links.token(records["notices.delivery"].pk, key)
    offer = records["an offer"]
    arguments = {
        "admin:auth_user_password_change": [user.pk],
        "admin:app_list": ["notices"],
        "admin:view_on_site": [1, user.pk],
        "captured-message": message,
        "admin:reconciliation-csv": [records["cpni.reconciliation"].pk, "missing_here"],
        "desk:start": [records["accounts.customer"].pk],
        "desk:call": [1_000_000],
        "desk:end": [1_000_000],
        "desk:say": [1_000_000, "password"],
        "desk:call-back": [1_000_000],
        "desk:send-code": [1_000_000],
        "desk:photo": [1_000_000],
        "desk:exempt": [1_000_000],
        "desk:declined": [1_000_000],
        "desk:edit": [1_000_000, "name"],
        "desk:opt-out": [1_000_000],
        "desk:stop-using": [1_000_000],
        "desk:allow-marketing": [1_000_000],
        "desk:ask": [1_000_000],
        "desk:policy": [1_000_000],
        "desk:complaint": [1_000_000],
        "choices:notice": [link],
        "choices:saved": [link],
        "choices:stop-marketing": [links.token(offer.pk, key, links.UNSUBSCRIBE)],
        "choices:received": ["O-00001"],
        "choices:policy-version": [records["notices.delivery"].text.notice.policy_version.number],
        "api:audience": [1],
        "calendar-feed": ["nobodys-secret"],
        "training-text": [records["accounts.acknowledgement"].training_id],
        "end-session": [1_000_000],
        "mfa_edit_webauthn": [1_000_000],
        "mfa_remove_webauthn": [1_000_000],
        "openid_connect_login": ["sso"],
        "openid_connect_callback": ["sso"],
    }
    for name, allowed in PAGES.items():
        address = {"": "/", "admin/(?P<url>.*)$": "/admin/nonsense/"}.get(name) or reverse(
            name, args=arguments.get(name, [])
        )
        yield name, "post" if name in (*SIGN_OUT, *POSTED) else "get", address, allowed


def opens(answer):
    """Whether it was let in: shown, or led on, but not to sign in first and then come back."""
    if answer.status_code == 302:
        return "next=" not in answer["Location"] or answer["Location"].startswith(CONFIRM)
    return answer.status_code == 200


@pytest.fixture
def pages_are_not_written(monkeypatch):
    """Who may is decided before a page is written, which takes half of the time of this walk.

    What is written is read by others: tests/web/test_headers, tests/logs, tests/attacks.
    """
    nothing = property(lambda response: "")
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", nothing)


@pytest.mark.parametrize("letter", [*LETTERS, NO_ROLE, NOBODY])
@pytest.mark.usefixtures("pages_are_not_written")
def test_each_address_opens_for_whom_the_table_says_and_changes_nothing(letter, everything, staff):
    user = staff(LETTERS[letter]) if letter in LETTERS else UserFactory()
    before, wrong, client, signed_in = history_rows(), [], Client(), False
    for name, method, address, allowed in calls(everything):
        if letter != NOBODY and not signed_in:
            client.force_login(user)
        signed_in = name not in SIGN_OUT
        answer = getattr(client, method)(address)
        if answer.streaming:
            list(answer.streaming_content)  # and so close the file
        if opens(answer) != (letter in allowed):
            wrong.append((name, method, answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong))
    assert history_rows() == before


def test_whoever_is_refused_a_customers_record_is_on_record_with_the_customer(
    everything, client_of
):
    client, last = client_of(LETTERS["M"]), Look.objects.latest("id").pk
    for name, method, address, allowed in calls(everything):
        record, page = name if isinstance(name, tuple) else (name, "")
        obj = everything.get(record)
        customer = getattr(admin.site._registry.get(type(obj)), "customer_of", lambda o: None)(obj)
        elsewhere = page == "old address" or (page == "history" and not hasattr(obj, "history"))
        if not customer or "M" in allowed or f"/{obj.pk}/" not in address or elsewhere:
            continue
        getattr(client, method)(address)
        look = Look.objects.get(pk__gt=last)
        last = look.pk
        assert (name, look.what, look.customer_id) == (name, "refused", customer)

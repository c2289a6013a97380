"""What is masked in a text that is logged, and what is kept."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.scrubbing import scrub

# What stands for something personal; nothing of it may be left.
MASKED = [
    # e-mail addresses
    "ann@mail.example",
    "Ann.O'Neill+cpni@mail.example",
    "zoë@bücher.example",
    "ann%40mail.example",
    '"ann smith"@mail.example',
    "ann@[192.0.2.1]",
    # telephone numbers
    "+18015550134",
    "+1 (801) 555-0134",
    "+1 801 555 0134",
    "1-801-555-0134",
    "(801) 555-0134",
    "(801)555-0134",
    "801-555-0134",
    "801.555.0134",
    "801 555 0134",
    "801/555-0134",
    "801‑555‑0134",
    "8015550134",
    "555-0134",
    "555.0134",
    "801-555-0134 ext. 45",
    "+49 30 901820",
    "+44 (0)20 7946 0958",
    "020 7946 0958",
    "0044 20 7946 0958",
    "+1-801-555-01345",
    "८०१५५५०१३४",
    # account numbers and the like
    "0012345678",
    "WT-00123456",
    "A1234567",
    "4111 1111 1111 1111",
    "078-05-1120",
    # postal lines
    "12 Elm Street",
    "12 elm street",
    "4711 N Cottonwood Lane, Apt 4",
    "1600 South State St Suite 500",
    "12 E 400 S Street",
    "PO Box 4711",
    "P.O. Box 12",
    "Midvale, UT 84047",
    "UT 84047-1234",
    "84047-1234",
]


@pytest.mark.parametrize("personal", MASKED)
@pytest.mark.parametrize("around", ["{}", "to {} now", "({})", "'{}'", "to:{},", "<{}>", "{}: no"])
def test_what_is_personal_is_masked(personal, around):
    left = scrub(around.format(personal))
    kept = re.sub(r"\[[a-z]+\]", "", left)
    assert kept != left
    assert [part for part in re.findall(r"\w{3,}", personal) if part in kept] == []


@pytest.mark.parametrize(
    "kept",
    [
        "customer 123 and delivery 45 in run 7",
        "Delivery 12345678 could not be sent",
        "customer=1234567 delivery=7654321",
        "Campaign 3 waits for the relay",
        "2500000 rows, 1234567 customers",
        "Imported 2,500,000 of 3,000,000",
        "2026-11-25 07:59:50",
        "2026-11-25T07:59:50.123456+00:00",
        "from 2026-11-01 to 2026-11-30",
        "[25/Nov/2026 07:59:50]",
        "[2026-11-25 07:59:50 +0000]",
        "11/25/2026",
        "07:59:50,123",
        "succeeded in 0.012345678s",
        "took 12.3456789s",
        "9f2c1b3e-0000-4000-8000-123456789012",
        "Task cpni.tasks.assume_approvals[9f2c1b3e-1111-4222-8333-123456789012] received",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "d41d8cd98f00b204e9800998ecf8427e",
        "192.0.2.17",
        "127.0.0.1:50123",
        "http://127.0.0.1:8000/admin/accounts/customer/123/change/",
        "Listening at: http://127.0.0.1:8000 (4711)",
        "Booting worker with pid: 1234567",
        "GET 404, POST 302",
        "port 6379, process 1234567",
        "Django 5.2.19, Python 3.11.7",
        "64.2008(d)(1) and 47 CFR 64.2011",
        "UNIQUE constraint failed: accounts_customer.account_index",
        "Where is it? Nowhere.",
        "admin:accounts_customer_changelist",
        "3 runs of 12 on the way",
        "50% of 120 done, 60 left",
    ],
)
def test_what_helps_is_kept(kept):
    assert scrub(kept) == kept


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/admin/accounts/customer/?q=Quillfeather", "/admin/accounts/customer/?[query]"),
        ('"GET /x/?next=%2Fa%3Fq%3DAnn HTTP/1.1" 200', '"GET /x/?[query] HTTP/1.1" 200'),
        ("550 5.1.1 Quillfeather is unknown here", "550 5.1.1 [answer]"),
        ("{'a@b.example': (550, b'no Quillfeather')}", "[email]': (550 [answer]"),
        ("Key (email)=(Quillfeather) already exists.", "[row]"),
        ("Failing row contains (1, Quillfeather).", "[row]"),
        ("name='Quillfeather' id=7", "name=[value] id=7"),
        ("{'name': 'Quill Feather', 'id': 7}", "{'name':[value], 'id': 7}"),
        ("csrf=1&q=Quillfeather&page=2", "csrf=1&q=[value]&page=2"),
        ("redis://:secret@host:6379/0", "redis://[login]@host:6379/0"),
        ("Sent\nDear Quillfeather,\nbye", "Sent [2 more lines]"),
        ("Sent\r\nDear Quillfeather", "Sent [1 more line]"),
        ("a\x1b[31mb\x85c", "a [31mb c"),
    ],
)
def test_what_leads_to_something_personal_is_masked_with_it(text, left):
    assert scrub(text) == left


def test_a_message_has_an_end():
    assert scrub("word " * 10_000).endswith("[cut]")
    assert len(scrub("word " * 10_000)) < 2_100


GROUPS = st.tuples(*(st.text("0123456789", min_size=n, max_size=n) for n in (3, 3, 4)))
SHAPES = ["+1{}{}{}", "({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "1 {} {} {}", "{}{}{}", "+1 ({}) {} {}"]


@given(GROUPS, st.sampled_from(SHAPES), st.sampled_from(["{}", "call {} back", "x={}", "tel:{}."]))
def test_no_telephone_number_gets_through(groups, shape, around):
    assert not re.search(r"\d{3}", scrub(around.format(shape.format(*groups))))


@given(st.emails(), st.sampled_from(["{}", "to {} now", "<{}>", "({})", "{{'{}': 1}}"]))
def test_no_email_address_gets_through(address, around):
    left = scrub(around.format(address))
    assert address not in left and address.rpartition("@")[2] not in left


@given(st.uuids(), st.integers(0, 4_000_000_000_000_000))
def test_ids_and_instants_get_through(uuid, microseconds):
    at = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    for kept in (str(uuid), uuid.hex, at.isoformat(), str(at)):
        assert scrub(f"Run {kept} ended") == f"Run {kept} ended"


@given(st.text())
def test_what_was_scrubbed_stays_as_it_is_in_one_line(text):
    once = scrub(text)
    assert "\n" not in once and len(once.splitlines()) <= 1
    assert len(once) <= 2 * len(text) + 60


def test_the_secret_of_a_calendar_is_masked_and_the_rest_of_its_address_is_not():
    secret = "voWHQB-HFi3KMBORPmEZJx6sLBF45lUQgfmOiG4SFyA"
    line = f"GET /calendar/{secret}/deadlines.ics 200"
    assert scrub(line) == "GET /calendar/[secret]/deadlines.ics 200"

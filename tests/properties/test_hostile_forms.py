"""Whatever is put into a form of the admin: never a server error, and never half a change."""

import re

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import rates
from tests.architecture.test_admin_by_role import history_rows, records  # noqa: F401  (a fixture)
from tests.architecture.test_every_url_by_role import calls, everything  # noqa: F401  (a fixture)
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
NAMES = re.compile(r'<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"')

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="\x00\r\n\t\x1b\x9b\u202e\u2066{}%<>'\"=+-@|\\", max_size=12),
    st.sampled_from(
        [
            *("", " ", "0", "-1", "9" * 30, "1e999", "nan", "x" * 20_000, "on", "None"),
            *("{{ customer_name }}", "{% debug %}", "{0.__class__}", "<script>alert(1)</script>"),
            *("A\r\nBcc: eve@mail.example", "../../etc/passwd", "=HYPERLINK(1)"),
            *("0001-01-01", "9999-12-31", "2026-02-30", "2026-11-20", "11/20/2026", "25:61"),
            *("a@b", "ann@mail.example", "801-555-0134", "+1" * 50, "٣٤٥", "²", "1_000"),
        ]
    ),
)
PLAIN = st.sampled_from(["1", "2", "on", "A reason", "2026-11-20", "2026-11-23", "12:00", "A1"])


@pytest.fixture
def posts(everything, settings, monkeypatch):  # noqa: F811
    """Every form of the admin: what the table of addresses calls it, and where it is."""
    monkeypatch.setattr(rates, "take_turn", lambda *args: 0)
    found = [(n, path) for n, method, path, _ in calls(everything) if method == "post"]
    return [(name, path) for name, path in found if isinstance(name, tuple)]


@pytest.fixture
def root():
    """A browser that may do anything."""
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def filled_in(page) -> dict[str, str]:
    """The names of the fields of ``page``, with what stands in them if the form tells."""
    form = None
    for context in page.context or ():
        form = form or context.get("form") or getattr(context.get("adminform"), "form", None)
    known = dict.fromkeys(NAMES.findall(page.content.decode()), "")
    for name, field in getattr(form, "fields", {}).items():
        value = form.get_initial_for_field(field, name)
        choices = [str(key) for key, _ in getattr(field, "choices", None) or () if key]
        known[name] = str(value if value not in (None, "") else (choices or [""])[-1])
    return {name: value for name, value in known.items() if name != "csrfmiddlewaretoken"}


def by_number(values, most):
    """Values for the so manieth fields of a form."""
    return st.dictionaries(st.integers(0, 50), values, max_size=most)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_form_is_refused_or_done_and_nothing_between(posts, root, data):
    name, path = data.draw(st.sampled_from(posts))
    page = root.get(path, follow=True)
    form = filled_in(page) if page.status_code == 200 and not page.streaming else {}
    # Fields by number: which there are depends on what earlier examples changed.
    fields = sorted(form) or ["q"]
    changed = {fields[n % len(fields)]: v for n, v in data.draw(by_number(HOSTILE, 4)).items()}
    plain = {fields[n % len(fields)]: v for n, v in data.draw(by_number(PLAIN, 6)).items()}
    before = history_rows()
    answer = root.post(path, {**form, **plain, **changed})
    assert answer.status_code in (200, 302, 400, 403, 404, 405, 413), (name, answer.status_code)
    if answer.status_code != 302 and not answer.get("Content-Disposition"):
        assert history_rows() == before, name

"""Headers with which a client would choose what its request is: gunicorn, as it is configured."""

import http.client
from contextlib import closing

import pytest

from tests.running import environment, free_port, kill, listens, start, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SIGN_IN = "/account/sign-in/"


@pytest.fixture
def ask(tmp_path, reference_data):
    """``ask("/path/", {"HEADER": "…"})``: status, where it leads, and the page."""
    port = free_port()
    arguments = ("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi", "--threads=2")
    env = environment(tmp_path, 1, HOME=str(tmp_path))
    process = start(*arguments, f"--bind=127.0.0.1:{port}", env=env)

    def send(path, headers):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location"), answer.read().decode()

    try:
        wait_until(lambda: listens(port), "gunicorn listens")
        yield send
    finally:
        kill(process)


def test_the_address_that_is_answered_is_that_of_the_request(ask, tmp_path):
    # From a proxy on its own machine that hands on such headers, gunicorn would believe them.
    status, leads, page = ask(SIGN_IN, {"PATH_INFO": "/nothing-of-ours/"})
    assert (status, leads) == (200, None)
    for prefix in ("/elsewhere", "//evil.example", "/account"):
        status, leads, page = ask(SIGN_IN, {"SCRIPT_NAME": prefix})
        assert (status, leads) == (200, None)
        assert f'action="{SIGN_IN}"' in page
        assert prefix.strip("/") not in page.replace(SIGN_IN, "").replace("/account/", "")
    assert ask("/admin/", {"REMOTE_USER": "officer"})[:2] == (302, "/admin/login/?next=/admin/")
    assert not list(tmp_path.rglob("*.ctl")), "nobody gives gunicorn commands while it runs"

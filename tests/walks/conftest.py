"""A real browser for the walks: it signs in as a role, and keeps every fault that it meets."""

import os
import shutil

import pytest

CHROMIUM = "/usr/bin/chromium"
# What every walk is marked with.
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason=f"{CHROMIUM} is not installed"),
]
PASSWORD = "thirty-three-days"
# Said by the browser when it refuses something; the console says it too, in words that change.
LISTEN = """
document.addEventListener('securitypolicyviolation', event => console.error(
    'policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample
    + ' in ' + event.sourceFile + ':' + event.lineNumber))
"""


@pytest.fixture
def browser(monkeypatch):
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, and Django takes it for an asynchronous view.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture
def new_page(browser, live_server):
    """A page at nobody's; ``page.faults`` has errors, what was refused, and what the console said.

    A page that answers with an error is no fault of the page.
    """

    def make(**options):
        page = browser.new_context(
            viewport={"width": 1280, "height": 800}, base_url=live_server.url, **options
        ).new_page()
        page.set_default_timeout(10_000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))

        def said(message):
            if message.type in ("error", "warning") and "Failed to load resource" not in (
                message.text
            ):
                page.faults.append(f"{page.url}: {message.text}")

        page.on("console", said)
        page.add_init_script(LISTEN)
        return page

    return make


@pytest.fixture
def sign_in(new_page, staff):
    """``sign_in(roles.OFFICER)``: a page on which that role has signed in."""

    def make(role):
        user = staff(role)
        user.set_password(PASSWORD)
        user.save()
        page = new_page()
        page.goto("/admin/")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/")
        page.wait_for_load_state("networkidle")
        return page

    return make

"""A real browser for the walks: it signs in as a role, and keeps every fault that it meets."""

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


@pytest.fixture(scope="package")
def browser():
    """A browser that all walks of a process use, each with windows that share nothing."""
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread, and Django takes it for an asynchronous view.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
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

    windows = []

    def make(**options):
        wide = {"viewport": {"width": 1280, "height": 800}}
        window = browser.new_context(base_url=live_server.url, **(wide | options))
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(30_000)  # a machine may do much else
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

    yield make
    for window in windows:
        window.close()


@pytest.fixture
def sign_in(new_page, staff):
    """``sign_in(roles.OFFICER)``: a page on which that role has signed in."""

    def make(role, **kwargs):
        user = staff(role, **kwargs)
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

"""Remakes the pictures and the counts of the two guides in this folder, by a browser.

``python docs/walk.py first-notice`` sets up an empty trial in a temporary folder and goes from
there to the first mailed notice (with ``--at`` in one that runs). ``python docs/walk.py
auditors-question --at URL`` asks a running demo as its auditor. Both print their steps with clicks
and fields as a table. They need a Chromium: ``--chromium`` names it. Not part of the tests.
"""

import argparse
import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"
PASSWORD = "wasatch-33-days"  # noqa: S105  (of a trial that is thrown away, and of the demo)
LARGEST = 80_000  # bytes of a picture

CUSTOMERS = """\
account_number,name,kind,active_since,language,line1,city,state,postcode,address_since,email,\
email_since,email_notices_since,email_notices_proof,services
1001,Pat Doe,residential,2019-03-01,en,12 Elm Street,Moab,UT,84532,2019-03-01,,,,,\
local:435-555-0134:2019-03-01
1002,Sam Roe,residential,2021-06-15,en,34 Oak Street,Moab,UT,84532,2021-06-15,sam@mail.example,\
2021-06-15,2024-02-01,Form 118,local:435-555-0135:2021-06-15
1003,Alma Ruiz,residential,2023-01-09,es,5 Main Street,Green River,UT,84525,2023-01-09,,,,,\
local:435-555-0136:2023-01-09
"""
CARRIER = {
    "legal_name": "Canyon Telephone Cooperative",
    "support_number": "435-555-0100",
    "officer_name": "Robin Hale",
    "officer_title": "Compliance officer",
    "optout_number": "800-555-0101",
    "optout_email": "privacy@canyon.example",
    "optout_line1": "1 Canyon Road",
    "optout_city": "Moab",
    "optout_state": "UT",
    "optout_postcode": "84532",
}


class Person:
    """One who works in a browser of their own; what they click and fill in is counted."""

    def __init__(self, browser: Browser, address: str, walk: "Walk") -> None:
        self.page: Page = browser.new_context(
            viewport={"width": 1280, "height": 800}, accept_downloads=True
        ).new_page()
        self.page.set_default_timeout(60_000)
        self.address, self.walk = address, walk

    def sign_in(self, name: str) -> None:
        """Through the front door."""
        self.page.goto(f"{self.address}/admin/")
        self.fill("login", name)
        self.fill("password", PASSWORD)
        self.press("button[type=submit]:has-text('Sign In')")

    def click(self, words: str) -> None:
        """Click the link that says ``words``; before it may stand the name of its icon."""
        said = re.compile(rf"^([a-z_]+\s+)?{re.escape(words)}$")
        self.press(self.page.get_by_role("link", name=said).first)

    def act(self, group: str, words: str) -> None:
        """Open a group of a record's acts, and click one of them."""
        self.press(self.page.locator("li[x-ref=actionDropdown] > a", has_text=group).first)
        self.click(words)

    def button(self, words: str) -> None:
        """Click the button that says ``words``."""
        self.press(self.page.get_by_role("button", name=words, exact=True).first)

    def press(self, what: str | Locator) -> None:
        """Click something."""
        found = self.page.locator(what).first if isinstance(what, str) else what
        found.click()
        self.page.wait_for_load_state()
        self.walk.clicks += 1

    def menu(self, group: str, entry: str) -> None:
        """Open a group of the menu, unless it is, and choose an entry of it."""
        folded = self.page.locator(f".desk-menu:not([open]) > summary:has-text('{group}')")
        if folded.count():
            self.press(folded.first)
        self.press(self.page.locator("#nav-sidebar-apps").get_by_role("link", name=entry).last)

    def fill(self, field: str, words: str) -> None:
        """Fill in a field by its name."""
        self.page.locator(f"[name={field}]").first.fill(words)
        self.walk.fields += 1

    def because(self, words: str) -> None:
        """Fill in the reason."""
        self.fill("because", words)

    def choose(self, field: str, words: str) -> None:
        """Choose in a list by what it says."""
        self.page.locator(f"select[name={field}]").select_option(label=words, force=True)
        self.walk.fields += 1

    def download(self, words: str, *, pdf_picture: str) -> None:
        """Click the button that hands out a ZIP file, and picture the first page of its PDF."""
        with self.page.expect_download() as found:
            self.page.get_by_role("button", name=words, exact=True).first.click()
        self.walk.clicks += 1
        with zipfile.ZipFile(found.value.path()) as binder, tempfile.TemporaryDirectory() as folder:
            pdf = next(name for name in binder.namelist() if name.endswith(".pdf"))
            file = Path(folder, "page.pdf")
            file.write_bytes(binder.read(pdf))
            page = ("pdftoppm", "-png", "-r", "70", "-singlefile", str(file), f"{folder}/page")
            subprocess.run(page, check=True)  # noqa: S603
            self.keep(Path(folder, "page.png").read_bytes(), pdf_picture)

    def picture(self, name: str, *, height: int = 800) -> None:
        """A picture of what is on the screen."""
        self.page.wait_for_timeout(700)
        clip = {"x": 0, "y": 0, "width": 1280, "height": height}
        self.keep(self.page.screenshot(clip=clip), name)

    def keep(self, raw: bytes, name: str) -> None:
        """Keep a picture, in as few colors as make it small."""
        picture = Image.open(io.BytesIO(raw)).convert("RGB")
        for colors in (64, 32, 16):
            held = io.BytesIO()
            picture.quantize(colors, dither=Image.Dither.NONE).save(held, "PNG", optimize=True)
            if held.tell() <= LARGEST:
                break
        (PICTURES / f"{self.walk.name}-{name}.png").write_bytes(held.getvalue())


class Walk:
    """The steps of a guide, with the clicks and fields of each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.clicks = self.fields = 0
        self.steps: list[tuple[str, str, int, int]] = []

    @contextmanager
    def step(self, title: str, who: str) -> Iterator[None]:
        """Count what is done meanwhile as one step."""
        self.clicks = self.fields = 0
        yield
        self.steps.append((title, who, self.clicks, self.fields))
        print(f"{title}: {self.clicks} clicks, {self.fields} fields", file=sys.stderr)  # noqa: T201

    def table(self) -> str:
        """The counts, as Markdown."""
        lines = ["| Step | Who | Clicks | Fields |", "| --- | --- | ---: | ---: |"]
        lines += [f"| {title} | {who} | {c} | {f} |" for title, who, c, f in self.steps]
        clicks, fields = (sum(step[n] for step in self.steps) for n in (2, 3))
        return "\n".join([*lines, f"| **Together** | | **{clicks}** | **{fields}** |"])


def free_port() -> int:
    """A port of this machine that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def empty_trial() -> Iterator[str]:
    """An empty installation, as the README sets one up; its address."""
    with tempfile.TemporaryDirectory() as folder:
        mail, web = free_port(), free_port()
        own = {
            **{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")},
            "DATA_DIR": folder,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail}",
            "DEFAULT_FROM_EMAIL": "notices@canyon.example",
            "CAPTURED_MAIL_DIR": f"{folder}/mail",
            "PUBLIC_URL": f"http://127.0.0.1:{web}",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "LOG_LEVEL": "ERROR",
        }
        root = HERE.parent
        made = ("createsuperuser", "--noinput", "--username=robin", "--email=robin@canyon.example")
        for command in (("migrate", "-v0"), ("apply_roles",), ("protect_history",), made):
            call = [sys.executable, "manage.py", *command]
            subprocess.run(call, cwd=root, env=own, check=True)  # noqa: S603
        gunicorn = ("gunicorn", "-c", "config/gunicorn.py", "config.wsgi", "--threads=4")
        running = [
            subprocess.Popen([sys.executable, "-m", *arguments], cwd=root, env=own)  # noqa: S603
            for arguments in (
                ("config.mail_capture", f"--port={mail}", f"--folder={folder}/mail"),
                (*gunicorn, f"--bind=127.0.0.1:{web}"),
                ("celery", "--quiet", "-A", "config", "worker", "--loglevel=ERROR", "-B"),
            )
        ]
        try:
            address = f"http://127.0.0.1:{web}"
            wait_for(address)
            yield address
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=60)


def wait_for(address: str) -> None:
    """Wait until the pages are there."""
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/account/sign-in/", timeout=5)  # noqa: S310
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"Nothing answers at {address}.")


def first_notice(browser: Browser, address: str) -> Walk:
    """From an empty database to the first mailed notice."""
    walk = Walk("first-notice")
    robin, drew = Person(browser, address, walk), Person(browser, address, walk)
    today = date.today()  # noqa: DTZ011  (only what is typed into forms)

    with walk.step("Sign in", "Officer"):
        robin.sign_in("robin")
        robin.picture("1-home", height=620)
    with walk.step("Fill in the carrier’s record", "Officer"):
        robin.click("Fill in the carrier’s record")
        for field, words in CARRIER.items():
            robin.fill(field, words)
        robin.picture("2-carrier")
        robin.button("Save")
    with walk.step("Enter a colleague", "Officer"):
        robin.click("Today")
        robin.click("Enter a colleague who checks what you write")
        robin.fill("username", "drew")
        robin.fill("password1", PASSWORD)
        robin.fill("password2", PASSWORD)
        robin.fill("first_name", "Drew")
        robin.fill("last_name", "Santos")
        robin.page.get_by_label("Compliance officer").check()
        walk.clicks += 1
        robin.picture("3-colleague")
        robin.button("Save")
    with walk.step("Draft the privacy policy", "Officer"):
        robin.click("Today")
        robin.click("Have the privacy policy in force")
        robin.picture("4-policy")
        robin.button("Save")
    with walk.step("Publish it", "Colleague"):
        drew.sign_in("drew")
        drew.click("Have the privacy policy in force")
        drew.click("Publish")
        drew.because("Read and agreed")
        drew.picture("5-publish", height=700)
        drew.button("Publish")
    with walk.step("Import customers", "Officer"):
        robin.click("Today")
        robin.click("Import your customers")
        robin.page.locator("[name=import_file]").set_input_files(
            {"name": "customers.csv", "mimeType": "text/csv", "buffer": CUSTOMERS.encode()}
        )
        walk.fields += 1
        robin.press("form button[type=submit]:has-text('Show what would change')")
        robin.picture("6-import", height=700)
        robin.press("form button[type=submit]:has-text('Confirm import')")
    with walk.step("Write the notice", "Officer"):
        robin.click("Today")
        robin.click("Have the CPNI notice approved")
        robin.picture("7-notice")
        robin.button("Save")
    with walk.step("Sign off what only a reader can judge", "Officer"):
        robin.click("Today")
        robin.click("Have the CPNI notice approved")
        robin.click("Open the content check")
        robin.picture("8-content-check")
        while robin.page.get_by_role("link", name="Sign off").count():
            robin.click("Sign off")
            robin.page.locator("[name=verdict]").first.check()
            walk.clicks += 1
            robin.because("Read in English and Spanish, as e-mail and letter")
            robin.button("Sign off")
    with walk.step("Approve the notice", "Colleague"):
        drew.click("Today")
        drew.click("Have the CPNI notice approved")
        drew.click("Approve")
        drew.because("Read in both languages")
        drew.button("Approve")
    with walk.step("Make a campaign", "Officer"):
        robin.click("Today")
        robin.click("Start a campaign, which sends it")
        robin.fill("name", "First CPNI notice")
        robin.choose("notice", robin.page.locator("select[name=notice] option").last.inner_text())
        robin.picture("9-campaign")
        robin.button("Save")
    with walk.step("Approve the campaign", "Colleague"):
        drew.click("Today")
        drew.click("Start a campaign, which sends it")
        drew.click("Approve")
        drew.because("Goes to everybody who must get it")
        drew.button("Approve")
    with walk.step("Start it; e-mail leaves", "Officer"):
        robin.click("Today")
        robin.click("Start a campaign, which sends it")
        robin.click("Start now")
        robin.because("Approved by Drew Santos")
        robin.button("Start now")
        robin.page.wait_for_timeout(8_000)
        robin.page.reload()
        robin.picture("10-sent")
    with walk.step("Put the letters into a batch", "Officer"):
        robin.click("Make post batch")
        robin.because("All letters of the first notice")
        robin.button("Make post batch")
        batch = robin.page.url
    with walk.step("Print the letters", "Officer"):
        robin.click("Make letters as PDF")
        robin.because("To be printed and mailed")
        robin.button("Make letters as PDF")
        robin.page.get_by_role("link", name="Download letters").wait_for()  # the page looks itself
        robin.click("Download letters")
        robin.because("To be printed and mailed")
        with robin.page.expect_download():
            robin.button("Download letters")
    with walk.step("Confirm the mailing", "Officer"):
        robin.page.goto(batch)  # as “Back” does: a download leaves the browser where it was
        walk.clicks += 1
        robin.click("Confirm mailed on…")
        robin.fill("on", today.isoformat())
        robin.fill("proof", "Statement of mailing 4471")
        robin.because("Handed in at the post office")
        robin.picture("11-confirm")
        robin.button("Confirm mailed on…")
        robin.picture("12-mailed", height=700)
    return walk


def auditors_question(browser: Browser, address: str) -> Walk:
    """From the two questions of an auditor to the files that answer them."""
    walk = Walk("auditors-question")
    avery = Person(browser, address, walk)

    with walk.step("Sign in", "Auditor"):
        avery.sign_in("auditor")
        avery.picture("1-home")
    with walk.step("Draw 25 approvals at random", "Auditor"):
        avery.menu("Proof and reports", "Random sample")
        avery.picture("2-sample", height=560)
        avery.button("Draw")
        avery.picture("3-chains")
    with walk.step("Print the sample", "Auditor"):
        avery.because("Annual audit, question 3")
        avery.download("Print the sample", pdf_picture="4-sample-pdf")
    with walk.step("Find the customer", "Auditor"):
        avery.menu("Customers", "Customers")
        avery.fill("q", "W000008")
        avery.page.keyboard.press("Enter")
        avery.page.wait_for_load_state()
        avery.press("#result_list tbody a")
        avery.picture("5-customer")
    with walk.step("Ask for a past day", "Auditor"):
        avery.act("Evidence", "Answer for a past day")
        day = date.today() - timedelta(days=10)  # noqa: DTZ011  (only what is typed)
        avery.choose("use", "Share with agents to market communications-related services")
        avery.fill("on", day.isoformat())
        avery.fill("known_on", day.isoformat())
        avery.button("Show")
        avery.picture("6-answer")
    with walk.step("See what happened until then", "Auditor"):
        avery.click("Back")
        avery.act("Evidence", "Timeline")
        avery.picture("7-timeline")
    with walk.step("Print the customer’s evidence", "Auditor"):
        avery.page.go_back()
        walk.clicks += 1
        avery.act("Evidence", "Print evidence")
        avery.because("Annual audit, question 4")
        avery.picture("8-print")
        avery.download("Print evidence", pdf_picture="9-customer-pdf")
    return walk


def main() -> None:
    """Walk, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("guide", choices=["first-notice", "auditors-question"])
    parser.add_argument("--at", help="address of a running demo, such as http://127.0.0.1:8000")
    parser.add_argument("--chromium", help="the browser's program, if it is not Playwright's own")
    options = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium)
        if options.guide == "first-notice":
            with nullcontext(options.at) if options.at else empty_trial() as address:
                walk = first_notice(browser, address.rstrip("/"))
        elif options.at:
            walk = auditors_question(browser, options.at.rstrip("/"))
        else:
            parser.error("--at: start the demo, and give the address that it prints.")
        browser.close()
    print(walk.table())  # noqa: T201


if __name__ == "__main__":
    main()

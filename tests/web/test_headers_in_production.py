"""What production adds, in a process of its own: only https, for a year, and cookies to match."""

import json
import os
import subprocess
import sys

from django.conf import settings

from tests.config.test_settings import COMPLETE

ASK = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
plain = Client().get("/admin/", headers={"host": "desk.example"})
refused = Client().get("/admin/", secure=True, headers={"host": "evil.example"})
names = [n for n in dir(settings) if n.startswith(("SESSION_COOKIE", "CSRF_COOKIE", "DEVICE_"))]
print(json.dumps({
    "plain": [plain.status_code, dict(plain.headers)],
    "refused": [refused.status_code, dict(refused.headers), refused.content.decode()],
    "settings": {n: getattr(settings, n) for n in names},
}))
"""


def test_production_insists_on_https_and_its_cookies_do_too(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(tmp_path / "data"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **COMPLETE,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said = json.loads(done.stdout)
    status, headers = said["plain"]
    assert (status, headers["Location"]) == (301, "https://desk.example/admin/")
    status, headers, page = said["refused"]
    assert status == 400
    assert "could not be understood" in page
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    for headers in (said["plain"][1], said["refused"][1]):
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
    for cookie in ("SESSION_COOKIE", "CSRF_COOKIE"):
        assert said["settings"][f"{cookie}_SECURE"] is True
        assert said["settings"][f"{cookie}_HTTPONLY"] is True
        assert said["settings"][f"{cookie}_SAMESITE"] == "Lax"
        assert said["settings"][f"{cookie}_NAME"].startswith("__Host-")
    assert said["settings"]["DEVICE_COOKIE_NAME"].startswith("__Host-")

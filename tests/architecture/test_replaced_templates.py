"""Templates of the theme of which we keep a changed copy: when it changes its own, look again.

Compare with ours in config/templates, take over what is new, and put the new sum here.
"""

import hashlib
from pathlib import Path

import pytest
import unfold
from django.conf import settings

THEIRS = {
    "admin/actions.html": "b5332aace8e6919204a65b842e626bd8b1d5f8ed855dc290ab114b08526c5f15",
    "unfold/helpers/app_list.html": (
        "6ab83ac498b2f50ff045b7abcf2254391ccea9ded1f653c9f860f516d0be65b6"
    ),
    "unfold/helpers/welcomemsg.html": (
        "e8eab02522ba2319b937086bbcb6bf2a2bbe1489d236ad90ff23edbe070a7d6b"
    ),
    "unfold/layouts/skeleton.html": (
        "66af9f0bb45f98ba4e16ba5e5a11f36d87b8e07430d19066d088b29548491c2e"
    ),
}
ALPINE = "0d18d7f8d7910e2e0212f0f056b12f50bebc3abb7d88d2f7c7cb4c336fe4519a"


def sum_of(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("template", THEIRS)
def test_the_themes_template_is_the_one_that_we_changed(template):
    assert (settings.BASE_DIR / "config" / "templates" / template).exists()
    assert sum_of(Path(unfold.__file__).parent / "templates" / template) == THEIRS[template]


def test_alpine_is_as_its_makers_published_it():
    """``dist/cdn.min.js`` of the npm package @alpinejs/csp 3.17.4."""
    vendor = settings.BASE_DIR / "config" / "static" / "desk" / "vendor"
    assert sum_of(vendor / "alpine-csp-3.17.4.min.js") == ALPINE

"""A file uploaded for an import does not lie about when nobody confirms it."""

import time_machine
from django.core.files.storage import default_storage
from django.utils.module_loading import import_string

from accounts.tasks import discard_uploads
from accounts.uploads import FOLDER


def keep(settings, content):
    storage = import_string(settings.IMPORT_EXPORT_TMP_STORAGE_CLASS)(read_mode="r")
    storage.save(content)
    return storage


def test_a_file_is_there_until_it_is_confirmed(settings):
    upload = keep(settings, b"A1,Ann")
    again = type(upload)(name=upload.name)
    assert again.read() == b"A1,Ann"
    again.remove()
    assert default_storage.listdir(FOLDER) == ([], [])


def test_a_file_that_nobody_confirmed_is_gone_after_an_hour(settings):
    discard_uploads()
    keep(settings, b"A1,Ann")
    discard_uploads()
    assert len(default_storage.listdir(FOLDER)[1]) == 1
    with time_machine.travel("2099-01-01T00:00Z", tick=False):
        discard_uploads()
    assert default_storage.listdir(FOLDER) == ([], [])


def test_the_next_upload_discards_it_too(settings):
    keep(settings, b"A1,Ann")
    with time_machine.travel("2099-01-01T00:00Z", tick=False):
        later = keep(settings, b"A2,Ben")
    assert default_storage.listdir(FOLDER)[1] == [later.name]

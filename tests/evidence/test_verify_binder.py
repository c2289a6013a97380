"""A third party checks a binder with sha256sum or the small program in it."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command

from cpni.evidence import of_sample
from cpni.evidence.sampling import Population, draw
from cpni.models import Seal
from cpni.seal_lines import line_of
from cpni.sealing import seal_due
from tests.evidence.conftest import AT


@pytest.fixture
def packed(mailed, tmp_path):
    """A binder of a sample, with a seal."""
    seal_due(at=AT + timedelta(days=1))
    path = tmp_path / "binder.zip"
    sample = draw(Population(), size=2, seed="7")
    path.write_bytes(b"".join(of_sample.binder(sample, by=None, at=AT)))
    return path


@pytest.fixture
def folder(packed, tmp_path):
    """The same, unpacked."""
    with zipfile.ZipFile(packed) as binder:
        binder.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def checked(path, *arguments):
    """What the command says, and whether it found nothing."""
    out = io.StringIO()
    try:
        call_command("verify_binder", path, *arguments, stdout=out)
    except SystemExit as left:
        assert left.code == 1
    return out.getvalue().strip()


GOOD = "The binder is as it was made."


def test_what_is_as_it_was_made_is_said_so_packed_or_not(packed, folder):
    assert checked(packed) == checked(folder) == GOOD


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="there is no sha256sum")
def test_the_manifest_is_what_sha256sum_reads(folder):
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0


def test_the_program_in_the_binder_needs_nothing_of_ours(folder):
    def run():
        command = [sys.executable, "-I", "verify_binder.py"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        return done.returncode, done.stdout.decode().strip()

    assert run() == (0, GOOD)
    (folder / "sample.csv").write_text("forged")
    assert run() == (1, "sample.csv is not what it was when the binder was made.")


def test_a_file_that_was_taken_out_or_slipped_in_is_named(folder):
    (folder / "population.csv").unlink()
    (folder / "sample.json").unlink()
    (folder / "more.pdf").write_bytes(b"%PDF")
    assert sorted(checked(folder).splitlines()) == [
        "more.pdf was not in the binder when it was made.",
        "population.csv is missing.",
        "sample.json is missing.",
    ]


def reseal(folder, name):
    """Put the present digest of the file into the manifest, as a forger would."""
    sums = folder / "SHA256SUMS"
    digest = sha256((folder / name).read_bytes()).hexdigest()
    lines = [
        f"{digest}  {name}" if line.endswith(f"  {name}") else line
        for line in sums.read_text().splitlines()
    ]
    sums.write_text("\n".join(lines) + "\n")


def test_a_sample_that_was_chosen_by_hand_is_found(folder):
    sample = json.loads((folder / "sample.json").read_text())
    sample["drawn"].reverse()
    (folder / "sample.json").write_text(json.dumps(sample))
    reseal(folder, "sample.json")
    assert checked(folder) == "The sample is not what the seed draws from the population."


def test_a_seal_is_compared_with_itself_and_with_what_was_published(folder, tmp_path):
    seal = Seal.objects.get()
    lines = tmp_path / "seals.txt"
    lines.write_text(f"> {line_of(seal)}\n")
    assert checked(folder, "--seals", str(lines)) == GOOD
    lines.write_text("CPNI-SEAL of somebody else\n")
    said = f"The seal of {seal.day} is not among the published lines."
    assert checked(folder, "--seals", str(lines)) == said
    seals = json.loads((folder / "seals.json").read_text())
    seals[0]["manifest"] = seals[0]["manifest"].replace('"rows":', '"rows": ')
    (folder / "seals.json").write_text(json.dumps(seals))
    reseal(folder, "seals.json")
    assert checked(folder) == f"The seal of {seal.day} does not fit what it says."


def test_what_is_no_binder_is_said(tmp_path):
    assert "this is no binder" in checked(tmp_path)
    (tmp_path / "x.zip").write_bytes(b"nothing")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_binder", tmp_path / "x.zip")

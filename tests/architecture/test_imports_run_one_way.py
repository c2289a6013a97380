"""Imports run one way: config > cpni > notices > accounts, and inside an app from edges down."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

RANK = {"accounts": 0, "notices": 1, "cpni": 2, "config": 3}
EDGES = {"admin", "desk", "tasks", "management", "resources", "views", "api", "urls"}
DUMPING_GROUNDS = {"utils", "helpers", "common", "misc", "services"}


def files():
    for app in RANK:
        for file in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file


def module_of(file: Path) -> str:
    parts = file.relative_to(settings.BASE_DIR).with_suffix("").parts
    return ".".join(p for p in parts if p != "__init__")


def imports_of(file: Path):
    """Every import of the file, those inside functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_pure(file: Path) -> bool:
    """Whether its first words promise it: what it is given alone decides what it answers."""
    first = (ast.get_docstring(ast.parse(file.read_text())) or "").split("\n\n")[0]
    return bool(re.search(r"\bPure[.:]", first))


FILES = {module_of(f): f for f in files()}
PURE = {module for module, file in FILES.items() if is_pure(file)}


def test_a_module_imports_only_from_its_own_floor_and_below():
    above = [
        (module, name)
        for module in FILES
        for name in imports_of(FILES[module])
        if RANK.get(name.split(".")[0], -1) > RANK[module.split(".")[0]]
        or name.split(".")[0] == "tests"
    ]
    assert above == []


@pytest.mark.parametrize("module", sorted(PURE))
def test_a_pure_module_knows_neither_models_nor_settings(module):
    for name in imports_of(FILES[module]):
        assert ".models" not in name
        assert name not in ("django.conf", "django.conf.settings", "django.utils.timezone")


def is_edge(module: str) -> bool:
    parts = module.split(".")
    return len(parts) > 1 and parts[1] in EDGES


def test_a_verb_or_model_imports_no_edge():
    edges = [
        (module, name)
        for module in FILES
        if not is_edge(module) and not module.startswith("config")
        for name in imports_of(FILES[module])
        if name.split(".")[0] in RANK and is_edge(name)
    ]
    assert edges == []


def test_nothing_climbs_by_strings_or_signals():
    for module, file in FILES.items():
        if module.startswith("config"):
            continue
        text = file.read_text()
        for trick in ("get_model(", "@receiver", "models.signals", "import_string("):
            assert trick not in text, f"{module} uses {trick}"


def test_there_is_no_dumping_ground():
    # accounts.models.services holds what customers subscribe to, which is what the word means here.
    modules = set(FILES) - {"accounts.models.services"}
    names = {part for module in modules for part in module.split(".")}
    assert not names & DUMPING_GROUNDS


def test_no_module_grows_beyond_five_hundred_lines():
    long = {m: n for m, f in FILES.items() if (n := len(f.read_text().splitlines())) > 500}
    assert long == {}


def test_every_command_has_a_test():
    commands = {m.split(".")[-1] for m in FILES if ".management.commands." in m}
    tests = "\n".join(f.read_text() for f in (settings.BASE_DIR / "tests").rglob("test_*.py"))
    assert {c for c in commands if f'"{c}"' not in tests} == set()

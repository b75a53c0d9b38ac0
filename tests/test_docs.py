"""Documents, lock files and error catalogues say what the code does."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = {"E1": "optimizer", "E2": "networks", "E3": "scenarios", "E4": "api", "E5": "scenarios", "E6": "api"}
CODE = re.compile(r"\bE[1-6]\d\d\b")


def sources(package: str) -> str:
    """Return all code of a package but its catalogue, as one text."""
    files = (ROOT / package).rglob("*.py")
    return "\n".join(path.read_text("utf-8") for path in sorted(files) if path.name != "errors.py")


@pytest.mark.parametrize("prefix", CATALOGUES)
def test_every_error_code_that_is_raised_has_a_sentence_and_the_other_way_round(prefix: str) -> None:
    """A code without a sentence would crash on a user; a sentence without a raise is dead."""
    package = CATALOGUES[prefix]
    catalogue = importlib.import_module(f"{package}.errors").CATALOGUE
    used = {code for code in CODE.findall(sources(package)) if code.startswith(prefix)}
    assert used == {code for code in catalogue if code.startswith(prefix)}


@pytest.mark.parametrize("package", sorted(set(CATALOGUES.values())))
def test_every_sentence_is_bilingual_and_both_languages_use_the_same_values(package: str) -> None:
    """A value shown in one language is shown in the other."""
    for code, sentence in importlib.import_module(f"{package}.errors").CATALOGUE.items():
        zh, en = sentence.zh + sentence.fix_zh, sentence.en + sentence.fix_en
        assert re.search(r"[一-鿿]", zh), code
        assert not re.search(r"[一-鿿]", en), code
        assert set(re.findall(r"\{(\w+)", zh)) == set(re.findall(r"\{(\w+)", en)), code


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_carry_hashes_and_name_no_host(name: str) -> None:
    """Every pinned line is followed by a hash; nothing in the file points to a server."""
    text = (ROOT / name).read_text("utf-8")
    pins = re.findall(r"^[A-Za-z0-9_.-]+(?:\[[^\]]*\])?==\S+.*$", text, re.MULTILINE)
    assert len(pins) > 20
    assert all(pin.rstrip().endswith("\\") for pin in pins)
    assert "://" not in text
    assert "--index-url" not in text


def test_contributing_says_why_each_dependency_is_there() -> None:
    """Every direct dependency, of every extra, has its line."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[<>=\[ ]", line)[0] for group in groups for line in group}
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [name for name in sorted(names) if f"`{name}`" not in contributing] == []


def test_the_readme_commands_exist_in_the_makefile() -> None:
    """``make run`` and ``make test`` are the two commands; both begin with set-up."""
    readme, makefile = ((ROOT / name).read_text("utf-8") for name in ("README.md", "Makefile"))
    for command in ("run", "test"):
        assert f"make {command}" in readme
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_links_in_the_documents_lead_somewhere() -> None:
    """Every relative link of a Markdown file names a file that exists."""
    documents = [path for path in ROOT.rglob("*.md") if path.relative_to(ROOT).parts[0] not in {".venv", "out"}]
    assert documents
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"

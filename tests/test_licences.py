"""What is installed to run the program may be given to a county: no GPL, and LGPL or MPL only where named."""

from __future__ import annotations

import re
from importlib.metadata import distribution

from packaging.requirements import Requirement

WEAK_COPYLEFT = {"certifi", "tqdm"}
"""Unmodified MPL libraries that others bring along; CONTRIBUTING names them."""

LIBERAL = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|Zlib|CC0|HPND|Unlicense)\b|Kiwi|matplotlib|SciPy", re.I
)
STRONG_COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)
WEAK = re.compile(r"\b(LGPL|MPL|Mozilla Public|Lesser General)", re.IGNORECASE)


def runtime_distributions() -> set[str]:
    """Return the names of all distributions that ``gongpei`` needs to run, however deep."""
    todo, seen = ["gongpei"], set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for line in distribution(name).requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                todo.append(requirement.name)
    return seen


def stated_licence(name: str) -> str:
    """Return the first licence statement that a distribution carries: expression, classifiers or text."""
    meta = distribution(name).metadata
    classifiers = [c for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    return meta.get("License-Expression") or " ".join(classifiers) or (meta.get("License") or "")[:400]


def test_no_runtime_dependency_is_gpl_and_weak_copyleft_is_named() -> None:
    """Walks the installed packages themselves, so that a new dependency of a dependency is seen."""
    names = runtime_distributions()
    assert len(names) > 20, "the walk must have found the real set"
    for name in sorted(names):
        licence = stated_licence(name)
        assert not STRONG_COPYLEFT.search(licence.replace("LGPL", "")), f"{name}: {licence}"
        if WEAK.search(licence):
            assert name.lower() in WEAK_COPYLEFT, f"{name} is under {licence}; name it or drop it"
        else:
            assert LIBERAL.search(licence), f"{name} states no known licence: {licence!r}"

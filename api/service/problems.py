"""What goes wrong, as ``application/problem+json`` (RFC 9457): code, both languages, remedy, and every fault's place.

One code has one HTTP status (``STATUS``); what is not listed is the caller's input, 422. Only what nobody foresaw is
a 500, and that is a bug.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

import api.errors
import networks.errors
import optimizer.errors
import scenarios.errors
from api.service.documents import pointer_of
from scenarios.text import filled

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA = "application/problem+json"

STATUS = {
    "E601": 503,
    "E604": 429,
    "E605": 429,
    "E606": 409,
    "E630": 401,
    "E633": 400,
    "E634": 400,
    "E635": 413,
    "E636": 403,
    "E637": 404,
    "E638": 428,
    "E639": 412,
    "E640": 415,
    "E641": 400,
    "E642": 413,
    "E643": 413,
    "E646": 413,
    "E648": 409,
    "E649": 413,
    "E650": 409,
    "E653": 400,
    "E655": 405,
    "E656": 429,
    "E664": 429,
    "E657": 404,
    "E659": 409,
    "E660": 409,
    "E663": 413,
    "E602": 503,
    "E670": 503,
    "E671": 503,
    "E679": 503,
    "E681": 503,
    "E687": 409,
    "E690": 400,
    "E691": 404,
    "E697": 400,
    "E430": 404,
}
"""HTTP status by code; 422 for every other."""

BAD_INPUT = 422

MOST_FAULTS = 500
"""Faults in one answer; ``count`` tells how many there are."""


class _Ours(Protocol):
    """An error of any package of ours."""

    code: str

    @property
    def values(self) -> Mapping[str, object]: ...

    def render(self, lang: str) -> str: ...


CATALOGUES: dict[str, Mapping[str, Any]] = {
    "E1": optimizer.errors.CATALOGUE,
    "E2": networks.errors.CATALOGUE,
    "E3": scenarios.errors.CATALOGUE,
    "E4": api.errors.CATALOGUE,
    "E5": scenarios.errors.CATALOGUE,
    "E6": api.errors.CATALOGUE,
}
"""Catalogue by the first two letters of a code."""

OURS = (
    api.errors.InvalidInput,
    networks.errors.InvalidInput,
    optimizer.errors.InvalidInput,
    scenarios.errors.InvalidInput,
)
"""What the caller can mend."""


class Told(Exception):  # noqa: N818 - it is told on, not ours
    """A problem that another process has put into words."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = dict(content)
        super().__init__(str(content.get("detail", "")))


def problem(error: _Ours, *, instance: str = "") -> dict[str, Any]:
    """Return an error of ours as the members of a problem."""
    told = sentences(error.code, error.values, error)
    status = STATUS.get(error.code, BAD_INPUT)
    faults = [fault_record(fault) for fault in getattr(error, "faults", ())]
    found = {
        "type": f"/api/v1/errors/{error.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": told["en"],
        "instance": instance,
        "code": error.code,
        **told,
        "faults": faults[:MOST_FAULTS],
        "count": len(faults),
    }
    return {name: value for name, value in found.items() if value != ""}


def fault_record(fault: Any) -> dict[str, Any]:
    """Return a fault of any package of ours: code, place, both languages and remedies; ``pointer`` into a document."""
    told = {
        "code": fault.code,
        "file": fault.file,
        "sheet": fault.sheet,
        "row": fault.row,
        "column": str(fault.column),
        "value": str(fault.value),
        **sentences(fault.code, {"value": fault.value, "column": fault.column, **fault.values}, fault),
    }
    told["pointer"] = str(fault.values.get("pointer", "")) or pointer_of(told)
    return told


def sentences(code: str, values: Mapping[str, object], said: Any) -> dict[str, str]:
    """Return what is wrong and the remedy in both languages; ``said`` renders the whole where values are missing."""
    known = CATALOGUES.get(code[:2], {}).get(code)
    told = {}
    for lang, joint in (("zh", "；"), ("en", "; ")):
        fix = _filled(getattr(known, f"fix_{lang}", ""), lang, values) or ""
        what = _filled(getattr(known, lang, ""), lang, values)
        told[lang] = what or str(said.render(lang)).removesuffix(joint + fix)
        told[f"remedy_{lang}"] = fix
    return told


def _filled(text: str, lang: str, values: Mapping[str, object]) -> str | None:
    """Return a sentence with its values, None where one is missing."""
    try:
        return filled(text, lang, values)
    except (KeyError, IndexError, ValueError, AttributeError):
        return None

"""What goes wrong, as ``application/problem+json`` (RFC 9457): code, both languages, remedy, and every fault's place.

One code has one HTTP status (``STATUS``); what is not listed is the caller's input, 422. Only what nobody foresaw is
a 500, and that is a bug.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

import api.errors
import networks.errors
import optimizer.errors
import scenarios.errors
from api.errors import Fault, InvalidInput
from api.service.database import Unavailable
from api.service.documents import pointer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import FastAPI
    from starlette.requests import Request

logger = logging.getLogger(__name__)

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
    "E654": 409,
    "E655": 405,
    "E656": 503,
    "E657": 404,
}
"""HTTP status by code; 422 for every other."""

BAD_REQUEST = 422

SHORT_WAIT_S = 2
"""How soon a caller may try again after a failure that passes by itself."""

MOST_FAULTS = 500
"""Faults in one answer; ``count`` tells how many there are."""


class _Sentence(Protocol):
    zh: str
    en: str
    fix_zh: str
    fix_en: str


class _Ours(Protocol):
    code: str
    values: Mapping[str, object]

    def render(self, lang: str) -> str: ...


CATALOGUES: dict[str, Mapping[str, _Sentence]] = {
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


def problem(error: _Ours, *, instance: str = "") -> dict[str, Any]:
    """Return an error of ours as the members of a problem."""
    told = sentences(error.code, error.values, error)
    status = STATUS.get(error.code, BAD_REQUEST)
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
    for lang in ("zh", "en"):
        what, fix = (getattr(known, f"{part}{lang}", "") for part in ("", "fix_"))
        try:
            told[lang], told[f"remedy_{lang}"] = (text.format_map(dict(values)) for text in (what, fix))
        except (KeyError, IndexError, ValueError):
            told[lang], told[f"remedy_{lang}"] = said.render(lang), ""
        told[lang] = told[lang] or str(said.render(lang))
    return told


def respond(error: _Ours, *, instance: str = "") -> Response:
    """Return the answer to a request that met ``error``."""
    content = problem(error, instance=instance)
    headers = {}
    if content["status"] == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    wait_s = getattr(error, "retry_after_s", error.values.get("retry_after_s"))
    if wait_s is not None:
        headers["Retry-After"] = str(wait_s)
    elif content["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(SHORT_WAIT_S)
    text = json.dumps(content, ensure_ascii=False, default=str)
    return Response(text, status_code=content["status"], headers=headers, media_type=MEDIA)


def install(app: FastAPI) -> None:
    """Let every error of ``app`` be answered as a problem."""
    for kind in (*OURS, Unavailable):
        app.add_exception_handler(kind, _ours)
    app.add_exception_handler(RequestValidationError, _schema)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _ours(request: Request, error: Exception) -> Response:
    return respond(error, instance=request.url.path)  # type: ignore[arg-type]


async def _schema(request: Request, error: Exception) -> Response:
    """Answer what the schema of an endpoint refuses."""
    details: Iterable[Any] = error.errors() if isinstance(error, RequestValidationError) else ()
    faults = tuple(schema_fault(each) for each in details)
    broken = next((f for f in faults if f.values.get("type") == "json_invalid"), None)
    if broken is not None:
        return respond(InvalidInput("E633", detail=broken.values["detail"]), instance=request.url.path)
    return respond(InvalidInput("E631", faults=faults, count=len(faults)), instance=request.url.path)


def schema_fault(details: Mapping[str, Any]) -> Fault:
    """Return a fault of pydantic's as ours; parts of the body get a pointer, others their name."""
    where, *steps = details["loc"] or ("body",)
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    is_body = where == "body"
    value = "" if details["type"] == "missing" else _short(details.get("input", ""))
    values = {"detail": str(details["msg"])[:200], "type": details["type"], "pointer": pointer if is_body else ""}
    return Fault(code="E632", column=".".join(map(str, steps or (where,)))[:80], value=value, values=values)


def _short(value: object) -> str:
    if isinstance(value, dict | list | bytes):
        return ""
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


async def _http(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: no such address, another method, a body that it cannot read."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    path = request.url.path
    if status == HTTPStatus.NOT_FOUND:
        return respond(InvalidInput("E657", value=path[:200]), instance=path)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer = respond(InvalidInput("E655", value=request.method), instance=path)
        answer.headers.update(getattr(error, "headers", None) or {})
        return answer
    return respond(InvalidInput("E633", detail=str(getattr(error, "detail", ""))[:200]), instance=path)


async def _bug(request: Request, error: Exception) -> Response:
    logger.error("failed", exc_info=error, extra={"method": request.method, "status": 500})
    content = problem(api.errors.ExportFailed("E490", detail=type(error).__name__), instance=request.url.path)
    content |= {"status": 500, "title": HTTPStatus(500).phrase}
    return Response(json.dumps(content, ensure_ascii=False), status_code=500, media_type=MEDIA)

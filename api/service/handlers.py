"""Answers every error of an application as a problem (``api.service.problems``)."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.errors import ExportFailed, Fault, InvalidInput
from api.service.database import Unavailable
from api.service.ids import FORM
from api.service.problems import OURS, Told, problem
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import Scope

logger = logging.getLogger(__name__)

MEDIA = "application/problem+json"

UNKNOWN = "-"

IDS = ("scenario_id", "job_id", "plan_id")
"""Parts of paths that a log may show, where they are ids indeed."""

IN_THE_LOG = Text("详见服务日志", "see the log of the service")
"""What a caller is told in place of what a driver said."""

SHORT_WAIT_S = 2
"""How soon a caller may try again after a failure that passes by itself."""


def respond(error: Any, *, instance: str = "") -> Response:
    """Return the answer to a request that met ``error``, one of ours."""
    wait_s = getattr(error, "retry_after_s", error.values.get("retry_after_s"))
    return told(problem(error, instance=instance), wait_s)


def told(content: Mapping[str, Any], wait_s: object = None) -> Response:
    """Return a problem as an answer, with the headers that go with its status."""
    headers = {}
    if content["status"] == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if wait_s is not None:
        headers["Retry-After"] = str(wait_s)
    elif content["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(SHORT_WAIT_S)
    text = json.dumps(content, ensure_ascii=False, default=str)
    data = text.encode("utf-8", "replace")  # what a caller sent may hold half a character
    return Response(data, status_code=content["status"], headers=headers, media_type=MEDIA)


def install(app: FastAPI) -> None:
    """Let every refusal of ``app`` be answered as a problem; bugs are answered by ``api.service.headers``."""
    for kind in (*OURS, Unavailable):
        app.add_exception_handler(kind, _ours)
    app.add_exception_handler(Told, _told)
    app.add_exception_handler(RequestValidationError, _schema)
    app.add_exception_handler(HTTPException, _http)


async def _ours(request: Request, error: Exception) -> Response:
    shown: Exception = error
    if isinstance(error, Unavailable):  # a driver names hosts and users, a disk names files
        shown = Unavailable(error.code, detail=IN_THE_LOG)
    answer = respond(shown, instance=request.url.path)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:  # the operator's to mend, who sees no answers
        detail = f": {error}" if shown is not error else ""
        told = {"code": getattr(error, "code", ""), **where(request.scope)}
        logger.error("the service cannot do its work%s", detail, extra=told)
    return answer


async def _told(request: Request, error: Exception) -> Response:
    content = error.content if isinstance(error, Told) else {}
    return told({**content, "instance": request.url.path})


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


def where(scope: Scope) -> dict[str, str]:
    """Return what a log may say of a request: its number, method, template of its path, and ids of ours in the path.

    The path as it came may hold anything, the number of an order or a phone.
    """
    told = {"method": scope["method"][:10], "route": getattr(scope.get("route"), "path", UNKNOWN)}
    told["request_id"] = scope.get("state", {}).get("request_id", UNKNOWN)
    given = ((name.removesuffix("_id"), value) for name, value in scope.get("path_params", {}).items() if name in IDS)
    return told | {name: value for name, value in given if FORM.fullmatch(value)}


def bug(error: Exception, scope: Scope) -> Response:
    """Write an error of our own into the log, and return the answer to the request that met it."""
    logger.error("failed", exc_info=error, extra={"status": 500, **where(scope)})
    content = problem(ExportFailed("E490", detail=type(error).__name__), instance=scope["path"])
    return told(content | {"status": 500, "title": HTTPStatus(500).phrase})

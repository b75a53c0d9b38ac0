"""What the framework does not say of the addresses by itself: the key, headers both ways, files, plans, links.

``complete`` adds it to the OpenAPI document once, when the application is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.schemas import PlanFile
from api.service.auth import PERMISSIONS, PUBLIC, ROOT, permission_of
from api.service.context import MOST_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi.routing import APIRoute

TEXT: dict[str, Any] = {"type": "string"}
BYTES: dict[str, Any] = {"type": "string", "format": "binary"}
TREE: dict[str, Any] = {"type": "object"}
PLAN: dict[str, Any] = {"$ref": "#/components/schemas/PlanFile"}

KEY = "key"

SECURITY = {
    KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "a key of a county (gpk_...), made by gongpei admin key new",
    }
}

SENT = {
    "Idempotency-Key": {
        "description": "whatever the caller likes, once for each thing that it wants: the same again gives the same "
        "job, with another body it is refused (409)",
        "schema": {"type": "string", "minLength": 1, "maxLength": MOST_KEY, "pattern": "^[!-~]+$"},
        "example": "2026-04-15-morning",
    },
    "Last-Event-ID": {
        "description": "the id of the last event that came; what follows it is sent",
        "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "example": "17",
    },
}
"""Headers of requests."""

TAKES = {
    "Idempotency-Key": (
        *("post /scenarios/{scenario_id}/solves", "post /comparisons", "post /plans/{plan_id}:replan", "post /solve"),
    ),
    "Last-Event-ID": ("get /jobs/{job_id}/events", "get /solves/{job_id}/events"),
}

GIVEN = {
    "Location": "where what was made or accepted is found",
    "ETag": "names the revision; send it as If-Match to change it",
    "Allow": "the methods of this address",
    "Retry-After": "seconds to wait",
    "WWW-Authenticate": "Bearer",
}
"""Headers of answers."""

BEARS = {
    "Location": (
        *("post /scenarios 201", "post /scenarios/{scenario_id}/solves 202", "post /comparisons 202"),
        *("post /plans/{plan_id}:replan 202", "post /scenarios/{scenario_id}/plans 201"),
        *("post /solve 200", "post /solve 202"),
    ),
    "ETag": (
        *("post /scenarios 201", "get /scenarios/{scenario_id} 200", "patch /scenarios/{scenario_id} 200"),
        "get /scenarios/{scenario_id}/revisions/{number} 200",
    ),
}

BY_STATUS = {"401": "WWW-Authenticate", "405": "Allow", "429": "Retry-After", "503": "Retry-After"}

EVENT: dict[str, Any] = {
    "type": "object",
    "description": "One server-sent event. data is JSON with the moment at: state {state, attempt}; log {phase} "
    "or {text}; incumbent {cost_fen, unserved, search}; end {state, and as it ended cost_fen, unserved, stopped, "
    "plan_id, failure}. A comment comes where nothing has happened for 10 s.",
    "required": ["id", "event", "data"],
    "properties": {
        "id": TEXT,
        "event": {"type": "string", "enum": ["state", "incumbent", "log", "end"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
"""One of a stream; to those who read OpenAPI the schema of a stream is that of its events."""

EVENTS: dict[str, Any] = {"$ref": "#/components/schemas/EventGiven"}

FILES: dict[str, dict[str, Any]] = {
    "get /jobs/{job_id}/events": {"text/event-stream": EVENTS},
    "get /solves/{job_id}/events": {"text/event-stream": EVENTS},
    "get /metrics": {"text/plain": TEXT},
    "get /plans/{plan_id}/export": {
        "application/json": PLAN,
        "application/geo+json": TREE,
        "text/csv": TEXT,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": BYTES,
    },
    "get /scenarios/{scenario_id}/revisions/{number}/content": {"application/json": TREE, "application/zip": BYTES},
}
"""What comes as a file, by media type."""

HOLDS_PLAN = ("PlanGiven", "BestGiven", "SolvedGiven")
"""Schemas with a ``plan`` that is a ``plan.json``."""

LINKS: dict[tuple[str, str, str], dict[str, tuple[str, ...]]] = {
    ("post", "/scenarios", "201"): {
        "scenario_id=id": (
            *("get /scenarios/{scenario_id}", "patch /scenarios/{scenario_id}", "delete /scenarios/{scenario_id}"),
            "post /scenarios/{scenario_id}/solves",
        ),
        "scenario_id=id&number=revision": (
            *(
                "get /scenarios/{scenario_id}/revisions/{number}",
                "get /scenarios/{scenario_id}/revisions/{number}/content",
            ),
        ),
    },
    ("post", "/scenarios/{scenario_id}/solves", "202"): {
        "job_id=id": (
            *("get /jobs/{job_id}", "get /jobs/{job_id}/plan", "post /jobs/{job_id}:stop", "delete /jobs/{job_id}"),
        ),
    },
    ("get", "/jobs/{job_id}", "200"): {
        "plan_id=plan_id": (
            *("get /plans/{plan_id}", "get /plans/{plan_id}/export", "post /plans/{plan_id}:evaluate"),
            *("post /plans/{plan_id}:candidates", "post /plans/{plan_id}:explain", "post /plans/{plan_id}:publish"),
            "post /plans/{plan_id}:replan",
        ),
    },
}
"""Method, path and status -> parameters taken from the answer -> where they lead."""


def complete(document: dict[str, Any], routes: Iterable[APIRoute]) -> None:
    """Add all of it to a document as the framework has made it."""
    _say_permissions(document, routes)
    _say_headers(document)
    _say_plans(document)
    document["components"]["schemas"]["EventGiven"] = EVENT
    for named, media in FILES.items():
        _operation(document, named)["responses"]["200"]["content"] = {
            kind: {"schema": schema} for kind, schema in media.items()
        }
    _say_links(document)


def operation_id(route: APIRoute) -> str:
    """Return what generated clients call an operation: the first word of its path and the name of its function."""
    word = route.path.removeprefix(ROOT).lstrip("/").partition("/")[0].partition(":")[0]
    return word if word == route.name else f"{word}_{route.name}"


def _operation(document: dict[str, Any], named: str) -> dict[str, Any]:
    method, _, path = named.partition(" ")
    operation: dict[str, Any] = document["paths"][ROOT + path][method]
    return operation


def _say_permissions(document: dict[str, Any], routes: Iterable[APIRoute]) -> None:
    """Say of every operation which permission it needs, which roles have it, and how the key is sent."""
    document["components"]["securitySchemes"] = SECURITY
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is None:
                continue
            permission = permission_of(route)
            operation["x-permission"] = permission
            operation["x-roles"] = [role for role, may in PERMISSIONS.items() if permission in may]
            operation["security"] = [] if permission == PUBLIC else [{KEY: []}]


def _say_headers(document: dict[str, Any]) -> None:
    for name, operations in TAKES.items():
        for named in operations:
            sent = {"name": name, "in": "header", "required": False, **SENT[name]}
            _operation(document, named).setdefault("parameters", []).append(sent)
    for name, answers in BEARS.items():
        for named in answers:
            operation, _, status = named.rpartition(" ")
            _bear(_operation(document, operation)["responses"][status], name)
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, name in BY_STATUS.items():
                if status in operation["responses"]:
                    operation["responses"][status] = dict(operation["responses"][status])  # all share one
                    _bear(operation["responses"][status], name)


def _bear(answer: dict[str, Any], name: str) -> None:
    answer["headers"] = {**answer.get("headers", {}), name: {"description": GIVEN[name], "schema": TEXT}}


def _say_plans(document: dict[str, Any]) -> None:
    """Say what a ``plan.json`` holds, wherever one comes or goes."""
    schemas = document["components"]["schemas"]
    schema = PlanFile.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, part in schema.pop("$defs").items():
        schemas.setdefault(name, part)
    schemas["PlanFile"] = schema
    for name in HOLDS_PLAN:
        plan = schemas[name]["properties"]["plan"]
        is_nullable = any(each.get("type") == "null" for each in plan.get("anyOf", ()))
        schemas[name]["properties"]["plan"] = {"anyOf": [PLAN, {"type": "null"}]} if is_nullable else PLAN
    body = _operation(document, "post /scenarios/{scenario_id}/plans")["requestBody"]
    body["content"]["application/json"]["schema"] = PLAN


def _say_links(document: dict[str, Any]) -> None:
    """Add to answers where what they hold leads on to."""
    for (method, path, status), links in LINKS.items():
        answer = document["paths"][ROOT + path][method]["responses"][status]
        for taken, targets in links.items():
            parameters = dict(pair.split("=") for pair in taken.split("&"))
            for target in targets:
                operation = _operation(document, target)
                answer.setdefault("links", {})[operation["operationId"]] = {
                    "operationId": operation["operationId"],
                    "parameters": {name: f"$response.body#/{field}" for name, field in parameters.items()},
                }

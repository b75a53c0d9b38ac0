"""The page of the API: OpenAPI 3.1, and the same as a plain page that fetches nothing and runs nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.service.auth import ROOT, ForAll, permission_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import FastAPI
    from fastapi.routing import APIRoute

router = APIRouter(prefix=ROOT, include_in_schema=False)

STYLE = Path(__file__).parent.parent / "templates" / "reference.css"

PROBLEM_MEDIA = "application/problem+json"
"""Answers of this kind are the same everywhere and told once."""

SOME_TIME = {"Cache-Control": "public, max-age=3600"}


@router.get("/openapi.json")
async def openapi(_: ForAll, request: Request) -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    return document


@router.get("/docs")
def page(_: ForAll, request: Request) -> Response:
    """Return the OpenAPI document as a page."""
    return Response(_page(request.app), media_type="text/html; charset=utf-8", headers=SOME_TIME)


@router.get("/docs.css")
def style(_: ForAll) -> Response:
    """Return the style of the page."""
    return Response(STYLE.read_bytes(), media_type="text/css; charset=utf-8", headers=SOME_TIME)


@lru_cache(maxsize=1)
def _page(app: FastAPI) -> str:
    environment = Environment(
        loader=PackageLoader("api.service"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    document = app.openapi()
    return environment.get_template("reference.html.j2").render(
        info=document["info"], operations=operations(document), schemas=schemas(document)
    )


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every operation of a document as the page shows it."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("description", "").split("``"),
            "permission": operation.get("x-permission", ""),
            "tag": operation["tags"][0],
            "parameters": [
                f"{each['name']} ({each['in']})" for each in operation.get("parameters", ()) if each["in"] != "path"
            ],
            "body": [
                f"{media}: {named(content.get('schema', {}))}"
                for media, content in operation.get("requestBody", {}).get("content", {}).items()
            ],
            "answers": [
                f"{status} {named(answer.get('content', {}).get('application/json', {}).get('schema', {}))}".strip()
                for status, answer in operation["responses"].items()
                if PROBLEM_MEDIA not in answer.get("content", {})
            ],
        }
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def schemas(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every schema of a document with its fields."""
    return [
        {
            "name": name,
            "description": schema.get("description", "").split("``"),
            "fields": [
                {"name": field, "type": named(each), "is_required": field in schema.get("required", ())}
                for field, each in schema.get("properties", {}).items()
            ],
        }
        for name, schema in document["components"]["schemas"].items()
    ]


def named(schema: dict[str, Any]) -> str:
    """Return what a schema is called, or what it is made of."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(named(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{named(schema.get('items', {}))}]"
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    return str(schema.get("const", schema.get("type", "")))


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


def say_links(document: dict[str, Any]) -> None:
    """Add to answers where what they hold leads on to."""
    for (method, path, status), links in LINKS.items():
        answer = document["paths"][ROOT + path][method]["responses"][status]
        for taken, targets in links.items():
            parameters = dict(pair.split("=") for pair in taken.split("&"))
            for target in targets:
                to_method, _, to_path = target.partition(" ")
                operation = document["paths"][ROOT + to_path][to_method]
                answer.setdefault("links", {})[operation["operationId"]] = {
                    "operationId": operation["operationId"],
                    "parameters": {name: f"$response.body#/{field}" for name, field in parameters.items()},
                }


def say_permissions(routes: Iterable[APIRoute], document: dict[str, Any]) -> None:
    """Add to every operation which permission it needs."""
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is not None:
                operation["x-permission"] = permission_of(route)

"""The page of the API: OpenAPI 3.1, and the same as a plain page that fetches nothing and runs nothing."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.service.auth import ROOT, ForAll

if TYPE_CHECKING:
    from fastapi import FastAPI

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
        info=document["info"],
        operations=operations(document),
        schemas=schemas(document),
        schema_names=frozenset(document["components"]["schemas"]),
    )


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every operation of a document as the page shows it."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("description", "").split("``"),
            "permission": operation.get("x-permission", ""),
            "roles": operation.get("x-roles", ()),
            "tag": operation["tags"][0],
            "parameters": [parameter(each) for each in operation.get("parameters", ()) if each["in"] != "path"],
            "body": [
                (media, named(content.get("schema", {})), _example(content))
                for media, content in operation.get("requestBody", {}).get("content", {}).items()
            ],
            "answers": [
                (status, contents(answer), sorted(answer.get("headers", ())))
                for status, answer in operation["responses"].items()
                if PROBLEM_MEDIA not in answer.get("content", {})
            ],
        }
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def parameter(told: dict[str, Any]) -> str:
    """Return a parameter with what it takes: where it goes, its form, and what it is where it is left out."""
    schema = told["schema"]
    default = f", otherwise {json.dumps(schema['default'])}" if schema.get("default") not in (None, "") else ""
    return f"{told['name']} ({told['in']}: {named(schema)}{default})"


def _example(content: dict[str, Any]) -> str:
    return json.dumps(content["example"], ensure_ascii=False) if "example" in content else ""


def contents(answer: dict[str, Any]) -> list[str]:
    """Return what an answer holds: the name of its schema, or the media type of a file."""
    return [
        (media == "application/json" and named(content["schema"])) or media
        for media, content in answer.get("content", {}).items()
    ]


def schemas(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every schema of a document with its fields."""
    return [
        {
            "name": name,
            "description": schema.get("description", "").split("``"),
            "examples": [json.dumps(each, ensure_ascii=False) for each in schema.get("examples", ())],
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

"""The HTTP application: ``/api/v1``, thin endpoints over the scenarios, the queue and the processes beside them.

Deny by default: a route that does not say which permission it needs keeps the application from starting.
"""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from api.errors import InvalidInput
from api.service import handlers, openapi
from api.service.auth import permission_of
from api.service.bench import Benches
from api.service.body import Bodies
from api.service.context import Context
from api.service.crowd import Crowd
from api.service.headers import Answering
from api.service.intake import Intake
from api.service.methods import Heads, allowed
from api.service.metrics import Metrics
from api.service.routes import jobs, operator, plans, reference, scenarios
from api.service.schemas import ProblemGiven
from api.service.sealing import KeyFile
from api.service.sse import Lines
from api.service.strictness import refuse_unasked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from fastapi import APIRouter
    from starlette.requests import Request
    from starlette.responses import Response

    from api.service.database import Database
    from api.service.settings import Settings

ROUTERS = tuple(module.router for module in (scenarios, jobs, plans, operator, reference))
"""All routes of the application."""

ABOUT = (
    "共配：提交一个县，看它被规划，什么也不丢。 Submit a county, watch it being planned, lose nothing. "
    "Money is in whole fen, moments are RFC 3339, coordinates are lon and lat in the datum that is declared, "
    "errors are application/problem+json with a code, both languages, a remedy and the place of every fault."
)

PROBLEM: dict[str, Any] = {
    "model": ProblemGiven,
    "description": "what is wrong, in both languages, with every fault (application/problem+json)",
    "content": {handlers.MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemGiven"}}},
}

REFUSALS = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503)
"""Statuses of problems."""


def create_app(settings: Settings, database: Database) -> FastAPI:
    """Return the application over a database whose tables are up to date.

    Raises
    ------
    InvalidInput
        E672 to E674, E680, where the key file of personal fields is not as it must be.
    RuntimeError
        When a route does not declare its permission.
    """
    limits = settings.limits
    bounds = {
        "memory_bytes": limits.child_memory_bytes,
        "most_places": limits.max_places,
        "most_vehicles": limits.max_vehicles,
        "most_orders": limits.max_orders,
    }
    keys = None if settings.key_file is None else KeyFile(path=settings.key_file, data=settings.data)
    benches, metrics = Benches(bounds, settings.data, settings.scenarios_kept), Metrics(database)
    app = FastAPI(
        title="gongpei",
        version=version("gongpei"),
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        generate_unique_id_function=openapi.operation_id,
        responses=dict.fromkeys(REFUSALS, PROBLEM),
    )
    app.state.database = database
    app.state.context = Context(
        settings=settings,
        database=database,
        intake=Intake(database, limits),
        keys=keys,
        benches=benches,
        metrics=metrics,
        lines=Lines(limits=limits),
    )
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(refuse_unasked)])
    handlers.install(app)
    app.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, _not_allowed)
    app.add_middleware(Heads)
    app.add_middleware(Bodies, most_bytes=limits.max_body_bytes)
    app.add_middleware(Crowd)
    app.add_middleware(Answering, metrics=metrics)
    require_permissions(ROUTERS)
    openapi.complete(app.openapi(), routes_of(ROUTERS))
    return app


def routes_of(routers: Sequence[APIRouter]) -> list[APIRoute]:
    """Return all routes.

    Raises
    ------
    RuntimeError
        For one that is no plain route, such as a mounted application.
    """
    routes = [route for router in routers for route in router.routes]
    plain = [route for route in routes if isinstance(route, APIRoute)]
    if len(plain) != len(routes):
        raise RuntimeError("a route is not one of ours")
    return plain


def require_permissions(routers: Sequence[APIRouter]) -> None:
    """Refuse routes that do not say who may use them.

    Raises
    ------
    RuntimeError
        Naming the routes.
    """
    silent = [route.path for route in routes_of(routers) if permission_of(route) is None]
    if silent:
        raise RuntimeError("no permission declared: " + ", ".join(silent))


async def _not_allowed(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the form of a handler
    """Answer a method that an address does not take; ``Allow`` names all that it does."""
    path = request.url.path
    answer = handlers.respond(InvalidInput("E655", value=request.method[:20]), instance=path)
    answer.headers["Allow"] = allowed(routes_of(ROUTERS), path)
    return answer


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Import what benches need while nobody waits for it; end them at the end."""
    benches: Benches = app.state.context.benches
    threading.Thread(target=benches.warm, daemon=True).start()
    try:
        yield
    finally:
        benches.close()

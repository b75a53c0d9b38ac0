"""What every address refuses alike: parameters that it does not know, and a body that is not the JSON it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotation

from api.errors import Fault, InvalidInput
from scenarios.tables import nearest

if TYPE_CHECKING:
    from fastapi.routing import APIRoute

JSON = "application/json"


async def refuse_unasked(request: Request) -> None:
    """Refuse parameters that an address does not know, and another body than JSON where it takes JSON alone.

    The former would be passed over in silence, the latter be told as a field of the wrong type.

    Raises
    ------
    InvalidInput
        E631 with each name (E692), E640.
    """
    route: APIRoute = request.scope["route"]
    known = [parameter.alias for parameter in route.dependant.query_params]
    unknown = dict.fromkeys(name for name in request.query_params if name not in known)
    if unknown:
        faults = tuple(_unknown(name, known) for name in unknown)
        raise InvalidInput("E631", faults=faults, count=len(faults))
    if route.body_field is not None and _has_body(request) and not is_json(request):
        raise InvalidInput("E640", value=request.headers.get("content-type", "-")[:80], known=JSON)


def _unknown(name: str, known: list[str]) -> Fault:
    return Fault(code="E692", column=name[:80], values={"nearest": nearest(name, known), "pointer": ""})


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def is_json(request: Request) -> bool:
    """Whether a request says that its body is JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == JSON

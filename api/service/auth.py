"""Who calls, and what each role may do: deny unless it is written here.

A key is ``gpk_`` and 43 characters of chance; the database holds its SHA-256 only, which is enough for a secret
of 256 bits. A route names the permission that it needs by ``needs``; a route that names none does not start.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import bindparam, insert, select, update
from starlette.concurrency import run_in_threadpool

from api.errors import InvalidInput
from api.service.audit import Deed, append
from api.service.database import now_ms
from api.service.ids import new_id
from api.service.tables import counties, keys
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.routing import APIRoute
    from sqlalchemy import Connection
    from starlette.types import Scope

    from api.service.database import Database

ROOT = "/api/v1"
"""Where all addresses begin."""

PREFIX = "gpk_"

COUNTY, BRAND = Text("县", "a county"), Text("品牌", "a brand")

MOST_NAME = 200
"""Characters of the name of a county or brand; SQLite would take more, and PostgreSQL could not take it over."""

ROLES = ("dispatcher", "planner", "brand", "viewer", "admin")
"""Roles of a county's keys; an ``admin`` of no county is the operator."""

OPERATOR = "operator"

PUBLIC = "public"
"""What needs no key."""

_READ = frozenset({"scenario.read", "job.read", "plan.read", "limits.read"})
_PLAN = _READ | {"scenario.write", "job.submit", "job.end", "plan.ask"}

PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": _READ,
    "brand": frozenset({"brand.read", "limits.read"}),
    "planner": _PLAN,
    "dispatcher": _PLAN | {"plan.publish", "personal.read"},
    "admin": _PLAN | {"plan.publish", "personal.read", "personal.reveal", "audit.read", "webhook.write"},
    OPERATOR: frozenset({"limits.read", "audit.read", "metrics.read"}),
}
"""What each role may do. ``personal.read`` shows masked fields, ``personal.reveal`` the fields themselves."""


KEY = select(keys.c.id, keys.c.county_id, keys.c.role, keys.c.brand).where(
    keys.c.hash == bindparam("hash"), keys.c.revoked_ms.is_(None)
)
"""The statement of every request, made once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: the key, its county ("" for the operator), role and, for the role ``brand``, the brand."""

    key_id: str
    county_id: str
    role: str
    brand: str = ""

    def may(self, permission: str) -> bool:
        """Whether the role has ``permission``."""
        return permission in PERMISSIONS.get(self.role, frozenset())


def new_county(connection: Connection, name: str) -> str:
    """Store a county within the caller's transaction and return its id.

    Raises
    ------
    InvalidInput
        E695 for a name that is none.
    """
    require_name(name)
    county_id, at_ms = new_id("cty"), now_ms(connection)
    connection.execute(insert(counties).values(id=county_id, name=name, last_turn=0, created_ms=at_ms))
    append(connection, Deed(action="county.new", object=county_id, county_id=county_id, detail={}), at_ms)
    return county_id


def new_key(connection: Connection, county_id: str | None, role: str, brand: str = "") -> tuple[str, str]:
    """Store a key within the caller's transaction; return its id and the secret, which is shown this once.

    Raises
    ------
    InvalidInput
        E695 for a brand whose name is none.
    """
    if brand:
        require_name(brand, BRAND)
    key_id, secret, at_ms = new_id("key"), PREFIX + secrets.token_urlsafe(32), now_ms(connection)
    row = {"id": key_id, "county_id": county_id, "role": role, "brand": brand or None, "hash": digest_of(secret)}
    connection.execute(insert(keys).values(**row, created_ms=at_ms))
    detail = {"role": role, "brand": brand}
    append(connection, Deed(action="key.new", object=key_id, county_id=county_id, detail=detail), at_ms)
    return key_id, secret


def require_name(name: str, what: Text = COUNTY) -> None:
    """Refuse what is no name of a county or brand.

    Raises
    ------
    InvalidInput
        E695.
    """
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable() or name != name.strip():
        shown = "".join(each if each.isprintable() else "�" for each in name[:40])
        raise InvalidInput("E695", what=what, value=f"«{shown}»", most=MOST_NAME)


def revoke_key(connection: Connection, key_id: str) -> bool:
    """Let a key open nothing from now on; False where there is none of this id that still does."""
    at_ms = now_ms(connection)
    changed = update(keys).where(keys.c.id == key_id, keys.c.revoked_ms.is_(None)).values(revoked_ms=at_ms)
    if connection.execute(changed).rowcount != 1:
        return False
    append(connection, Deed(action="key.revoke", object=key_id, detail={}), at_ms)
    return True


def digest_of(secret: str) -> str:
    """Return what the database holds of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def caller_of(database: Database, header: str) -> Caller | None:
    """Return whom the ``Authorization`` header names; None for nobody. One look into the database."""
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    with database.read() as connection:
        row = connection.execute(KEY, {"hash": digest_of(secret.strip())}).one_or_none()
    if row is None:
        return None
    role = OPERATOR if row.county_id is None and row.role == "admin" else row.role
    if role != OPERATOR and row.county_id is None:
        return None
    return Caller(key_id=row.id, county_id=row.county_id or "", role=role, brand=row.brand or "")


async def require_caller(scope: Scope, header: str) -> Caller:
    """Return who sent a request with this ``Authorization``; whoever asks first looks, the request keeps it.

    Raises
    ------
    InvalidInput
        E630 without a valid key.
    """
    state = scope.setdefault("state", {})
    if "caller" not in state:
        caller = await run_in_threadpool(caller_of, scope["app"].state.database, header)
        if caller is None:
            raise InvalidInput("E630")
        state["caller"] = caller
    found: Caller = state["caller"]
    return found


def needs(permission: str) -> Any:
    """Return the dependency of a route that needs ``permission``; it gives the ``Caller``.

    Raises
    ------
    InvalidInput
        E630 without a valid key, E636 for a role that may not.
    """

    async def check(request: Request) -> Caller:
        caller = await require_caller(request.scope, request.headers.get("authorization", ""))
        if not caller.may(permission):
            raise InvalidInput("E636", role=caller.role, action=permission)
        return caller

    check.permission = permission  # type: ignore[attr-defined]  # read by ``permission_of``
    return Depends(check)


def open_to_all() -> None:
    """Say of a route that it needs no key."""


open_to_all.permission = PUBLIC  # type: ignore[attr-defined]

ForAll = Annotated[None, Depends(open_to_all)]
"""Parameter of a route that needs no key."""


def permission_of(route: APIRoute) -> str | None:
    """Return the permission that a route declares; None where it declares none."""
    calls: list[Callable[..., Any] | None] = [each.call for each in route.dependant.dependencies]
    return next((found for call in calls if (found := getattr(call, "permission", None))), None)

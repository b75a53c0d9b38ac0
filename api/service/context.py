"""What every endpoint may reach: settings, database, intake, keys of personal fields, scenarios kept ready, metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from api.errors import InvalidInput
from api.service.ids import FORM
from api.service.revisions import content_of, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.service.auth import Caller
    from api.service.bench import Benches
    from api.service.database import Database
    from api.service.intake import Intake
    from api.service.metrics import Metrics
    from api.service.sealing import KeyFile, KeyRing
    from api.service.settings import Settings
    from api.service.sse import Lines

MOST_KEY = 200
"""Characters of an idempotency key."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """The service behind the endpoints; ``keys`` is None where no key file is set, and personal fields are dropped."""

    settings: Settings
    database: Database
    intake: Intake
    keys: KeyFile | None
    benches: Benches
    metrics: Metrics
    lines: Lines

    @property
    def ring(self) -> KeyRing | None:
        """Return the keys as they are now, see ``KeyFile.ring``; ask once for one deed."""
        return None if self.keys is None else self.keys.ring


async def context_of(request: Request) -> Context:
    """Return the context of the application that answers."""
    found: Context = request.app.state.context
    return found


Here = Annotated[Context, Depends(context_of)]
"""Parameter of an endpoint."""


def is_id(value: str, prefix: str) -> bool:
    """Whether ``value`` looks like an id of this kind; what does not is nobody's."""
    return value.startswith(f"{prefix}_") and FORM.fullmatch(value) is not None


def ask_about(here: Context, caller: Caller, key: tuple[str, int], question: Mapping[str, Any]) -> Any:
    """Ask the process that has revision ``key`` of the caller's county ready."""
    county = caller.county_id
    return here.benches.ask(key, county, lambda: content_of(here.database, county, *key), question)


PREFIXES = {"scenario": "scn", "job": "job", "plan": "pln"}


def require_id(kind: str, value: str) -> str:
    """Return ``value``.

    Raises
    ------
    InvalidInput
        E637 for what is no id of this kind.
    """
    if not is_id(value, PREFIXES[kind]):
        raise missing(kind, value)
    return value


async def idempotency_key(request: Request) -> str | None:
    """Return the header ``Idempotency-Key``, None without one.

    Raises
    ------
    InvalidInput
        E653.
    """
    value = request.headers.get("idempotency-key")
    if value is None:
        return None
    if not 1 <= len(value) <= MOST_KEY or not value.isascii() or not value.isprintable() or " " in value:
        raise InvalidInput("E653", name="Idempotency-Key")
    return value


IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]
"""Parameter of an endpoint."""

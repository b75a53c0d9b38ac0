"""Writes and reads ``plan.json``: equal plans give equal bytes, faulty files give all their faults.

Knows the file, not the scenario: whether the ids in it mean anything is the
business of the referee.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from api.errors import Fault, InvalidInput
from api.schemas import SCHEMA, VERSIONS, PlanFile

if TYPE_CHECKING:
    from pathlib import Path

MAX_FAULTS = 50
"""A file that is wrong in more places than this is the wrong file."""


def write_plan(record: PlanFile, path: Path) -> str:
    """Write ``record`` with its digest filled in, UTF-8, stable order; return the digest."""
    digest = plan_digest(record)
    content = record.model_copy(update={"digest": digest}).model_dump(mode="json", by_alias=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return digest


def plan_digest(record: PlanFile) -> str:
    """Return the SHA-256 of everything in the file but the digest itself."""
    content = record.model_dump(mode="json", by_alias=True, exclude={"digest"})
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_plan(path: Path) -> PlanFile:
    """Read and validate a plan file.

    Raises
    ------
    InvalidInput
        E402 no such file, E404 cannot be read, E410 not JSON, E411 another kind of file,
        E412 another version, E413 with one fault (E414) per field that breaks the schema.
    """
    text = _read_text(path)
    content = _parse(path, text)
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        named = content.get("schema", "-") if isinstance(content, dict) else type(content).__name__
        raise InvalidInput("E411", path=path, value=_short(named))
    if content.get("version") not in VERSIONS or isinstance(content.get("version"), bool):
        known = ", ".join(map(str, VERSIONS))
        raise InvalidInput("E412", path=path, value=_short(content.get("version")), known=known)
    try:
        return PlanFile.model_validate_json(text.encode("utf-8"))
    except ValidationError as error:
        faults = tuple(_fault(path, details) for details in error.errors(include_url=False)[:MAX_FAULTS])
        raise InvalidInput("E413", faults=faults, count=error.error_count()) from None


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput("E402", path=path) from None
    except UnicodeDecodeError:
        raise InvalidInput("E404", path=path, detail="not UTF-8") from None
    except OSError as error:
        raise InvalidInput("E404", path=path, detail=error.strerror or error) from None


def _parse(path: Path, text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput("E410", path=path, line=error.lineno, detail=error.msg) from None
    except (RecursionError, ValueError) as error:  # nested too deep, or a number of too many digits
        raise InvalidInput("E410", path=path, line="?", detail=_short(error)) from None


def _fault(path: Path, details: Any) -> Fault:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in details["loc"]).lstrip(".")
    value = "" if details["type"] == "missing" else _short(details["input"])
    return Fault(code="E414", file=path.name, column=where, value=value, values={"detail": details["msg"]})


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."

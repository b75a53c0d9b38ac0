"""Scenarios: upload, validate, look, change, delete. A revision never changes; a change makes the next one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from api.errors import InvalidInput
from api.service import revisions
from api.service.auth import ROOT, Caller, needs
from api.service.context import Context, Here, require_id
from api.service.database import now_ms
from api.service.folders import MOST_FILES, stored_files
from api.service.moments import instant
from api.service.personal import Owner, reveal, shown
from api.service.revisions import Draft, Revision
from api.service.room import room
from api.service.schemas import FindingsGiven, PersonalGiven, ScenarioGiven, ScenariosGiven
from api.service.strictness import is_json
from api.service.uploads import (
    JSON,
    MOST_ID,
    MULTIPART,
    ZIP,
    PackedUpload,
    Upload,
    changed,
    document_of,
    from_json,
    from_parts,
    from_zip,
    media_of,
    order_ids,
    packed_upload,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import UploadFile

router = APIRouter(prefix=ROOT, tags=["scenarios"])

Reader = Annotated[Caller, needs("scenario.read")]
Writer = Annotated[Caller, needs("scenario.write")]

ANY = "*"
"""What ``If-Match`` says for whatever revision there is (RFC 9110)."""

DOCUMENT = {
    "type": "object",
    "description": "settings (a tree), tables (lists of objects; columns as in scenarios/README.md), other files",
    "required": ["settings", "places", "orders", "vehicles"],
    "properties": {
        "settings": {"type": "object"},
        **{name: {"type": "array", "items": {"type": "object"}} for name in ("places", "orders", "vehicles")},
        "files": {"type": "object"},
    },
}

EXAMPLE = {
    "settings": {
        "name": "示例县",
        "date": "2026-04-15",
        "roads": {"terrain": "plain", "townships": 1, "villages": 3, "seed": 1},
        "datums": {"places": "WGS-84"},
    },
    "places": [
        {"id": "H", "tier": "hub", "name": "县中心", "lon": 116.3923, "lat": 36.5928},
        {"id": "A", "tier": "village", "name": "甲村", "lon": 116.4428, "lat": 36.6056},
    ],
    "orders": [
        {"id": "D1", "origin": "H", "destination": "A", "pieces": 12, "recipient": "张三", "phone": "13800000000"},
    ],
    "vehicles": [
        {"id": "van", "count": 1, "profile": "van", "depot": "H", "capacity_kg": 800, "capacity_l": 4000,
         "fixed_fen": 15000, "fen_per_km": 150, "fen_per_h": 3000},
    ],
}  # fmt: skip
"""The least that can be sent; its roads are generated, its prices are placeholders."""

UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": DOCUMENT, "example": EXAMPLE},
            ZIP: {"schema": {"type": "string", "format": "binary"}},
            MULTIPART: {"schema": {"type": "object", "additionalProperties": {"type": "string", "format": "binary"}}},
        },
    }
}
"""What OpenAPI says of an uploaded scenario."""

PATCH = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "description": "settings are merged; a table is a list (replaces it) or {upsert, remove}; "
                    "files replace files, null takes one out",
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """A body as it came, the parts of a form by file name."""

    media: str
    content: bytes
    parts: Mapping[str, bytes]

    def upload(self) -> PackedUpload:
        """Return what came, judged and packed, when there is room for it."""
        with room():
            return packed_upload(self._unpacked())

    def _unpacked(self) -> Upload:
        if self.media == MULTIPART:
            return from_parts(self.parts)
        return from_zip(self.content) if self.media == ZIP else from_json(self.content)


async def _body(request: Request) -> _Body:
    """Take the body; what it holds is looked at in a thread."""
    media = media_of(request.headers.get("content-type", ""))
    if media != MULTIPART:
        return _Body(media=media, content=await request.body(), parts={})
    try:
        async with request.form(max_files=MOST_FILES, max_fields=1) as form:
            named = [(_name_of(part), await _read(part)) for _, part in form.multi_items()]
    except (HTTPException, MultiPartException, ValueError, KeyError) as error:
        detail = str(getattr(error, "detail", None) or getattr(error, "message", None) or type(error).__name__)
        if detail.startswith("Too many files"):
            raise InvalidInput("E642", most=MOST_FILES) from None
        raise InvalidInput("E690", detail=detail[:80]) from None
    parts = dict(named)
    if "" in parts or len(parts) < len(named):  # one would be lost silently
        twice = next((name for name, count in Counter(name for name, _ in named).items() if count > 1), "")
        raise InvalidInput("E690", detail=f"{twice[:60]} x2" if twice else "no file name")
    return _Body(media=media, content=b"", parts=parts)


def _name_of(part: UploadFile | str) -> str:
    return "" if isinstance(part, str) else str(part.filename or "")


async def _read(part: UploadFile | str) -> bytes:
    return b"" if isinstance(part, str) else await part.read()


Body = Annotated[_Body, Depends(_body)]


@router.post("/scenarios:validate", openapi_extra=UPLOAD)
def validate(here: Here, caller: Writer, body: Body) -> FindingsGiven:
    """Tell every fault of a scenario at once, and what to look at; nothing is kept."""
    found = here.benches.found_in(body.upload().content, caller.county_id)
    return FindingsGiven(state="invalid" if found["faults"] else "valid", **found)


@router.post("/scenarios", status_code=201, openapi_extra=UPLOAD)
def create(here: Here, caller: Writer, body: Body, response: Response) -> ScenarioGiven:
    """Store a scenario; one with faults is stored too, as an invalid revision that a change can mend."""
    upload = body.upload()
    draft, found = drafted(here, caller, upload)
    revision = revisions.create(here.database, caller, draft, keys=here.keys)
    response.headers["Location"] = f"/api/v1/scenarios/{revision.scenario_id}"
    return _told(revision, response, found, _kept(here, upload, found))


@router.get("/scenarios")
def listed(
    here: Here,
    caller: Reader,
    after: Annotated[str, Query(max_length=40)] = "",
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ScenariosGiven:
    """List scenarios, oldest first, each at its newest revision; without the faults of invalid ones."""
    after = require_id("scenario", after) if after else ""
    found = revisions.listed(here.database, caller.county_id, after=after, most=most)
    items = [record_of(each).model_copy(update={"faults": []}) for each in found]
    return ScenariosGiven(items=items, next=found[-1].scenario_id if len(found) == most else None)


@router.get("/scenarios/{scenario_id}")
def look(here: Here, caller: Reader, scenario_id: str, response: Response) -> ScenarioGiven:
    """Return the newest revision of a scenario, without its content; its ETag is what a change names."""
    return _told(_found(here, caller, scenario_id), response)


@router.get("/scenarios/{scenario_id}/revisions/{number}")
def look_back(here: Here, caller: Reader, scenario_id: str, number: int, response: Response) -> ScenarioGiven:
    """Return one revision of a scenario, without its content."""
    return _told(_found(here, caller, scenario_id, number), response)


@router.get(
    "/scenarios/{scenario_id}/revisions/{number}/content",
    responses={200: {"content": {JSON: {}, ZIP: {}}}},
    response_class=Response,
)
def content(
    here: Here,
    caller: Reader,
    scenario_id: str,
    number: int,
    format: Annotated[Literal["json", "zip"], Query()] = "json",  # noqa: A002 - the word of the API
) -> Response:
    """Return a revision whole, as a document or as a zip of its folder; personal fields are not in it."""
    revision = _found(here, caller, scenario_id, number)
    data = revisions.content_of(here.database, caller.county_id, scenario_id, revision.number)
    if format == "zip":
        named = {"Content-Disposition": f'attachment; filename="{scenario_id}-{revision.number}.zip"'}
        return Response(data, media_type=ZIP, headers=named)
    with room():
        text = json.dumps(document_of(stored_files(data)), ensure_ascii=False).encode()
    return Response(text, media_type=JSON)


@router.patch("/scenarios/{scenario_id}", openapi_extra=PATCH)
async def change(
    *,
    here: Here,
    caller: Writer,
    scenario_id: str,
    request: Request,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> ScenarioGiven:
    """Store the next revision: the newest with a partial document laid over it.

    ``If-Match`` names its ETag; ``*`` is any, and 412 all the same where another change comes in between.
    """
    if not is_json(request):
        raise InvalidInput("E640", value=request.headers.get("content-type", "")[:80] or "-", known=JSON)
    body = await request.body()
    return await run_in_threadpool(_change, here, caller, (scenario_id, if_match), body, response)


def _change(
    here: Context, caller: Caller, named: tuple[str, str | None], body: bytes, response: Response
) -> ScenarioGiven:
    scenario_id, if_match = named
    before = _found(here, caller, scenario_id)
    if if_match is None:
        raise InvalidInput("E638")
    if if_match.strip() != ANY and before.etag not in (part.strip() for part in if_match.split(",")):
        raise InvalidInput("E639", etag=before.etag)
    stored = revisions.content_of(here.database, caller.county_id, scenario_id, before.number)
    with room():
        whole = changed(stored_files(stored), body)
        kept, upload = order_ids(whole.files), packed_upload(whole)
        del whole
    draft, found = drafted(here, caller, upload)
    draft = replace(draft, name=draft.name or before.name)  # a list of nameless scenarios helps nobody to mend one
    revision = revisions.revise(here.database, caller, before, draft, keys=here.keys, order_ids=kept)
    return _told(revision, response, found, _kept(here, upload, found))


@router.delete("/scenarios/{scenario_id}", status_code=204)
def remove(here: Here, caller: Writer, scenario_id: str) -> None:
    """Delete a scenario on which no job and no plan stands, with all its revisions."""
    if not revisions.remove(here.database, caller, require_id("scenario", scenario_id)):
        raise InvalidInput("E659", value=scenario_id)


@router.get("/scenarios/{scenario_id}/revisions/{number}/orders/{order}/personal")
def personal(
    here: Here, caller: Annotated[Caller, needs("personal.read")], scenario_id: str, number: int, order: str
) -> PersonalGiven:
    """Return the personal fields of an order, masked as GB/T 41833 asks."""
    owner, order = _owner(here, caller, scenario_id, number), _sayable(order)
    with here.database.read() as connection:
        found = {} if here.ring is None else shown(connection, here.ring, owner, [order])
    return PersonalGiven(order=order, is_masked=True, fields=found.get(order, {}))


@router.post("/scenarios/{scenario_id}/revisions/{number}/orders/{order}/personal:reveal")
def reveal_personal(
    here: Here, caller: Annotated[Caller, needs("personal.reveal")], scenario_id: str, number: int, order: str
) -> PersonalGiven:
    """Return the personal fields of an order as they are; the audit log says who looked."""
    owner, order = _owner(here, caller, scenario_id, number), _sayable(order)
    if here.ring is None:
        return PersonalGiven(order=order, is_masked=False, fields={})
    with here.database.write() as connection:
        at_ms = now_ms(connection)
        found = reveal(connection, here.ring, owner, order, key_id=caller.key_id, at_ms=at_ms)
    return PersonalGiven(order=order, is_masked=False, fields=found)


def drafted(here: Context, caller: Caller, upload: PackedUpload) -> tuple[Draft, dict[str, Any]]:
    """Return an upload as a revision to be, judged by a reader in a limited process, and all that it found."""
    found = here.benches.found_in(upload.content, caller.county_id)
    sizes = {name: found[name] for name in ("places", "vehicles", "orders")}
    name = "".join(each for each in found["name"] if each.isprintable())
    return Draft(name=name, content=upload.content, faults=found["faults"], personal=upload.personal, **sizes), found


def record_of(revision: Revision) -> ScenarioGiven:
    """Return a revision as it is told."""
    names = ("head", "etag", "name", "state", "places", "vehicles", "orders", "digest", "faults")
    return ScenarioGiven(
        id=revision.scenario_id,
        revision=revision.number,
        created_at=instant(revision.created_ms) or "",
        **{name: getattr(revision, name) for name in names},
    )


def _kept(here: Context, upload: PackedUpload, found: dict[str, Any]) -> int:
    """Return how many personal fields were kept; a service without a key file keeps none, and says so."""
    count = len(upload.personal)
    if here.ring is not None or not count:
        return count
    zh = f"本服务没有密钥文件：{count} 个个人信息字段没有保存"
    en = f"this service has no key file: personal fields not kept: {count}"
    found["notes"] = [*found["notes"], {"zh": zh, "en": en}]
    return 0


def _told(
    revision: Revision, response: Response, found: Mapping[str, Any] | None = None, count: int | None = None
) -> ScenarioGiven:
    response.headers["ETag"] = revision.etag
    record = record_of(revision)
    if found is None:
        return record
    return ScenarioGiven(**{**record.model_dump(), "notes": found["notes"], "personal_fields": count})


def _found(here: Context, caller: Caller, scenario_id: str, number: int | None = None) -> Revision:
    if number is not None and not 1 <= number < 2**31:
        raise revisions.missing("scenario", f"{scenario_id} {number}")
    return revisions.found(here.database, caller.county_id, require_id("scenario", scenario_id), number)


def _owner(here: Context, caller: Caller, scenario_id: str, number: int) -> Owner:
    revision = _found(here, caller, scenario_id, number)
    return Owner(county_id=caller.county_id, scenario_id=revision.scenario_id, revision=revision.number)


def _sayable(order: str) -> str:
    """Return an id of an order; "", which no order has, for what no database could be asked for."""
    return order if order.isprintable() and len(order) <= MOST_ID else ""

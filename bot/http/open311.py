"""Open311 GeoReport v2, read-only, with a key: services, requests, request by id, as XML and JSON.

For other systems of the city, so that nobody copies numbers by hand. What could be somebody's stays here: personal
data is struck out, places are rounded to about a hundred metres, emergencies and photos are left out.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn
from xml.etree import ElementTree as ET

from aiohttp import web
from sqlalchemy import Connection

from digests.cells import cell
from handlers.format import number
from ledger.scenes import EIGHT_SCENES, Scene
from nlp.personal import strike
from storage.cases import CaseRow
from storage.public_cases import OPEN_TO_OTHERS, Wanted, published
from storage.reference import CommunityRow, Reference

if TYPE_CHECKING:
    from bot.build import App

SPAN = timedelta(days=90)
"""The stretch of requests that is given where none is asked for, and the longest that is (GeoReport v2)."""
PAGE, LARGEST_PAGE = 100, 1000
LONGEST_NUMBER = 9
"""Digits; a longer number is none of ours, whatever its value."""
DECIMALS = 3
"""Of a degree: about a hundred metres."""
FORMAT = "{format:xml|json}"
Record = dict[str, Any]


class Refused(Exception):
    """An answer of 4xx, as the standard words it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def add_routes(found: web.Application, app: "App", key: str) -> None:
    routes: dict[str, Callable[..., Any]] = {
        f"/open311/v2/services.{FORMAT}": _services,
        f"/open311/v2/requests.{FORMAT}": _requests,
        f"/open311/v2/requests/{{id:[A-Za-z0-9]+-[0-9]+}}.{FORMAT}": _request,
    }
    for path, handler in routes.items():
        found.router.add_get(path, partial(_answered, app, key.encode(), handler))


async def _answered(app: "App", key: bytes, handler: Callable[..., Any], request: web.Request) -> web.Response:
    """Hold the key, then answer; a refusal has the standard's own shape."""
    try:
        _hold(key, request)
        root, records = await handler(app, request)
    except Refused as refused:
        errors = [{"code": refused.status, "description": str(refused)}]
        return _response(request, ("errors", "error"), errors, refused.status)
    return _response(request, root, records, 200)


def _hold(key: bytes, request: web.Request) -> None:
    given = request.headers.get("X-Api-Key") or request.query.get("api_key", "")
    if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), key):
        raise Refused(403, "api_key missing or not valid")


# --- what is asked for -----------------------------------------------------------------------------------------------


async def _services(app: "App", request: web.Request) -> tuple[tuple[str, str], list[Record]]:
    reference = await app.database.read(app.reference.current)
    _communities(reference, request.query)
    looks = app.context.district.scenes
    return ("services", "service"), [
        {
            "service_code": scene,
            "service_name": looks[scene].name,
            "description": looks[scene].name,
            "metadata": "false",
            "type": "realtime",
            "keywords": "",
            "group": "",
        }
        for scene in EIGHT_SCENES
    ]


async def _requests(app: "App", request: web.Request) -> tuple[tuple[str, str], list[Record]]:
    def work(connection: Connection) -> list[Record]:
        reference = app.reference.current(connection)
        wanted = _wanted(reference, request.query, app.clock.now())
        return [_record(app, reference, case) for case in published(connection, wanted)]

    return ("service_requests", "request"), await app.database.read(work)


async def _request(app: "App", request: web.Request) -> tuple[tuple[str, str], list[Record]]:
    def work(connection: Connection) -> list[Record]:
        reference = app.reference.current(connection)
        wanted = Wanted(_communities(reference, request.query), numbers=_numbers(reference, [request.match_info["id"]]))
        return [_record(app, reference, case) for case in published(connection, wanted)]

    records = await app.database.read(work)
    if not records:
        raise Refused(404, "service_request_id not found")
    return ("service_requests", "request"), records


def _wanted(reference: Reference, query: Mapping[str, str], now: datetime) -> Wanted:
    """Which requests; named ones whatever their age, others of at most 90 days."""
    communities = _communities(reference, query)
    page, size = _count(query, "page", 1, 1_000_000), _count(query, "page_size", PAGE, LARGEST_PAGE)
    if ids := [part.strip() for part in query.get("service_request_id", "").split(",") if part.strip()]:
        if len(ids) > LARGEST_PAGE:
            _bad("service_request_id: too many")
        return Wanted(communities, numbers=_numbers(reference, ids), limit=size)
    end = _moment(query, "end_date") or now + timedelta(seconds=1)  # what came just now belongs to it
    start = max(_moment(query, "start_date") or end - SPAN, end - SPAN)
    return Wanted(
        communities,
        start=start,
        end=end,
        scenes=_scenes(query),
        open_=_status(query),
        limit=size,
        offset=(page - 1) * size,
    )


def _communities(reference: Reference, query: Mapping[str, str]) -> list[int]:
    """A jurisdiction is a community, by its letters; without one, all of the district."""
    code = query.get("jurisdiction_id", "").strip().casefold()
    found = [c.id for c in reference.real_communities() if not code or c.code.casefold() == code]
    if not found and code:
        raise Refused(404, "jurisdiction_id not found")
    return found


def _numbers(reference: Reference, ids: Iterable[str]) -> list[tuple[int, int]]:
    codes = {c.code.casefold(): c.id for c in reference.real_communities()}
    parts = [id_.rpartition("-") for id_ in ids]
    found = [(codes.get(code.casefold(), -1), no) for code, _, no in parts]
    return [
        (community, int(no)) for community, no in found if no.isascii() and no.isdigit() and len(no) <= LONGEST_NUMBER
    ]


def _scenes(query: Mapping[str, str]) -> list[Scene]:
    codes = [part.strip() for part in query.get("service_code", "").split(",") if part.strip()]
    known = {str(scene): scene for scene in EIGHT_SCENES}
    if any(code not in known for code in codes):
        _bad("service_code: not a code of /services")
    return [known[code] for code in codes]


def _status(query: Mapping[str, str]) -> bool | None:
    wanted = {part.strip() for part in query.get("status", "").split(",") if part.strip()}
    if wanted - {"open", "closed"}:
        _bad("status: open or closed")
    return None if len(wanted) != 1 else wanted == {"open"}


def _count(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    given = query.get(name, "")
    plain = given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER
    if given and not (plain and 1 <= int(given) <= most):
        _bad(f"{name}: a whole number from 1 to {most}")
    return int(given) if given else default


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    given = query.get(name, "").strip()
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given.replace(" ", "+"))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return _bad(f"{name}: a time such as 2026-11-24T09:30:00+08:00")


def _bad(why: str) -> NoReturn:
    raise Refused(400, why)


# --- what is given ---------------------------------------------------------------------------------------------------


def _record(app: "App", reference: Reference, case: CaseRow) -> Record:
    community = reference.communities[case.community_id]
    district = app.context.district
    state = district.resident_states[case.state]
    return {
        "service_request_id": number(community, case),
        "status": "open" if case.state in OPEN_TO_OTHERS else "closed",
        "status_notes": f"{state}：{strike(case.reply)}" if case.reply else state,
        "service_name": district.scenes[case.scene].name,
        "service_code": case.scene,
        "description": strike(case.text),
        "agency_responsible": reference.units.get(case.unit_id or 0, community.name),
        "service_notice": "",
        "requested_datetime": _time(case.created_at, community),
        "updated_datetime": _time(case.changed_at, community),
        "expected_datetime": _time(case.due_at, community),
        "address": strike(case.place or ""),
        "address_id": "",
        "zipcode": "",
        "lat": None if case.latitude is None else round(case.latitude, DECIMALS),
        "long": None if case.longitude is None else round(case.longitude, DECIMALS),
        "media_url": "",
    }


def _time(moment: datetime, community: CommunityRow) -> str:
    return moment.astimezone(community.zone).isoformat(timespec="seconds")


def _response(request: web.Request, names: tuple[str, str], records: list[Record], status: int) -> web.Response:
    if request.match_info["format"] == "json":
        return web.json_response(records, status=status)
    root = ET.Element(names[0])
    for record in records:
        part = ET.SubElement(root, names[1])
        for name, value in record.items():
            ET.SubElement(part, name).text = "" if value is None else cell(str(value))
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return web.Response(body=body, status=status, content_type="application/xml", charset="utf-8")

"""From a request to the reply it gets: who asks, what it costs, what goes wrong, what is answered."""

import asyncio
import socket
import struct
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from freshdesk_assets.simulator.calls import Call, Page, Switches, checked_query
from freshdesk_assets.simulator.endpoints import Endpoint
from freshdesk_assets.simulator.faults import (
    GATEWAY_FAULTS,
    LINK_FAULTS,
    LIST_FAULTS,
    REPLACING,
    ROW_FAULTS,
    Fault,
    Faults,
)
from freshdesk_assets.simulator.metering import Charge, LoggedRequest, Meter
from freshdesk_assets.simulator.refusals import (
    Refused,
    access_denied,
    feature_required,
    not_found,
    not_logged_in,
)
from freshdesk_assets.simulator.requests import given_key, link, token_links
from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.world import World

JSON = "application/json; charset=utf-8"
LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>"
FIREWALL_PAGE = b"<html><h1>Access denied</h1>Your address is blocked.</html>"
HTML_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInfo:
    """What a hook gets to know of a request that is about to be answered."""

    method: str
    path: str
    template: str
    query: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Reply:
    """A reply: status, headers, body. One that is `foreign` has none of the API's headers."""

    status: int
    body: bytes = b""
    foreign: bool = False
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Desk:
    """Everything a reply depends on."""

    world: World
    switches: Switches
    faults: Faults
    meter: Meter
    hooks: list[Callable[[RequestInfo], None]] = field(default_factory=list)
    requests_seen: int = 0


class Answering:
    """An ASGI application for one endpoint, or for paths that are no endpoint."""

    def __init__(self, desk: Desk, endpoint: Endpoint | None) -> None:
        self.desk = desk
        self.endpoint = endpoint
        self.template = endpoint.path if endpoint else "(unknown)"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        meter = self.desk.meter
        meter.enter()
        try:
            slow = self.desk.faults.strike(("slow",), self.template)
            seconds = self.desk.switches.latency_ms / 1000 + (slow.options.get("seconds", 1.0) if slow else 0)
            if seconds:
                await asyncio.sleep(seconds)
            reply = self.reply(request)
        finally:
            meter.leave()
        await self.deliver(reply, scope, receive, send)

    def reply(self, request: Request) -> Reply:
        """The reply, charged and logged."""
        desk = self.desk
        with desk.world.lock:
            desk.world.settle()
            charge = desk.meter.charge(self.cost(request), self.endpoint.sublimit if self.endpoint else None)
            if charge.retry_after is not None:
                reply = self.throttled(charge.retry_after)
            else:
                reply = self.disturbed(request) or self.answered(request)
            self.add_headers(reply, charge)
        line = LoggedRequest(
            method=request.method,
            path=request.url.path,
            template=self.template,
            query=request.url.query,
            status=reply.status,
            credits=charge.credits,
        )
        desk.meter.record(line)
        return reply

    def cost(self, request: Request) -> int:
        """One credit, and more for each include (docs/freshdesk_api.md, 2.4)."""
        asked = [name for name in request.query_params.get("include", "").split(",") if name]
        return 1 + (self.endpoint.include_cost if self.endpoint else 0) * len(asked)

    def throttled(self, retry_after: int) -> Reply:
        """429: Retry-After in whole seconds, and a body nobody should parse (docs/freshdesk_api.md, 2.5)."""
        return Reply(
            status=429, body=self.desk.switches.throttled_body, headers={"Retry-After": str(retry_after)}
        )

    def disturbed(self, request: Request) -> Reply | None:
        """The reply of a fault that takes the place of the real one."""
        fault = self.desk.faults.strike(REPLACING, self.template, request.path_params.get("id"))
        match fault.name if fault else None:
            case "bad_gateway":
                return Reply(status=502, body=HTML_PAGE, headers={"Content-Type": "text/html"})
            case "unavailable":
                return Reply(status=503)
            case "server_error":
                return Reply(status=500, body=b'{"code":"internal_error","message":"We are sorry"}')
            case "throttled":
                return self.throttled(fault.options.get("retry_after", 1521) if fault else 0)
            case "redirect":
                elsewhere = "http://elsewhere.example/api/v2/tickets"
                return Reply(
                    status=302, headers={"Location": fault.options.get("to", elsewhere) if fault else ""}
                )
            case "gone":
                return Reply(status=404)
            case "refused" if fault:
                return refused(fault)
        return None

    def answered(self, request: Request) -> Reply:
        """The reply the documentation promises."""
        try:
            self.check_rights(request)
            if self.endpoint is None:
                raise not_found()
            return self.read(request, self.endpoint)
        except Refused as refusal:
            body = b"" if refusal.body is None else msgspec.json.encode(refusal.body)
            headers = {"Location": refusal.location} if refusal.location else {}
            return Reply(status=refusal.status, body=body, headers=headers)

    def check_rights(self, request: Request) -> None:
        """Refuse a wrong key, verb or Accept header, and what role or plan do not allow."""
        switches, endpoint = self.desk.switches, self.endpoint
        if given_key(request) != switches.key:
            raise not_logged_in()
        if endpoint is None:
            raise not_found()
        if request.method != "GET":
            raise Refused(405)
        accepted = request.headers.get("accept", "*/*")
        if not any(kind in accepted for kind in ("*/*", "application/*", "application/json")):
            raise Refused(406)
        if endpoint.path in switches.forbidden or (endpoint.admin and not switches.admin):
            raise access_denied()
        if endpoint.feature in switches.missing_features:
            raise feature_required(str(endpoint.feature))

    def read(self, request: Request, endpoint: Endpoint) -> Reply:
        """The row or the page."""
        desk = self.desk
        rejected = {name for path, name in desk.switches.rejected_params if path == endpoint.path}
        known = request.query_params if endpoint.params is None else endpoint.params
        query = checked_query(request.query_params, [name for name in known if name not in rejected])
        if endpoint.paged:
            desk.world.heed_list_request()
        info = RequestInfo(method=request.method, path=request.url.path, template=endpoint.path, query=query)
        for hook in desk.hooks:
            hook(info)
        call = Call(world=desk.world, switches=desk.switches, query=query, **request.path_params)
        answer = endpoint.answer(call)
        if not isinstance(answer, Page):
            return Reply(status=200, body=self.written([answer])[1:-1])
        if endpoint.path in desk.switches.quoted_ids:
            answer = replace(answer, rows=[{**row, "id": str(row["id"])} for row in answer.rows])
        if short := desk.faults.strike(LIST_FAULTS, self.template, request.path_params.get("id")):
            answer = replace(answer, rows=answer.rows[: short.options.get("rows", 0)], more=False)
        headers = {}
        fault = desk.faults.strike(LINK_FAULTS, self.template)
        if "_links" in answer.beside:
            links = token_links(request, answer.beside["_links"], fault, more=answer.more)
            answer = replace(answer, beside={"_links": links})
        elif answer.more or fault:
            headers["Link"] = link(request, call.page, desk.switches.link_style, fault)
        body = answer.wrapping(self.written(list(answer.rows)))
        return Reply(status=200, body=body, headers=headers)

    def written(self, rows: list[Row]) -> bytes:
        """The rows as JSON text, with what is wrong about them."""
        fault = self.desk.faults.strike(ROW_FAULTS, self.template) if rows else None
        if fault is None:
            return msgspec.json.encode(rows)
        body = msgspec.json.encode(self.desk.faults.disturb_rows(fault, rows))
        return self.desk.faults.disturb_text(fault, body) if fault.name == "odd_value" else body

    def add_headers(self, reply: Reply, charge: Charge) -> None:
        """What every reply has (docs/freshdesk_api.md, 1.4 and 2.3); Date is the world's time, not ours."""
        self.desk.requests_seen += 1
        if reply.foreign:
            reply.headers["Content-Length"] = str(len(reply.body))
            return
        ahead = self.desk.switches.date_ahead
        said = self.desk.world.clock.now() + timedelta(seconds=ahead or 0)
        reply.headers = {
            "Content-Type": JSON,
            "Content-Length": str(len(reply.body)),
            **({} if ahead is None else {"Date": format_datetime(said, usegmt=True)}),
            "X-Request-Id": f"{self.desk.requests_seen:032x}",
            "X-Freshdesk-API-Version": "latest=v2; requested=v2",
            "X-RateLimit-Total": str(charge.total),
            "X-RateLimit-Remaining": str(charge.remaining),
            "X-RateLimit-Used-CurrentRequest": str(charge.credits),
            **reply.headers,
        }

    async def deliver(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the reply, whole or not."""
        if passed := self.desk.faults.strike(GATEWAY_FAULTS, self.template):
            pass_on(reply, passed, self.template)
        fault = self.desk.faults.strike(("reset", "truncated", "invalid_json"), self.template)
        body = reply.body
        if fault and fault.name == "invalid_json":
            body = reply.body[: len(reply.body) // 2] + b"<!-- oops -->"
            reply.headers["Content-Length"] = str(len(body))
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if fault and fault.name in ("reset", "truncated"):
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            transport: asyncio.Transport = scope["state"]["transport"]
            if fault.name == "reset":
                linger = struct.pack("ii", 1, 0)
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                transport.abort()
            else:
                transport.close()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await send({"type": "http.response.body", "body": body})


def pass_on(reply: Reply, fault: Fault, template: str) -> None:
    """Change a reply as a program between the account and a client does."""
    match fault.name:
        case "login_page":
            reply.status, reply.body = 200, LOGIN_PAGE
            reply.headers = {"Content-Type": "text/html", "Date": reply.headers["Date"]}
        case "wrapped" if reply.body.startswith(b"["):
            reply.body = b'{"' + template.rpartition("/")[2].encode() + b'":' + reply.body + b"}"
        case "byte_order_mark":
            reply.body = BOM_UTF8 + reply.body
        case "odd_headers":
            changed = {**reply.headers, **fault.options.get("headers", {})}
            reply.headers = {name: value for name, value in changed.items() if value is not None}
    reply.headers["Content-Length"] = str(len(reply.body))


def refused(fault: Fault) -> Reply:
    """A refusal by Freshdesk, with a code if it has one, or a firewall's, which sends a page of its own."""
    status = fault.options.get("status", 403)
    if fault.options.get("html"):
        return Reply(status=status, body=FIREWALL_PAGE, headers={"Content-Type": "text/html"}, foreign=True)
    code = fault.options.get("code")
    said = {"code": code, "message": "You are not authorized to perform this action."}
    return Reply(status=status, body=msgspec.json.encode(said) if code else b"")

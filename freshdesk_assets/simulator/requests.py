"""What a request says of its sender, and how the next one of its kind is addressed."""

import base64
import binascii
from urllib.parse import quote, urlencode

from starlette.requests import Request

from freshdesk_assets.simulator.faults import Fault
from freshdesk_assets.simulator.state import Row


def given_key(request: Request) -> str | None:
    """The user name of Basic auth; the password may be anything."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None


def link(request: Request, page: int, style: str, fault: Fault | None) -> str:
    """The Link header: rel="next" alone, with the caller's own parameters (docs/freshdesk_api.md, 3.2)."""
    params = dict(request.query_params)
    params["page"] = str(page if fault and fault.name == "link_loop" else page + 1)
    base = request.url.replace(query="")
    if fault and fault.name == "link_elsewhere":
        base = base.replace(netloc=fault.options.get("host", "elsewhere.example"))
    url = f"{base}?{urlencode(params, quote_via=quote, safe='')}"
    return f'< {url}>;rel="next"' if style == "docs" else f'<{url}>; rel="next"'


def token_links(request: Request, links: Row, fault: Fault | None, *, more: bool) -> Row:
    """The links inside a reply: the next page's is relative, unless a fault has it lead elsewhere."""
    kept = {name: each for name, each in links.items() if name != "next" or more}
    here = request.url.path.partition("/custom_objects")[2]
    match fault.name if fault else None:
        case "link_loop":
            return {**kept, "next": {"href": f"{here}?{request.url.query}"}}
        case "link_elsewhere" if fault:
            away = kept.get("next", {"href": here})["href"]
            host = fault.options.get("host", "elsewhere.example")
            return {**kept, "next": {"href": f"{request.url.scheme}://{host}/api/v2/custom_objects{away}"}}
    return kept

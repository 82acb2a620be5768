"""What a request says of its sender, and how the next one of its kind is addressed."""

import base64
import binascii
from urllib.parse import quote, urlencode

from starlette.requests import Request

from freshdesk_assets.simulator.faults import Fault


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

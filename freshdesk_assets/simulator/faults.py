"""What can go wrong between the account and a client, switched on by name.

A fault strikes requests to one path template, or to any. It can let some pass first, strike a number of
times, and strike with a probability. The probability is drawn from a random generator of its own: the same
faults strike the same requests on every run.
"""

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from freshdesk_assets.simulator.state import Row

# Replies in place of the real one.
REPLACING = (
    "bad_gateway",  # 502 with an HTML page
    "unavailable",  # 503
    "server_error",  # 500
    "throttled",  # 429; option retry_after, in seconds
    "redirect",  # 302; option to, a URL
    "gone",  # 404; option id, that of the path, for example the parent of conversations
    "refused",  # 403, or option status; option code, or html for a firewall's page without the API's headers
)
# Changes to rows on their way out.
ROW_FAULTS = (
    "unknown_key",  # every row has an undeclared key; options key and value
    "odd_value",  # one row has a value of an odd type; options kind, field and row (position from 0)
    "due_by_pending",  # a ticket has no due_by the first time it is read
)
LIST_FAULTS = (
    "short_list",  # 200 and the list's first rows alone, with no next page; option rows, 0 unless given
)
LINK_FAULTS = (
    "link_loop",  # Link repeats this very page
    "link_elsewhere",  # Link points to another host; option host
)
WIRE_FAULTS = (
    "slow",  # option seconds
    "reset",  # the connection is reset in the middle of the body
    "truncated",  # half the body, and a Content-Length of the whole
    "invalid_json",  # 200 and something that is no JSON
)
# What programs between the account and a client make of a reply that is whole.
GATEWAY_FAULTS = (
    "login_page",  # 200 and a page of HTML, without the account's headers
    "wrapped",  # a list inside an object, as Freshservice sends it
    "byte_order_mark",  # the mark before the JSON
    "odd_headers",  # option headers: values in place of the account's own, null to leave one out
)
NAMES = (*REPLACING, *ROW_FAULTS, *LIST_FAULTS, *LINK_FAULTS, *WIRE_FAULTS, *GATEWAY_FAULTS)

MARKER = "@@odd@@"
# kind -> the fields it is usually seen in, of which the first that a row has is struck; its raw JSON text.
ODD_VALUES: dict[str, tuple[tuple[str, ...], bytes]] = {
    "text_for_integer": (("priority", "source", "ticket_scope", "position", "user_id", "id"), b'"high"'),
    "big_integer": (("product_id", "company_id", "group_id", "user_id", "id"), b"18446744073709551616"),
    "bad_timestamp": (("due_by", "created_at"), b'"2026-02-30T25:61:00Z"'),
    "lone_surrogate": (("subject", "name", "body_text", "note", "title"), b'"half \\ud800 a pair"'),
    "invalid_utf8": (("subject", "name", "body_text", "note", "title"), b'"caf\xff"'),
    "duplicate_key": (("subject", "name", "body_text", "note", "title"), b'"the first of two"'),
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault, armed."""

    name: str
    path: str | None = None
    times: int | None = 1
    probability: float = 1.0
    after: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    struck: int = 0


class Faults:
    """The faults armed now."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._rng = random.Random(seed)
        self._read_tickets: set[int] = set()
        self.armed: list[Fault] = []

    def add(
        self,
        name: str,
        *,
        path: str | None = None,
        times: int | None = 1,
        probability: float = 1.0,
        after: int = 0,
        **options: Any,
    ) -> Fault:
        """Arm a fault; `times=None` until cleared, `after=n` lets n requests pass first."""
        if name not in NAMES:
            raise ValueError(f"no fault is called {name!r}; there are {', '.join(NAMES)}")
        if options.get("kind", "big_integer") not in ODD_VALUES:
            raise ValueError(f"no odd value is called {options['kind']!r}; there are {', '.join(ODD_VALUES)}")
        fault = Fault(
            name=name, path=path, times=times, probability=probability, after=after, options=options
        )
        with self._lock:
            self.armed.append(fault)
        return fault

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self.armed.clear()
            self._read_tickets.clear()

    def strike(self, names: tuple[str, ...], path: str, parent_id: int | None = None) -> Fault | None:
        """The first fault of these names that strikes a request to the path template now."""
        with self._lock:
            for fault in self.armed:
                if fault.name not in names or fault.path not in (None, path) or fault.times == fault.struck:
                    continue
                if fault.options.get("id", parent_id) != parent_id:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.probability < 1 and self._rng.random() >= fault.probability:
                    continue
                fault.struck += 1
                return fault
        return None

    def disturb_rows(self, fault: Fault, rows: list[Row]) -> list[Row]:
        """The rows with a row fault in them; `disturb_text` later puts odd values where markers are."""
        if fault.name == "unknown_key":
            key, value = (
                fault.options.get("key", "brand_new_key"),
                fault.options.get("value", {"nested": [1]}),
            )
            return [{**row, key: value} for row in rows]
        if fault.name == "due_by_pending":
            fresh = {row["id"] for row in rows if "due_by" in row} - self._read_tickets
            self._read_tickets |= fresh
            return [
                {**row, "due_by": None, "fr_due_by": None} if row.get("id") in fresh else row for row in rows
            ]
        position = fault.options.get("row", 0)
        struck = odd_field(fault, rows[position]) if position < len(rows) else None
        if struck is None:
            return rows
        odd = (
            {MARKER: 0, **rows[position]}
            if odd_kind(fault) == "duplicate_key"
            else {**rows[position], struck: MARKER}
        )
        fault.options["field"] = struck
        return [*rows[:position], odd, *rows[position + 1 :]]

    def disturb_text(self, fault: Fault, body: bytes) -> bytes:
        """The JSON text with the marker replaced by what no encoder of ours would write."""
        raw = ODD_VALUES[odd_kind(fault)][1]
        if odd_kind(fault) == "duplicate_key":
            name = str(fault.options.get("field")).encode()
            return body.replace(f'"{MARKER}":0'.encode(), b'"' + name + b'":' + raw)
        return body.replace(f'"{MARKER}"'.encode(), raw)


def odd_kind(fault: Fault) -> str:
    """Which odd value the fault writes."""
    return str(fault.options.get("kind", "text_for_integer"))


def odd_field(fault: Fault, row: Row) -> str | None:
    """The field of the row that is struck, if it has one."""
    given = fault.options.get("field")
    candidates = (given,) if given else ODD_VALUES[odd_kind(fault)][0]
    return next((name for name in candidates if name in row), None)

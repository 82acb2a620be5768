"""From a row that is too long for the memory to what is kept of it: its key, and why no more."""

import json
from contextlib import suppress
from functools import lru_cache

import msgspec

from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.engines import memory_of

ALWAYS_FITS = 16 * 1024 * 1024
"""Bytes of a row that are landed whatever the memory is: that of the least setting suffices."""

ROW_SHARE = 8
"""A row may have this fraction of the memory. Measured: a row of 100 MB is landed, read again and published
in 512 MB, one of 200 MB is not. DuckDB holds it several times, beside its neighbours."""


SAID = "set_aside"
"""The key under which the row that is kept says why it is no more."""


@lru_cache(maxsize=8)
def longest_row(memory_limit: str | None) -> int:
    """The most bytes that a row may have."""
    return max(memory_of(memory_limit) // ROW_SHARE, ALWAYS_FITS)


def set_aside(table: Table, row: bytes, most: int) -> tuple[bytes, str]:
    """What is stored in the row's place among the rejected ones, and a sentence for the log."""
    needed = -(-len(row) * ROW_SHARE // 1_000_000_000)
    said = (
        f"a row of {len(row) / 1e6:,.0f} MB was set aside, because at most {most / 1e6:,.0f} MB fit into the"
        f" memory: set FRESHDESK_MEMORY to {needed}GB and read {table.name} again from its day on"
        " (sync --select … --from …)"
    )
    sent: dict[str, msgspec.Raw] = {}
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        sent = msgspec.json.decode(row, type=dict[str, msgspec.Raw])
    keys = {key: msgspec.json.decode(sent[key]) for key in table.key if key in sent}
    named = ", ".join(f"{key} {value}" for key, value in keys.items()) or "without a key"
    return json.dumps({**keys, SAID: said}).encode(), f"{table.name}: {said} ({named})"


def keys_aside(table: Table, row: bytes) -> list[object]:
    """The values of the key of a row that `set_aside` made; empty for another row, or without a whole key."""
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        kept = msgspec.json.decode(row, type=dict[str, object])
        values = [kept.get(name) for name in table.key]
        if SAID in kept and None not in values:
            return values
    return []

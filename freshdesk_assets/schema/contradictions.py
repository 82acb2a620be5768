"""What contradicts itself in the declaration of a table, in words."""

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from freshdesk_assets.schema.column import NAME, Type
from freshdesk_assets.schema.endpoint import ITSELF, Existence, RowCall
from freshdesk_assets.schema.sync import (
    ChangedSince,
    DayFiles,
    EachParent,
    FullList,
    Keyset,
    LookBack,
    PerParent,
)

if TYPE_CHECKING:
    from freshdesk_assets.schema.table import Table

UNTIMED = "_synced_at"
"""The window of a table whose rows have no times of their own: when the replica last wrote the row."""

SPANNED = ("valid_from", "valid_to")
"""The columns of a history that say when a state held."""

EMPTY_IS_NOT_NULL = (Type.BIGINTS, Type.VARCHARS, Type.JSON)
"""Types for which Freshdesk sends [] or {} where there is nothing: null means not read yet."""


def complaints(table: "Table") -> list[str]:
    """What contradicts itself in a declaration, a sentence each, worst first."""
    found: list[str] = []
    names = [column.name for column in table.columns]
    paths = sorted(column.steps for column in table.columns)
    found += [
        f"{name} begins with an underscore, as only the replica's own columns do"
        for name in names
        if name[0] == "_"
    ]
    if not NAME.fullmatch(table.name):
        found.append("a name is lower case words joined by underscores")
    if not table.doc.endswith(".") or "\n" in table.doc:
        found.append("its description is one line that ends in a full stop")
    if not table.key:
        found.append("it has no key")
    found += [f"column {name} is declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
    found += [
        f"two columns read {'.'.join(longer)}"
        if longer == shorter
        else f"{'.'.join(longer)} lies inside {'.'.join(shorter)}, which is already a column"
        for shorter, longer in pairwise(paths)
        if longer[: len(shorter)] == shorter
    ]
    window = () if table.window == UNTIMED else (table.window,)
    for role, columns in (("key", table.key), ("version", table.version), ("window", window)):
        found += [f"its {role} names {name}, which is not a column" for name in columns if name not in names]
    if found:
        return found
    found += [f"key column {name} is not required" for name in table.key if not table.column(name).required]
    found += [
        f"{name} orders its rows but is not a timestamp"
        for name in (*table.version, *window)
        if table.column(name).type is not Type.TIMESTAMPTZ
    ]
    match table.sync:
        case Keyset(cursor=cursor) | LookBack(cursor=cursor) if cursor not in names:
            found.append(f"its sync compares {cursor}, which is not a column")
        case Keyset(cursor=cursor) | LookBack(cursor=cursor) if (
            table.column(cursor).type is not Type.TIMESTAMPTZ
        ):
            found.append(f"its sync compares {cursor}, which is not a timestamp")
        case LookBack(days=days) if days <= 0:
            found.append(f"it looks back {days} days, which is not back")
        case PerParent(archived=archived) if "{id}" not in table.path or "{id}" not in (archived or "{id}"):
            found.append("it is read per parent, but its path has no {id}")
        case PerParent(column=column) if column not in names:
            found.append(f"it is read per parent by {column}, which is not a column")
        case EachParent(every=timedelta() as every) if every <= timedelta(0):
            found.append(f"its lists are read again every {every}, which is no time")
        case EachParent(worth=worth, below=below) if worth and below:
            found.append("whether its lists are worth their calls is said of one branch, and it has several")
        case PerParent() | EachParent():
            found += _complaints_of_branches(table)
        case DayFiles(fingerprint=fingerprint) if table.key != (fingerprint,):
            found.append(f"a fingerprint is written into {fingerprint}, which is not its key")
        case DayFiles(days=days) if days <= 0 or not table.rows_at:
            found.append("its files are kept for no day, or nothing says where their rows are")
        case _ if "{id}" in table.path:
            found.append("its path has {id}, but it is not read per parent")
        case ChangedSince(parameters=()):
            found.append("it is read by changes, but no parameter says since when")
        case _:
            pass
    found += _complaints_of_existence(table, table.existence) if table.existence else []
    if table.belongs_to and (table.belongs_to not in names or not table.column(table.belongs_to).references):
        found.append(f"it belongs to {table.belongs_to}, which is not a column that refers to a table")
    if table.never_empty and not isinstance(table.sync, FullList | ChangedSince):
        found.append("it is never empty, which says nothing of a list that is not read whole")
    if table.rows_at == ITSELF and table.per_page:
        found.append("a reply is one of its rows, so it has no pages: give per_page=0")
    if table.next_at and not table.branches:
        found.append("its pages are asked for by an address, which only a list per parent is")
    found += _complaints_of_kept(table)
    if (table.detail or table.row_call) and table.key != ("id",):
        found.append("its rows have calls of their own, so its key must be id")
    if table.detail and table.row_call is None:
        found.append(f"{sorted(table.detail)[0]} is a detail, but there is no row call to read it from")
    if table.row_call is not None and not table.detail:
        found.append("it has a row call, but no column needs it")
    for row_call in (table.row_call, table.fallback.row_call if table.fallback else None):
        if row_call is not None and "{id}" not in row_call.path:
            found.append(f"the path of its row call, {row_call.path}, has no {{id}}")
    found += _complaints_of_told(table, table.row_call) if table.row_call else []
    if len({listing.name for listing in table.listings}) < len(table.listings):
        found.append("two of its listings have the same name")
    found += [
        f"listing {listing.name} gives a default for {name}, which is not a column"
        for listing in table.listings
        for name in listing.defaults
        if name not in names
    ]
    found += _history_complaints(table)
    if table.fallback:
        if table.fallback.detail and table.fallback.row_call is None:
            found.append(f"{table.fallback.detail[0]} is a detail of its fallback, which has no row call")
        found += [
            f"its fallback calls {name} a detail, which is not a column"
            for name in table.fallback.detail
            if name not in names
        ]
    return found


def _history_complaints(table: "Table") -> list[str]:
    """What contradicts itself in what a table tracks."""
    columns = {column.name: column for column in table.columns}
    late = table.detail | frozenset(table.fallback.detail if table.fallback else ())
    found = [
        f"its history names {name} twice"
        for name in sorted({n for n in table.history if table.history.count(n) > 1})
    ]
    for name in table.history:
        if name not in columns:
            found.append(f"its history names {name}, which is not a column")
        elif name in table.key:
            found.append(f"its history names {name}, which is its key and never changes")
        elif columns[name].volatile:
            found.append(f"its history names {name}, which differs on each read")
        elif name in SPANNED:
            found.append(f"its history names {name}, a column that every history has")
        elif name in late and columns[name].type not in EMPTY_IS_NOT_NULL:
            found.append(f"its history names {name}, a detail of which null does not say whether it was read")
    return found


def _complaints_of_told(table: "Table", row_call: RowCall) -> list[str]:
    """What contradicts itself in which of a table's row calls other tables spare."""
    told = row_call.told
    if told is None:
        return []
    found = [
        f"{told.by} is to tell its {name}, which is no detail of it"
        for name in told.same
        if name not in table.detail
    ]
    if not told.same:
        found.append(f"{told.by} tells nothing of its rows: give the columns that are the same")
    if row_call.every is None or told.every <= row_call.every:
        found.append(f"{told.by} spares it no call: where nothing tells of a row, it is asked no more often")
    return found


def _complaints_of_existence(table: "Table", existence: Existence) -> list[str]:
    """What contradicts itself in how a table's rows are asked for."""
    found: list[str] = []
    names = [column.name for column in table.columns]
    if table.key != ("id",) or not isinstance(table.sync, Keyset | LookBack | EachParent):
        found.append(
            "its rows are asked for one by one, so its key must be id, and its lists bounded by time or read"
            " per parent each time"
        )
    if isinstance(table.sync, EachParent) and (existence.by != "id" or existence.archived):
        found.append("it is read per parent each time, so its rows are asked for by id and have no archive")
    if existence.by not in names:
        found.append(f"its rows are asked for at {existence.path}, which names no column in braces")
    if existence.archived and (existence.by != "id" or existence.flag not in names):
        found.append("it has an archive, so it needs a column to say so and rows asked for by id")
    return found


def _complaints_of_branches(table: "Table") -> list[str]:
    """What contradicts itself in the lists per parent that a table is read from."""
    names = {column.name for column in table.columns}
    found = []
    for branch in table.branches:
        if "{id}" not in branch.path:
            found.append(f"it is read per row of {branch.parent}, but {branch.path} has no {{id}}")
        if branch.column not in names:
            found.append(f"it is read per row of {branch.parent} by {branch.column}, which is not a column")
        if branch.variants and f"{{{branch.variants.column}}}" not in branch.path:
            found.append(f"it is read once each {branch.variants.column}, but {branch.path} does not hold it")
        if branch.changes and branch.changes.cursor not in table.version:
            found.append(
                f"its lists are asked for changes by {branch.changes.cursor}, which is no version of it"
            )
        if branch.changes and (branch.variants or "{id}" not in branch.changes.count):
            found.append("its lists are counted by a path without {id}, or each in several variants")
        if branch.variants and branch.variants.column not in names:
            found.append(f"it is read once each {branch.variants.column}, which is not a column")
    return found


def _complaints_of_kept(table: "Table") -> list[str]:
    """What contradicts itself in what may be kept of a payload with secrets."""
    if not table.kept:
        return []
    stored = {kept.to or kept.path.split(".")[0].removesuffix("[]") for kept in table.kept}
    needed = {column.steps[0] for column in table.columns if column.name in (*table.key, *table.version)}
    needed -= {table.column(branch.column).path for branch in table.branches}
    return [f"it keeps nothing at {name}, which identifies or orders its rows" for name in needed - stored]

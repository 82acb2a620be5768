"""What of the names that checks need not tell of, `table.key`, names nothing: a sentence for each.

A wrong name would acknowledge nothing, and the warning would come again without a reason.
"""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.checks import limited

ACCEPTED = (
    "it takes a table and one of its keys without a column, or a table and one of its columns that take some"
    " values only, like companies.org_company_id, as the warnings of a sync write them"
)


def amiss(catalog: Catalog, known: Iterable[str]) -> list[str]:
    """Names of no table, and of nothing that can be acknowledged in one, as far as declarations tell."""
    declared, said = {each.name: each for each in catalog.everything}, []
    for name in known:
        table, _, key = name.partition(".")
        if table not in declared:
            said.append(_sentence(name, f"there is no table {table}", _near(table, declared)))
            continue
        columns = [column.name for column in limited(declared[table])]
        if not isinstance(declared[table], Table) and key not in columns:
            said.append(_sentence(name, "nothing is warned of there by that name", columns))
    return said


def amiss_in(names: Iterable[str], found: Collection[str]) -> list[str]:
    """Names of keys that no row of their table has; `found` are those that can be named of it."""
    return [_sentence(name, "no row has such a key", _near(name, found)) for name in names]


def _near(name: str, names: Iterable[str]) -> list[str]:
    return get_close_matches(name, list(names), n=1, cutoff=0.7)


def _sentence(name: str, why: str, instead: Collection[str]) -> str:
    meant = f" (did you mean {' or '.join(instead)}?)" if instead else ""
    return f"FRESHDESK_KNOWN names {name}, but {why}{meant}: {ACCEPTED}. Mend it or leave it out"

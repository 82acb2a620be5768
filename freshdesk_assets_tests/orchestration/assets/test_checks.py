"""What a check depends on: a run that only looks for news makes it again when that has changed."""

from dataclasses import replace

from freshdesk_assets.orchestration.assets.checks import build_checks
from freshdesk_assets.orchestration.assets.tables import build_tables
from freshdesk_assets.orchestration.names import FOLLOWS
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import text
from freshdesk_assets.schema.table import Table
from freshdesk_assets.settings import Settings
from freshdesk_assets_tests.library import SHELVES


def fingerprint(table: Table) -> str:
    """What the operation of a table's contents is recognised by."""
    catalog = Catalog([table])
    checks = build_checks(catalog, (), build_tables(catalog, Settings().partitioning))
    (contents,) = (each for each in checks if each.node_def.name == "contents")
    return contents.node_def.tags[FOLLOWS]


def shelves(*accepted: str, doc: str = "Kind of the shelf.") -> Table:
    kind = text("kind", doc, accepted=accepted)
    return replace(SHELVES, columns=(*SHELVES.columns, kind))


def test_a_value_accepted_anew_makes_the_check_again() -> None:
    """Else what was wrong yesterday and is right today would be shown as wrong until the night."""
    assert fingerprint(shelves("open")) != fingerprint(shelves("open", "closed"))


def test_a_better_sentence_makes_no_check_again() -> None:
    assert fingerprint(shelves("open")) == fingerprint(shelves("open", doc="What kind of shelf it is."))

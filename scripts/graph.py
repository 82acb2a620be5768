"""From the definitions to the asset graph as a page, a line per asset: a diff shows which one changed."""

from datetime import UTC, datetime

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.names import DERIVED, SYNC
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets.tables import declared_tables

INTRODUCTION = """\
Every asset, as Dagster has it, those of tables by choice too. Selections, alerts and stored runs refer to an
asset by its name. Queries join rows by their key. A line that changes, or is removed, is a change for
users."""

HEAD = "| asset | kinds | made as | key | made of |\n| --- | --- | --- | --- | --- |\n"


def graph() -> str:
    """Every asset by name: its kinds, how it is made, what identifies a row, and what it is made of."""
    # No asset, key or edge depends on the first partition.
    settings = Settings(
        start_date=datetime(2025, 1, 1, tzinfo=UTC),
        partitions=PartitionLength.MONTHLY,
        tables=tuple(table.name for table in declared_tables()),
    )
    assets = build_defs(settings).resolve_asset_graph()
    lines = []
    for key in sorted(assets.get_all_asset_keys()):
        asset = assets.get(key)
        made_of = sorted("/".join(parent.path) for parent in asset.parent_keys)
        cells = (
            "/".join(key.path),
            ", ".join(sorted(asset.kinds)),
            asset.tags.get(DERIVED) or asset.tags.get(SYNC, ""),
            str(asset.metadata.get("key", "")),
            ", ".join(made_of),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return INTRODUCTION + "\n\n" + HEAD + "\n".join(lines)

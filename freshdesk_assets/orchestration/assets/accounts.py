"""From assets of an account to what tells them from those of others: group, tag, links in what is said."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from freshdesk_assets.orchestration.account_names import Names

LINK = "](/assets/"
"""How links to other assets begin in descriptions."""


def with_account(assets: Iterable[dg.AssetsDefinition], names: Names) -> list[dg.AssetsDefinition]:
    """The assets with the account's tag and groups; what they say of others leads to the account's own.

    With one account alone they are as they were.
    """
    if not names.prefix:
        return list(assets)

    def complete(spec: dg.AssetSpec) -> dg.AssetSpec:
        return spec.replace_attributes(
            description=_linked(spec.description or "", names),
            group_name=names.name(spec.group_name or "default"),
            tags={**spec.tags, **names.tags},
            metadata=_metadata(spec.metadata, names),
        )

    return [each.map_asset_specs(complete) for each in assets]


def _linked(text: str, names: Names) -> str:
    return text.replace(LINK, f"{LINK}{names.prefix}/")


def _metadata(metadata: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {name: _value(value, names) for name, value in metadata.items()}


def _value(value: Any, names: Names) -> Any:
    """A value of metadata, in which other assets are named by their keys."""
    match value:
        case dg.DagsterAssetMetadataValue():
            return dg.MetadataValue.asset(names.key(value.asset_key))
        case dg.TableSchemaMetadataValue():
            return dg.MetadataValue.table_schema(_schema(value.schema, names))
        case dg.TableSchema():
            return _schema(value, names)
        case dg.TableColumnLineageMetadataValue():
            return dg.MetadataValue.column_lineage(_lineage(value.column_lineage, names))
        case dg.TableColumnLineage():
            return _lineage(value, names)
        case _:
            return value


def _schema(schema: dg.TableSchema, names: Names) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=each.name,
                type=each.type,
                description=_linked(each.description or "", names),
                constraints=each.constraints,
                tags=each.tags,
            )
            for each in schema.columns
        ],
        constraints=schema.constraints,
    )


def _lineage(lineage: dg.TableColumnLineage, names: Names) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(names.key(dep.asset_key), dep.column_name) for dep in deps]
            for column, deps in lineage.deps_by_column.items()
        }
    )

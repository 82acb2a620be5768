"""What the UI says of assets: words that the list can show, queries that run, and names apart."""

import re
import shlex
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.assets.publishing import how_to_open
from freshdesk_assets.queries import declared_queries
from freshdesk_assets.settings import Settings

SHOWN = 80
"""The list of assets shows fewer characters of a description than this, and shows Markdown as it is."""


@pytest.fixture(scope="module")
def specs() -> dict[str, dg.AssetSpec]:
    """Every asset of this package by its key."""
    defined = build_defs(Settings()).resolve_all_asset_specs()
    return {spec.key.to_user_string(): spec for spec in defined}


def test_a_description_begins_with_words_that_need_no_markdown(specs: dict[str, dg.AssetSpec]) -> None:
    marked = [
        key for key, spec in specs.items() if re.search(r"[`\[\]*#]", (spec.description or "#")[:SHOWN])
    ]
    assert marked == []


def test_every_table_and_view_has_queries_to_paste(specs: dict[str, dg.AssetSpec]) -> None:
    """Those of the dictionary, which test_queries.py runs; what has none there is shown its first rows."""
    for key, spec in specs.items():
        schema, name = spec.key.path
        if "dagster/table_name" not in spec.metadata:
            continue
        said = (spec.description or "").split("To ask, of the copy for analysts:")[1].split("Its SQL:")[0]
        blocks = re.findall(r"```sql\n(.*?)\n```", said, re.DOTALL)
        declared = declared_queries().get((schema, name), ())
        first_rows = [f'select * from "{schema}"."{name}"\nlimit 10;']
        assert blocks == ([f"{query.sql};" for query in declared] or first_rows), key


def test_two_assets_of_one_name_are_told_apart_by_their_kinds(specs: dict[str, dg.AssetSpec]) -> None:
    """The graph draws the last part of a key, and the kinds."""
    alike = defaultdict(list)
    for spec in specs.values():
        alike[spec.key.path[-1], frozenset(spec.kinds)].append(spec.key.to_user_string())
    assert [keys for keys in alike.values() if len(keys) > 1] == []
    assert max(len(spec.kinds) for spec in specs.values()) <= 3


def test_no_asset_has_an_owner_that_nobody_declared(specs: dict[str, dg.AssetSpec]) -> None:
    assert [key for key, spec in specs.items() if spec.owners] == []


def test_the_lines_that_open_the_copy_open_it(tmp_path: Path) -> None:
    """Wherever it is: people have blanks and quotes in their paths. Python's line is run as it is."""
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    copy = folder / "copy.duckdb"
    with duckdb.connect(str(copy)) as connection:
        connection.execute("create schema freshdesk_meta")
        connection.execute("create table freshdesk_meta.as_of as select 'tickets' as name")
    python, shell = re.findall(r"```\w+\n(.*?)\n```", how_to_open(copy), re.DOTALL)
    run = subprocess.run([sys.executable, "-c", python], capture_output=True, text=True, check=True)
    assert "tickets" in run.stdout
    assert shlex.split(shell) == ["duckdb", "-readonly", str(copy), "from freshdesk_meta.as_of"]

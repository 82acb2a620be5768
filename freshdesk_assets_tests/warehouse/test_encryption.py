"""A file with a key cannot be read without it: rows, log, copy, and what memory does not hold."""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse.asking import ask, reading
from freshdesk_assets.warehouse.encryption import PACKAGE, Encryption, amiss
from freshdesk_assets.warehouse.engines import _end_engines
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.publishing import publish
from freshdesk_assets.warehouse.rekeying import rekey
from freshdesk_assets.warehouse.rewriting import rewrite
from freshdesk_assets_tests.older_duckdb import ALLOWED, release
from freshdesk_assets_tests.programs import ROOT

WORD = "Quxovil"
KEY = Encryption(key="it's a long and secret key", built_in=True)
"""DuckDB's own code: the tests need no network. The key has a quote, which SQL doubles."""
OTHER = Encryption(key="another long and secret key", built_in=True)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A file with a key."""
    yield Warehouse(tmp_path / "replica.duckdb", lock_wait=0.0, encryption=KEY)
    _end_engines()


def fill(warehouse: Warehouse, *, checkpoint: bool = True) -> None:
    with warehouse.open(checkpoint=checkpoint) as connection:
        connection.execute("create schema if not exists freshdesk")
        connection.execute("create or replace table freshdesk.books (id bigint, title varchar)")
        connection.execute(f"insert into freshdesk.books values (1, '{WORD}'), (2, 'Emma')")
        connection.execute("comment on table freshdesk.books is 'One row per book.'")
        connection.execute("create or replace view freshdesk.titles as select title from freshdesk.books")


def rows(warehouse: Warehouse) -> list[tuple[object, ...]]:
    with warehouse.open() as connection:
        return connection.execute("select id, title from freshdesk.books order by id").fetchall()


def legible(folder: Path) -> list[str]:
    """The files in which the word can be read."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path.name for path in files if WORD.encode() in path.read_bytes()]


def refusal(warehouse: Warehouse) -> str:
    """Why a file cannot be opened; neither the sentence nor what Dagster would store of it holds a key."""
    with pytest.raises(WarehouseError) as refused:
        rows(warehouse)
    stored = "".join(traceback.format_exception(refused.value))
    for each in (KEY.key, OTHER.key, KEY.key.replace("'", "''")):
        assert each not in stored
    return str(refused.value)


def test_neither_file_nor_log_nor_copy_can_be_read(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse, checkpoint=False)
    assert (tmp_path / "replica.duckdb.wal").stat().st_size > 0
    assert legible(tmp_path) == []
    assert rows(warehouse) == [(1, WORD), (2, "Emma")]
    copy = tmp_path / "published.duckdb"
    for compact in (False, True):
        assert publish(warehouse, copy, compact=compact).anew
        assert not publish(warehouse, copy, compact=compact).anew
        with reading(copy, lock_wait=0.0, encryption=KEY) as connection:
            assert list(ask(connection, "from freshdesk.titles order by 1")[1]) == [("Emma",), (WORD,)]
    assert legible(tmp_path) == []

    plain = Warehouse(tmp_path / "plain.duckdb")
    fill(plain)
    assert legible(tmp_path) == ["plain.duckdb"]


@pytest.mark.parametrize("encryption", [None, KEY])
def test_what_memory_does_not_hold_is_encrypted_too(tmp_path: Path, encryption: Encryption | None) -> None:
    """DuckDB does so only if it is told to. Without a key the word is there to be found."""
    file = Warehouse(tmp_path / "replica.duckdb", memory_limit="40MB", encryption=encryption)
    with file.open() as connection:
        connection.execute(
            f"create temp table many as select '{WORD}' || hash(range) as word, hash(range) as h"
            " from range(2_000_000)"
        )
        spilled = [path for path in tmp_path.glob("*.tmp/*") if path.is_file()]
        assert sum(path.stat().st_size for path in spilled) > 1_000_000
        seen = any(WORD.encode() in path.read_bytes() for path in spilled)
    _end_engines()
    assert seen is (encryption is None)


def test_a_wrong_or_missing_key_is_said_and_no_key_is(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse)
    file = tmp_path / "replica.duckdb"
    assert refusal(replace(warehouse, encryption=None)) == (
        f"{file} is encrypted: set FRESHDESK_ENCRYPTION_KEY to its key, or FRESHDESK_DUCKDB"
    )
    assert refusal(replace(warehouse, encryption=OTHER)).startswith(
        f"{file} is encrypted with another key than FRESHDESK_ENCRYPTION_KEY: set that to the file's key"
    )
    plain = Warehouse(tmp_path / "plain.duckdb")
    fill(plain)
    assert "plain.duckdb is not encrypted, and FRESHDESK_ENCRYPTION_KEY is set: `freshdesk-assets rekey`" in (
        refusal(replace(plain, encryption=KEY))
    )
    for encryption in (None, OTHER):
        with pytest.raises(WarehouseError), reading(file, lock_wait=0.0, encryption=encryption):
            pass
    assert rows(warehouse) == [(1, WORD), (2, "Emma")]
    assert KEY.key not in repr(warehouse)


def test_a_copy_of_another_key_is_made_anew(warehouse: Warehouse, tmp_path: Path) -> None:
    """As after a change of the key by hand: what analysts open goes with the replica."""
    copy = tmp_path / "published.duckdb"
    plain = replace(warehouse, encryption=None)
    fill(plain)
    publish(plain, copy)
    rekey(warehouse, None)
    assert legible(tmp_path) == ["published.duckdb"]
    assert publish(warehouse, copy).anew
    assert legible(tmp_path) == []


def test_a_file_gets_a_key_another_and_none_and_loses_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    plain = replace(warehouse, encryption=None)
    fill(plain, checkpoint=False)
    file = tmp_path / "replica.duckdb"
    file.chmod(0o640)
    for now, former in ((KEY, None), (OTHER, KEY), (None, OTHER)):
        keyed = replace(warehouse, encryption=now)
        assert rekey(keyed, former)
        assert not rekey(keyed, former)
        assert rows(keyed) == [(1, WORD), (2, "Emma")]
        with keyed.open() as connection:
            said = "select comment from duckdb_tables() where table_name = 'books'"
            assert connection.execute(said).fetchall() == [("One row per book.",)]
            assert connection.execute("select count(*) from freshdesk.titles").fetchone() == (2,)
        _end_engines()
        assert bool(legible(tmp_path)) is (now is None)
        assert file.stat().st_mode & 0o777 == 0o640
        assert {path.name for path in tmp_path.iterdir()} <= {"replica.duckdb", "replica.duckdb.wal"}


def test_a_file_that_is_written_anew_without_what_was_deleted_keeps_its_key(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """As `forget` writes it."""
    fill(warehouse)
    rewrite(warehouse)
    assert legible(tmp_path) == []
    assert rows(warehouse) == [(1, WORD), (2, "Emma")]
    assert "is encrypted" in refusal(replace(warehouse, encryption=None))


def test_a_key_that_is_not_known_changes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse)
    before = (tmp_path / "replica.duckdb").read_bytes()
    with pytest.raises(
        WarehouseError, match="has another key than FRESHDESK_ENCRYPTION_KEY and FRESHDESK_FORMER"
    ):
        rekey(replace(warehouse, encryption=OTHER), None)
    assert (tmp_path / "replica.duckdb").read_bytes() == before


def test_nobody_writes_to_a_file_that_gets_a_key(warehouse: Warehouse, tmp_path: Path) -> None:
    fill(warehouse)
    _end_engines()
    held = (
        "import duckdb, sys\n"
        "c = duckdb.connect(); c.execute('set force_mbedtls_unsafe = true')\n"
        f"c.execute(\"attach '{tmp_path}/replica.duckdb' as r"
        " (encryption_key 'it''s a long and secret key')\")\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseError, match="is in use"):
            rekey(replace(warehouse, encryption=None), KEY)
        holder.communicate()
    assert rekey(replace(warehouse, encryption=None), KEY)


@pytest.mark.skipif(
    find_spec("duckdb_extension_httpfs") is not None, reason="a package of this environment brings it"
)
def test_without_the_extension_nothing_is_made_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user whose home has no extensions: the file must not be made without a key instead."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    safe = replace(KEY, built_in=False)
    said = amiss(safe)
    assert said is not None
    assert (
        f"DuckDB {duckdb.__version__} encrypts with its extension httpfs, which is not installed here" in said
    )
    assert refusal(Warehouse(tmp_path / "replica.duckdb", encryption=safe)) == said
    assert list(tmp_path.iterdir()) == []
    assert amiss(KEY) is None
    assert amiss(None) is None


@pytest.mark.long
def test_openssl_by_a_package_where_there_is_one(warehouse: Warehouse, tmp_path: Path) -> None:
    """DuckDB 1.5.5 with httpfs from PyPI, without a network; both ways of encrypting read each other's."""
    older = release("duckdb", ALLOWED)
    extension = release(PACKAGE, ALLOWED)
    fill(warehouse)
    _end_engines()
    program = (
        "import json, sys, duckdb\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from freshdesk_assets.warehouse.encryption import Encryption, amiss\n"
        "from freshdesk_assets.warehouse.asking import ask, reading\n"
        "from freshdesk_assets.warehouse.engines import _end_engines\n"
        "from freshdesk_assets.warehouse.file import Warehouse\n"
        "key = Encryption(key=sys.argv[2])\n"
        "file = Warehouse(Path(sys.argv[1]), encryption=key)\n"
        "with file.open() as connection:\n"
        "    connection.execute(\"insert into freshdesk.books values (3, 'Ulysses')\")\n"
        '    loaded = connection.execute("select loaded from duckdb_extensions()'
        " where extension_name = 'httpfs'\").fetchone()\n"
        "_end_engines()\n"
        "with reading(file.path, lock_wait=0.0, encryption=key) as connection:\n"
        "    read = [list(row) for row in ask(connection, 'select count(*) from freshdesk.books')[1]]\n"
        "print(json.dumps([duckdb.__version__, amiss(key), loaded, read]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "replica.duckdb"), KEY.key],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(older), str(extension)]),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [ALLOWED, None, [True], [[3]]]
    assert rows(warehouse) == [(1, WORD), (2, "Emma"), (3, "Ulysses")]
    assert legible(tmp_path) == []

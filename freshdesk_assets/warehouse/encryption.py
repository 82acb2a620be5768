"""From a key to what DuckDB is told: an option of ATTACH, and by what it encrypts.

DuckDB reads encrypted files by itself. It writes them with OpenSSL, which is in its extension httpfs, or with
what it has built in, mbedTLS, and calls that unsafe: nonces come from a random generator that is none for
this purpose (docs/engineering.md, 7).
"""

from contextlib import suppress
from dataclasses import dataclass, field

import duckdb

from freshdesk_assets.warehouse.extensions import load
from freshdesk_assets.warehouse.sql import literal

EXTENSION = "httpfs"
PACKAGE = "duckdb_extension_httpfs"
"""The extension as a Python package, for some versions of DuckDB."""


class NoCipher(Exception):
    """DuckDB cannot write encrypted files here; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """The key of a file and its copy; `built_in` to encrypt with what DuckDB has built in."""

    key: str = field(repr=False)
    built_in: bool = False

    @property
    def option(self) -> str:
        """The key as a further option of ATTACH."""
        return f", encryption_key {literal(self.key)}"

    def hidden(self, text: str) -> str:
        """The text without the key: DuckDB may repeat a statement that it refuses."""
        for form in (literal(self.key)[1:-1], self.key):
            text = text.replace(form, "***")
        return text


def option(encryption: Encryption | None) -> str:
    """What is added to the options of ATTACH; nothing without a key."""
    return encryption.option if encryption else ""


def prepare(connection: duckdb.DuckDBPyConnection, encryption: Encryption | None) -> None:
    """Let the engine write encrypted files, and encrypt what its memory does not hold; raises NoCipher."""
    if encryption is None:
        return
    if encryption.built_in:
        connection.execute("set force_mbedtls_unsafe = true")
    else:
        _load(connection)
    connection.execute("set temp_file_encryption = true")


def prepare_to_read(connection: duckdb.DuckDBPyConnection, encryption: Encryption | None) -> None:
    """Read by OpenSSL where it is there: what is built in takes up to nine times as long."""
    if encryption is not None and not encryption.built_in:
        with suppress(NoCipher):
            _load(connection)


def _load(connection: duckdb.DuckDBPyConnection) -> None:
    if not load(connection, EXTENSION):
        raise NoCipher(
            f"FRESHDESK_ENCRYPTION_KEY is set, and DuckDB {duckdb.__version__} encrypts with its extension"
            f" {EXTENSION}, which is not installed here. docs/access.md says how it is fetched, and what can"
            " be done without a network"
        )


def amiss(encryption: Encryption | None) -> str | None:
    """Why nothing can be encrypted here; None if it can, or need not."""
    with duckdb.connect() as connection:
        try:
            prepare(connection, encryption)
        except NoCipher as error:
            return str(error)
    return None

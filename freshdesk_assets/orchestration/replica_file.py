"""From settings to the DuckDB file that all assets share, open only while something is loaded."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import dagster as dg
from pydantic import Field

from freshdesk_assets.file_modes import PRIVATE, make_files
from freshdesk_assets.page.writing import Options
from freshdesk_assets.replication.privacy import Privacy
from freshdesk_assets.schema.personal import Policy
from freshdesk_assets.setting_destination import LAKE_SCHEMA, is_lake, lake_address
from freshdesk_assets.setting_paths import page_path, published_path, usable
from freshdesk_assets.setting_values import plain
from freshdesk_assets.settings import (
    DEFAULT_LOCK_WAIT,
    Cipher,
    SettingError,
    Settings,
    variable,
)
from freshdesk_assets.views import schemas
from freshdesk_assets.warehouse.destinations.duckdb_file import STORAGE
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.encryption import Encryption
from freshdesk_assets.warehouse.file import Warehouse


class DuckDBFile(dg.ConfigurableResource[None]):
    """The DuckDB file that holds the replica, open only while something is loaded."""

    database: str = Field(description="Path of the file.")
    destination: str = Field(default="", description="The lake, if the replica is not in a file.")
    data_path: str | None = Field(default=None, description="Where the files of the lake are.")
    lake_schema: str = Field(default=LAKE_SCHEMA, description="The schema of the lake's catalogue.")
    keep_snapshots: float = Field(default=7.0, description="Days for which a lake keeps its snapshots.")
    published: str | None = Field(
        default=None,
        description="Path of the copy for analysts: beside the file if not set; `off` for no copy.",
    )
    page: str | None = Field(
        default=None, description="Path of the page: beside the copy if not set; `off` for no page."
    )
    page_names: bool = Field(default=False, description="Whether the page names agents and companies.")
    page_charts: str | None = Field(default=None, description="A folder with further charts of the page.")
    personal_data: str | None = Field(
        default=None, description="What becomes of personal data, as JSON; all is kept if not set."
    )
    pii_key: str = Field(default="", description="The secret that hashes and marks are made with.")
    lock_wait: float = Field(
        default=DEFAULT_LOCK_WAIT, description="Seconds to wait while another process holds the file."
    )

    memory: str | None = Field(
        default=None, description="What DuckDB may use; a quarter of the machine's memory if not set."
    )
    storage: str = Field(default=STORAGE, description="The oldest DuckDB that can open what is written.")
    file_mode: str = Field(default=PRIVATE, description="The mode of the files that the replica's runs make.")
    encryption_key: str = Field(default="", description="The key of file and copy; none if not set.")
    encryption_by: str = Field(default=Cipher.OPENSSL.value, description="By what DuckDB encrypts.")
    published_mode: str | None = Field(
        default=None, description="The mode of copy and page; that of other files if not set."
    )

    @property
    def lake(self) -> Lake | None:
        """The lake that the replica is in; None if it is a file. Raises SettingError."""
        given = self.destination
        said = plain((given.get_value() if isinstance(given, dg.EnvVar) else given) or "")
        if not is_lake(said):
            return None
        try:
            at = lake_address(said, self.data_path, self.lake_schema)
        except ValueError as error:
            raise SettingError(f"{variable('destination')} {error}") from None
        return Lake(catalogue=at.catalogue, dsn=at.dsn, data_path=at.data_path, schema=at.schema)

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.lake.name if self.lake else str(self.path)

    @property
    def path(self) -> Path:
        """Where the file is; raises SettingError for a name that clashes with a schema."""
        return usable(Path(resolved_value(self.database, "duckdb")).expanduser(), schemas())

    @property
    def published_path(self) -> Path | None:
        """Where the copy for analysts is put; None for no copy. Raises SettingError.

        A lake needs none: who reads it has a snapshot.
        """
        if self.lake:
            return None
        return published_path(self.path, self.published, schemas())

    @property
    def encryption(self) -> Encryption | None:
        """The key of file and copy; None if they are not encrypted."""
        given = self.encryption_key
        key = plain((given.get_value() if isinstance(given, dg.EnvVar) else given) or "")
        return Encryption(key=key, built_in=self.encryption_by == Cipher.MBEDTLS) if key else None

    @property
    def mode_of_copy(self) -> str:
        """The mode of copy and page."""
        return self.published_mode or self.file_mode

    @property
    def page_path(self) -> Path | None:
        """Where the page is put; None for no page. Raises SettingError.

        That of a lake has no copy to stand beside: there is one where FRESHDESK_PAGE says.
        """
        if self.lake:
            return Path(self.page).expanduser() if self.page and self.page.lower() != "off" else None
        return page_path(self.path, self.published_path, self.page)

    @property
    def page_options(self) -> Options:
        """What the owner decided of the page."""
        return Options(names=self.page_names, own=Path(self.page_charts) if self.page_charts else None)

    @property
    def privacy(self) -> Privacy:
        """What the owner decided about personal data."""
        policy = Policy.read(json.loads(self.personal_data)) if self.personal_data else Policy()
        key = self.pii_key.get_value() if isinstance(self.pii_key, dg.EnvVar) else self.pii_key
        return Privacy(policy=policy, key=plain(key) or "")

    @property
    def spool_root(self) -> Path:
        """The folder where rows wait for the load, beside the file; for a lake a temporary one."""
        if self.lake:
            return self.lake.folder / "spool"
        return self.path.with_name(f"{self.path.name}.spool")

    @property
    def locks(self) -> Path:
        """The folder, beside the file, of the locks of the runs of this machine that work on it."""
        if self.lake:
            return self.lake.folder / "locks"
        path = Path(resolved_value(self.database, "duckdb")).expanduser().resolve()
        return path.with_name(f"{path.name}.locks")

    def warehouse(
        self, report: Callable[[str], None] | None = None, *, lock_wait: float | None = None
    ) -> Warehouse:
        """The file, to be opened; `lock_wait` is the resource's if not given.

        What this process makes from here on has the resource's mode: DuckDB makes files of its own.
        """
        make_files(self.file_mode)
        return Warehouse(
            self.lake or self.path,
            lock_wait=self.lock_wait if lock_wait is None else lock_wait,
            memory_limit=self.memory,
            storage=self.storage,
            encryption=self.encryption,
            report=report,
        )


def duckdb_file(settings: Settings) -> DuckDBFile:
    """The file that the settings name."""
    return DuckDBFile(
        database=str(settings.duckdb),
        destination=_destination(settings),
        data_path=settings.lake.data_path if settings.lake else None,
        lake_schema=settings.lake.schema if settings.lake else LAKE_SCHEMA,
        keep_snapshots=settings.keep_snapshots / timedelta(days=1),
        published=settings.published,
        page=settings.page,
        page_names=settings.page_names,
        page_charts=str(settings.page_charts) if settings.page_charts else None,
        personal_data=None if settings.policy.keeps_all else json.dumps(settings.policy.said),
        pii_key=named_variable("pii_key"),
        lock_wait=settings.lock_wait,
        memory=settings.memory,
        storage=settings.storage,
        file_mode=settings.file_mode,
        published_mode=settings.published_mode,
        encryption_key=named_variable("encryption_key"),
        encryption_by=settings.encryption_by.value,
    )


def _destination(settings: Settings) -> str:
    """The lake as the resource has it: by the name of its variable, for there may be a password in it."""
    if (lake := settings.lake) is None:
        return ""
    # The UI shows the values of a resource. A path is no secret, and of several accounts each has its own.
    return f"ducklake:sqlite:{lake.dsn}" if lake.catalogue == "sqlite" else named_variable("destination")


def resolved_value(value: str, name: str, called: str = "") -> str:
    """A value, or what the environment has for it: the variable that it names, else the setting's own.

    The setting's own is the one that is `called` otherwise, if it is.

    Raises SettingError.
    """
    source = value if isinstance(value, dg.EnvVar) else dg.EnvVar(called or variable(name))
    given = "" if isinstance(value, dg.EnvVar) else plain(value)
    if not (found := given or plain(source.get_value())):
        raise SettingError(f"{source.env_var_name} is not set: set it in the environment or in .env")
    return str(found)


def named_variable(name: str, called: str = "") -> str:
    """The variable of a setting, or the one that is `called` otherwise, if it is set."""
    named = dg.EnvVar(called or variable(name))
    return named if named.get_value() else ""

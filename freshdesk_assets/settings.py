"""From the environment to settings: each is declared once, with its default and the words that explain it.

They are read where a program begins (`read_settings`), and passed as a value from there.

It has over 300 lines because each setting is explained where it is declared.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from freshdesk_assets.file_modes import PRIVATE
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.schema.rules import Rules
from freshdesk_assets.setting_accounts import Account, Accounts
from freshdesk_assets.setting_destination import LAKE_SCHEMA, LakeAddress, is_lake, lake_address
from freshdesk_assets.setting_fields import Group
from freshdesk_assets.setting_fields import setting as _setting
from freshdesk_assets.setting_holidays import Holidays
from freshdesk_assets.setting_paths import (
    DEFAULT_DATABASE,
    FORMER_DATABASE,
    page_path,
    published_path,
    usable,
)
from freshdesk_assets.setting_paths import SettingError as SettingError
from freshdesk_assets.setting_personal import Exceptions, key_complaints, policy_of
from freshdesk_assets.setting_values import (
    DAY,
    LEAST_CREDITS,
    Credits,
    Day,
    Every,
    File,
    Folder,
    Hook,
    Key,
    Memory,
    Mode,
    Module,
    Names,
    OptionalFolder,
    OptionalMode,
    Poll,
    Storage,
    Switch,
    Tables,
    Url,
    choice,
    number,
    plain,
    span,
)

PREFIX = "FRESHDESK_"
"""What a setting's name in the environment begins with; the field's name in capitals follows."""

DEFAULT_RESERVE = 0.1
DEFAULT_LOCK_WAIT = 300.0
DEFAULT_RECONCILE = 500

REQUIRED = {
    "domain": "your account's address, like acme.freshdesk.com",
    "api_key": "the API key from your profile in Freshdesk (Profile settings, View API key)",
}


class PartitionLength(StrEnum):
    """How long a partition is."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Cipher(StrEnum):
    """By what DuckDB encrypts."""

    OPENSSL = "openssl"
    MBEDTLS = "mbedtls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning:
    """What must be known when the definitions load: since when, and how long a partition is."""

    start: datetime
    length: PartitionLength

    @property
    def since(self) -> datetime:
        """The beginning of the partition that holds the start date: nothing after the start is left out.

        Dagster's own weekly and monthly partitions begin with the first whole week or month after it.
        """
        match self.length:
            case PartitionLength.DAILY:
                return self.start
            case PartitionLength.WEEKLY:
                return self.start - timedelta(days=(self.start.weekday() + 1) % 7)
            case PartitionLength.MONTHLY:
                return self.start.replace(day=1)


class Settings(BaseSettings):
    """What the replica's owner decides; without an argument, from the environment, else the default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    domain: Annotated[str | None, Field(repr=False)] = _setting(
        Group.ACCOUNT,
        None,
        "The account's address, or `acme` alone. A full URL is for a simulator on this machine only.",
        like="acme.freshdesk.com",
    )
    api_key: SecretStr | None = _setting(
        Group.ACCOUNT,
        None,
        "API key of an administrator with global ticket access: in Freshdesk, Profile settings, View API key."
        " It is never shown, logged or stored.",
    )
    accounts: Accounts = _setting(
        Group.ACCOUNT,
        (),
        "A TOML file of several accounts: a table for each, with its `domain` and `key`, the name of the"
        " variable that holds its key (docs/accounts.md). FRESHDESK_DOMAIN and FRESHDESK_API_KEY are not"
        " read then.",
        unset="one account, FRESHDESK_DOMAIN",
    )
    account: str | None = _setting(
        Group.ACCOUNT,
        None,
        "The name of an account of that file, which is then the only one: for a code location of its own.",
        unset="all of them",
    )
    duckdb: File = _setting(
        Group.REPLICA,
        DEFAULT_DATABASE,
        "The file of the replica, not named like a schema in it: DuckDB would confuse the two.",
    )
    destination: SecretStr | None = _setting(
        Group.REPLICA,
        None,
        "Where the replica is stored, if not in that file: another path, or a lake, which many machines read"
        " and write, as `ducklake:postgres:host=db dbname=lake user=freshdesk` or `ducklake:sqlite:` and the"
        " path of its catalogue (docs/lake.md). It may hold a password: it is never shown, logged or stored.",
        unset="FRESHDESK_DUCKDB",
    )
    data_path: str | None = _setting(
        Group.REPLICA,
        None,
        "The folder of a lake's files, or their address, like `s3://bucket/freshdesk`, with keys in"
        " AWS_ACCESS_KEY_ID and its like.",
        unset="for SQLite a folder beside the catalogue",
    )
    keep_snapshots: Annotated[timedelta, span(DAY, 0, 3650, "7")] = _setting(
        Group.REPLICA,
        7,
        "Days for which a lake can be read as it was then. The job `tidy` removes what is older.",
    )
    published: str | None = _setting(
        Group.REPLICA,
        None,
        "The copy for analysts, which can be opened at any time; `off` for none.",
        unset="`replica_published.duckdb`, beside the file",
    )
    memory: Memory = _setting(
        Group.REPLICA,
        None,
        "The most memory that loading and copying take. Rows of many megabytes need eight times their size.",
        unset="a quarter of the machine's or the container's: 512 MB at least, 4 GB at most",
    )
    storage: Storage = _setting(
        Group.REPLICA,
        "v1.4.0",
        "The oldest DuckDB that must be able to open the file and the copy. A later one compresses a little"
        " better, and shuts older tools out for good: a file cannot be made older again.",
    )
    tables: Tables = _setting(
        Group.REPLICA,
        (),
        "Tables by choice to replicate too, by their names or those of groups, with commas between; a minus"
        " leaves out what is on by default, as in `discussions,ticket_details,-solutions`. `freshdesk-assets"
        " plan` says what it costs.",
        unset="all tables but those by choice",
    )
    per_ticket: str | None = _setting(
        Group.REPLICA,
        None,
        "For which tickets the tables by choice that take a call per ticket are read: an SQL condition on the"
        " columns of `freshdesk.tickets`, like `priority >= 3`.",
        unset="all",
    )
    start_date: Day = _setting(
        Group.REPLICA,
        "2025-01-01",
        "Tickets that did not change since this day are not replicated, nor are their conversations, nor"
        " older time entries and ratings. People and set-up always are.",
    )
    partitions: Annotated[PartitionLength, choice(*PartitionLength)] = _setting(
        Group.REPLICA,
        "daily",
        "How long a partition is: `daily`, `weekly` or `monthly`. With longer ones a first sync of many years"
        " begins sooner: Dagster takes 1 ms of CPU and 1.3 kB to record each partition of each table.",
    )
    lock_wait: Annotated[float, number(0, 86_400, "300")] = _setting(
        Group.REPLICA, DEFAULT_LOCK_WAIT, "Seconds to wait for another program that holds the file."
    )
    file_mode: Mode = _setting(
        Group.REPLICA,
        PRIVATE,
        "Who may read what is made: `0600` this user alone, `0640` the files' group too, `0644` everybody on"
        " this machine. Folders follow, as in `0700`. Files and folders that are there stay as they are"
        " (docs/access.md).",
    )
    published_mode: OptionalMode = _setting(
        Group.REPLICA,
        None,
        "Who may read the published copy and the page, in the same form: `0640` for a group of analysts.",
        unset="as FRESHDESK_FILE_MODE says",
    )
    encryption_key: Key = _setting(
        Group.REPLICA,
        None,
        "The key with which the replica and the copy are encrypted. It is never shown, logged or stored: who"
        " loses it has lost the file. `freshdesk-assets rekey` encrypts a replica of before"
        " (docs/access.md).",
        unset="not encrypted",
    )
    former_encryption_key: Key = _setting(
        Group.REPLICA,
        None,
        "For `freshdesk-assets rekey` alone: the key that the replica has now.",
        unset="it is not encrypted",
    )
    encryption_by: Annotated[Cipher, choice(*Cipher)] = _setting(
        Group.REPLICA,
        "openssl",
        "`openssl`: by DuckDB's extension httpfs. `mbedtls`: by what DuckDB has built in and calls unsafe"
        " (docs/access.md).",
    )
    files: OptionalFolder = _setting(
        Group.FILES,
        "off",
        "A folder for the files of attachments, which are then fetched by the run that brings their links. It"
        " is made if it is missing. Files cost no credits. They hold whatever customers sent: put the folder"
        " where nobody gets who may not read tickets (docs/files.md).",
    )
    files_max_mb: Annotated[int, number(1, 100_000, "100", of=int)] = _setting(
        Group.FILES, 100, "The largest file that is fetched, in megabytes. A larger one is recorded alone."
    )
    pii: Annotated[Treatment, choice(*Treatment)] = _setting(
        Group.PERSONAL,
        Treatment.KEEP,
        "What becomes of personal data before it is written anywhere: `keep`, `hash` (names, addresses and"
        " numbers become keyed hashes that can still be joined and counted; free text is dropped) or `drop`."
        " A change is applied to what is stored, and what is gone does not come back (docs/privacy.md).",
    )
    pii_exceptions: Exceptions = _setting(
        Group.PERSONAL,
        None,
        "A TOML file of exceptions by table, column or field, and `own_fields`, what becomes of the account's"
        " own fields (docs/privacy.md).",
        unset="none",
    )
    pii_key: SecretStr | None = _setting(
        Group.PERSONAL,
        None,
        "The secret that hashes are made with, and the marks of who was forgotten: 16 characters at least, as"
        " from `openssl rand -hex 32`. Keep it; it is never shown, logged or stored.",
    )
    reserve: Annotated[float, number(0, 0.95, "0.1")] = _setting(
        Group.CREDITS, DEFAULT_RESERVE, "The share of the account's rate limit left to its other tools."
    )
    run_credits: Credits = _setting(
        Group.CREDITS,
        None,
        f"The most API credits a run may spend, {LEAST_CREDITS} at least. A run whose budget is spent keeps"
        " what it has read, and the next one continues.",
        unset="no limit",
    )
    day_credits: Credits = _setting(
        Group.CREDITS,
        None,
        f"The most API credits all runs of a day (UTC) may spend together, {LEAST_CREDITS} at least.",
        unset="no limit",
    )
    reconcile_credits: Annotated[int, number(0, 1_000_000, "500", of=int)] = _setting(
        Group.CREDITS,
        DEFAULT_RECONCILE,
        "Credits a night for finding rows that Freshdesk no longer has, or were dated back; `0` for none.",
    )
    schedules: Switch = _setting(
        Group.SCHEDULES,
        "off",
        "`on`: schedules run until somebody turns them off in the UI. Run `freshdesk-assets doctor` and a"
        " sync first.",
    )
    every: Every = _setting(
        Group.SCHEDULES,
        15,
        "Minutes between two syncs of what agents work on. They divide an hour, or are whole hours that"
        " divide a day (1440 at most). A table is late when it was not synced for four times as long, and for"
        " 3 hours.",
    )
    poll: Poll = _setting(
        Group.SCHEDULES,
        "off",
        "Seconds between two looks of the sensor `anything_new`, a credit each: `120`, for example. `off`:"
        " only the schedules find changes.",
    )
    reread_nightly: Annotated[int, number(0, 366, "3", of=int)] = _setting(
        Group.SCHEDULES,
        3,
        "Days that are read again each night, for changes that do not move `updated_at`; `0` for none.",
    )
    reread_weekly: Annotated[int, number(0, 366, "30", of=int)] = _setting(
        Group.SCHEDULES, 30, "Days that are read again each Sunday; `0` for none."
    )
    keep_runs: Annotated[timedelta, span(DAY, 1, 3650, "14")] = _setting(
        Group.SCHEDULES,
        14,  # benchmarks/overhead.py measures what a day leaves.
        "Days after which the records and logs of a run are removed, unless they hold the latest of"
        " something. Syncs every 15 minutes that find nothing leave 26 MB a day.",
    )
    holidays: Holidays = _setting(
        Group.METRICS,
        (),
        "A CSV file of holidays, for accounts whose Freshdesk sends none: its columns are `calendar` (a name"
        " or id; empty for all), `date` (`2026-12-25`, or `12-25` for each year) and `name`.",
        unset="those that Freshdesk sends",
    )
    stopped_statuses: Names = _setting(
        Group.METRICS,
        (),
        "The statuses whose SLA timer is switched off (Admin, Ticket Fields, Status), by label or number,"
        " with commas between. `metrics.statuses` says what holds, and why.",
        unset="what due times tell, else `Pending`, `Resolved`, `Closed` and `Waiting on Customer`",
    )
    customer_statuses: Names = _setting(
        Group.METRICS,
        (),
        "The statuses in which a ticket waits for the customer.",
        unset="`Pending` and `Waiting on Customer`",
    )
    third_party_statuses: Names = _setting(
        Group.METRICS,
        (),
        "The statuses in which a ticket waits for somebody else.",
        unset="`Waiting on Third Party`",
    )
    page: str | None = _setting(
        Group.PAGE,
        None,
        "The page to look at every morning, one file that opens in any browser; `off` for none. It is made of"
        " the published copy, and there is none without that.",
        unset="`replica_page.html`, beside the copy",
    )
    page_names: Switch = _setting(
        Group.PAGE,
        "off",
        "`on`: the page has the names of agents and companies. Else agents are numbered, and companies go by"
        " their ids. It never has names of contacts, addresses or what tickets say.",
    )
    page_charts: Folder = _setting(
        Group.PAGE,
        None,
        "A folder with charts of your own, two files each (docs/page.md).",
        unset="none",
    )
    known: Names = _setting(
        Group.ALERTS,
        (),
        "Keys without a column, and columns with unknown values, that checks need not tell of any more, with"
        " commas between, like `companies.org_company_id`. The warning says what to write here: all that is"
        " named already, and all that is new.",
        unset="none",
    )
    assets_module: Module = _setting(
        Group.OWN,
        None,
        "A Python module of yours, in the working directory or installed, like `my_assets`. Its assets,"
        " checks, jobs, schedules and sensors stand beside the replica's, in `dev` and in `sync --select`.",
        unset="none",
    )
    alert_webhook: Hook = _setting(
        Group.ALERTS,
        None,
        "A URL that is sent a JSON message once for each cause for which assets fail, each blocking check"
        " that does not pass and assets that are late, and once when all of them are well again.",
        unset="no messages",
    )
    ui_url: Url = _setting(
        Group.ALERTS,
        "http://localhost:3000",
        "Where the Dagster UI is reached, for the links in those messages.",
    )

    _account: Account | None = PrivateAttr(default=None)
    _together: tuple[Path, dict[str, Path]] | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:
        values = {name: plain(value) for name, value in dict(given).items()}
        place = values.get("destination")
        place = place.get_secret_value() if isinstance(place, SecretStr) else place
        if isinstance(place, str) and place and not is_lake(place):
            # A path is what FRESHDESK_DUCKDB says in other words.
            values |= {"duckdb": place, "destination": None}
        return {name: value for name, value in values.items() if value != ""}

    def named(self, account: Account, together: tuple[Path, dict[str, Path]] | None) -> "Settings":
        """These settings as those of an account of several; `together` as in the property."""
        made = self.model_copy()
        made._account, made._together = account, together
        return made

    @property
    def together(self) -> tuple[Path, dict[str, Path]] | None:
        """With several accounts: the file of views over all, and by prefix where each one's copy is."""
        return self._together

    @property
    def prefix(self) -> str:
        """What the names of the account's assets, jobs and database begin with; empty for one alone."""
        return self._account.prefix if self._account else ""

    @property
    def key_variable(self) -> str:
        """The environment variable that has the account's key."""
        return self._account.key if self._account else variable("api_key")

    @property
    def lake(self) -> LakeAddress | None:
        """Where the lake is; None if the replica is a file. Raises ValueError."""
        given = self.destination.get_secret_value() if self.destination else ""
        schema = self.prefix or LAKE_SCHEMA
        return lake_address(given, self.data_path, schema) if is_lake(given) else None

    @property
    def rules(self) -> Rules:
        """What metrics go by."""
        return Rules(
            holidays=self.holidays,
            stopped=self.stopped_statuses,
            on_customer=self.customer_statuses,
            on_third_party=self.third_party_statuses,
        )

    @property
    def policy(self) -> Policy:
        """How personal data is treated."""
        return policy_of(self.pii, self.pii_exceptions)

    @property
    def partitioning(self) -> Partitioning:
        """Since when tickets are replicated, and how long a partition is."""
        return Partitioning(start=self.start_date, length=self.partitions)


def read_settings(schemas: Collection[str], *, account: bool = False) -> Settings:
    """The settings of the environment; raises SettingError with all that is wrong.

    `schemas` are those of the views: the file cannot be named after one of them. With `account`, the
    account's address and key must be set.
    """
    wrong: dict[str, str] = {}
    try:
        made = Settings()
    except ValidationError as error:
        wrong = {str(each["loc"][0]): each["msg"].removeprefix("Value error, ") for each in error.errors()}
        # A wrong value must not hide what else is wrong: the default replaces it in the checks below.
        made = Settings(**{name: Settings.model_fields[name].default for name in wrong})
    missing = {name: what for name, what in REQUIRED.items() if account and not getattr(made, name)}
    missing = {} if made.accounts or "accounts" in wrong else missing
    said = [f"{variable(name)} is not set: set it to {what}" for name, what in missing.items()]
    said += [f"{variable(name)} {complaint}" for name, complaint in wrong.items()]
    said += complaints_of(made, schemas)
    if said:
        where = "Settings are read from the environment and from .env: `freshdesk-assets settings` shows all."
        raise SettingError(". ".join([*said, where]))
    return made


def complaints_of(made: Settings, schemas: Collection[str]) -> list[str]:
    """What is wrong with settings together, each of which is right."""
    keys = key_complaints(made.policy, made.pii_key, variable("pii_key"))
    return [*keys, *_misplaced(made, schemas)]


def variable(name: str) -> str:
    """What a field is called in the environment."""
    return f"{PREFIX}{name.upper()}"


def _misplaced(made: Settings, schemas: Collection[str]) -> Iterator[str]:
    """What is wrong with the paths of the replica and its copy."""
    try:
        lake = made.lake
    except ValueError as error:
        yield f"{variable('destination')} {error}"
        return
    if lake is not None:
        if lake.catalogue == "postgres" and find_spec("psycopg") is None:
            yield (
                f"{variable('destination')} is a lake in Postgres, and the package psycopg is not installed:"
                " pip install 'freshdesk-assets[lake]'"
            )
        if made.encryption_key is not None:
            yield (
                f"{variable('encryption_key')} is for a file, and {variable('destination')} is a lake: leave"
                " it out, and let the object store encrypt"
            )
        return
    if "duckdb" not in made.model_fields_set and Path(FORMER_DATABASE).exists() and not made.duckdb.exists():
        yield (
            f"The replica in {FORMER_DATABASE} needs another name, for DuckDB confuses a database freshdesk"
            f" with its schema freshdesk: run `mv {FORMER_DATABASE} {DEFAULT_DATABASE}`"
        )
    try:
        usable(made.duckdb, schemas)
    except SettingError as error:
        yield str(error)
    try:
        copy = published_path(made.duckdb, made.published, schemas)
        page_path(made.duckdb, copy, made.page)
    except SettingError as error:
        yield str(error)

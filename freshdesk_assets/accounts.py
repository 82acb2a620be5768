"""From the settings of the environment and a file of accounts to the settings of each account."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from freshdesk_assets.setting_accounts import MOST_IN_ONE, Account
from freshdesk_assets.setting_paths import SettingError, published_path
from freshdesk_assets.setting_values import plain
from freshdesk_assets.settings import Settings, complaints_of, variable

ALL_ACCOUNTS = "all_accounts.duckdb"
"""The file of views over all accounts, beside where the replica of one would be."""

PER_ACCOUNT = frozenset(
    {
        *("tables", "per_ticket", "start_date", "partitions", "files_max_mb", "pii", "pii_exceptions"),
        *("reserve", "run_credits", "day_credits", "reconcile_credits"),
        *("schedules", "every", "poll", "reread_nightly", "reread_weekly"),
        *("holidays", "stopped_statuses", "customer_statuses", "third_party_statuses"),
        *("page_names", "page_charts", "known"),
    }
)
"""The settings that an account may have otherwise than the environment."""


def place_of(settings: Settings, prefix: str) -> dict[str, Any]:
    """Where an account's rows are: settings by their names. Each account has a database of its own.

    Its file is named after FRESHDESK_DUCKDB and the prefix; locks, rows that wait, copy and page follow the
    file. A lake in Postgres has a schema for each account, which is the prefix, one in SQLite a catalogue for
    each, and either has a folder for each below FRESHDESK_DATA_PATH. So no two accounts write one database,
    and one that leaves is removed with its files.
    """

    def beside(path: Path) -> Path:
        return path.with_stem(f"{path.stem}_{prefix}")

    def named(given: str | None) -> str | None:
        return given if given is None or given.lower() == "off" else str(beside(Path(given)))

    destination: Any = ""  # A path is in FRESHDESK_DUCKDB already.
    if (lake := settings.lake) is not None:
        catalogue = Path(lake.dsn)
        destination = (
            settings.destination if lake.catalogue == "postgres" else f"ducklake:sqlite:{beside(catalogue)}"
        )
    return {
        "destination": destination,
        "data_path": f"{lake.data_path}/{prefix}" if lake else "",
        "duckdb": beside(settings.duckdb),
        "published": named(settings.published),
        "page": named(settings.page),
        "files": None if settings.files is None else settings.files / prefix,
    }


def settings_of(
    settings: Settings, schemas: Collection[str], name: str | None = None, *, account: bool = False
) -> tuple[Settings, ...]:
    """The settings of each account of FRESHDESK_ACCOUNTS, or of the one called `name`.

    The settings alone where there is no such file. With `account`, keys must be set. Raises SettingError
    with all that is wrong.
    """
    wanted = name or settings.account
    if not settings.accounts:
        if wanted:
            asked = f"--account {name}" if name else f"{variable('account')} is {wanted!r}"
            raise SettingError(
                f"{asked}: set {variable('accounts')} to a file of accounts, or leave that out"
            )
        return (settings,)
    names = [each.name for each in settings.accounts]
    if wanted and wanted not in names:
        raise SettingError(f"there is no account {wanted!r} in {variable('accounts')}: {', '.join(names)}")
    said: list[str] = []
    together = _together(settings, schemas)
    made = [
        _settings(settings, each, schemas, said, together=together, account=account)
        for each in settings.accounts
        if wanted in (None, each.name)
    ]
    if said:
        raise SettingError(f"{variable('accounts')}: {'. '.join(said)}")
    return tuple(made)


def _together(settings: Settings, schemas: Collection[str]) -> tuple[Path, dict[str, Path]] | None:
    """The file of views over all accounts, and where their copies are; None without copies."""
    if settings.lake is not None:
        return None
    places = {each.prefix: place_of(settings, each.prefix) for each in settings.accounts}
    copies = {
        prefix: copy
        for prefix, place in places.items()
        if (copy := published_path(place["duckdb"], place["published"], schemas)) is not None
    }
    return (settings.duckdb.with_name(ALL_ACCOUNTS), copies) if copies else None


def ensure_few(settings: Collection[Settings]) -> None:
    """Raise SettingError if these are too many accounts for one code location."""
    if len(settings) > MOST_IN_ONE:
        raise SettingError(
            f"{variable('accounts')} has {len(settings)} accounts, and one code location serves"
            f" {MOST_IN_ONE} at most: run `freshdesk-assets workspace > workspace.yaml`, which makes one for"
            " each, and start `dagster dev -w workspace.yaml` (docs/accounts.md)"
        )


def _settings(
    base: Settings,
    named: Account,
    schemas: Collection[str],
    said: list[str],
    *,
    together: tuple[Path, dict[str, Path]] | None,
    account: bool,
) -> Settings:
    """The settings of an account; adds to `said` what is wrong with them."""
    wrong: list[str] = []
    for each in sorted(named.settings.keys() - PER_ACCOUNT):
        near = "is a setting of all accounts: set it in the environment"
        wrong.append(f"`{each}` {near if each in Settings.model_fields else 'is no setting: remove it'}")
    own = {each: value for each, value in named.settings.items() if each in PER_ACCOUNT}
    key = plain(os.environ.get(named.key, ""))
    if account and not key:
        wrong.append(f"{named.key} is not set: set it to the account's key")
    given: dict[str, Any] = {**own, "domain": named.domain, "api_key": SecretStr(key) if key else None}
    given |= {"account": named.name, **place_of(base, named.prefix)}
    try:
        made = Settings(**given)
    except ValidationError as error:
        found = error.errors()
        wrong += [f"`{one['loc'][0]}` {one['msg'].removeprefix('Value error, ')}" for one in found]
        made = base
    else:
        made = made.named(named, together)
        wrong += complaints_of(made, schemas)
    said += [f"[{named.name}] {each}" for each in wrong]
    return made


def told(text: str, key_variable: str) -> str:
    """What is said of an account's address and key, with their names where it is one of several."""
    if key_variable == variable("api_key"):
        return text
    domain = f"its `domain` in {variable('accounts')}"
    return text.replace(variable("api_key"), key_variable).replace(variable("domain"), domain)


def said_of(settings: Settings, text: object) -> str:
    """A complaint about an account's address or key; of several, it begins with the account's name."""
    said = told(str(text), settings.key_variable)
    return f"[{settings.account}] {said}" if settings.prefix else said


def the_one(settings: Collection[Settings]) -> Settings:
    """The settings of the only account; raises SettingError where there are several."""
    first, *others = settings
    if others:
        names = ", ".join(_names(settings))
        raise SettingError(f"there are several accounts: add --account with one of {names}")
    return first


def _names(settings: Collection[Settings]) -> Iterator[str]:
    return (each.account or "" for each in settings)

"""From the file that FRESHDESK_ACCOUNTS names to accounts: a table for each, the keys by their variables."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from freshdesk_assets.setting_values import file_named

OWN = ("domain", "key", "prefix")
"""What a table says beside settings."""

MOST_IN_ONE = 10
"""So many accounts are served by one code location; each adds its assets to what Dagster loads for a run."""

PREFIX = re.compile(r"[a-z](?:_?[a-z0-9])*")
"""No two underscores: they stand between a prefix and a name."""

LONGEST_PREFIX = 30

TAKEN = frozenset(
    {"all_accounts", "freshdesk", "freshdesk_meta", "published", "views", "main", "memory", "system", "temp"}
)
"""What a prefix cannot be: names of schemas and databases beside which it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the file.

    - `key`: the environment variable that holds its key.
    - `prefix`: what its assets, jobs and database are named by.
    - `settings`: what it has otherwise than the environment, by the fields of the settings.
    """

    name: str
    domain: str
    key: str
    prefix: str
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)


def accounts_in(given: Any) -> tuple[Account, ...]:
    """The accounts of a TOML file. ValueError says all that is wrong, without anything that may be a key."""
    if not isinstance(given, str | Path):
        return tuple(given or ())
    path = file_named(given)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"it is no TOML ({error})"
        raise ValueError(f"names {path}, which cannot be read: {why}") from error
    if not found:
        raise ValueError(f"names {path}, which has no account: write a table for each, like [acme]")
    said: list[str] = []
    made = [_account(name, table, said) for name, table in found.items()]
    said += _twice(made)
    if said:
        raise ValueError(f"names {path}, in which {'; '.join(said)}")
    return tuple(made)


def _account(name: str, table: object, said: list[str]) -> Account:
    """The account of a table; adds to `said` what is wrong with it."""
    if not isinstance(table, Mapping):
        said.append(f"{name!r} stands outside of a table: write a table for each account, like [acme]")
        table = {}
    elif lacking := [each for each in OWN[:2] if not table.get(each)]:
        said.append(f"[{name}] lacks {' and '.join(f'`{each} = …`' for each in lacking)}")
    prefix = str(table.get("prefix", name))
    said += [f"[{name}] has the prefix {prefix!r}, {wrong}" for wrong in _wrong_prefix(prefix)]
    key = str(table.get("key") or "")
    if key and (not re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII) or _looks_like_a_key(key)):
        # Not quoted: it may be the key.
        like = re.sub(r"\W", "_", name.upper())
        said.append(
            f"`key` of [{name}] is not the name of a variable: set a variable like"
            f" {like}_API_KEY to the key, and write its name here"
        )
    texts = {}
    for each, value in table.items():
        if each in OWN:
            continue
        if (text := _text(value)) is None:
            said.append(f"`{each}` of [{name}] is a table: write a value")
        else:
            texts[each] = text
    return Account(name=name, domain=str(table.get("domain") or ""), key=key, prefix=prefix, settings=texts)


def _wrong_prefix(prefix: str) -> Iterator[str]:
    if not PREFIX.fullmatch(prefix) or len(prefix) > LONGEST_PREFIX:
        yield (
            'which names cannot begin with: write `prefix = "…"`, small letters, digits and single'
            f" underscores, a letter first, {LONGEST_PREFIX} characters at most"
        )
    elif prefix in TAKEN or prefix.endswith("_published"):
        yield 'which is taken by the replica itself: write another `prefix = "…"`'


def _looks_like_a_key(text: str) -> bool:
    """Whether a text is like a key: long, of letters and digits, not written as variables are."""
    mixed = re.search(r"\d", text) and re.search(r"[a-z]", text, re.IGNORECASE)
    return len(text) >= 16 and "_" not in text and bool(mixed)


def _twice(made: list[Account]) -> Iterator[str]:
    for what, value_of in (
        ("the prefix", lambda each: each.prefix),
        ("the account", lambda each: re.sub(r"^https?://|\.freshdesk\.com$|/+$", "", each.domain.lower())),
    ):
        first: dict[str, str] = {}
        for each in made:
            value = value_of(each)
            if value and (other := first.setdefault(value, each.name)) != each.name:
                yield f"[{other}] and [{each.name}] have {what} {value} both: write another"


def _text(value: object) -> str | None:
    """A value as the environment would have it; None if it has none."""
    match value:
        case bool():
            return "on" if value else "off"
        case list():
            return ",".join(map(str, value))
        case date():
            return value.isoformat()
        case Mapping():
            return None
        case _:
            return str(value)


Accounts = Annotated[tuple[Account, ...], NoDecode, BeforeValidator(accounts_in)]

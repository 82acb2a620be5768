"""From a key to what it may see of an account; a question costs one credit.

Where a list is refused, this tells an account that refuses everything from one that refuses the list.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from freshdesk_assets.extract.day_files import link_in
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import (
    Blocked,
    BudgetSpent,
    ConfigurationError,
    FreshdeskError,
    NotAllowed,
    NotFound,
    Redirected,
    Refused,
    Unavailable,
)
from freshdesk_assets.extract.reading import EPOCH, Reader, iso
from freshdesk_assets.extract.set_aside import OWNER
from freshdesk_assets.schema.endpoint import Value
from freshdesk_assets.schema.sync import DayFiles, Keyset, LookBack
from freshdesk_assets.schema.table import Table

TICKET_SCOPES = {1: "all tickets", 2: "only the tickets of its groups", 3: "only the tickets assigned to it"}


@dataclass(frozen=True, slots=True)
class Access:
    """Whether a table can be read; `note` says why not, or what else to know.

    `fails`: a sync does not leave it out, but fails of it: neither right nor feature is what it lacks.
    """

    table: str
    readable: bool
    note: str = ""
    fails: bool = False


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """What the agent whose key it is can see; None where Freshdesk did not say."""

    scope: str | None
    sees_everything: bool | None


def key_owner(client: Client) -> KeyOwner:
    """What the key's agent sees; raises ConfigurationError when the key is not accepted."""
    try:
        me = client.get(OWNER, {}, parse=_object, one_row=True).content
    except (NotAllowed, NotFound):
        return KeyOwner(None, None)
    scope = me.get("ticket_scope")
    if not isinstance(scope, int):
        return KeyOwner(None, None)
    return KeyOwner(TICKET_SCOPES.get(scope), scope == 1)


def answers(client: Client) -> bool:
    """Whether the account answers, be it with a refusal; asked where another call was not answered."""
    try:
        key_owner(client)
    except Refused:
        return True
    except FreshdeskError:
        return False
    return True


def account_id(client: Client) -> str | None:
    """What identifies the account under whatever name; None where the key may not ask for it.

    Only administrators may (docs/freshdesk_api.md, 4.18).
    """
    try:
        account = client.get("account", {}, parse=_object, one_row=True).content
    except (NotAllowed, NotFound, Refused):
        return None
    found = account.get("account_id")
    return str(found) if isinstance(found, int | str) and str(found).strip() else None


def access(reader: Reader, table: Table) -> Access:
    """Whether the table's list answers; one credit."""
    if table.branches:
        return Access(table.name, True, f"read with each row of {table.branches[0].parent}")
    try:
        _ask_list(reader, table)
    except NotAllowed as error:
        return Access(table.name, False, str(error))
    except (Refused, Blocked) as error:
        return Access(table.name, False, str(error), fails=True)
    except NotFound as error:
        if isinstance(table.sync, DayFiles):
            return Access(table.name, True, "yesterday has no file yet, if the account has any")
        said = f"this account does not have it: {error}"
        return Access(table.name, False, said, fails=not table.optional)
    if table.row_call:
        return Access(table.name, True, "one more call per changed row")
    return Access(table.name, True)


@contextmanager
def judged(reader: Reader, tables: Iterable[Table]) -> Iterator[None]:
    """Raise ConfigurationError in place of a refusal if the account refuses everything else too.

    `tables` are those whose lists are asked for where nothing has been answered yet.
    """
    try:
        yield
    except (NotAllowed, Blocked, Redirected, Refused) as refusal:
        if isinstance(refusal, NotAllowed) and reader.client.answered:
            raise
        if _refuses_everything(reader, tables):
            raise ConfigurationError(f"Nothing of the account is answered. {refusal}") from None
        raise


def _refuses_everything(reader: Reader, tables: Iterable[Table]) -> bool:
    """Whether neither the key's owner nor any list is answered; the first answer ends the search."""
    before = reader.client.answered
    try:
        reader.client.get(OWNER, {}, parse=_object, one_row=True)
    except (Unavailable, BudgetSpent):
        return False
    except (NotAllowed, NotFound):
        # Not every account answers this call.
        return not before and not any(_answers(reader, table) for table in tables)
    except FreshdeskError:
        return True
    return False


def _answers(reader: Reader, table: Table) -> bool:
    """Whether a table's list is answered, or may be another time."""
    if table.branches or isinstance(table.sync, DayFiles):
        return False
    try:
        _ask_list(reader, table)
    except (Unavailable, BudgetSpent):
        return True
    except FreshdeskError:
        return False
    return True


def _ask_list(reader: Reader, table: Table) -> None:
    asked: dict[str, Value] = {"per_page": 1} if table.per_page else {}
    match table.sync:
        case DayFiles(parameter=parameter) as sync:
            yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
            asked = {**table.params, parameter: yesterday.isoformat()}
            reader.client.get(table.path, asked, parse=lambda body: link_in(body, sync), one_row=True)
            return
        case Keyset(since=parameter) | LookBack(after=parameter):
            asked[parameter] = iso(EPOCH)
        case _:
            pass
    reader.ask(table, asked, plain=True)


def _object(body: bytes) -> dict[str, Any]:
    return msgspec.json.decode(body, type=dict[str, Any])

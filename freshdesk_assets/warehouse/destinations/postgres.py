"""From a Postgres database to turns in it: who may write a lake, and who may read an account.

Two locks of Postgres, held by one session of this process, which the server releases when the session ends:

- of the account, for as long as a run reads it, so that no two runs spend its credits;
- of the lake, for a transaction, as DuckDB locks a file.

A process can lose its session and not know: its network was away, or it was stopped and goes on hours later.
So each process has a number, which its commits bear, and the commit of one whose session no longer holds the
lake is refused by the database itself, in the transaction that would store the rows (see fence.py).
"""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from freshdesk_assets.warehouse.destinations.destination import (
    DestinationAway,
    DestinationBusy,
    DestinationError,
    DestinationTaken,
    Say,
)
from freshdesk_assets.warehouse.destinations.fence import BEARER, FENCE, OVER, TURNS

if TYPE_CHECKING:
    import psycopg

CONNECT = 10
"""Seconds to wait for an answer when a session is made."""

COMES_BACK = 60.0
"""Seconds at least that a database which does not answer is waited for: one that restarts."""

LOOK_AGAIN = 1.0

LEFT = 150.0
"""Seconds for which a run that waits leaves an account to the one that had it, once a database that restarted
answers: that one asks for it again before it stores what it read, which it keeps for a minute at most."""

Answer = TypeVar("Answer")


class Session:
    """The session of this process with the database of a lake, made when it is first needed."""

    def __init__(self, dsn: str, schema: str, name: str) -> None:
        self.dsn, self.schema, self.name = dsn, schema, name
        self._connection: psycopg.Connection[Any] | None = None
        self._begun = False
        """Whether it was made, by this process: a fork makes its own."""
        self._number = 0
        self._accounts: dict[str, str] = {}
        """The accounts whose turn it is, and in whose name."""
        self._held: set[str] = set()
        """Those of them whose lock this session has."""
        self._taken = ""
        """Why the run of such an account ends, once another run has it."""
        self._guard = threading.RLock()

    @property
    def number(self) -> int:
        """The number of this process, which its commits bear."""
        with self._guard:
            if not self._number:
                # Two that begin at once may both find that there is nothing yet.
                begin = _key("begin", self.schema)
                self._ask("select pg_advisory_lock(%s)", begin)
                if not self._ask("select to_regclass(%s) is not null", self._in("freshdesk_turn")):
                    self._execute(TURNS.format(schema=self._quoted))
                self._ask("select pg_advisory_unlock(%s)", begin)
                self._number = self._ask(f"select nextval('{self._in('freshdesk_turn_number')}')")
            return self._number

    @property
    def known(self) -> int:
        """The number, if it was given yet; else 0."""
        return self._number

    def forget(self) -> None:
        """End the session: before a fork, and when the process ends."""
        self._end()
        self._begun = False

    def _end(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
        self._connection = None
        self._held.clear()

    def exists(self) -> bool:
        """Whether the lake was begun."""
        with self._guard:
            self._keep_accounts(0.0)
        return bool(self._ask("select to_regclass(%s) is not null", self._in("ducklake_snapshot")))

    def fence(self) -> None:
        """See to it that the database refuses who does not have the lake."""
        with self._guard:
            self._execute(
                FENCE.format(schema=self._quoted, key=_key("lake", self.schema), over=OVER, bearer=BEARER)
            )

    def erase(self, statement: str, tables: Iterable[str]) -> None:
        """Run a statement, and write tables anew, without what was deleted or changed in them."""
        self._execute(statement.format(at=f"{self._quoted}."))
        for table in tables:
            self._execute(f"vacuum full {self._in(table)}")

    @contextmanager
    def writing(self, lock_wait: float, report: Say | None) -> Iterator[None]:
        """Have the lake for a transaction; raises DestinationBusy if another keeps it for too long."""
        with self._guard:
            self._keep_accounts(lock_wait)
            key = _key("lake", self.schema)
            deadline, said = time.monotonic() + lock_wait, False
            pause = 0.05
            while not self._ask("select pg_try_advisory_lock(%s)", key):
                if time.monotonic() >= deadline:
                    raise DestinationBusy(
                        f"{self.name} is in use by {self._holder()} and was not released within"
                        f" {lock_wait:g} seconds: end it there, or run again later"
                    )
                if not said and report:
                    report(f"waiting for {self.name}, in use by {self._holder()}")
                said = True
                time.sleep(pause)
                pause = min(pause * 2, LOOK_AGAIN)
            try:
                self._execute(
                    f"update {self._quoted}.freshdesk_turn"
                    " set number = %s, session = pg_backend_pid(), holder = %s",
                    self.number,
                    _this_process(),
                )
                yield
            finally:
                # A session that was lost has no lock.
                with suppress(DestinationError):
                    self._ask("select pg_advisory_unlock(%s)", key, again=False)

    @contextmanager
    def turn(self, account: str, who: str, say: Say) -> Iterator[None]:
        """Have the account for a run; waits for the run that has it, and says so once."""
        has = self._take(account)
        if not has:
            say(f"waiting for another run, which reads the same account into {self.name}")
        while not has:
            time.sleep(LOOK_AGAIN)
            if not self._alive():
                self._when_back(partial(self._ask, "select 1"), COMES_BACK)
                time.sleep(LEFT)
            has = self._take(account)
        self._accounts[account] = who
        try:
            yield
        finally:
            with self._guard, suppress(DestinationError):
                self._accounts.pop(account, None)
                self._held.discard(account)
                self._taken = self._taken if self._accounts else ""
                self._ask("select pg_advisory_unlock(%s)", _key("account", account), again=False)

    def _take(self, account: str) -> bool:
        with self._guard:
            got = bool(self._ask("select pg_try_advisory_lock(%s)", _key("account", account)))
            self._held |= {account} if got else set()
            return got

    def _keep_accounts(self, lock_wait: float) -> None:
        """After a session was lost, have its accounts again; raises DestinationTaken if another run does."""
        if self._taken:
            raise DestinationTaken(self._taken)
        if self._accounts.keys() <= self._held and (not self._accounts or self._alive()):
            return

        def lost() -> list[str]:
            return [each for each in self._accounts if each not in self._held and not self._take(each)]

        if self._when_back(lost, max(lock_wait, COMES_BACK)):
            # The rest of the run must not go on without it.
            self._taken = (
                f"the session with {self.name} was lost, and another run reads the account since: this one"
                " ends; what it stored before stays, and the other goes on from there"
            )
            raise DestinationTaken(self._taken)

    def _when_back(self, ask: Callable[[], Answer], wait: float) -> Answer:
        """What is asked, once the database answers; raises DestinationAway if it does not for so long."""
        deadline = time.monotonic() + wait
        while True:
            try:
                return ask()
            except DestinationAway:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(LOOK_AGAIN)

    @property
    def lost(self) -> bool:
        """Whether this session was made, and is there no more."""
        with self._guard:
            return self._begun and not self._alive()

    def _alive(self) -> bool:
        """Whether this session is there still; another is not begun."""
        if self._connection is None:
            return False
        try:
            self._ask("select 1", again=False)
        except DestinationError:
            return False
        return True

    def _holder(self) -> str:
        return self._ask(f"select holder from {self._quoted}.freshdesk_turn") or "another process"

    @property
    def _quoted(self) -> str:
        return '"' + self.schema.replace('"', '""') + '"'

    def _in(self, name: str) -> str:
        return f"{self._quoted}.{name}"

    def _ask(self, statement: str, *values: object, again: bool = True) -> Any:
        """The one value of an answer."""
        return self._execute(statement, *values, again=again, answers=True)

    def _execute(self, statement: str, *values: object, again: bool = True, answers: bool = False) -> Any:
        """Run a statement; `again` in a new session if that of before was lost and had nothing to keep."""
        import psycopg

        with self._guard:
            fresh = self._connection is None
            connection = self._connected()
            try:
                made = connection.execute(statement, values or None)
                if not answers:
                    return None
                row = made.fetchone()
                return row[0] if row else None
            except psycopg.OperationalError as error:
                self._end()
                if again and not fresh and not self._accounts:
                    return self._execute(statement, *values, again=False, answers=answers)
                raise DestinationAway(self._said(error)) from None
            except psycopg.Error as error:
                raise DestinationError(
                    f"{self.name} refuses what a lake needs there: {_first_line(error)}; let the user of"
                    " FRESHDESK_DESTINATION make schemas, tables and triggers in that database"
                ) from None

    def _connected(self) -> "psycopg.Connection[Any]":
        if self._connection is None:
            import psycopg

            try:
                self._connection = psycopg.connect(
                    self.dsn, autocommit=True, connect_timeout=CONNECT, application_name="freshdesk-assets"
                )
            except psycopg.Error as error:
                raise DestinationAway(self._said(error)) from None
            self._begun = True
        return self._connection

    def _said(self, error: Exception) -> str:
        return (
            f"{self.name} does not answer: {_first_line(error)}; see to it that the database runs and can be"
            " reached with what FRESHDESK_DESTINATION says, and run again"
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _key(kind: str, name: str) -> int:
    """The number of a lock of Postgres, positive."""
    made = hashlib.sha256(f"freshdesk-assets {kind} {name.strip().lower()}".encode()).digest()
    return int.from_bytes(made[:8], "big") >> 1


def _this_process() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"

"""From what Freshdesk shows for one credit to a run that reads what changed and nothing else."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import dagster as dg

from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.extract.watching import LimitReached, Look, Watched, look, watched
from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.names import ANYTHING_NEW, KEEP_CURRENT, POLLED
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.resources import FreshdeskApi
from freshdesk_assets.orchestration.run_lock import under_way
from freshdesk_assets.orchestration.runs.jobs import of_cadence, replicated
from freshdesk_assets.orchestration.runs.schedules import request_of
from freshdesk_assets.orchestration.runs.staleness import reached, stale_range
from freshdesk_assets.replication.ownership import held_in
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.sync import PerParent
from freshdesk_assets.schema.table import Cadence, Table
from freshdesk_assets.settings import SettingError, Settings
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.ledger.coverage import covered
from freshdesk_assets.warehouse.ledger.unstored import not_stored

POLL_IF_TURNED_ON = timedelta(seconds=120)
"""How often the sensor looks if FRESHDESK_POLL is not set and somebody turns it on in the UI."""

BACK_OFF_AT_MOST = timedelta(hours=1)

TIGHT = "the rate limit was nearly used up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """What the sensor remembers.

    - `turn`: the index of the list to ask next.
    - `launched`: by list, the fingerprint of what the last run was launched for.
    - `again`: ask nothing before this time; `why`: what the last look ended with, if it is.
    - `refused`: how many looks in a row were refused or found few credits left.
    - `spent`: credits since the last run it launched.
    """

    turn: int = 0
    launched: dict[str, str] = field(default_factory=dict)
    again: str = ""
    why: str = ""
    refused: int = 0
    spent: int = 0

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor as it was written; a new one from anything else."""
        try:
            return cls(**json.loads(text or "{}"))
        except (ValueError, TypeError):
            return cls()

    def text(self) -> str:
        """As Dagster keeps it."""
        return json.dumps(asdict(self))

    def later(self, at: datetime, why: str, seconds: float = 0.0) -> "Cursor":
        """Ask nothing for a while that doubles each time, or for `seconds` if that is longer."""
        pause = min(timedelta(minutes=2 ** min(self.refused, 10)), BACK_OFF_AT_MOST)
        again = at + max(pause, timedelta(seconds=seconds))
        return replace(self, again=again.isoformat(), why=why, refused=self.refused + 1)


def build_sensors(
    catalog: Catalog,
    settings: Settings,
    api: FreshdeskApi,
    file: DuckDBFile,
    names: Names = ALONE,
) -> list[dg.SensorDefinition]:
    """The sensor of changes; on from the start if FRESHDESK_POLL and FRESHDESK_SCHEDULES are set."""
    partitioning, every = settings.partitioning, settings.poll
    partitions = partitions_of(partitioning)
    targets = watched(table for table in catalog if table.cadence is Cadence.LIVE)

    @dg.sensor(
        name=names.name(ANYTHING_NEW),
        job_name=names.name(KEEP_CURRENT),
        minimum_interval_seconds=round((every or POLL_IF_TURNED_ON).total_seconds()),
        description="Asks Freshdesk whether something changed, one list and one credit at a time, and"
        " launches a run that reads what did.",
        default_status=(
            dg.DefaultSensorStatus.RUNNING if every and settings.schedules else dg.DefaultSensorStatus.STOPPED
        ),
    )
    def anything_new(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        now = datetime.now(UTC)
        cursor = Cursor.read(context.cursor)
        if run := under_way(context.instance, names=names):
            return _nothing(f"{run.job_name} {run.run_id} is queued or under way", cursor)
        # A time that is further off was set by a clock that was wrong.
        if cursor.again and now < datetime.fromisoformat(cursor.again) < now + timedelta(days=1):
            # An earlier version remembered no reason.
            why = cursor.why or "the rate limit was nearly used up, or a look failed"
            return _nothing(f"asks again at {cursor.again}. The last look ended with: {why}", cursor)
        if not targets:
            return _nothing("no live table can be asked what changed", cursor)
        target = targets[cursor.turn % len(targets)]
        cursor = replace(cursor, turn=(cursor.turn + 1) % len(targets), again="", why="")
        warehouse = file.warehouse(lock_wait=0.0)
        try:
            since = _since(warehouse, target)
            if since is None:
                return _nothing(f"{target.name} was never read: start the first sync yourself", cursor)
            if (held := held_in(warehouse)) and held.host != api.host:
                return _nothing(
                    api.told(
                        f"the replica holds {held.host}, and FRESHDESK_DOMAIN is {api.host}: a sync says"
                        " whether it is the same account"
                    ),
                    cursor,
                )
            with api.ask_once() as reader:
                found = look(reader, target, since)
            cursor = replace(cursor, spent=cursor.spent + 1)
            cursor = cursor.later(now, TIGHT) if found.tight else replace(cursor, refused=0)
            with warehouse.open() as connection:
                new = not_stored(connection, target.table, found.versions)
        except LimitReached as error:
            return _nothing(
                str(error), replace(cursor, spent=cursor.spent + 1).later(now, str(error), error.seconds)
            )
        except (FreshdeskError, WarehouseError, SettingError) as error:
            return _nothing(str(error), cursor.later(now, str(error)))
        seen = _fingerprint(new, found)
        if not new:
            return _nothing(f"nothing new in {target.name}", cursor)
        if cursor.launched.get(target.name) == seen:
            return _nothing(f"{target.name} has not changed since a run was launched for it", cursor)
        tables = _touched(catalog, target.table)
        end = reached(warehouse, catalog, [table.name for table in tables], partitioning.since)
        span = stale_range(
            context.instance, [names.asset(each.name) for each in tables], partitions, end, now=now
        )
        launched = request_of(
            names,
            KEEP_CURRENT,
            ANYTHING_NEW,
            *span,
            now,
            key=f"{names.name(ANYTHING_NEW)} {target.name} {seen}",
            only_missing=True,
            extra={POLLED: str(cursor.spent)},
            assets=_downstream(context, tables, names),
        )
        cursor = replace(cursor, launched={**cursor.launched, target.name: seen}, spent=0)
        return dg.SensorResult(run_requests=[launched], cursor=cursor.text())

    return [anything_new]


def _nothing(why: str, cursor: Cursor) -> dg.SensorResult:
    return dg.SensorResult(skip_reason=why, cursor=cursor.text())


def _since(warehouse: Warehouse, target: Watched) -> datetime | None:
    """The time up to which the list is stored; None if it was never read."""
    if not warehouse.exists():
        return None
    with warehouse.open() as connection:
        intervals = covered(connection, target.table, target.listing.name)
    return intervals[-1][1] if intervals else None


def _touched(catalog: Catalog, table: Table) -> list[Table]:
    """The table and those that are read per row of it."""
    return [table] + [
        each for each in catalog if isinstance(each.sync, PerParent) and each.sync.parent == table.name
    ]


def _downstream(
    context: dg.SensorEvaluationContext, tables: Sequence[Table], names: Names
) -> set[dg.AssetKey]:
    """The tables' assets and all that is made of them."""
    repository = context.repository_def
    if repository is None:
        raise ValueError("the sensor needs the repository: dg.build_sensor_context(repository_def=...)")
    read = dg.AssetSelection.assets(*(names.asset(table.name) for table in tables))
    chosen = (read | (read.downstream() - replicated(names))) & of_cadence(Cadence.LIVE, names)
    return set(chosen.resolve(repository.asset_graph))


def _fingerprint(new: Sequence[tuple[str, ...]], found: Look) -> str:
    """A hash of what was seen, to be compared with later looks: of ids and times, nothing of customers'."""
    seen = [[*key, str(found.versions[key])] for key in new]
    return sha256(json.dumps(seen).encode()).hexdigest()[:16]

"""What Dagster stores: keys, kinds, tags, names of jobs, checks, schedules and sensors, the pool.

Runs, materializations and cursors of a kept DAGSTER_HOME refer to these by their value, and so do users'
selections, alerts and saved launches. The Python name of a constant may change, its value may not.
"""

import dagster as dg

from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.schema.table import Cadence

# Assets

API_KIND, FILE_KIND, VIEW_KIND, TABLE_KIND = "freshdesk", "duckdb", "view", "table"
"""The graph draws an asset's kinds, and of its key only the last part. A view's schema is a kind of it too:
it tells `stitch.tickets` from `relations.tickets`. At most three are readable."""

PUBLISHED = dg.AssetKey(["published", "copy"])
"""The copy for analysts."""

PAGE = dg.AssetKey(["published", "page"])
"""The page that is made of the copy."""

FILES = dg.AssetKey([META, "attachment_files"])
"""The files of attachments, and the table that tells of them."""

COPIES = frozenset({PUBLISHED, PAGE})
"""What every run makes last, of whatever changed."""

METRICS = "metrics"
CHARTS = dg.AssetKey([METRICS, "charts"])
"""What tells Dagster the numbers of days that changed."""

POOL = "freshdesk"
"""One run at a time spends the account's credits and writes the file (see dagster.yaml)."""


def asset_key(name: str, schema: str = SCHEMA) -> dg.AssetKey:
    """An asset's key: schema and table as DuckDB has them."""
    return dg.AssetKey([schema, name])


# Tags of assets and their operations

DERIVED = "freshdesk/derived"
"""On assets that are made of others; its value is what kind they are."""

CADENCE = "freshdesk/cadence"
"""On every asset: how often it is brought up to date."""

SYNC = "freshdesk/sync"
"""On tables: the class of `schema.sync` that says how they are read."""

RECONCILED = "freshdesk/reconciled"
"""On tables whose rows can be deleted in Freshdesk without any list showing it."""

FOLLOWS = "freshdesk/follows"
"""On operations that follow the tables: a fingerprint of what they are declared to do."""

ACCOUNT = "freshdesk/account"
"""On assets and runs where there are several accounts: the prefix of theirs."""

# Data versions

DATA_VERSION = "dagster/data_version"
"""Dagster's own tag of materializations."""

UP_TO_DATE = dg.DataVersion("current")
"""The data version of child tables, histories, views and files, whatever they hold.

Dagster calls an asset stale whose last event has another version of a source than the source has now. A view
shows the rows of now without an event, and a child table is left out of a run while its own table is as it
was. So their versions must not move. Tables, references and all views of a schema have versions that do.
"""

# Checks

KEY_CHECK = "key"
"""The check of a table's key, the one that blocks."""

SHAPE = "shape"
UNKNOWN, ACCEPTED, COUNT = "unknown_keys", "accepted_values", "row_count"
REFUSED = "refused_rows"
FETCHED = "fetched"
SPANS, CURRENT = "spans", "current"

# Metadata

AWAITED = "awaited"
"""On a check of a reference: the tables that are not read to their end, and may still bring the rows."""

ROWS = "dagster/partition_row_count"
"""On a partition: how many rows it has."""

SKIPPED, ASIDE, LEFT, DEFERRED = "skipped", "set_aside", "unfinished", "deferred"
"""On a table: why it was left out, which of its rows are, what was left unread, why it was put off."""

REFUSES_ALL = "account_refuses_all"
"""On the failure of a table: no other call of the account would be answered either."""

STORED_ROWS = "dagster/row_count"
"""On an asset: how many rows its table has."""

# Jobs, schedules, sensors

REPLICATE = "replicate"
RECONCILE_JOB = "reconcile"
KEEP_CURRENT = "keep_current"
BY_CADENCE = {Cadence.LIVE: "replicate_live", Cadence.SLOW: "replicate_slow"}
TIDY = "tidy"

READS_THE_ACCOUNT = frozenset({REPLICATE, KEEP_CURRENT, RECONCILE_JOB, *BY_CADENCE.values()})
"""The jobs that read the account."""

CLOSE_YESTERDAY, SLOW_TABLES = "close_yesterday", "slow_tables"
REREAD_NIGHTLY, REREAD_WEEKLY = "reread_nightly", "reread_weekly"
RECONCILE_NIGHTLY = "reconcile_nightly"

BY_NIGHT = frozenset({CLOSE_YESTERDAY, SLOW_TABLES, REREAD_NIGHTLY, REREAD_WEEKLY, RECONCILE_NIGHTLY, TIDY})
"""The schedules of the quiet hours."""

ANYTHING_NEW = "anything_new"
ALERTS = "alerts"

# Tags of runs

ONLY_MISSING = "freshdesk/only_missing"
"""Read what is not stored yet, instead of reading the whole partitions again."""

WHOLE = "freshdesk/whole"
"""Read the tables again from the start date, whatever is remembered, instead of the partitions alone."""

RECONCILE = "freshdesk/reconcile"
"""Find out which rows Freshdesk no longer has, instead of reading the partitions."""

REQUESTED_AT = "freshdesk/requested_at"
"""When the backfill was requested that this run continues. Without the tag it is when the run was created."""

CHOSEN = "freshdesk/selection"
"""The asset selection of a backfill from the command line."""

POLLED = "freshdesk/polled"
"""Credits that the sensor spent on looks before it found something to read."""

UNFINISHED = "freshdesk/left_open"
"""The run's credit budget was spent before everything was read."""

PROCESS = ".dagster/freshdesk_process"
"""Machine and process of a run. Dagster 1.13.27 finds a dead one only while the code server that started it
is alive. The UI does not show tags that begin so."""

FORMER_PROCESS = "freshdesk/process"
"""What that tag was called until 0.2: a run that an earlier version began may still be alive."""

WORK = "freshdesk/work"
"""The schedule or sensor that launched the run."""

MAX_RETRIES = "dagster/max_retries"
"""Dagster's own: how often it executes a run again that failed by more than a step."""

ROOT_RUN = "dagster/root_run_id"
"""Dagster's own: the run that this one executes again."""

BACKFILL = "dagster/backfill"
"""Dagster's own: the backfill that launched the run."""

RETRY_STRATEGY = "dagster/retry_strategy"
"""Dagster's own: which steps it runs again by itself after a run that died."""

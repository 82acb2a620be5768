"""Settings and options as people get them wrong, and what is said of each."""

READING = ("sync", "plan", "doctor")
ASKING = (*READING, "archive")
ALL = (*ASKING, "dev", "begin-anew")
KEY = "s3cretKeyOfAnAgent99"
MINE = {"FRESHDESK_DOMAIN": "acme.freshdesk.com", "FRESHDESK_API_KEY": KEY}

SETTINGS: list[tuple[str, tuple[str, ...], dict[str, str], str]] = [
    (
        "neither account nor key",
        ASKING,
        {"FRESHDESK_DOMAIN": "", "FRESHDESK_API_KEY": ""},
        "FRESHDESK_DOMAIN is not set: set it to .* FRESHDESK_API_KEY is not set",
    ),
    ("a blank for a key", ASKING, {"FRESHDESK_API_KEY": "  "}, "FRESHDESK_API_KEY is not set"),
    ("a key of two words", ALL, {"FRESHDESK_API_KEY": "two words"}, "FRESHDESK_API_KEY is not one word"),
    ("the key for the address", ALL, {"FRESHDESK_DOMAIN": KEY}, "FRESHDESK_DOMAIN is not a whole host name"),
    (
        "an address of two words",
        ALL,
        {"FRESHDESK_DOMAIN": "my acme"},
        "FRESHDESK_DOMAIN is empty or has a blank in it",
    ),
    (
        "a path after the host",
        ALL,
        {"FRESHDESK_DOMAIN": "acme.freshdesk.com/a/tickets"},
        "has something after the host name",
    ),
    ("http", ALL, {"FRESHDESK_DOMAIN": "http://acme.freshdesk.com"}, "plain http address"),
    ("a sister product", ALL, {"FRESHDESK_DOMAIN": "acme.freshservice.com"}, "an address of Freshservice"),
    ("the maker's own page", ALL, {"FRESHDESK_DOMAIN": "www.freshdesk.com"}, "Freshdesk's own"),
    (
        "a proxy that is none",
        ALL,
        {"HTTPS_PROXY": "http://proxy:port", "NO_PROXY": "", "no_proxy": ""},
        "HTTPS_PROXY is not the address of a proxy",
    ),
    (
        "a day to come",
        ALL,
        {"FRESHDESK_START_DATE": "2999-01-01"},
        "FRESHDESK_START_DATE is 2999.*still to come",
    ),
    (
        "a day as others write it",
        ALL,
        {"FRESHDESK_START_DATE": "01/02/2026"},
        "set it to a day like 2025-01-01",
    ),
    ("a day that was not", ALL, {"FRESHDESK_START_DATE": "2026-02-30"}, "set it to a day like 2025-01-01"),
    ("a word for a day", ALL, {"FRESHDESK_START_DATE": "yesterday"}, "set it to a day like 2025-01-01"),
    ("a day before Freshdesk", ALL, {"FRESHDESK_START_DATE": "1999-01-01"}, "a day since 2000-01-01"),
    ("partitions of an hour", ALL, {"FRESHDESK_PARTITIONS": "hourly"}, "set it to daily, weekly or monthly"),
    ("a reserve in percent", ALL, {"FRESHDESK_RESERVE": "10"}, "a number from 0 to 0.95, like 0.1"),
    (
        "minutes that divide nothing",
        ALL,
        {"FRESHDESK_EVERY": "7"},
        "FRESHDESK_EVERY is '7': set it to minutes that divide an hour",
    ),
    (
        "a budget too small for a run",
        ALL,
        {"FRESHDESK_RUN_CREDITS": "10"},
        "FRESHDESK_RUN_CREDITS is '10': set it to at least 50 credits",
    ),
    (
        "a budget too small for a day",
        ALL,
        {"FRESHDESK_DAY_CREDITS": "lots"},
        "FRESHDESK_DAY_CREDITS is 'lots': set it to at least 50",
    ),
    (
        "a budget below nothing",
        ALL,
        {"FRESHDESK_RECONCILE_CREDITS": "-1"},
        "FRESHDESK_RECONCILE_CREDITS is '-1'",
    ),
    (
        "a file of holidays that is not there",
        ALL,
        {"FRESHDESK_HOLIDAYS": "holidays.csv"},
        "FRESHDESK_HOLIDAYS names holidays.csv, which cannot be read: No such file",
    ),
    ("looks too often", ALL, {"FRESHDESK_POLL": "5"}, "FRESHDESK_POLL is '5'"),
    (
        "a switch in another language",
        ALL,
        {"FRESHDESK_SCHEDULES": "ja"},
        "FRESHDESK_SCHEDULES is 'ja': set it to on or off",
    ),
    ("a wait in words", ALL, {"FRESHDESK_LOCK_WAIT": "a minute"}, "FRESHDESK_LOCK_WAIT is 'a minute'"),
    (
        "memory without a unit",
        ALL,
        {"FRESHDESK_MEMORY": "2"},
        "FRESHDESK_MEMORY is '2': set it to at least 256MB",
    ),
    ("a DuckDB too old", ALL, {"FRESHDESK_STORAGE": "1.2.0"}, "set it to v1.4.0, or to a later version"),
    (
        "a webhook without a scheme",
        ALL,
        {"FRESHDESK_ALERT_WEBHOOK": "hooks.example.com/x"},
        "FRESHDESK_ALERT_WEBHOOK is not a URL",
    ),
    (
        "a UI without a scheme",
        ALL,
        {"FRESHDESK_UI_URL": "localhost:3000"},
        "FRESHDESK_UI_URL is 'localhost:3000'",
    ),
    (
        "a file named like a schema",
        ALL,
        {"FRESHDESK_DUCKDB": "freshdesk.duckdb"},
        "set it to a file of another name",
    ),
    (
        "a file elsewhere",
        ALL,
        {"FRESHDESK_DUCKDB": "s3://bucket/replica.duckdb"},
        "is not a file on this machine",
    ),
    ("a folder for a file", ALL, {"FRESHDESK_DUCKDB": "/tmp/"}, "FRESHDESK_DUCKDB is '/tmp/', a folder"),
    (
        "the replica for its copy",
        ALL,
        {"FRESHDESK_PUBLISHED": "replica.duckdb"},
        "FRESHDESK_PUBLISHED is the replica itself",
    ),
    (
        "a missing folder",
        ("sync", "plan", "archive", "dev"),
        {"FRESHDESK_DUCKDB": "/nowhere/replica.duckdb"},
        "/nowhere is not a folder: create it, or set FRESHDESK_DUCKDB",
    ),
    (
        "a missing folder for the copy",
        ("sync", "plan", "archive", "dev"),
        {"FRESHDESK_PUBLISHED": "/nowhere/copy.duckdb"},
        "/nowhere is not a folder: create it, or set FRESHDESK_PUBLISHED",
    ),
    (
        "records in a file",
        (*ASKING, "dev"),
        {"DAGSTER_HOME": "/dev/null"},
        "which is not a folder: set it to one",
    ),
    (
        "two at once",
        ALL,
        {"FRESHDESK_EVERY": "7", "FRESHDESK_RESERVE": "10"},
        "FRESHDESK_RESERVE is '10'.* FRESHDESK_EVERY is '7'",
    ),
]
"""What is wrong, the commands that refuse it, the settings, and what is said."""

OPTIONS: list[tuple[tuple[str, ...], str]] = [
    (("sync", "--from", "2026-11-1"), "'2026-11-1' is not a day like 2026-01-31"),
    (("sync", "--selct", "tickets"), "unrecognized arguments: --selct tickets"),
    (("snyc",), "invalid choice: 'snyc'"),
    (("plan", "--from", "2026-03-02", "--to", "2026-03-01"), "--to 2026-03-01 is before --from 2026-03-02"),
    (("sync", "--from", "2999-01-01"), "--from 2999-01-01 is still to come"),
    (("plan", "--to", "2024-12-31"), "--to 2024-12-31 is before 2025-01-01, when the partitions begin"),
    (("sync", "--whole", "--from", "2026-03-01"), "--whole reads from the start date: leave out --from"),
    (("sync", "--reconcile", "--to", "2026-03-01"), "--reconcile goes through all stored rows: leave out"),
    (("plan", "--reconcile", "--from", "2026-03-01"), "--reconcile goes through all stored rows: leave out"),
    (("plan", "--reconcile", "--whole"), "leave out --from, --to and --reconcile"),
    (("plan", "--reconcile", "--select", "tickts"), "--select: no table is called tickts: did you mean"),
    (("plan", "--renamed"), "--renamed is an option of sync alone, which notes the account's new address"),
    (("sync", "--select", "tickts"), "--select: no table is called tickts: did you mean tickets"),
    (("plan", "--select", "tickets,teams"), "--select: no table is called teams: "),
    (
        ("sync", "--select", "foreign_keys_"),
        "--select: no table is called foreign_keys_: did you mean foreign_keys",
    ),
    (
        ("sync", "--select", "group:"),
        "--select 'group:' is no selection of Dagster's: write a table's name, like tickets",
    ),
    (("archive", "--ids", "nowhere.csv"), "--ids: nowhere.csv cannot be read: No such file"),
    (("archive", "--ids", "/dev/null"), "--ids: /dev/null has no ids: write one in each line"),
    (("archive", "--credits", "all"), "'all' is no number of credits: give one from 1 on"),
    (("archive", "--credits", "0"), "'0' is no number of credits"),
    (("sync", "--select", "group:nobody"), "--select 'group:nobody' selects nothing that this run makes"),
]
"""Commands with their options, and what is said of them."""

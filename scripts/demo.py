"""A simulated Freshdesk account, replicated by a real Dagster run, and a question answered in SQL.

`python scripts/demo.py` replicates; with `--ui` the Dagster UI opens on that replica.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from freshdesk_assets.file_modes import make_files
from freshdesk_assets.stopping import STOPPED, Stopped, stoppable

FOLDER = Path(".demo").resolve()
NOW = FOLDER / "now"
TICKETS, DAYS = 600, 21

QUESTION = "Who is waiting longest? Open tickets by group, and the oldest of them."
ANSWER = """\
select
  coalesce(group_name, '(no group)') as "group",
  count(*) as open_tickets,
  min(created_at)::date as oldest,
  count(*) filter (is_escalated) as escalated
from relations.tickets
where status_label = 'Open'
  and not spam
  and not deleted
  and not deleted_in_freshdesk
group by all
order by open_tickets desc
limit 6;"""


def main() -> int:
    """Run the demo, or open the UI on the last one; 0 when the UI is closed, as by Ctrl-C."""
    try:
        with stoppable(to_the_end=True):
            return run()
    except Stopped:
        # Whoever was stopped has said so; `make` would call another exit code of its UI an error.
        return 0 if "--ui" in sys.argv else STOPPED


def run() -> int:
    """The exit code of what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ui", action="store_true", help="open the Dagster UI on the demo's replica")
    ui = parser.parse_args().ui
    if ui and not NOW.exists():
        sys.stderr.write("There is no demo yet: run `make demo` first.\n")
        return 2
    make_files()
    if not ui:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        NOW.write_text(datetime.now(UTC).replace(microsecond=0).isoformat())
    with simulator(datetime.fromisoformat(NOW.read_text())) as environment:
        command = [str(Path(sys.executable).with_name("freshdesk-assets")), "dev" if ui else "sync"]
        code = wait(subprocess.Popen(command, env=environment))
    if code == 0 and not ui:
        replica = Path(environment["FRESHDESK_DUCKDB"])
        answer(replica.with_stem("replica_published"), replica.with_name("replica_page.html"))
    return code


def wait(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a command. Ctrl-C reaches it too; SIGTERM is handed on."""
    try:
        return process.wait()
    except KeyboardInterrupt as error:
        if signal.SIGTERM in error.args:
            process.terminate()
        process.wait()
        raise


@contextmanager
def simulator(now: datetime) -> Iterator[dict[str, str]]:
    """A running simulated account, as the environment in which it is replicated."""
    with tempfile.TemporaryDirectory() as scratch:
        ready = Path(scratch) / "ready.json"
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "freshdesk_assets.simulator", "--port", "0", "--plan", "pack2000"),
                *("--service-levels", "--eventful"),
                *("--tickets", str(TICKETS), "--days", str(DAYS), "--frozen-now", now.isoformat()),
                *("--latency-ms", "20", "--ready-file", str(ready)),
            ],
            stdout=subprocess.DEVNULL,
            # Ctrl-C is for the command that asks it, which may store what it read before it ends.
            start_new_session=True,
        )
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise SystemExit("the simulator did not start: see above")
                time.sleep(0.05)
            account = json.loads(ready.read_text())
            yield {
                **os.environ,
                "DAGSTER_HOME": str(FOLDER / "dagster_home"),
                "FRESHDESK_DOMAIN": account["url"],
                "FRESHDESK_API_KEY": account["key"],
                "FRESHDESK_DUCKDB": str(FOLDER / "replica.duckdb"),
                "FRESHDESK_START_DATE": f"{now - timedelta(days=DAYS):%Y-%m-%d}",
                "FRESHDESK_PARTITIONS": "daily",
                "FRESHDESK_RESERVE": "0.1",
            }
        finally:
            process.terminate()
            process.wait()


def answer(path: Path, page: Path) -> None:
    """Ask the replica what an analyst would ask, and say what to do next."""
    import duckdb
    from rich.console import Console
    from rich.table import Table

    console = Console()
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        result = connection.execute(ANSWER)
        table = Table(*(column[0] for column in result.description or ()))
        for row in result.fetchall():
            table.add_row(*map(str, row))
    console.print(f"\n[bold]{QUESTION}[/bold]\n")
    console.print(ANSWER, markup=False, highlight=False)
    console.print(table)
    console.print(
        f"To see how the demo's support team is doing, open this in a browser: {page}"
        "\ndocs/ says what the replica holds."
        "\nTo see assets, columns and runs in the Dagster UI: make demo-ui"
        "\nTo replicate your own account: cp .env.example .env, fill it in,"
        " and run .venv/bin/freshdesk-assets sync",
        markup=False,
    )


if __name__ == "__main__":
    sys.exit(main())

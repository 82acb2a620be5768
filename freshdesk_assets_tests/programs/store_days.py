"""`store_days FILE`: store the two ends of a day, the next day, and the first again; print the ids found."""

import sys
from pathlib import Path

import pandas

from freshdesk_assets_tests.orchestration.storing import SECOND, THIRD, ids, ours, store


def frame(**moments: str) -> pandas.DataFrame:
    """Loans by number and moment, given as `no_1="2026-01-02 01:00"`."""
    numbers = [int(name.removeprefix("no_")) for name in moments]
    return pandas.DataFrame({"id": numbers, "lent_at": pandas.to_datetime([*moments.values()], utc=True)})


def main(file: Path) -> None:
    ends = frame(no_1="2026-01-02 01:00", no_2="2026-01-02 23:00")
    for day, loans in ((SECOND, ends), (THIRD, frame(no_3="2026-01-03 01:00")), (SECOND, ends)):
        store(ours(file), loans, day)
    print(ids(file))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

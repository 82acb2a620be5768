"""How long read rows wait to be stored."""

from freshdesk_assets.replication.table import BATCH_SECONDS, BATCH_SECONDS_AT_MOST, patience


def test_a_batch_waits_longer_where_storing_takes_long() -> None:
    """On a file each waits as long as ever; on a lake far away a tenth of the time goes to storing.

    However slow it is, no more than a minute's calls are paid twice after a crash.
    """
    assert patience(0.2) == BATCH_SECONDS
    assert patience(3.0) == 30.0
    assert patience(45.0) == BATCH_SECONDS_AT_MOST == 60.0

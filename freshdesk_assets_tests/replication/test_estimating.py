"""How long a run will take is what the limits let it take."""

from dataclasses import replace

import pytest

from freshdesk_assets.replication.estimating import Estimate, seconds_for
from freshdesk_assets.schema.endpoint import SubLimit
from freshdesk_assets_tests.extract.bookshop import LISTED, Shop, reading

LIST_LIMIT = SubLimit("books list", ((0, 20),))


@pytest.mark.parametrize(
    ("list_calls", "row_calls", "seconds"),
    [
        (1, 40, 0.0),  # fits in the quarter of a minute's credits that goes at once
        (0, 900, 285.0),  # 855 at 180 a minute, a tenth of 200 being kept free
        (108, 0, 345.0),  # 103.5 calls at 18 a minute: the list's own limit is the tighter one
    ],
)
def test_the_tightest_limit_says_how_long_it_takes(list_calls: int, row_calls: int, seconds: float) -> None:
    books = replace(LISTED, sub_limit=LIST_LIMIT)
    with reading(Shop(url="http://127.0.0.1:9")) as reader:
        reader.client.limiter.learn(total=200)
        made = Estimate(table=books)
        made.add_list(list_calls, 1)
        made.add_rows(row_calls)
        assert seconds_for([made], reader, reserve=0.1) == pytest.approx(seconds)

"""How the community is read, level by level."""

from collections.abc import Callable, Sequence

from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.discussions.community import TABLES, Community
from freshdesk_assets.simulator.endpoints import Endpoint, paged
from freshdesk_assets.simulator.plain_reads import as_it_is, listing, viewing
from freshdesk_assets.simulator.refusals import not_found


def under(above: str, kind: str) -> Callable[[Call], Page]:
    """The rows of a kind that are directly under the row the path names."""

    def answer(call: Call) -> Page:
        if not isinstance(call.world, Community):
            raise TypeError("this world has no forums")
        if call.id not in call.world.discussed(above):
            raise not_found()
        return call.page_of(list(call.world.discussed(kind, call.id).values()), as_it_is)

    return answer


FEATURE = "Forums"
DISCUSSIONS: Sequence[Endpoint] = (
    paged("discussions/categories", listing(TABLES["category"]), feature=FEATURE),
    paged("discussions/categories/{id}/forums", under("category", "forum"), feature=FEATURE),
    paged("discussions/forums/{id}/topics", under("forum", "topic"), feature=FEATURE),
    paged("discussions/topics/{id}/comments", under("topic", "comment"), feature=FEATURE),
    Endpoint(path="discussions/categories/{id}", answer=viewing(TABLES["category"]), feature=FEATURE),
    Endpoint(path="discussions/forums/{id}", answer=viewing(TABLES["forum"]), feature=FEATURE),
    Endpoint(path="discussions/topics/{id}", answer=viewing(TABLES["topic"]), feature=FEATURE),
)

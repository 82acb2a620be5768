"""What an endpoint is: one path, who may read it, what it costs, and what answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from freshdesk_assets.simulator.calls import PAGING, Call, Page
from freshdesk_assets.simulator.state import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path, who may read it, and what it costs."""

    path: str
    answer: Callable[[Call], Page | Row]
    params: tuple[str, ...] = ()
    paged: bool = False
    admin: bool = False
    feature: str | None = None
    sublimit: str | None = None
    include_cost: int = 0


def paged(path: str, answer: Callable[[Call], Page], *params: str, **rest: Any) -> Endpoint:
    """An endpoint that answers with a list."""
    return Endpoint(path=path, answer=answer, params=(*params, *PAGING), paged=True, **rest)

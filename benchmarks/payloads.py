"""Makes any number of tickets as the list sends them, with texts of the length that people write."""

import random
from dataclasses import dataclass, field
from itertools import accumulate

import msgspec

from freshdesk_assets.simulator import vocabulary
from freshdesk_assets.simulator.clock import epoch, epoch_stamp
from freshdesk_assets.simulator.payloads import ticket_in_list
from freshdesk_assets.simulator.world import World

MODELS = 2_000
"""The number of simulated tickets whose fields the rows repeat."""

SENTENCES = 80_000
WORDS = 4_000
SPAN = (6, 52)
"""The least and the most sentences of a text: with HTML and plain text, a row has 6 to 7 kB on average."""

OPENING = (
    b'<div style=\\"font-family:-apple-system, BlinkMacSystemFont, Segoe UI, Roboto; font-size:14px\\"><p>'
)


@dataclass(slots=True)
class Tickets:
    """Rows by number and round: a later round is a later version of the row."""

    seed: int = 1
    _models: list[bytes] = field(init=False)
    _plain: bytes = field(init=False)
    _html: bytes = field(init=False)
    _ends: list[tuple[int, int]] = field(init=False)
    _epoch: int = field(init=False)

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        world = World(seed=self.seed, tickets=MODELS)
        self._epoch = epoch(world.clock.stamp())
        self._models = [
            _encoded(ticket_in_list(world, ticket, ("stats",), deleted_key=True))
            for ticket in world.tickets.values()
            if ticket.shelf == "live"
        ]
        self._plain, self._html, self._ends = _prose(rng)

    def row(self, number: int, later: int = 0) -> bytes:
        """The JSON of one row; `later` is its round of changes."""
        rng = random.Random(number * 64 + later)
        first = rng.randrange(SENTENCES - SPAN[1])
        last = first + rng.randint(*SPAN)
        (plain, html), (plain_end, html_end) = self._ends[first], self._ends[last]
        updated_at = epoch_stamp(self._epoch + number // 3 + later * 86_400_000)
        return b'{"id":%d,"updated_at":"%s","description":"%s%s</p></div>","description_text":"%s",%s' % (
            number,
            updated_at.encode(),
            OPENING,
            self._html[html:html_end],
            self._plain[plain:plain_end],
            self._models[number % len(self._models)],
        )


def _encoded(row: dict[str, object]) -> bytes:
    """The fields that a row takes over, as the end of a JSON object."""
    return msgspec.json.encode({key: row[key] for key in row if key not in ("id", "updated_at")})[1:]


def _prose(rng: random.Random) -> tuple[bytes, bytes, list[tuple[int, int]]]:
    """Sentences one after the other as JSON has them, plain and as HTML, and where each begins in both."""
    words = [
        "".join(rng.choices("aaaeeeeiiioonnnrrsssttllmmddkkpgbhäéöü", k=rng.randint(2, 11)))
        for _ in range(WORDS)
    ]
    frequencies = list(accumulate(1 / (place + 3) for place in range(WORDS)))
    plain, html = bytearray(), bytearray()
    ends = []
    for _ in range(SENTENCES):
        ends.append((len(plain), len(html)))
        sentence = (
            " ".join(rng.choices(words, cum_weights=frequencies, k=rng.randint(4, 14)))
            + f" {rng.randrange(10**6)}."
        )
        if rng.random() < 0.05:
            sentence = rng.choice(vocabulary.SENTENCES)
        break_ = rng.random() < 0.2
        plain += _text(sentence + ("\n" if break_ else " "))
        html += _text(sentence) + (b"</p><p>" if break_ else b"&nbsp;")
    return bytes(plain), bytes(html), ends


def _text(sentence: str) -> bytes:
    return msgspec.json.encode(sentence)[1:-1]

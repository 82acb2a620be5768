"""Ordinary working days: which changes happen, how often, and to whom."""

import random
from collections.abc import Callable
from datetime import timedelta

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.account_changes import AccountChanges
from freshdesk_assets.simulator.conversations import conversations_of

Happening = Callable[["Days", random.Random], object]
DAY = timedelta(days=1)


class Days(AccountChanges):
    """A world in which time passes and things happen."""

    _churn_every: int | None = None
    _list_requests = 0

    def day_of_changes(self, rng: random.Random | None = None) -> None:
        """Let one day pass, with the changes of a day at moments spread over it.

        The number of common changes fits the account's size. Each of the rare ones happens once, and each of
        an administrator's about once a week. Without `rng` the world's own generator is used.
        """
        with self.lock:
            rng = rng or self.rng
            happenings = self.happenings_of_a_day(rng)
            end = self.clock.now() + DAY
            step = DAY / (len(happenings) + 1)
            for happening in happenings:
                self.clock.advance(step)
                happening(self, rng)
            self.clock.advance(max(timedelta(0), end - self.clock.now()))
            self.settle()

    def random_change(self, rng: random.Random | None = None) -> None:
        """Let one common thing happen now."""
        with self.lock:
            rng = rng or self.rng
            rng.choices(list(COMMON), weights=list(COMMON.values()))[0](self, rng)

    def churn(self, every: int | None) -> None:
        """Make a random change before every k-th list request, k being `every`; None ends it."""
        self._churn_every = every
        self._list_requests = 0

    def heed_list_request(self) -> None:
        """Count a list request, and let something happen at every k-th."""
        self._list_requests += 1
        if self._churn_every and self._list_requests % self._churn_every == 0:
            self.random_change()

    def happenings_of_a_day(self, rng: random.Random) -> list[Happening]:
        """What happens on a day, in order."""
        size = max(1, len(self.tickets) // 60)
        happenings = rng.choices(list(COMMON), weights=list(COMMON.values()), k=size * 5)
        happenings += [create_ticket] * size + list(RARE)
        happenings += [happening for happening in ADMINISTRATIVE if rng.random() < 1 / 7]
        rng.shuffle(happenings)
        return happenings

    def some_ticket(self, rng: random.Random) -> int | None:
        """A ticket of the normal list; one that changed recently is more likely."""
        entries = self.shelves["live"].updated_at
        return entries[-1 - int(rng.random() ** 2 * len(entries))][1] if entries else None

    def some_contact(self, rng: random.Random) -> int | None:
        """A contact who is neither deleted nor blocked."""
        pool = self.contact_pool
        return rng.choice(pool) if len(pool) > 5 else None


def on_ticket(act: Callable[[Days, random.Random, int], object]) -> Happening:
    """Something that happens to a ticket, if there is one."""

    def happen(world: Days, rng: random.Random) -> None:
        ticket_id = world.some_ticket(rng)
        if ticket_id is not None:
            act(world, rng, ticket_id)

    return happen


def on_contact(act: Callable[[Days, random.Random, int], object]) -> Happening:
    """Something that happens to a contact, as long as enough are left."""

    def happen(world: Days, rng: random.Random) -> None:
        contact_id = world.some_contact(rng)
        if contact_id is not None:
            act(world, rng, contact_id)

    return happen


def on_row(table: str, at_least: int, act: Callable[[Days, random.Random, int], object]) -> Happening:
    """Something that happens to a row of a plain table, as long as enough are left."""

    def happen(world: Days, rng: random.Random) -> None:
        rows = list(world.tables[table])
        if len(rows) >= at_least:
            act(world, rng, rng.choice(rows))

    return happen


def on_agent(at_least: int, act: Callable[[Days, random.Random, int], object]) -> Happening:
    """Something that happens to an agent other than the one whose key is used."""

    def happen(world: Days, rng: random.Random) -> None:
        others = world.agent_pool[1:]
        if len(others) >= at_least:
            act(world, rng, rng.choice(others))

    return happen


def on_shelf(shelf: str, act: Callable[[Days, random.Random, int], object]) -> Happening:
    """Something that happens to a spam or deleted ticket, if there is one."""

    def happen(world: Days, rng: random.Random) -> None:
        entries = world.shelves[shelf].updated_at
        if entries:
            act(world, rng, rng.choice(entries)[1])

    return happen


def on_conversation(act: Callable[[Days, random.Random, int], object]) -> Happening:
    """Something that happens to what was said, if the ticket drawn has any."""

    def happen(world: Days, rng: random.Random) -> None:
        for _, ticket_id in reversed(world.shelves["live"].updated_at[-500:]):
            conversations = conversations_of(world, world.tickets[ticket_id])
            if conversations and rng.random() < 0.2:
                act(world, rng, rng.choice(conversations)["id"])
                return

    return happen


def create_ticket(world: Days, rng: random.Random) -> None:
    """A customer writes."""
    pool = world.contact_pool
    if pool:
        world.create_ticket(requester_id=rng.choice(pool))


def restore_contact(world: Days, rng: random.Random) -> None:
    """A deleted contact was deleted by mistake."""
    deleted = [number for number, contact in world.contacts.items() if contact.deleted]
    if deleted:
        world.restore_contact(rng.choice(deleted))


def unblock_contact(world: Days, rng: random.Random) -> None:
    """A blocked contact is forgiven."""
    blocked = [number for number, contact in world.contacts.items() if contact.blocked]
    if blocked:
        world.block_contact(rng.choice(blocked), blocked=False)


def merge_contacts(world: Days, rng: random.Random, contact_id: int) -> None:
    """Two contacts turn out to be one."""
    other = world.some_contact(rng)
    if other is not None and other != contact_id:
        world.merge_contacts(contact_id, other)


def merge_tickets(world: Days, rng: random.Random, ticket_id: int) -> None:
    """Two tickets turn out to be one."""
    other = world.some_ticket(rng)
    if other is not None and other != ticket_id:
        world.merge_tickets(ticket_id, other)


def change_members(world: Days, rng: random.Random, group_id: int) -> None:
    """A group's members change."""
    agents = world.agent_pool
    world.set_group_members(group_id, sorted(rng.sample(agents, k=min(len(agents), rng.randint(1, 5)))))


def change_custom_field(world: Days, rng: random.Random, ticket_id: int) -> None:
    """An agent fills in a field."""
    if "cf_reference_number" in world.tickets[ticket_id].row["custom_fields"]:
        world.set_custom_field(ticket_id, "cf_reference_number", f"REF-{rng.randrange(100_000)}")


def archive_one(world: Days, _rng: random.Random) -> None:
    """The closed ticket that nobody has touched for longest leaves the lists."""
    for _, ticket_id in world.shelves["live"].updated_at:
        if world.tickets[ticket_id].row["status"] == 5:
            world.archive(ticket_id)
            return


def swap_custom_field(world: Days, _rng: random.Random) -> None:
    """A field of some weeks comes or goes."""
    if "cf_campaign" in world.added_ticket_fields:
        world.remove_custom_field("cf_campaign")
    else:
        world.add_custom_field("cf_campaign", label="Campaign 🎯")


COMMON: dict[Happening, int] = {
    on_ticket(lambda world, _, number: world.reply(number)): 20,
    on_ticket(lambda world, _, number: world.reply(number, incoming=True)): 15,
    on_ticket(lambda world, rng, number: world.add_note(number, private=rng.random() < 0.7)): 10,
    on_ticket(lambda world, rng, number: world.set_status(number, rng.choice((2, 3, 4, 4, 5, 6, 7, 8)))): 15,
    on_ticket(lambda world, rng, number: world.set_priority(number, rng.randint(1, 4))): 4,
    on_ticket(lambda world, rng, number: world.assign(number, agent_id=rng.choice(world.agent_pool))): 6,
    on_ticket(lambda world, rng, number: world.set_tags(number, rng.sample(words.TAGS, k=2))): 4,
    on_ticket(change_custom_field): 4,
    on_ticket(lambda world, _, number: world.escalate(number)): 2,
    on_ticket(lambda world, _, number: world.add_time_entry(number)): 6,
    on_ticket(lambda world, _, number: world.add_rating(number)): 3,
    on_contact(lambda world, _, number: world.update_contact(number, job_title="Buyer")): 2,
    on_agent(1, lambda world, _, number: world.touch_agent(number)): 3,
    create_ticket: 6,
}
RARE: tuple[Happening, ...] = (
    on_conversation(lambda world, _, number: world.edit_note(number)),
    on_conversation(lambda world, _, number: world.delete_conversation(number)),
    on_ticket(merge_tickets),
    on_ticket(lambda world, _, number: world.trash(number)),
    on_ticket(lambda world, _, number: world.mark_spam(number)),
    on_shelf("deleted", lambda world, _, number: world.restore(number)),
    on_shelf("deleted", lambda world, _, number: world.purge(number)),
    on_shelf("spam", lambda world, _, number: world.unmark_spam(number)),
    archive_one,
    lambda world, _: world.bulk_update(12),
    lambda world, _: world.create_contact(),
    lambda world, _: world.create_contact(),
    on_contact(lambda world, rng, number: world.rename_contact(number, words.person_name(rng))),
    on_contact(lambda world, _, number: world.delete_contact(number)),
    on_contact(lambda world, _, number: world.block_contact(number)),
    on_contact(merge_contacts),
    restore_contact,
    unblock_contact,
    lambda world, _: world.create_company(),
    on_row(
        "companies", 1, lambda world, _, number: world.rename_company(number, f"Renamed {number} & Söhne")
    ),
    on_row("groups", 1, change_members),
    on_agent(1, lambda world, _, number: world.set_agent_roles(number, list(world.tables["roles"])[:2])),
    on_row(
        "time_entries",
        1,
        lambda world, rng, number: world.edit_time_entry(number, seconds=rng.randint(60, 9000)),
    ),
    on_row("time_entries", 5, lambda world, _, number: world.delete_time_entry(number)),
    on_row(
        "satisfaction_ratings",
        1,
        lambda world, rng, number: world.change_rating(
            number, value=rng.choice((103, -103)), feedback="Doch nicht."
        ),
    ),
)
ADMINISTRATIVE: tuple[Happening, ...] = (
    on_contact(lambda world, _, number: world.make_agent(number)),
    on_agent(4, lambda world, _, number: world.delete_agent(number)),
    on_contact(lambda world, _, number: world.hard_delete_contact(number)),
    on_row("companies", 4, lambda world, _, number: world.delete_company(number)),
    on_row("groups", 3, lambda world, _, number: world.remove_group(number)),
    on_row("products", 2, lambda world, _, number: world.remove_product(number)),
    on_row("roles", 3, lambda world, _, number: world.remove_role(number)),
    on_row("roles", 1, lambda world, _, number: world.rename("roles", number, f"Role {number}")),
    swap_custom_field,
    lambda world, rng: world.rename_custom_field("subject", f"Subject {rng.randrange(100)}"),
)

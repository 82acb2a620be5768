"""What administrators do to the set-up as days pass, drawn apart from all other changes."""

import random
from collections.abc import Callable

from freshdesk_assets.simulator.days import Days
from freshdesk_assets.simulator.eventful import Eventful
from freshdesk_assets.simulator.setup.changes import SetupChanges
from freshdesk_assets.simulator.setup.rules import RULE_TYPES

A_DAY, AN_EVENTFUL_DAY = 2, 6


class SetupDays(SetupChanges, Days):
    """A world whose set-up changes, at the end of each day, by a random generator of its own."""

    setup_rng: random.Random

    def day_of_changes(self, rng: random.Random | None = None) -> None:
        """Let one day pass, then let a few things happen to the set-up."""
        with self.lock:
            super().day_of_changes(rng)
            eventful = isinstance(self, Eventful) and self.eventful
            for happening in self.setup_rng.sample(HAPPENINGS, k=AN_EVENTFUL_DAY if eventful else A_DAY):
                happening(self, self.setup_rng)


def some(world: SetupDays, rng: random.Random, table: str, at_least: int = 1) -> int | None:
    """A row of a table, if there are enough."""
    rows = list(world.tables[table])
    return rng.choice(rows) if len(rows) >= at_least else None


def switch_rule(world: SetupDays, rng: random.Random) -> None:
    """A rule is switched off, or on again."""
    number = some(world, rng, "automation_rules")
    if number is not None:
        active = world.tables["automation_rules"][number]["active"]
        world.change_setup("automation_rules", number, active=not active)


def reorder_rule(world: SetupDays, rng: random.Random) -> None:
    """A rule runs earlier or later."""
    number = some(world, rng, "automation_rules")
    if number is not None:
        world.change_setup("automation_rules", number, position=rng.randint(1, 9))


def replace_rule(world: SetupDays, rng: random.Random) -> None:
    """A rule goes, and another comes."""
    number = some(world, rng, "automation_rules", 6)
    if number is not None:
        world.remove_setup("automation_rules", number)
        world.create_rule(rng.choice(RULE_TYPES), f"In place of {number}")


def replace_scenario(world: SetupDays, rng: random.Random) -> None:
    """A scenario goes, and another comes."""
    number = some(world, rng, "scenario_automations", 2)
    if number is not None:
        world.remove_setup("scenario_automations", number)
        world.create_scenario(f"Instead of {number}", [{"name": "priority", "value": rng.randint(1, 4)}])


def edit_response(world: SetupDays, rng: random.Random) -> None:
    """A response says something else."""
    number = some(world, rng, "canned_responses")
    if number is not None:
        world.change_setup("canned_responses", number, content=f"Neu: {rng.randrange(1000)}\n")


def move_response(world: SetupDays, rng: random.Random) -> None:
    """A response moves into another folder."""
    number, folder = some(world, rng, "canned_responses"), some(world, rng, "canned_response_folders")
    if number is not None and folder is not None:
        world.move_canned_response(number, folder)


def replace_response(world: SetupDays, rng: random.Random) -> None:
    """A response goes, and another comes."""
    number, folder = some(world, rng, "canned_responses", 4), some(world, rng, "canned_response_folders")
    if number is not None and folder is not None:
        world.remove_setup("canned_responses", number)
        world.create_canned_response(folder, f"Instead of {number}")


def rename_form(world: SetupDays, rng: random.Random) -> None:
    """A form gets another title."""
    number = some(world, rng, "ticket_forms")
    if number is not None:
        world.change_setup("ticket_forms", number, title=f"Formular {rng.randrange(100)}")


def change_form(world: SetupDays, rng: random.Random) -> None:
    """The fields of a form change."""
    number, fields = some(world, rng, "ticket_forms"), list(world.tables["ticket_fields"])
    if number is not None:
        world.set_form_fields(number, [*fields[:1], *rng.sample(fields[1:], k=4)])


def relabel_section(world: SetupDays, rng: random.Random) -> None:
    """A section gets another label."""
    number = some(world, rng, "ticket_field_sections")
    if number is not None:
        world.change_setup("ticket_field_sections", number, label=f"Abschnitt {rng.randrange(100)}")


def give_skill(world: SetupDays, rng: random.Random) -> None:
    """An agent learns, or forgets."""
    number = some(world, rng, "skills")
    if number is not None and world.agents:
        agent_id = rng.choice(world.agent_pool)
        world.give_skill(agent_id, number, given=number not in world.agents[agent_id].skill_ids)


def take_a_break(world: SetupDays, rng: random.Random) -> None:
    """An agent is away, or back."""
    if world.agents:
        world.set_availability(rng.choice(world.agent_pool), available=rng.random() < 0.5)


def change_bcc(world: SetupDays, rng: random.Random) -> None:
    """Somebody else gets a copy of everything."""
    world.set_single("email_bcc", emails=[f"copy{rng.randrange(10)}@demo.example"])


HAPPENINGS: tuple[Callable[[SetupDays, random.Random], None], ...] = (
    switch_rule, reorder_rule, replace_rule, replace_scenario, edit_response, move_response, replace_response,
    rename_form, change_form, relabel_section, give_skill, take_a_break, change_bcc,
)  # fmt: skip

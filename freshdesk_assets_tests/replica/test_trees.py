"""The knowledge base, canned responses, forms and the like equal the account: what lies in folders moves."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.simulator.setup.rules import PLANTED
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.truth import surplus

SOLUTIONS = ["solution_categories", "solution_folders", "solution_articles"]
CANNED = ["canned_response_folders", "canned_responses"]
DISCUSSIONS = ["discussion_categories", "discussion_forums", "discussion_topics", "discussion_comments"]


@contextmanager
def knowing(account: Callable[..., Any], *names: str, **options: Any) -> Iterator[Account]:
    """An account of which these tables are replicated alone, and were once."""
    with account(tickets=60, **options) as acme:
        acme.catalog = declared_tables()
        read(acme, *names)
        yield acme


def read(acme: Account, *names: str) -> int:
    """Read the tables as a later sync does; returns the credits that it took."""
    acme.world.clock.advance(timedelta(hours=25))
    acme.sync(select=list(names))
    assert wrong(acme, *names) == []
    return int(acme.server.meter.credits)


def wrong(acme: Account, *names: str) -> list[Any]:
    """Where the tables differ from the truth: cells, rows that are missing, rows that are not there."""
    found: list[Any] = list(acme.differences(only=names))
    for name in names:
        found += [(name, key) for key in surplus(acme.path, acme.world, name)]
    return found


def folders(acme: Account) -> dict[int, dict[str, Any]]:
    return acme.world.truth("solution_folders")


def test_folders_at_any_depth_and_their_articles_arrive(account: Callable[..., Any]) -> None:
    """A walk that ignores folders in folders reaches half of the articles."""
    with knowing(account, *SOLUTIONS) as acme:
        deep = [row for row in folders(acme).values() if row.get("parent_folder_id")]
        assert len(deep) >= 3
        assert acme.query("select count(*) from replica.freshdesk.solution_articles") == [
            (len(acme.world.truth("solution_articles")),)
        ]


def test_what_is_created_edited_moved_and_deleted_in_a_tree_is_seen_the_next_day(
    account: Callable[..., Any],
) -> None:
    with knowing(account, *SOLUTIONS) as acme:
        rng = random.Random(5)
        world = acme.world
        for _ in range(2):
            articles, held = list(world.truth("solution_articles")), list(folders(acme))
            world.move_article(rng.choice(articles), rng.choice(held))
            world.delete_article(rng.choice(articles))
            world.create_article(rng.choice(held), title="A new one")
            top = world.create_solution_folder(category_id=next(iter(world.truth(SOLUTIONS[0]))))
            world.create_article(world.create_solution_folder(parent_folder_id=top), title="Deep")
            world.delete_solution_folder(rng.choice(held))
            read(acme, *SOLUTIONS)
        world.delete_solution_category(next(iter(world.truth("solution_categories"))))
        read(acme, *SOLUTIONS)
        living = "select count(*) from replica.freshdesk.solution_articles where _deleted_at is null"
        assert acme.query(living) == [(len(world.truth("solution_articles")),)]


def test_counts_that_lie_lose_nothing(account: Callable[..., Any]) -> None:
    """Freshdesk's counts are kept apart from what they count, and are wrong at times."""
    with knowing(account, *SOLUTIONS) as acme:
        full = next(iter(acme.world.truth("solution_articles").values()))["folder_id"]
        acme.world.miscount_folder(full, articles_count=0, sub_folders_count=0)
        read(acme, *SOLUTIONS)
        empty = acme.world.create_solution_folder(category_id=folders(acme)[full]["category_id"])
        acme.world.miscount_folder(empty, articles_count=5, sub_folders_count=5)
        read(acme, *SOLUTIONS)


def test_a_folder_said_to_be_empty_is_asked_for_once_a_week(account: Callable[..., Any]) -> None:
    """An article that was put into it is found then, whatever the count says."""
    with account(tickets=60) as acme:
        category = next(iter(acme.world.truth("solution_categories")))
        folder = acme.world.create_solution_folder(category_id=category)
        acme.world.miscount_folder(folder, articles_count=0)
        acme.sync(select=SOLUTIONS)
        article = acme.world.create_article(folder, title="Hidden")
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(select=SOLUTIONS)
        stored = f"select count(*) from replica.freshdesk.solution_articles where id = {article}"
        assert acme.query(stored) == [(0,)]
        with acme.writing() as connection:
            # The ledger has when we asked by our own clock, which a test cannot set forward.
            connection.execute(
                "update replica.freshdesk_meta.parents_read set asked_at = asked_at - interval 7 days"
                f" where table_name = 'solution_articles' and parent_id = {folder}"
            )
        acme.sync(select=SOLUTIONS)
        assert acme.query(stored) == [(1,)]


def test_a_folder_that_moves_to_a_category_that_was_read_is_not_taken_for_deleted(
    account: Callable[..., Any],
) -> None:
    """It is in no list of that walk: it is asked for itself, for a credit."""
    with knowing(account, *SOLUTIONS) as acme:
        world = acme.world
        first, *_, last = sorted(world.truth("solution_categories"))
        top = [
            key
            for key, row in folders(acme).items()
            if row["category_id"] == last and not row.get("parent_folder_id")
        ]
        for requests in (1, 2, 3):
            world.move_folder_after(requests, top[0], category_id=first)
            world.clock.advance(timedelta(hours=25))
            acme.sync(select=SOLUTIONS)
            gone = (
                f"select _deleted_at is not null from replica.freshdesk.solution_folders where id = {top[0]}"
            )
            assert acme.query(gone) == [(False,)]
            world.move_solution_folder(top[0], category_id=last)
            read(acme, *SOLUTIONS)


def test_a_day_of_the_knowledge_base_costs_a_credit_per_folder_with_articles(
    account: Callable[..., Any],
) -> None:
    """And one per category and folder with folders, and one for the categories: empty ones cost nothing."""
    with knowing(account, *SOLUTIONS) as acme:
        held = folders(acme).values()
        due = sum(row["articles_count"] > 0 for row in held) + sum(
            row["sub_folders_count"] > 0 for row in held
        )
        due += sum(
            row["articles_count"] == 0
            and any(each["folder_id"] == row["id"] for each in acme.world.truth("solution_articles").values())
            for row in held
        )
        due += sum(
            row["sub_folders_count"] == 0 and any(each.get("parent_folder_id") == row["id"] for each in held)
            for row in held
        )
        assert read(acme, *SOLUTIONS) == 1 + len(acme.world.truth("solution_categories")) + due


def test_a_walk_that_runs_out_of_credits_goes_on_where_it_stopped(account: Callable[..., Any]) -> None:
    with account(tickets=60) as acme:
        acme.decide(run_credits=9)
        taken = []
        for _ in range(6):
            acme.sync(select=SOLUTIONS)
            taken.append(int(acme.server.meter.credits))
            if wrong(acme, *SOLUTIONS) == []:
                break
        assert wrong(acme, *SOLUTIONS) == []
        assert len(taken) > 1


def test_canned_responses_move_and_go(account: Callable[..., Any]) -> None:
    with knowing(account, *CANNED) as acme:
        world = acme.world
        responses, held = list(world.truth("canned_responses")), list(world.truth("canned_response_folders"))
        world.move_canned_response(responses[0], held[-1])
        world.remove_setup("canned_responses", responses[1])
        world.create_canned_response(held[0])
        world.miscount_canned_folder(held[0], 0)
        read(acme, *CANNED)
        world.remove_setup("canned_response_folders", held[0])
        read(acme, *CANNED)


def test_a_forum_is_read_whole_and_a_topic_only_when_somebody_wrote(account: Callable[..., Any]) -> None:
    """A comment moves replied_at of its topic, and nothing else."""
    with knowing(account, *DISCUSSIONS) as acme:
        quiet = read(acme, *DISCUSSIONS)
        topics = list(acme.world.truth("discussion_topics"))
        acme.world.clock.advance(timedelta(minutes=5))
        acme.world.comment_on(topics[0], "Me too.")
        assert read(acme, *DISCUSSIONS) == quiet + 1
        acme.world.delete_discussion("topic", topics[1])
        read(acme, *DISCUSSIONS)


def test_a_plan_that_loses_a_feature_deletes_nothing(account: Callable[..., Any]) -> None:
    """What was read stays, as it was; the run says that the table is refused now."""
    names = [*SOLUTIONS, *CANNED, "skills", "automation_rules", "ticket_forms", "ticket_form_fields"]
    with knowing(account, *names) as acme:
        counted = " union all ".join(
            f"select '{name}', count(*), count(_deleted_at) from replica.freshdesk.{name}" for name in names
        )
        before = acme.query(counted)
        acme.server.switches.missing_features |= {
            "Solutions",
            *(endpoint_feature(path) for path in ("automations", "canned", "skills", "ticket-forms")),
        }
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(select=names, expect=False)
        assert acme.query(counted) == before


def endpoint_feature(beginning: str) -> str:
    """The feature that the paths which begin so belong to."""
    from freshdesk_assets.simulator.routes import ENDPOINTS

    (feature,) = {
        each.feature for each in ENDPOINTS if each.path.removeprefix("admin/").startswith(beginning)
    } - {None}
    assert feature is not None
    return feature


def test_no_credential_of_a_rule_is_kept_anywhere(account: Callable[..., Any]) -> None:
    """Not in the file, its write-ahead log, what waits to be landed, a log, or Dagster's records."""
    with account(tickets=60) as acme:
        acme.sync(derive=True, check=True)
        acme.world.create_rule(1, "One more", actions=[], conditions=[])
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(derive=True, check=True)
        root = acme.path.parent
        files = [path for path in root.rglob("*") if path.is_file()]
        assert any(path.suffix == ".duckdb" for path in files)
        held = {
            secret: path.name
            for path in files
            for content in [path.read_bytes()]
            for secret in PLANTED
            if secret.encode() in content
        }
        assert held == {}
        assert acme.query(
            "select distinct url_host from replica.freshdesk.automation_rule_actions"
            " where url_host is not null"
        ) == [("hooks.partner.example",)]


@pytest.mark.long
def test_days_of_changes_of_everything(account: Callable[..., Any]) -> None:
    """Every table, those by choice too, equals the account day after day."""
    with account(tickets=150, seed=11) as acme:
        acme.catalog = declared_tables()
        acme.server.switches.custom_objects = True
        for day in range(3):
            acme.sync(derive=True)
            assert acme.differences() == []
            assert acme.child_differences() == []
            acme.world.day_of_changes(random.Random(1100 + day))


def test_mailboxes_of_an_account_that_has_the_older_list_alone(account: Callable[..., Any]) -> None:
    with account(tickets=60) as acme:
        acme.server.switches.missing_features.add("Email Mailboxes")
        acme.sync(select=["email_mailboxes"])
        stored = "select id, reply_email, primary_role from replica.freshdesk.email_mailboxes"
        assert {id_: (reply, first) for id_, reply, first in acme.query(stored)} == {
            key: (row["reply_email"], row["primary_role"])
            for key, row in acme.world.truth("email_configs").items()
        }


def test_a_day_of_the_set_up_costs_a_credit_per_list_object_form_and_folder(
    account: Callable[..., Any],
) -> None:
    """Of a page with an include, a credit too: Freshdesk's page names no price for those (4.13, 4.23)."""
    names = [
        "skills", "automation_rules", "scenario_automations", "canned_response_folders", "canned_responses",
        "account", "helpdesk_settings", "email_settings", "email_bcc", "ticket_forms", "ticket_form_fields",
        "ticket_field_settings", "agent_availability",
    ]  # fmt: skip
    with knowing(account, *names) as acme:
        truth = acme.world.truth
        full = {row["folder_id"] for row in truth("canned_responses").values()}
        said = {key for key, row in truth("canned_response_folders").items() if row["responses_count"]}
        lists = 1 + 3 + 1 + 1 + 1 + 1 + 1  # skills, rules, scenarios, folders, forms, fields, availability
        objects = 4
        assert read(acme, *names) == lists + objects + len(truth("ticket_forms")) + len(full | said)


def test_articles_in_further_languages_are_read_once_each(account: Callable[..., Any]) -> None:
    """An article in two languages is one id twice; a language that is dropped takes its rows along."""
    names = ["helpdesk_settings", *SOLUTIONS, "solution_translations"]
    with knowing(account, *names) as acme:
        world = acme.world
        (article, language), *_ = world.truth("solution_translations")
        world.translate_solution("article", article, language, title="Anders")
        world.remove_translation("article", *list(world.truth("solution_translations"))[-1])
        read(acme, *names)
        left = world.helpdesk["supported_languages"][:1]
        world.set_single("helpdesk", supported_languages=left)
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(select=names)
        stored = (
            "select distinct language from replica.freshdesk.solution_translations where _deleted_at is null"
        )
        assert acme.query(stored) == [(left[0],)]

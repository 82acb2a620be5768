"""The knowledge base and the community equal the account: what lies in folders moves."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from freshdesk_assets_tests.replica.walking import (
    DISCUSSIONS,
    SOLUTIONS,
    folders,
    knowing,
    read,
    wrong,
)


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

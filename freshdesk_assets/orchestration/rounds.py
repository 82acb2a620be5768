"""From a planned run to rounds of steps: tables are read first, then only what they changed is made.

A run is planned as a whole, before it is known whether Freshdesk has anything new. So it is executed in
rounds: the tables, then the steps that follow them (followers, see following.py). A run that only looks for
news leaves out each follower whose result would be the same as before. Such a step has no event in the run,
and a check left out keeps its last result.

A step that failed stops nothing of ours but itself: a follower, or a table that is read after another, needs
tables that are stored, not tables that were read just now. Only a check stops what is made of its table.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from freshdesk_assets.orchestration.account_names import names_of
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import (
    Assets,
    Follower,
    asking_steps,
    followers,
    never_stored,
    remember,
)
from freshdesk_assets.orchestration.internals import (
    DagsterEvent,
    EngineEventData,
    ExecutionPlan,
    PlanExecutionContext,
)
from freshdesk_assets.orchestration.names import BY_NIGHT, FILES, FOLLOWS, PAGE, PUBLISHED, WORK
from freshdesk_assets.orchestration.opening import Opening
from freshdesk_assets.orchestration.places import waiting_for_places
from freshdesk_assets.orchestration.records.planned_checks import forget_planned, hold_of_latest
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.run_tags import reading_of
from freshdesk_assets.replication.scope import Reading
from freshdesk_assets.warehouse.engines import let_go, lingering
from freshdesk_assets.warehouse.ledger.attachment_files import retry_due
from freshdesk_assets.warehouse.paths import log_of

NAMED = 3
"""Up to so many of the steps that are not made are named; more are counted."""


def needs_rounds(plan: ExecutionPlan, job: dg.JobDefinition) -> bool:
    """Whether a run has steps that read the API, or followers."""
    return bool(asking_steps(plan, job)) or any(is_follower(plan, key) for key in plan.step_keys_to_execute)


def in_rounds(job_context: PlanExecutionContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
    """Execute the plan round by round; report at the end which steps were left out."""
    with lingering():
        run = _Run(job_context, execution_plan)
        run.opening.ask(steps=len(run.waiting), asking=len(run.asking))
        while run.waiting:
            if chosen := run.next():
                yield from run.execute(chosen)
    if run.left_out:
        said = f"{len(run.left_out)} steps left out: the tables they are made of have not changed"
        yield DagsterEvent.engine_event(job_context, said, EngineEventData({}))
    run.end()
    run.opening.end()


class _Run:
    """The state of a run: which steps wait, are left out, failed or were made.

    Rounds come in this order:

    1. All steps that are no followers and wait for none: the tables.
    2. The followers that other tables wait for (blocking checks), and what those need. Then again the tables.
    3. All other followers. By then every table has been read, so what changed is known.
    """

    def __init__(self, context: PlanExecutionContext, plan: ExecutionPlan) -> None:
        self.context, self.plan = context, plan
        self.needs: dict[str, set[str]] = dict(plan.get_executable_step_deps())
        self.waiting = list(plan.step_keys_to_execute)
        self.following = {key for key in self.waiting if is_follower(plan, key)}
        self.asking = asking_steps(plan, context.job_def) - self.following
        self.ours = self.following | self.asking
        file = file_of(context)
        self.names = names_of(context.job_def)
        assert file is not None  # noqa: S101 - every step of ours uses it
        self.file = file
        self.warehouse = self.file.warehouse(context.log.info)
        self.opening = Opening(context, self.file)
        tags = context.dagster_run.tags
        again = reading_of(tags) in (Reading.AGAIN, Reading.WHOLE) or tags.get(WORK) in BY_NIGHT
        # A run that reads no table was launched for its assets by name, and a nightly run makes everything:
        # neither leaves steps out.
        self.only_news = not again and self.following != set(self.waiting)
        self.failed: set[str] = set()
        self.blocked: set[str] = set()
        self.unfounded: set[str] = set()
        self.refused_all: str | None = None
        self.left_out: dict[str, Follower] = {}
        self.made: dict[str, Follower] = {}

    def next(self) -> list[str]:
        """Take the steps of the next round from those that wait; empty if all of the round are left out."""
        pending = set(self.waiting)
        first = pending - _with_dependents(self.needs, pending & self.following)
        if not first and (others := pending - self.following):
            # The followers that the others wait for, and what those need.
            first = _with_needs(self.needs, others) & (pending - _with_dependents(self.needs, others))
        chosen = [key for key in self.waiting if key in (first or pending)]
        self.waiting = [key for key in self.waiting if key not in chosen]
        return self._worth_making(chosen)

    def _worth_making(self, chosen: list[str]) -> list[str]:
        """Those of the steps that are not left out; notes the others."""
        if following := [key for key in chosen if key in self.following]:
            with as_dagster_errors():
                found, same = followers(self.plan, following, self.context.job_def, self.warehouse)
            known = {each.step: each for each in found}
            if self.only_news:
                self.left_out |= {
                    step: known[step]
                    for step in same
                    if not (unpublished(known[step].assets, self.file) or self._files_wait(known[step]))
                }
            self.made |= {step: each for step, each in known.items() if step not in self.left_out}
        return [key for key in chosen if key not in self.left_out]

    def _files_wait(self, follower: Follower) -> bool:
        """Whether it fetches files, and one waits to be tried again."""
        if self.names.key(FILES) not in follower.assets:
            return False
        with self.warehouse.open(checkpoint=False) as connection:
            return retry_due(connection, datetime.now(UTC))

    def execute(self, chosen: list[str]) -> Iterator[DagsterEvent]:
        """Execute the steps of a round, each of ours after those it needs, and remember what was made."""
        done: set[str] = set()
        left = list(chosen)
        above = {key: _with_needs(self.needs, {key}) - {key} for key in self.ours.intersection(chosen)}
        while left:
            later = {key for key in left if above.get(key, set()).intersection(left)}
            later = _with_dependents(self.needs, later)
            part = [key for key in left if key not in later]
            left = [key for key in left if key in later]
            if part := self._not_stopped(part):
                yield from self._execute(part, done)
            if refused := self.refused_all:
                self._ask_no_more(refused, [key for key in part if key not in done] + left)
                break
        # A check that did not pass counts as failed: the next run makes it again, and what follows it.
        following = set(chosen) & self.following
        well = following & done - _with_dependents(self.needs, self.failed & self.following)
        with as_dagster_errors():
            remember(
                {self.made[key] for key in well},
                {self.made[key] for key in following - well},
                self.warehouse,
            )

    def _not_stopped(self, chosen: list[str]) -> list[str]:
        """The steps that may be executed; notes and reports those that a failed one stops."""
        ours = [key for key in chosen if key in self.ours]
        if self.failed and ours:
            with as_dagster_errors():
                self.unfounded |= never_stored(self.plan, ours, self.context.job_def, self.warehouse)
        checks = {key for key in self.failed if _checks(self.plan, key)}
        for key in chosen:
            stops = self.blocked | (checks if key in self.ours else self.failed | self.unfounded)
            if self.needs[key] & stops:
                self.blocked.add(key)
        for stopped, why in (
            (self.blocked, "a step they need failed"),
            (self.unfounded - self.blocked, "none of their tables was ever read"),
        ):
            if named := [key for key in chosen if key in stopped]:
                more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
                self.context.log.error(f"not made, because {why}: {', '.join(named[:NAMED])}{more}")
        return [key for key in chosen if key not in self.blocked | self.unfounded]

    def _execute(self, part: list[str], done: set[str]) -> Iterator[DagsterEvent]:
        """Execute steps, and record which failed and which are done."""
        plan = self.plan.build_subset_plan(part, self.context.job_def, self.context.resolved_run_config)
        with closing(waiting_for_places(self.context, plan)) as events:  # type: ignore[type-var]
            for event in events:
                if event.is_step_failure or _is_failed_check(event):
                    self.failed.add(str(event.step_key))
                elif event.is_step_success:
                    done.add(str(event.step_key))
                elif event.is_step_start and event.step_key not in self.ours:
                    # A user's step may open the file by other means than ours.
                    let_go()
                yield event
                if event.step_key in self.asking and self.opening.stops_with(event):
                    self.refused_all = str(event.step_key)
                    return

    def _ask_no_more(self, refused: str, left: list[str]) -> None:
        """Take the account's other tables for failed, without a step: each would say the same."""
        self.refused_all = None
        self.context.instance.event_log_storage.free_concurrency_slot_for_step(self.context.run_id, refused)
        self.waiting = [key for key in left if key not in self.failed] + self.waiting
        unasked = self.asking & set(self.waiting)
        self.waiting = [key for key in self.waiting if key not in unasked]
        self.failed |= unasked
        if others := len(unasked - {refused}):
            self.context.log.info(f"{others} other tables are not asked for")

    def end(self) -> None:
        """Keep the last results of the checks that were left out."""
        unmade = [check for each in self.left_out.values() for check in each.checks]
        forget_planned(self.context.instance, self.context.run_id, unmade)
        hold_of_latest(self.context.instance, unmade)


def is_follower(plan: ExecutionPlan, step: str) -> bool:
    """Whether a step makes something of tables."""
    return FOLLOWS in (plan.get_step_by_key(step).tags or {})


def _checks(plan: ExecutionPlan, step: str) -> bool:
    return any(each.properties.asset_check_key for each in plan.get_step_by_key(step).step_outputs)


def _with_dependents(needs: Mapping[str, set[str]], steps: set[str]) -> set[str]:
    """Steps and all that depend on them, directly or through others."""
    found, before = set(steps), set[str]()
    while found != before:
        before = set(found)
        found |= {key for key, above in needs.items() if above & found}
    return found


def _with_needs(needs: Mapping[str, set[str]], steps: set[str]) -> set[str]:
    """Steps and all that they depend on, directly or through others."""
    found, before = set(steps), set[str]()
    while found != before:
        before = set(found)
        found |= {above for key in before for above in needs.get(key, ())}
    return found


def _is_failed_check(event: DagsterEvent) -> bool:
    if event.event_type is not dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        return False
    found = event.asset_check_evaluation_data
    return not found.passed and found.severity is dg.AssetCheckSeverity.ERROR


def file_of(context: PlanExecutionContext) -> DuckDBFile | None:
    """The replica, if a step of the run uses it."""
    name = names_of(context.job_def).name("duckdb")
    resources: Any = context.scoped_resources_builder.build(required_resource_keys={name})
    file: DuckDBFile | None = getattr(resources, name, None)
    return file


def unpublished(assets: Assets, file: DuckDBFile) -> Assets:
    """Those of the copy and its page that are missing; the copy too with a log that may keep it shut."""
    copy, page = file.published_path, file.page_path
    missing = [PUBLISHED] if copy and (not copy.exists() or log_of(copy).exists()) else []
    missing += [PAGE] if page and not page.exists() else []
    return frozenset(key for key in assets if dg.AssetKey(key.path[-2:]) in missing)

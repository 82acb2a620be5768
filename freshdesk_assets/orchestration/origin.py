"""From a run of a command to the code location that the UI shows it under.

The timeline and the pages of jobs show only runs that name a repository of a code location, as those do that
the UI launches. A command has none: it runs its own definitions, which `freshdesk-assets dev` serves too.
"""

import os
from collections.abc import Mapping

import dagster as dg

from freshdesk_assets.orchestration.account_names import BETWEEN
from freshdesk_assets.orchestration.internals import (
    CODE_LOCATION_TAG,
    MAX_RETRIES_TAG,
    REPOSITORY_LABEL_TAG,
    LoadableTargetOrigin,
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteRepositoryOrigin,
)
from freshdesk_assets.orchestration.names import ACCOUNT, ALERTS, ANYTHING_NEW, BY_NIGHT, KEEP_CURRENT

SERVED = "freshdesk_assets.definitions"
"""The module that `freshdesk-assets dev` serves, and the name that Dagster gives to its code location."""

OURS = BY_NIGHT | {KEEP_CURRENT, ANYTHING_NEW, ALERTS}
"""Schedules and sensors of ours: the run records may be shared with another project."""


def tags_of_origin(instance: dg.DagsterInstance, account: str = "") -> Mapping[str, str]:
    """What a command's run is created with, so that its job's page lists it.

    `account` is the prefix of the run's, where there are several.
    """
    origin = _repository(instance, account)
    return {
        REPOSITORY_LABEL_TAG: origin.get_label(),
        CODE_LOCATION_TAG: origin.code_location_origin.location_name,
        # Dagster would launch a run with an origin again when its process dies; a command is its user's.
        MAX_RETRIES_TAG: "0",
    }


def record_origin(instance: dg.DagsterInstance, run_id: str) -> None:
    """Record where a command's run belongs, so that the timeline shows it. A launched run has it already."""
    run = instance.get_run_by_id(run_id)
    if run is not None and run.remote_job_origin is None and REPOSITORY_LABEL_TAG in run.tags:
        instance.run_storage.replace_job_origin(
            run, _repository(instance, run.tags.get(ACCOUNT, "")).get_job_origin(run.job_name)
        )


def _repository(instance: dg.DagsterInstance, account: str) -> RemoteRepositoryOrigin:
    """That of the schedules and sensors that ran here, if they have one; else that of `freshdesk-assets dev`.

    A module of the user's own, or workspace.yaml, gives the code location another name. Each account may have
    one of its own.
    """
    known = {
        state.origin.repository_origin
        for state in instance.all_instigator_state()
        if (named := state.instigator_name.rpartition(BETWEEN))[2] in OURS and named[0] in (account, "")
    }
    if len(known) == 1:
        return known.pop()
    target = LoadableTargetOrigin(module_name=SERVED, working_directory=os.getcwd())
    location = ManagedGrpcPythonEnvCodeLocationOrigin(loadable_target_origin=target, location_name=SERVED)
    return RemoteRepositoryOrigin(code_location_origin=location, repository_name="__repository__")

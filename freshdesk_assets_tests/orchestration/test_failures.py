"""What goes wrong in a step as Dagster knows it."""

import dagster as dg
import pytest

from freshdesk_assets.orchestration.failures import as_dagster_errors


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_a_signal_while_duckdb_works_ends_the_run_and_fails_no_step(error: BaseException) -> None:
    """A step that fails would be told of, and the steps after it would go on."""
    with pytest.raises(dg.DagsterExecutionInterruptedError), as_dagster_errors():
        raise error


def test_an_error_of_nobody_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="something else"), as_dagster_errors():
        raise RuntimeError("something else")

"""`carry_out_run TIME RUN`: execute a run of the instance in DAGSTER_HOME, on a clock set to a Unix time."""

import sys

import time_machine

if __name__ == "__main__":
    time_machine.travel(float(sys.argv[1]), tick=True).start()
    from freshdesk_assets_tests.replica.unattended import carry_out  # after the clock is set

    carry_out(sys.argv[2])

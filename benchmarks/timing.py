"""Measures a piece of work: seconds, CPU and memory."""

import resource
import time
from collections.abc import Callable

Measured = dict[str, float]


def timed(*acts: Callable[[], object]) -> Measured:
    """The seconds and the CPU that all acts took together."""
    began, cpu = time.perf_counter(), time.process_time()
    for act in acts:
        act()
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000

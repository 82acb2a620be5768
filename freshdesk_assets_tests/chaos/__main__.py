"""Run syncs under mixtures of faults: `python -m freshdesk_assets_tests.chaos --seed 3 --rounds 8`.

Each seed has an account of its own. A round that leaves the replica unlike the account is printed with the
command that repeats it, and the exit code is 1.
"""

import argparse
import random
import sys

from freshdesk_assets_tests.chaos.faults import FAULTS
from freshdesk_assets_tests.chaos.rounds import run_each, run_seed
from freshdesk_assets_tests.chaos.site import forks


def say(told: str) -> None:
    """Print at once: a round takes half a minute."""
    print(told, flush=True)


def main() -> int:
    """Run the seeds asked for, or three drawn ones; 1 if a round found something."""
    parser = argparse.ArgumentParser(
        prog="python -m freshdesk_assets_tests.chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, action="append", help="may be repeated; three drawn if left out")
    parser.add_argument("--rounds", type=int, default=8, help="of each seed")
    parser.add_argument("--only", action="append", default=[], choices=sorted(FAULTS), metavar="FAULT")
    parser.add_argument("--each", action="store_true", help="each fault once and alone, of the tables alone")
    parser.add_argument("--list", action="store_true", help="name the faults and end")
    options = parser.parse_args()
    if options.list:
        for each in FAULTS.values():
            print(f"{each.kind:8} {each.name}")
        return 0
    seeds = options.seed or [random.SystemRandom().randrange(100_000) for _ in range(3)]
    say(f"seeds {' '.join(map(str, seeds))}")
    found = []
    with forks() as forked:
        for seed in seeds:
            if options.each:
                found += run_each(seed, forked, say, options.only)
            else:
                found += run_seed(seed, options.rounds, forked, say, options.only)
    for wrong in found:
        say(f"\n{wrong}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

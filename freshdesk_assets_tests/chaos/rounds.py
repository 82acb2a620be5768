"""From a seed to rounds of mixed faults, each followed by calm and a comparison with the truth."""

import random
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from freshdesk_assets_tests.chaos.faults import FAULTS
from freshdesk_assets_tests.chaos.site import TABLES_ALONE, Ended, Forks, Site, site
from freshdesk_assets_tests.chaos.trial import Fault, Trial

QUIET_CREDITS = 90
"""The most that a sync may spend that finds nothing new: a call per list, folder, category and form, and some
for what agents are in."""

SYNCS_TO_CALM = 3
"""After the faults are over, so many syncs at most until one succeeds."""

ALLOWED_TO_FAIL = {0, 1, 2, 130, -2, -9, -15}
"""Exit codes of a sync that met a fault: done, failed, a wrong setting, or ended by a signal."""

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was wrong after a round, and the options that repeat it."""

    mixture: Sequence[str]
    complaints: Sequence[str]
    replay: str

    def __str__(self) -> str:
        told = "\n  ".join([*self.mixture, "-->", *self.complaints])
        return f"python -m freshdesk_assets_tests.chaos {self.replay}\n  {told}"


def run_seed(
    seed: int, rounds: int, forks: Forks, say: Say, only: Sequence[str] = (), *, brief: bool = False
) -> list[Found]:
    """Run the rounds of a seed on an account of its own; ends with the first that finds something.

    - only: the faults to draw from; all if empty.
    - brief: the tables alone, to save time.
    """
    with account(seed, forks) as place:
        for number in range(1, rounds + 1):
            rng = random.Random(f"{seed} {number}")
            drawn = draw(rng, only, begun=place.file.exists())
            replay = f"--seed {seed} --rounds {number}" + "".join(f" --only {name}" for name in only)
            if found := run_round(place, drawn, rng, replay, say, brief=brief):
                return [found]
        say(f"seed {seed}: {rounds} rounds, {place.commands} commands, {place.cpu:.0f} s of CPU")
    return []


def run_each(seed: int, forks: Forks, say: Say, only: Sequence[str] = ()) -> list[Found]:
    """Run a round of each fault alone; after a finding the next ones have a new account."""
    ahead = [each for each in FAULTS.values() if not only or each.name in only]
    found: list[Found] = []
    while ahead:
        with account(seed, forks) as place:
            place.run("sync", *TABLES_ALONE)
            while ahead:
                each = ahead.pop(0)
                rng = random.Random(f"{seed} {each.name}")
                replay = f"--seed {seed} --each --only {each.name}"
                if wrong := run_round(place, [each], rng, replay, say, brief=True):
                    found.append(wrong)
                    break
            say(f"seed {seed}: {place.commands} commands, {place.cpu:.0f} s of CPU")
    return found


@contextmanager
def account(seed: int, forks: Forks) -> Iterator[Site]:
    """A seed's account, in a folder that is thrown away."""
    with (
        tempfile.TemporaryDirectory(prefix="freshdesk-chaos-", ignore_cleanup_errors=True) as folder,
        site(Path(folder), forks, seed=seed) as place,
    ):
        yield place


def draw(rng: random.Random, only: Sequence[str], *, begun: bool) -> list[Fault]:
    """One to three faults, none of them twice."""
    names = [name for name in FAULTS if (not only or name in only) and (begun or not FAULTS[name].needs_file)]
    return [FAULTS[name] for name in rng.sample(names, k=min(len(names), rng.randint(1, 3)))]


def run_round(
    place: Site, drawn: Sequence[Fault], rng: random.Random, replay: str, say: Say, *, brief: bool = False
) -> Found | None:
    """People work for a day, a sync meets the faults, then it is calm: what is wrong in the end.

    Two rounds of three are brief: of the tables alone, and without looking for what is deleted.
    """
    brief = brief or rng.random() < 2 / 3
    if place.file.exists():
        place.world.day_of_changes(random.Random(rng.random()))
        place.keep_time()
    trial = Trial(site=place)
    if brief:
        trial.arguments += TABLES_ALONE
    mixture = [each.strike(trial, rng) for each in drawn]
    say(f"{replay}: {'; '.join(mixture)}")
    complaints = [said for ended in carry_out(trial) for said in bad_manners(ended, place)]
    complaints += calm(place, reread=any(each.leaves_rows for each in drawn), brief=brief)
    if not complaints:
        return None
    for each in complaints:
        say(f"  found: {each[:2000]}")
    return Found(mixture=mixture, complaints=complaints, replay=replay)


def carry_out(trial: Trial) -> Iterator[Ended]:
    """Run the sync with all that happens to it; ends the faults afterwards."""
    place = trial.site
    with ExitStack() as stack:
        stack.callback(lambda: [act() for act in trial.afterwards])
        stack.callback(place.server.faults.clear)

        def at_call(call: int) -> None:
            if call in trial.at_call:
                trial.at_call[call]()
            if trial.signal and call == trial.signal[1]:
                command.send(trial.signal[0])

        command = place.begin(
            *trial.arguments,
            settings=trial.settings,
            skew=trial.skew,
            largest=trial.largest,
            patience=trial.patience,
        )
        place.at_call = at_call
        stack.callback(setattr, place, "at_call", None)
        others = [place.begin(*arguments) for arguments in trial.beside]
        for each in (command, *others):
            ended = place.ended(each)
            if not (trial.patience and ended.code == -signal.SIGALRM):
                yield ended


def bad_manners(ended: Ended, place: Site) -> Iterator[str]:
    """What a command may not do, whatever it meets."""
    if ended.code not in ALLOWED_TO_FAIL:
        yield f"exit code {ended.code}: {ended.output[-800:]}"
    if "Traceback (most recent call last)" in ended.output:
        yield f"a traceback is shown: {ended.output[-1500:]}"
    if place.environment["FRESHDESK_API_KEY"] in ended.output:
        yield "the key is shown"


def calm(place: Site, *, reread: bool, brief: bool = False) -> list[str]:
    """Sync until it is quiet, and compare with the truth."""
    # What agents are in is asked for once a day.
    place.pass_time(timedelta(days=1))
    arguments = ["sync", *(TABLES_ALONE if brief else ())]
    for _ in range(SYNCS_TO_CALM):
        ended = place.run(*arguments)
        if ended.code == 0:
            break
    else:
        return [f"still exit code {ended.code} when all faults were over: {ended.output[-1500:]}"]
    if reread:
        place.run(*arguments, "--whole")
    complaints = place.complaints(whole=not brief)
    return complaints if brief or complaints else quiet(place)


def quiet(place: Site) -> list[str]:
    """What is deleted is found, and a sync that finds nothing new spends little."""
    reconciled = place.run("sync", "--reconcile")
    if reconciled.code:
        return [f"reconciling failed with {reconciled.code}: {reconciled.output[-1500:]}"]
    complaints = place.complaints() + place.wrongly_deleted()
    place.server.meter.reset()
    ended, spent = place.run("sync"), place.server.meter.credits
    if ended.code or spent > QUIET_CREDITS:
        complaints.append(f"a sync that finds nothing spent {spent} credits, exit code {ended.code}")
    return complaints + place.complaints()

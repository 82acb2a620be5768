"""From the shell commands of a page to what is wrong with them, without running any.

The arguments of `freshdesk-assets` are parsed, and its selection resolved. The targets of `make` must exist.
Of every other command, the program and the files of the repository that it names must exist.
"""

import contextlib
import importlib.util
import io
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import dagster as dg

from freshdesk_assets.cli import parser
from freshdesk_assets.definitions import defs
from freshdesk_assets.orchestration.names import RECONCILE_JOB, REPLICATE
from freshdesk_assets.orchestration.runs.run_scope import selected
from freshdesk_assets.settings import SettingError
from freshdesk_assets_tests.pages import ROOT

OF_THE_SHELL = {"cd", "export"}
OF_THE_SERVER = {"createdb"}
"""Programs that a reader has who meets the requirements of the page."""

MADE = re.compile(r"(\.dagster_home|\.env|replica(_published)?\.duckdb)(/|$)|dagster_home$|(^|/)my_")
"""Files that a run or the reader makes."""

PATH = re.compile(r"[\w.-]*(/[\w.-]+)+|\.?[\w-]+(\.\w+)+|\.\w+")


def complaints(text: str) -> list[str]:
    """What is wrong with the commands of a block, a sentence each."""
    return [said for command in commands(text) for said in _complaints(command)]


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command; those that only set variables are left out."""
    for line in text.replace("\\\n", " ").splitlines():
        reader = shlex.shlex(line, posix=True, punctuation_chars=True)
        reader.whitespace_split = True
        command: list[str] = []
        for word in [*reader, ";"]:
            if word not in ("&&", "||", "|", ";"):
                command.append(word)
                continue
            while command and re.match(r"[A-Z_]+=", command[0]):
                command.pop(0)
            if command:
                yield command
            command = []


def _complaints(command: Sequence[str]) -> Iterator[str]:
    program, *words = command
    name = Path(program).name
    if program.startswith(".venv/bin/"):
        if not Path(sys.executable).with_name(name).exists():
            yield f"{program} is not installed"
    elif program not in OF_THE_SHELL | OF_THE_SERVER and shutil.which(program) is None:
        yield f"there is no program {program}"
    match name:
        case "freshdesk-assets":
            yield from _complaints_of_ours(words)
        case "make":
            yield from (
                f"make has no target {word}" for word in words if "=" not in word and word not in targets()
            )
        case _:
            yield from _complaints_of_words(words)


def _complaints_of_ours(words: list[str]) -> Iterator[str]:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            options = parser().parse_args(words)
    except SystemExit as ended:
        if ended.code:
            yield said.getvalue().strip()
        return
    if selection := getattr(options, "select", None):
        job = RECONCILE_JOB if getattr(options, "reconcile", False) else REPLICATE
        try:
            selected(_definitions(), job, selection)
        except SettingError as error:
            yield str(error)


def _complaints_of_words(words: list[str]) -> Iterator[str]:
    options = {word: after for word, after in pairwise(words) if word.startswith("-")}
    if (module := options.get("-m")) and not module.startswith("my_") and not _importable(module):
        yield f"there is no module {module}"
    if selection := options.get("--select"):
        yield from _complaints_of_dagsters(selection, ranged="--partition-range" in words)
    pinned = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    for word in words:
        if "==" in word and not re.search(rf"^{re.escape(word)}\b", pinned, re.MULTILINE):
            yield f"{word} is not what requirements-dev.lock has"
        named = PATH.fullmatch(word) and not word.startswith("/") and word not in options.values()
        if named and not (ROOT / word).exists() and not MADE.search(word):
            yield f"there is no file {word}"


def _complaints_of_dagsters(selection: str, *, ranged: bool) -> Iterator[str]:
    """A range of partitions is run at once only where every chosen asset allows it."""
    graph = _definitions().resolve_asset_graph()
    chosen = dg.AssetSelection.from_string(selection).resolve(graph)
    if not chosen:
        yield f"{selection!r} selects nothing"
    if ranged:
        several = sorted(str(key) for key in chosen if graph.get(key).backfill_policy is None)
        yield from (f"{key} has no policy of one run" for key in several)


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@cache
def _definitions() -> dg.Definitions:
    return defs()


@cache
def targets() -> frozenset[str]:
    """The targets of the Makefile, its variables replaced."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    values = dict(re.findall(r"^(\w+) [:?]?= (.+)$", text, re.MULTILINE))
    named = re.findall(r"^([\w$()./-]+):(?!=)", text, re.MULTILINE)
    return frozenset(re.sub(r"\$\((\w+)\)", lambda found: values[found[1]], target) for target in named)

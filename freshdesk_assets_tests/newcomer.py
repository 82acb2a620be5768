"""From CONTRIBUTING to the files and lines that a newcomer types who follows it."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOLD = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

BLOCK = re.compile(
    r"^`(?P<file>[\w./]+)`, "
    r"(?P<where>a new file|at the end, below an empty line|"
    r"(?P<side>below|above) the line `(?P<line>[^\n]+)`):\n\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Edit:
    """What a newcomer types into a file, and where."""

    file: str
    where: str
    side: str | None
    line: str | None
    text: str


def edits() -> list[Edit]:
    """All edits of CONTRIBUTING, in its order."""
    return [Edit(**found.groupdict()) for found in BLOCK.finditer(TOLD)]


def copy_of_the_tree(folder: Path) -> None:
    """Copy the files that git has or would add, into a new repository, which has them as its first commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    someone = ["-c", "user.name=Newcomer", "-c", "user.email=newcomer@example.org"]
    subprocess.run(["git", *someone, "commit", "--quiet", "--message", "As it was"], cwd=folder, check=True)


def follow(folder: Path, edit: Edit) -> None:
    """Make the edit in a tree, unless it is there already."""
    file = folder / edit.file
    if edit.where == "a new file":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(edit.text, encoding="utf-8")
        return
    before = file.read_text(encoding="utf-8")
    if edit.text in before:
        return
    if edit.line is None:
        file.write_text(f"{before}\n{edit.text}", encoding="utf-8")
        return
    line = f"{edit.line}\n"
    assert f"\n{before}".count(f"\n{line}") == 1, f"{edit.file} does not have the line {edit.line!r} once"
    typed = line + edit.text if edit.side == "below" else edit.text + line
    file.write_text(f"\n{before}".replace(f"\n{line}", f"\n{typed}")[1:], encoding="utf-8")

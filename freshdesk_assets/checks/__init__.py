"""From SQL files to checks: a file each, checks/<schema>/<table>/<name>.sql, that selects the rows at fault.

The comment at the top of a file says what should hold. The check passes if its query returns no row.
"""

from functools import cache
from pathlib import Path

from freshdesk_assets.schema.catalog import SourceLine
from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.column import DeclarationError

FOLDER = Path(__file__).parent


@cache
def declared_checks() -> tuple[SqlCheck, ...]:
    """Every check of this package."""
    return tuple(read_check(file) for file in sorted(FOLDER.glob("*/*/*.sql")))


def read_check(file: Path) -> SqlCheck:
    """The check a file declares; raises DeclarationError if its comment does not say what should hold."""
    lines = file.read_text(encoding="utf-8").splitlines()
    length = next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))
    said = " ".join(line.removeprefix("--").strip() for line in lines[:length]).strip()
    if not said:
        raise DeclarationError(f"check {file.name}: it must begin with a comment that says what should hold")
    first = next((at for at, line in enumerate(lines) if at >= length and line.strip()), length)
    return SqlCheck(
        schema=file.parent.parent.name,
        table=file.parent.name,
        name=file.stem,
        doc=said,
        sql="\n".join(lines[length:]).strip().rstrip(";"),
        place=SourceLine(file, first + 1),
    )

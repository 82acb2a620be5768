"""From the course of a run to a bar in a terminal, which stays in its place; elsewhere there is none."""

from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn


class Display:
    """A bar for the whole run below what is printed."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            TextColumn("{task.description}", markup=False),
            console=console,
            # Drawn when there is something new: a thread that draws ten times a second takes CPU for nothing.
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._visible = console.is_terminal
        self._task = self._bar.add_task("recording the run", total=1.0, left="")
        self._logged: str | None = None

    def __enter__(self) -> Self:
        if self._visible:
            self._bar.start()
            self._bar.refresh()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, said: str, share: float, left: timedelta | None, logged: str | None) -> None:
        """Draw it anew; `logged` is what the log says of it."""
        if self._visible:
            self._logged = logged
            about = "" if left is None else f"about {left} left"
            self._bar.update(self._task, completed=share, description=said, left=about, refresh=True)

    def shows(self, said: str) -> bool:
        """Whether a line of the log says what the bar does."""
        return self._visible and said == self._logged

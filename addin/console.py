"""What the command line prints: tables and sentences for people, one JSON value for programs.

Data goes to stdout; sentences about what went wrong and progress go to stderr. In a pipe there are
no colours and no line is cut.
"""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from macros.texts import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from macros.problems import Severity
    from macros.texts import Lang

#: Columns of a line where nobody reads on a screen.
PIPE_WIDTH: Final = 200

_COLOURS: Final[dict[Severity, str]] = {"error": "red", "warning": "yellow", "info": "dim"}


def force_utf8() -> None:
    """Write UTF-8 whatever the code page of the console is (Windows: 936, 1252 …)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


@dataclass
class Screen:
    """Where a command prints: the language, and whether a program reads along (``--json``)."""

    lang: Lang = "zh"
    as_json: bool = False
    out: Console = field(init=False)
    err: Console = field(init=False)

    def __post_init__(self) -> None:
        force_utf8()
        self.out = _console()
        self.err = _console(stderr=True)

    def text(self, code: str, **params: object) -> str:
        """Give a text in the person's language."""
        return text(code, self.lang, **params)

    def say(self, sentence: str, style: str = "") -> None:
        """Print a line for a person; with ``--json`` it goes to stderr."""
        (self.err if self.as_json else self.out).print(Text(sentence, style=style), soft_wrap=True)

    def emit(self, data: Any) -> None:  # noqa: ANN401 - any JSON value
        """Print one JSON value to stdout."""
        print(json.dumps(data, ensure_ascii=False, indent=2), file=sys.stdout)  # noqa: T201 - the one place that prints data

    def refuse(self, code: str, sentence: str, place: str = "") -> None:
        """Say why nothing was done; with ``--json`` also as a value."""
        if self.as_json:
            self.emit({"status": "refused", "code": code, "place": place, "message": sentence})
        self.err.print(Text(f"✗ {sentence}", style="red"), soft_wrap=True)

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        title: str = "",
        right: Sequence[int] = (),
        styles: Sequence[str] = (),
    ) -> None:
        """Print a table; ``right`` are positions of right-aligned columns."""
        made = Table(title=title or None, title_justify="left", box=box.SIMPLE, pad_edge=False)
        made.show_header = any(headings)
        for position, heading in enumerate(headings):
            made.add_column(
                Text(heading), justify="right" if position in right else "left", overflow="fold"
            )
        for position, row in enumerate(rows):
            style = styles[position] if styles else None
            made.add_row(*(Text(cell) for cell in row), style=style)
        self.out.print(made)

    def colour(self, severity: Severity) -> str:
        """Give the colour of a severity; its word stands beside it."""
        return _COLOURS[severity]

    @contextlib.contextmanager
    def progress(self, label: str) -> Iterator[Callable[[str, float], None]]:
        """Show a bar on stderr while the body runs; nothing where nobody looks at it."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
        )
        shown = self.err.is_terminal and not self.as_json
        with Progress(*columns, console=self.err, transient=True, disable=not shown) as bar:
            task = bar.add_task(label, total=1.0)

            def step(what: str, share: float) -> None:
                bar.update(
                    task, description=f"{label} · {what}" if what else label, completed=share
                )

            yield step

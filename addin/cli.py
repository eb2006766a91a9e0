"""The command ``huikuan``: every action on a closed workbook, the sample, functions one by one.

Exit codes: 0 done, 1 done and problems of severity error or warning were found, 2 could not (and
nothing was changed). Sentences are in ``workbook_templates/texts/cli.csv``.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from addin import calling, report
from addin.usage import COULD_NOT, DONE, LANGUAGES, Application, Command, screen
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from addin.run import RunResult

_FILE: Final = click.Path(path_type=Path)


def _engine() -> Any:  # noqa: ANN401 - a module
    """Import what needs pandas only when a workbook is touched: ``--help`` is instant."""
    return importlib.import_module("addin.run")


def _speaks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--lang``; :func:`addin.usage.language` has read it before click did."""
    option = click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False)
    return option(command)


def _prints_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``, which the screen has been told already, and ``--lang``."""
    return click.option("--json", is_flag=True, expose_value=False)(_speaks(command))


@click.group(cls=Application, context_settings={"help_option_names": ["-h", "--help"]})
@_speaks
@click.version_option(None, "--version", package_name="huikuan", message="%(version)s")
def application() -> None:
    """Hold the commands; what a person reads comes from the texts."""


@application.command("new", cls=Command)
@click.argument("book", type=_FILE)
@click.option("--sample", is_flag=True)
@_prints_data
@click.pass_context
def new(context: click.Context, book: Path, *, sample: bool) -> int:
    """Make a new workbook; never over one that is there."""
    shown = screen(context)
    if book.suffix.lower() != ".xlsx":
        raise Refusal("not_xlsx", book.name)
    if not book.resolve().parent.is_dir():
        raise Refusal("no_folder", str(book.parent))
    template = importlib.import_module("macros.template")
    changes = template.new_workbook(shown.lang, sample=sample)
    result: RunResult = _engine().create(book, changes, shown.lang)
    return report.result(shown, "new", result)


def _day(typed: str | None) -> int | None:
    """Read ``--as-of``: ISO and Chinese forms only, so that 1/2/2013 is never guessed.

    Raises
    ------
    Refusal
        ``bad_date``: it is none of them, or no such day exists.
    """
    if typed is None:
        return None
    from udfs.reading import day_of_text  # noqa: PLC0415 - numpy, not for --help

    day = day_of_text(typed)
    if day is None:
        raise Refusal("bad_date", typed)
    return day


def _options(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read ``--set KEY=VALUE``; a key may be written in Chinese or English too.

    Raises
    ------
    Refusal
        ``bad_setting``: no ``=`` in it; ``unknown_setting``: no such key.
    """
    from macros.settings import key_of  # noqa: PLC0415 - pandas, not for --help

    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Refusal("bad_setting", pair)
        key = key_of(name.strip())
        if key is None:
            raise Refusal("unknown_setting", name.strip())
        found[key] = value.strip()
    return found


def _act(context: click.Context, book: Path, action: str, **extra: Any) -> int:  # noqa: ANN401 - passed on to run_action
    """Run an action on a workbook and report it."""
    shown = screen(context)
    engine = _engine()
    asked: dict[str, Any] = {
        "as_of": None,
        "options": {},
        "out": None,
        "preview": False,
        "inputs_file": None,
    }
    asked |= {"without": (), "take": None}
    with shown.progress(report.label(shown, action)) as step:
        result: RunResult = engine.run_action(
            book, action, **{**asked, **extra}, lang=shown.lang, progress=step
        )
    return report.result(shown, action, result)


@application.command("run", cls=Command)
@click.argument("action")
@click.argument("book", type=_FILE)
@click.option("--as-of", metavar="DATE")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE")
@click.option("--out", type=_FILE, metavar="BOOK2")
@click.option("--preview", is_flag=True)
@_prints_data
@click.pass_context
def run(  # noqa: PLR0913 - a command has the options it has
    context: click.Context,
    action: str,
    book: Path,
    *,
    as_of: str | None,
    pairs: tuple[str, ...],
    out: Path | None,
    preview: bool,
) -> int:
    """Run one action."""
    day, options = _day(as_of), _options(pairs)
    return _act(context, book, action, as_of=day, options=options, out=out, preview=preview)


@application.command("map", cls=Command)
@click.argument("book", type=_FILE)
@click.option("--take", metavar="SHEET")
@click.option("--preview", is_flag=True)
@_prints_data
@click.pass_context
def map_book(context: click.Context, book: Path, *, take: str | None, preview: bool) -> int:
    """Recognise tables and columns."""
    return _act(context, book, "map", take=take, preview=preview)


@application.command("check", cls=Command)
@click.argument("book", type=_FILE)
@click.option("--preview", is_flag=True)
@_prints_data
@click.pass_context
def check(context: click.Context, book: Path, *, preview: bool) -> int:
    """List what is wrong with the data."""
    return _act(context, book, "check", preview=preview)


@application.command("import-table", cls=Command)
@click.argument("file", type=_FILE)
@click.argument("book", type=_FILE)
@click.option("--without", multiple=True, metavar="COLUMN")
@click.option("--preview", is_flag=True)
@_prints_data
@click.pass_context
def import_table(
    context: click.Context, file: Path, book: Path, *, without: tuple[str, ...], preview: bool
) -> int:
    """Add the rows of a file."""
    return _act(context, book, "import-table", inputs_file=file, without=without, preview=preview)


@application.command("recalc", cls=Command)
@click.argument("book", type=_FILE)
@click.option("--out", type=_FILE, metavar="BOOK2")
@click.option("--verify", is_flag=True)
@_prints_data
@click.pass_context
def recalc(context: click.Context, book: Path, *, out: Path | None, verify: bool) -> int:
    """Compute every formula."""
    shown = screen(context)
    command = importlib.import_module("addin.recalculation.command")
    told = importlib.import_module("addin.recalculation.telling")
    with shown.progress(report.label(shown, "recalc")) as step:
        done = command.recalc_book(book, lang=shown.lang, out=out, verify=verify, progress=step)
    return int(told.tell(shown, done))


@application.command("undo", cls=Command)
@click.argument("book", type=_FILE)
@_prints_data
@click.pass_context
def undo(context: click.Context, book: Path) -> int:
    """Take back the last action."""
    shown = screen(context)
    return report.result(shown, "undo", _engine().undo(book, shown.lang))


@application.command("backups", cls=Command)
@click.argument("book", type=_FILE)
@_prints_data
@click.pass_context
def backups(context: click.Context, book: Path) -> int:
    """List the states before the last runs."""
    restoring = importlib.import_module("addin.restoring")
    report.backups(screen(context), restoring.backups(book))
    return DONE


@application.command("restore", cls=Command)
@click.argument("book", type=_FILE)
@click.argument("number", type=int, required=False)
@click.option("--at", metavar="TIME")
@_prints_data
@click.pass_context
def restore(context: click.Context, book: Path, *, number: int | None, at: str | None) -> int:
    """Put a backup back."""
    restoring = importlib.import_module("addin.restoring")
    return report.result(screen(context), "restore", restoring.restore(book, number, at))


@application.command("actions", cls=Command)
@_prints_data
@click.pass_context
def list_actions(context: click.Context) -> int:
    """List the actions."""
    report.actions(screen(context))
    return DONE


@application.command("functions", cls=Command)
@click.argument("pattern", required=False, default="")
@_prints_data
@click.pass_context
def functions(context: click.Context, pattern: str) -> int:
    """List the worksheet functions."""
    return DONE if report.functions(screen(context), pattern) else COULD_NOT


@application.command("call", cls=Command, context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("arg", nargs=-1, type=click.UNPROCESSED)
@_prints_data
@click.pass_context
def call(context: click.Context, name: str, arg: tuple[str, ...]) -> int:
    """Evaluate one function."""
    return calling.call(screen(context), name, arg)


@application.command("demo", cls=Command)
@click.argument("folder", type=_FILE, default=Path("demo"))
@_prints_data
@click.pass_context
def demo(context: click.Context, folder: Path) -> int:
    """Build the sample workbook and run everything on it."""
    made = importlib.import_module("addin.demo")
    return int(made.demo(folder, screen(context)))


def main() -> None:
    """Run the command line: the entry point of the package."""
    application.main()


if __name__ == "__main__":
    main()

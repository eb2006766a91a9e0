"""Command-line plumbing in two languages: help pages, usage errors, exit codes.

click speaks English; every sentence of ours comes from ``workbook_templates/texts/cli.csv``. The
help of a command is text ``cli.<command>.help``, that of a parameter ``cli.param.<name>`` (or
``cli.<command>.<name>`` where a command means something of its own by it).
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click
import platformdirs

from addin.console import Screen
from macros.texts import Refusal, has, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macros.texts import Lang

#: Done; done and problems of severity error or warning were found; could not, nothing was changed.
DONE, PROBLEMS, COULD_NOT = 0, 1, 2
LANGUAGES: Final = ("zh", "en")


def language(arguments: Sequence[str]) -> Lang:
    """Find the language wherever ``--lang`` stands, else ``$HUIKUAN_LANG``, else Chinese.

    It is needed before click has parsed anything: a usage error is told in it.
    """
    wanted = os.environ.get("HUIKUAN_LANG", "zh")
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            wanted = arguments[position + 1]
        elif argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
    return cast("Lang", wanted) if wanted in LANGUAGES else "zh"


def screen(context: click.Context) -> Screen:
    """Give the screen that the application was started with."""
    return cast("Screen", context.find_root().obj)


class _Help(click.Command):
    """A command whose help page is in the chosen language."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, purpose, arguments, options and commands."""
        lang = screen(ctx).lang
        pieces = self.collect_usage_pieces(ctx)
        own = [text("cli.options", lang) if piece == "[OPTIONS]" else piece for piece in pieces]
        formatter.write_usage(ctx.command_path, " ".join(own), text("cli.usage", lang) + " ")
        formatter.write_paragraph()
        name = "huikuan" if ctx.parent is None else str(self.name)
        with formatter.indentation():
            for line in text(f"cli.{name}.help", lang).split("\\n"):
                formatter.write_text(line)
        arguments: list[tuple[str, str]] = []
        options: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            shown = self._row(ctx, param, name, lang)
            (arguments if isinstance(param, click.Argument) else options).append(shown)
        sections = [("cli.section.arguments", arguments), ("cli.section.options", options)]
        if isinstance(self, click.Group):
            short = [(each, text(f"cli.{each}.short", lang)) for each in self.list_commands(ctx)]
            sections.append(("cli.section.commands", short))
        for code, rows in sections:
            if rows:
                with formatter.section(text(code, lang).rstrip(":")):
                    formatter.write_dl(rows)

    def _row(
        self, ctx: click.Context, param: click.Parameter, command: str, lang: Lang
    ) -> tuple[str, str]:
        """Give what stands left and right on the help page for a parameter."""
        longest = max(param.opts, key=len).lstrip("-")
        own = f"cli.{command}.{longest}"
        meaning = text(own if longest != "help" and has(own) else f"cli.param.{longest}", lang)
        if isinstance(param, click.Argument):
            return param.make_metavar(ctx), meaning
        flag = isinstance(param, click.Option) and param.is_flag
        names = ", ".join(param.opts)
        return names if flag else f"{names} {param.make_metavar(ctx)}", meaning


class NoSuchCommand(click.UsageError):
    """A word that is no command of ours."""


class Command(_Help):
    """A subcommand."""


class Application(_Help, click.Group):
    """The command ``huikuan``: what a person did wrong is told in her language, exit code 2."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Give the commands in the order in which a person meets them."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; click's own error for an unknown one speaks English."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise NoSuchCommand(args[0], ctx)
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]  # noqa: ANN401 - click's own has an overload for each mode
        """Run and exit: 0 done, 1 done with problems found, 2 could not."""
        arguments = list(sys.argv[1:] if args is None else args)
        shown = Screen(language(arguments), as_json="--json" in arguments)
        extra |= {"standalone_mode": False, "obj": shown}
        extra.setdefault("prog_name", "huikuan")
        sys.exit(_guarded(lambda: super(Application, self).main(arguments, **extra), shown))


def _guarded(run: Any, shown: Screen) -> int:  # noqa: ANN401 - what click's main gives
    """Run; tell every way to fail in words, never by a stack trace."""
    try:
        return int(run() or DONE)
    except click.exceptions.NoArgsIsHelpError as page:
        shown.out.print(page.format_message(), markup=False, highlight=False)
        return COULD_NOT
    except click.UsageError as wrong:
        shown.refuse("usage", usage_error(wrong, shown.lang))
    except click.ClickException as wrong:
        shown.refuse("usage", wrong.format_message())
    except Refusal as refusal:
        shown.refuse(refusal.code, refusal.render(shown.lang), refusal.place)
    except (click.Abort, KeyboardInterrupt):
        shown.refuse("interrupted", text("cli.interrupted", shown.lang))
    except BrokenPipeError:  # `huikuan functions | head`: the reader has what it wanted
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the flush at exit
        return DONE
    except OSError as error:
        found = text("cli.os_error", shown.lang, reason=_reason(error, shown.lang))
        shown.refuse("os_error", f"{error.filename}: {found}" if error.filename else found)
    except Exception as error:  # noqa: BLE001 - a defect of ours: the person gets a sentence, the log the trace
        shown.refuse(
            "defect",
            text("cli.defect", shown.lang, error=f"{type(error).__name__}: {error}", log=_log()),
        )
    return COULD_NOT


def _reason(error: OSError, lang: Lang) -> str:
    """Say why the system refused; it says it in its own language, so the usual ones are ours."""
    code = f"cli.os.{errno.errorcode.get(error.errno or 0, '')}"
    return text(code, lang) if has(code) else error.strerror or str(error)


def _log() -> str:
    """Keep the trace of a defect where a developer can ask for it; give the file's path."""
    folder = os.environ.get("HUIKUAN_HOME") or platformdirs.user_data_dir("huikuan")
    path = Path(folder) / "error.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(traceback.format_exc(), encoding="utf-8")
    except OSError:  # a full disk, or no right: then the trace goes where she can copy it from
        traceback.print_exc()
        return "stderr"
    return str(path)


def usage_error(error: click.UsageError, lang: Lang) -> str:
    """Say what is wrong with the command line, and how to get help."""
    path = error.ctx.command_path if error.ctx else "huikuan"
    return f"{_sentence(error, lang)}\n{text('cli.try_help', lang, command=path)}"


def _sentence(error: click.UsageError, lang: Lang) -> str:
    if isinstance(error, NoSuchCommand):
        return text("cli.no_command", lang, name=error.message)
    if isinstance(error, click.NoSuchOption):
        return text("cli.no_option", lang, name=error.option_name)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return text("cli.missing", lang, name=error.param.make_metavar(error.ctx))  # type: ignore[arg-type]  # a parameter that is missing has a context
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = "/".join(error.param.opts)
        return text("cli.bad_value", lang, name=name, reason=error.message)
    if isinstance(error, click.BadOptionUsage):
        return text("cli.bad_option", lang, name=error.option_name)
    return text("cli.bad_usage", lang, reason=error.message)

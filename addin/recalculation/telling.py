"""What ``huikuan recalc`` says: how many formulas, what was left and why, where engines differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from addin.recalculation.results import by_reason
from macros.book import address
from udfs.values import CellError

if TYPE_CHECKING:
    from addin.console import Screen
    from addin.recalculation.command import RecalcResult
    from addin.recalculation.verification import Difference
    from udfs.values import Cell

#: Differences shown on the screen; all of them stand in ``--json``.
_SHOWN: Final = 12


def tell(shown: Screen, done: RecalcResult) -> int:
    """Report a recalculation; give its exit code."""
    if shown.as_json:
        shown.emit(_as_json(shown, done))
        return done.exit_code
    found = done.found
    counts = {
        "formulas": f"{found.formulas:,}",
        "computed": f"{found.computed:,}",
        "changed": f"{found.changed:,}",
        "ours": f"{found.ours:,}",
    }
    shown.say(shown.text("recalc.done", **counts), "bold")
    for message in done.messages:
        shown.say(f"  {message.render(shown.lang)}")
    _left(shown, done)
    _differences(shown, done)
    if done.written:
        shown.say(shown.text("cli.written", path=done.path))
        if done.backup:
            shown.say(shown.text("cli.backup", path=done.backup), "dim")
    else:
        shown.say(shown.text("recalc.unchanged"))
    return done.exit_code


def _left(shown: Screen, done: RecalcResult) -> None:
    left = done.found.left
    if not left:
        return
    shown.say(shown.text("recalc.left", count=f"{len(left):,}"), "yellow")
    rows = []
    for (reason, detail), members in by_reason(left).items():
        first = members[0]
        place = f"{first.sheet}!{address(first.row, first.column)}"
        why = shown.text(f"recalc.reason.{reason}", detail=detail)
        rows.append([why, f"{len(members):,}", place, f"={first.formula}"])
    heads = ("reason", "count", "example", "formula")
    shown.table([shown.text(f"recalc.column.{name}") for name in heads], rows, right=(1,))


def _differences(shown: Screen, done: RecalcResult) -> None:
    if done.verified is None:
        return
    if done.verified.failed:
        said = shown.text("recalc.not_verified", reason=done.verified.failed)
        shown.say(said, "yellow")
        return
    compared, differences = f"{done.verified.compared:,}", done.verified.differences
    if not differences:
        shown.say(shown.text("recalc.verified", compared=compared))
        return
    said = shown.text("recalc.differ", compared=compared, count=f"{len(differences):,}")
    shown.say(said, "bold red")
    heads = ("example", "formula", "ours", "other")
    rows = [
        [_place(one), f"={one.formula}", _said(one.ours), _said(one.other)]
        for one in differences[:_SHOWN]
    ]
    shown.table([shown.text(f"recalc.column.{name}") for name in heads], rows)


def _place(one: Difference) -> str:
    return f"{one.sheet}!{address(one.row, one.column)}"


def _said(cell: Cell) -> str:
    plain = _plain(cell)
    return "" if plain is None else str(plain)


def _plain(cell: Cell) -> float | str | bool | None:
    return cell.value if isinstance(cell, CellError) else cell


def _as_json(shown: Screen, done: RecalcResult) -> dict[str, Any]:
    found = done.found
    return {
        "status": "done",
        "action": "recalc",
        "path": str(done.path),
        "written": done.written,
        "backup": str(done.backup) if done.backup else None,
        "formulas": found.formulas,
        "computed": found.computed,
        "changed": found.changed,
        "ours": found.ours,
        "left": [
            {
                "sheet": one.sheet,
                "cell": address(one.row, one.column),
                "formula": f"={one.formula}",
                "reason": one.reason,
                "detail": one.detail,
            }
            for one in found.left
        ],
        "compared": done.verified.compared if done.verified else None,
        "not_verified": (done.verified.failed or None) if done.verified else None,
        "differences": [
            {
                "sheet": one.sheet,
                "cell": address(one.row, one.column),
                "formula": f"={one.formula}",
                "value": _plain(one.ours),
                "other": _plain(one.other),
            }
            for one in (done.verified.differences if done.verified else ())
        ],
        "messages": [message.render(shown.lang) for message in done.messages],
    }

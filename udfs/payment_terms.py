"""Payment terms: lines of an invoice with their amounts, exact to the cent, and their due dates.

Every line is rounded half-up by itself and the last one takes what is left, whatever its own
definition: 1000 as 70 %, a fixed 500 and 30 % is 700, 500 and −200. The sign of a credit note
stands outside. A second currency is split by the same lines and adds up as well. Money is int64
cents, days are serials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import reasons, wording
from udfs.arrays import Bools, Codes, Ints, ints
from udfs.calendar import NATIONAL, Calendar, RollRule, firm_calendar, roll_or_keep
from udfs.due_dates import allowed_days, due_dates
from udfs.registry import function
from udfs.rules import rule, rules
from udfs.term_lines import Lines, TermLines, line_sizes, lines_of
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    CentsList,
    CountList,
    Day,
    DayList,
    ExactCents,
    Lang,
    OneText,
    Reason,
    TextList,
    Unit,
    label,
    scheme,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Answers of one call at most: a column of a sheet times sixteen lines.
_MOST_ANSWERS: Final = 2**24
_WRAPS: Final = 2**63
_NAME: Final = "AR_PAYMENT_TERM"
_JOIN: Final = {"zh": "；", "en": "; "}


class TermRows(NamedTuple):
    """Lines of one document: number, label, due date, amount, amount in the second currency."""

    number: CountList
    label: Annotated[TextList, OPTIONAL]
    due_date: DayList
    amount: CentsList
    second_amount: Annotated[CentsList, OPTIONAL]


class PaymentPlan(NamedTuple):
    """Lines of documents as rows and column by column, a check, and the arithmetic in words.

    The lists have shape (k, n), or (1, 1) for a lone document of 0. ``check`` is a code of
    ``rules/term_checks``.
    """

    rows: TermRows | _Tables
    labels: Annotated[TextList, OPTIONAL]
    due_dates: DayList
    amounts: Annotated[CentsList, OPTIONAL]
    second_amounts: Annotated[CentsList, OPTIONAL]
    check: Annotated[NDArray[np.object_], label("term_checks")]
    reason: Reason


class _Laid(NamedTuple):
    """The columns of all documents, each of shape (k, n); MISSING where there is no such line."""

    labels: Codes
    due_dates: Ints
    amounts: Ints
    second_amounts: Ints

    def spoilt(self, bad: Bools, given: Bools) -> _Laid:
        """Give the columns with CONTRADICTION where a document contradicts itself."""
        wrong = bad[:, None]
        return _Laid(
            self.labels,
            self.due_dates,
            np.where(wrong, CONTRADICTION, self.amounts),
            np.where(wrong & given[:, None], CONTRADICTION, self.second_amounts),
        )


class _Tables:
    """The rows of every document, made when somebody reads them."""

    def __init__(self, laid: _Laid) -> None:
        self._laid = laid

    def __iter__(self) -> Iterator[TermRows]:
        """Give a table for each document; places without a line are left out."""
        for names, due, amounts, second in zip(*self._laid, strict=True):
            kept = amounts != MISSING
            number = np.arange(1, int(kept.sum()) + 1)
            yield TermRows(number, names[kept], due[kept], amounts[kept], second[kept])


def line_due_dates(
    document_date: Ints,
    lines: Lines,
    allowed: tuple[int, ...] = (),
    holiday_roll: RollRule = "none",
    calendar: Calendar = NATIONAL,
) -> Ints:
    """Give the due date of every line of every document, never before the document.

    Parameters
    ----------
    document_date : ndarray of int64, shape (k,)
        Serials.
    lines : Lines
        n lines; one that counts from the previous due date counts before the working-day roll, so
        that rolls do not add up.
    allowed : tuple of int
        Payment days of the customer, for lines without their own.
    holiday_roll, calendar
        As in :func:`udfs.due_dates.due_dates`; where a roll would lead before the document, it
        goes to the next working day instead.

    Returns
    -------
    ndarray of int64, shape (k, n)
    """
    found = np.empty((document_date.size, lines.kind.size), dtype=np.int64)
    for place in range(lines.kind.size):
        found[:, place] = due_dates(
            found[:, place - 1] if place and lines.from_previous[place] else document_date,
            str(lines.rule[place]),
            lines.n[place],
            lines.day[place],
            allowed=lines.payment_days[place] or allowed,
        )
    if holiday_roll == "none":
        return found
    known = (found != MISSING) & (found != CONTRADICTION)
    rolled = roll_or_keep(found, holiday_roll, calendar)
    early = rolled < document_date[:, None]
    rolled = np.where(early, roll_or_keep(found, "following", calendar), rolled)
    return np.where(known, rolled, found)


def _checks(sizes: Ints, own: Ints) -> Codes:
    """Tell whether a line runs against the total, or the last one is not what it says."""
    against = (sizes < 0).any(axis=-1)
    # Every line before the last is off by half a cent at most.
    other = (own != MISSING) & (
        np.abs(sizes[:, -1] - np.where(own == MISSING, 0, own)) > sizes.shape[-1]
    )
    found: Codes = np.where(against, "opposite", np.where(other, "last_line", "ok")).astype(object)
    return found


def _names(lines: Lines, lang: str) -> Codes:
    """Give the labels; those of the rules' own schemes in the language of the answer."""
    words = {row.code: row.label(lang) for row in rules("payment_terms")}
    found: Codes = np.empty(lines.label.size, dtype=object)
    for place, (name, number) in enumerate(
        zip(lines.label.tolist(), lines.number.tolist(), strict=True)
    ):
        shown = words.get(name, name)
        found[place] = f"{shown or ''}-{number}".strip("-") if number else shown
    return found


@function("AR_PAYMENT_TERM", category="plan")
def payment_term(
    total: ExactCents,
    document_date: Day,
    term: Annotated[TermLines, scheme("payment_terms")],
    second_total: Annotated[ExactCents, OPTIONAL] | None = None,
    payment_days: OneText = "",
    holiday_roll: RollRule = "none",
    unit: Unit = 1,
    second_unit: Unit = 1,
    days_off: DayList | None = None,
    make_up_days: DayList | None = None,
    lang: Lang = "zh",
) -> PaymentPlan:
    """Split documents into the lines of a payment term, with due dates.

    Parameters
    ----------
    total : ndarray of int64, shape (k,)
        Cents; negative for credit notes.
    document_date : ndarray of int64, shape (k,)
        Serials.
    term : TermLines
        Lines in order, or a scheme of ``rules/payment_terms``.
    second_total : ndarray of int64, optional
        The total in a second currency, of the same sign; MISSING where there is none.
    payment_days : str, optional
        Fixed payment days of the customer, for lines without their own.
    holiday_roll : str, optional
        Roll of the due dates to working days.
    unit, second_unit : int, optional
        Hundredths that amounts are a multiple of: 100 for whole yen.
    days_off, make_up_days : ndarray of int64, optional
        A firm's own days.
    lang : str, optional
        Language of the labels.

    Returns
    -------
    PaymentPlan
        Lines that add up to the totals in both currencies. A total of 0 is one line on the
        document date. CONTRADICTION where a total is no multiple of its unit or the two totals
        have different signs.

    Raises
    ------
    CellFaultError
        #NUM! for a term that contradicts itself, see :func:`udfs.term_lines.lines_of`; #VALUE!
        for payment days that cannot be read.

    Examples
    --------
    >>> from udfs.schemes import scheme_rows
    >>> thirds = scheme_rows(TermLines, "payment_terms", "thirds")
    >>> plan = payment_term(np.array([10000]), np.array([45672]), thirds)  # 2025-01-15
    >>> plan.amounts.tolist(), plan.due_dates.tolist()
    ([[3334, 3333, 3333]], [[45702, 45732, 45762]])
    """
    lines = lines_of(term)
    if total.size * lines.kind.size > _MOST_ANSWERS:
        raise CellFaultError(CellError.NUM)
    other = np.full(total.shape, MISSING) if second_total is None else ints(second_total)
    amounts, second, own = _amounts(total, other, lines, (unit, second_unit))
    bad = (amounts == CONTRADICTION).any(axis=-1)
    bad |= (second == CONTRADICTION).any(axis=-1)
    dates = line_due_dates(
        document_date,
        lines,
        allowed_days(payment_days),
        holiday_roll,
        firm_calendar(days_off, make_up_days),
    )
    zero = (total == 0) & ~bad
    code = np.where(
        zero, "zero_total", _checks(np.where(total[:, None] < 0, -amounts, amounts), own)
    )
    laid = _Laid(np.broadcast_to(_names(lines, lang), amounts.shape), dates, amounts, second)
    laid = _with_zeros(laid, zero, document_date, lang).spoilt(bad, other != MISSING)
    tables = _Tables(laid)
    return PaymentPlan(
        tables if total.size > 1 else next(iter(tables)),
        *laid,
        _unless(bad, code),
        _because(lines, laid, total, bad, zero),
    )


def _amounts(
    total: Ints, other: Ints, lines: Lines, units: tuple[int, int]
) -> tuple[Ints, Ints, Ints]:
    """Give the lines in both currencies, signed, and what the last would be by itself.

    Rows whose totals contradict each other or their unit are CONTRADICTION; the second currency is
    MISSING where it has no total. Of a total of 0 the first line carries the second total.
    """
    unit, second_unit = (min(one, _WRAPS - 1) for one in units)
    zero, given = total == 0, other != MISSING
    second = np.where(given, other, 0)
    opposite = (np.sign(second) * np.sign(total)) < 0
    wrong = (total % unit != 0) | (second % second_unit != 0) | opposite
    usable = ~(wrong | zero)
    size = np.where(usable, np.abs(total), 0)
    sizes, own = line_sizes(size, size, lines, unit)
    others, _ = line_sizes(np.where(usable, np.abs(second), 0), size, lines, second_unit)
    others[zero & ~wrong, 0] = np.abs(second)[zero & ~wrong]
    sign = np.where(np.where(zero, second, total) < 0, -1, 1)[:, None]
    bad = wrong[:, None] | (sizes == CONTRADICTION)
    bad_other = wrong[:, None] | (others == CONTRADICTION)
    signed = np.where(bad, CONTRADICTION, np.where(bad, 0, sizes) * sign)
    both = np.where(bad_other, CONTRADICTION, np.where(bad_other, 0, others) * sign)
    return signed, np.where(given[:, None], both, MISSING), own


def _with_zeros(laid: _Laid, zero: Bools, document_date: Ints, lang: str) -> _Laid:
    """Give documents of 0 one line on their own date, and none of the other lines."""
    if not zero.any():
        return laid
    names: Codes = np.array(laid.labels, dtype=object)
    dates, amounts, second = laid.due_dates.copy(), laid.amounts.copy(), laid.second_amounts.copy()
    names[zero, 0] = rule("term_checks", "zero_total").label(lang)
    dates[zero, 0] = document_date[zero]
    names[zero, 1:] = None
    for column in (dates, amounts, second):
        column[zero, 1:] = MISSING
    lines = 1 if zero.all() else amounts.shape[-1]
    return _Laid(names[:, :lines], dates[:, :lines], amounts[:, :lines], second[:, :lines])


def _unless(bad: Bools, words: Codes) -> Codes:
    """Give words, and none where a document contradicts itself."""
    found: Codes = words.astype(object)
    found[bad] = None
    return found


def _because(lines: Lines, laid: _Laid, total: Ints, bad: Bools, zero: Bools) -> Reason:
    """Say how every line came about: its definition, its amount and its day."""
    variants = _unless(bad, np.where(zero, "zero", "plan"))

    def part(lang: str) -> Codes:
        written: Codes = np.full(total.size, "", dtype=object)
        for document in np.flatnonzero(variants == "plan").tolist():
            written[document] = _JOIN[lang].join(_line_words(lines, laid, document, lang))
        return written

    return reasons.because(_NAME, variants, total=reasons.money(total), lines=part)


def _line_words(lines: Lines, laid: _Laid, document: int, lang: str) -> list[str]:
    """Write each line of a document by the sentence of its kind; the last is what is left."""
    kinds = [*lines.kind.tolist()[:-1], "remainder"]
    values = reasons.percent([share / lines.scale for share in lines.share.tolist()])(lang)
    amounts = reasons.money(laid.amounts[document])(lang)
    days = reasons.date(laid.due_dates[document])(lang)
    names = [name or str(number) for number, name in enumerate(laid.labels[document].tolist(), 1)]
    return [
        wording.text(_NAME, f"@reason.{kind}", lang).format(
            label=name, value=value, amount=amount, due=day
        )
        for kind, name, value, amount, day in zip(kinds, names, values, amounts, days, strict=True)
    ]

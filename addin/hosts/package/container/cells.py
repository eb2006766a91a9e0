"""The cells of a sheet as arrays, found in its XML by a few passes of numpy over the bytes.

A tag begins at a ``<`` and ends at the next ``>`` (``xml_text.canonical`` promises it), so the
positions of these two bytes are all the tags. Which of them are cells, where their values stand and
what kind they are of is asked of all cells at once; text is cut out only where there is text. A
sheet is taken in pieces of some megabytes, so that memory beside its XML stays small.

That is several times faster than a parser, keeps to what the file says (a date far beyond the
calendar stays the number that it is) and allocates nothing before the extent of the sheet is known
to be sensible.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from addin.hosts.package.container.sheet_xml import NoAddressError, Position, position
from addin.hosts.package.container.string_table import rich_text
from addin.hosts.package.container.tags import WORDS, Flags, Indexes, Tags
from addin.hosts.package.container.xml_text import unescape
from udfs.values import CellError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

#: The last row and column of the format.
MAX_ROW: Final = 1_048_576
MAX_COLUMN: Final = 16_384

#: Cells of one workbook, those between filled ones too: a million rows of some twenty columns.
MAX_CELLS: Final = 20_000_000

_CHUNK: Final = 8 << 20
#: ``XFD1048576`` and the quote behind it.
_ADDRESS: Final = 11

_REF: Final = re.compile(rb"""\sr=["']([A-Za-z]{1,3}[0-9]{1,7})["']""")
_STYLE: Final = re.compile(rb"""\ss=["']([0-9]{1,8})["']""")
_TYPE: Final = re.compile(rb"""\st=["'](\w*)["']""")
_DIGITS: Final = re.compile(rb"[0-9+.eE \t\n-]*")
_NUMERALS: Final = np.isin(np.arange(256), np.frombuffer(b"\x000123456789+-.eE \n\t", np.uint8))
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a cell holds local time without a zone

_ERRORS: Final = {error.value: error for error in CellError}
_KINDS: Final = {b"": 0, b"n": 0, b"s": 1, b"inlineStr": 2, b"str": 3, b"b": 4, b"e": 5, b"d": 6}
_NUMERIC, _SHARED, _INLINE, _STRING, _BOOLEAN, _ERROR, _ISO = range(7)


class TooManyCellsError(Exception):
    """More cells than :data:`MAX_CELLS`."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The cells of a sheet that hold something, in the order of the file.

    ``rows`` and ``columns`` count from 1; ``values`` are as in :class:`macros.book.Sheet`, None
    for a formula without a value, whose ``uncached`` is True.
    """

    rows: Indexes
    columns: Indexes
    values: npt.NDArray[np.object_]
    dates: Flags
    uncached: Flags


def found_cells(
    body: bytes, strings: npt.NDArray[np.object_], date_styles: Flags, *, date_1904: bool
) -> Found:
    """Find the cells in what stands inside of ``sheetData``.

    Parameters
    ----------
    body : bytes
        Rows of cells, each with its address (:func:`sheet_xml.plain`).
    strings : ndarray
        The shared texts.
    date_styles : ndarray of bool
        By style number whether it shows dates.
    date_1904 : bool
        Whether dates count from 1904; they are given from 1900.

    Raises
    ------
    ValueError
        It is not rows of cells: elements of another order, an address beyond the sheet, a number
        of a text that is not there, a cell that stands twice.
    """
    pieces, count = [], 0
    for chunk in _chunks(body):
        pieces.append(_Piece(chunk).found(strings))
        count += len(pieces[-1][0])
        if count > MAX_CELLS:
            raise TooManyCellsError
    rows, columns, styles, values, uncached = (
        np.concatenate([piece[part] for piece in pieces]) for part in range(5)
    )
    _refuse_twice(rows, columns)
    dates = _dates(values, styles, date_styles)
    if date_1904:
        numbers = dates & (styles >= 0)  # a date written as a date counts from no year
        values[numbers] = values[numbers] + 1462.0
    return Found(rows, columns, values, dates, uncached)


def _chunks(body: bytes) -> Iterator[bytes]:
    start = 0
    while True:
        end = body.find(b"<row", start + _CHUNK)
        if end < 0:
            yield body[start:]
            return
        yield body[start:end]
        start = end


def _refuse_twice(rows: Indexes, columns: Indexes) -> None:
    keys = rows * (MAX_COLUMN + 1) + columns
    if (keys[1:] <= keys[:-1]).any() and len(np.unique(keys)) != len(keys):
        raise ValueError("a cell stands twice")


def _dates(values: npt.NDArray[np.object_], styles: Indexes, date_styles: Flags) -> Flags:
    """Tell which values are dates: a number of a day at least, in a style that shows dates.

    Style -1 is a date written as a date.
    """
    known = (styles >= 0) & (styles < len(date_styles))
    shown = styles == -1
    shown[known] = date_styles[styles[known]]
    at = np.flatnonzero(shown)
    here = [type(value) is float and 1 <= value < 2_958_466 for value in values[at].tolist()]
    dates = np.zeros(len(values), dtype=np.bool_)
    dates[at[np.array(here, dtype=np.bool_)]] = True
    return dates


class _Piece(Tags):
    """Some rows of XML, and which of its tags are cells."""

    def __init__(self, xml: bytes) -> None:
        super().__init__(xml)
        self.refuse_other_than_cells()
        self.cells = np.flatnonzero(self.called(b"c"))

    def found(
        self, strings: npt.NDArray[np.object_]
    ) -> tuple[Indexes, Indexes, Indexes, npt.NDArray[np.object_], Flags]:
        """Give rows, columns, styles, values and missing values of cells that hold something."""
        rows, columns, tails = self._addresses()
        styles, kinds = self._attributes(tails)
        texts, valued = self._owners(b"v")
        _, with_formula = self._owners(b"f")
        empty = np.ones(len(self.cells), dtype=np.bool_)
        empty[valued] = self.starts[texts + 1] <= self.ends[texts] + 1
        empty[valued] |= self.alone[texts]
        values = np.full(len(self.cells), None, dtype=np.object_)
        full = ~empty[valued]
        self._fill(values, kinds, texts[full], valued[full], strings)
        inline = np.flatnonzero(kinds == _INLINE)
        values[inline] = self._inline(inline)
        styles[kinds == _ISO] = -1
        has_formula = np.zeros(len(self.cells), dtype=np.bool_)
        has_formula[with_formula] = True
        has_value = np.zeros(len(self.cells), dtype=np.bool_)
        has_value[valued] = True
        # An empty value is a calculated "" where the cell says that it is a text.
        uncached = has_formula & empty & ~(has_value & (kinds == _STRING))
        keep = np.flatnonzero(uncached | _filled(values))
        return rows[keep], columns[keep], styles[keep], values[keep], uncached[keep]

    def _owners(self, name: bytes) -> tuple[Indexes, Indexes]:
        """Give the tags of a name and, for each, its cell's number; a cell has one at most."""
        tags = np.flatnonzero(self.called(name))
        owners = np.searchsorted(self.cells, tags) - 1
        if len(owners) and (owners[0] < 0 or (owners[1:] == owners[:-1]).any()):
            raise ValueError("a cell with two values")
        return tags, owners

    def _addresses(self) -> tuple[Indexes, Indexes, Indexes]:
        """Give row and column of each cell, and where the rest of its attributes begins."""
        at = self.starts[self.cells] + 2
        usual = np.ones(len(at), dtype=np.bool_)
        for offset, letter in enumerate(b' r="'):
            usual &= self.bytes[at + offset] == letter
        rows, columns, here = np.zeros_like(at), np.zeros_like(at), at + 4
        letters = usual.copy()
        digits = np.zeros_like(usual)
        for _ in range(_ADDRESS):
            byte = self.bytes[here].astype(np.int64)
            letters &= (byte >= ord("A")) & (byte <= ord("Z"))
            digit = ~letters & usual & (byte >= ord("0")) & (byte <= ord("9"))
            columns = np.where(letters, columns * 26 + byte - 64, columns)
            rows = np.where(digit, rows * 10 + byte - 48, rows)
            digits |= digit
            here += letters | digit
        usual &= digits & (self.bytes[here] == ord('"'))
        tails = np.where(usual, here + 1, at)
        for number in np.flatnonzero(~usual).tolist():
            rows[number], columns[number] = self._odd_address(number)
        if len(rows) and not (
            1 <= rows.min() <= rows.max() <= MAX_ROW
            and 1 <= columns.min() <= columns.max() <= MAX_COLUMN
        ):
            raise ValueError("a cell beyond the sheet")
        return rows, columns, tails

    def _odd_address(self, number: int) -> Position:
        tag = self.cells[number]
        found = _REF.search(self.xml[self.starts[tag] : self.ends[tag]])
        if found is None:
            raise NoAddressError
        return position(found.group(1).upper())

    def _attributes(self, tails: Indexes) -> tuple[Indexes, Indexes]:
        """Give style and kind of each cell; there are few different endings of tags."""
        ends = self.ends[self.cells]
        first, codes = self.different(tails, ends)
        spans = zip(tails[first].tolist(), ends[first].tolist(), strict=True)
        parsed = np.array(
            [_parsed(self.xml[start:end]) for start, end in spans], dtype=np.int64
        ).reshape(-1, 2)
        given = parsed[codes]
        return given[:, 0].copy(), given[:, 1]

    def _fill(
        self,
        values: npt.NDArray[np.object_],
        kinds: Indexes,
        tags: Indexes,
        owners: Indexes,
        strings: npt.NDArray[np.object_],
    ) -> None:
        """Set the values that stand in ``v``, kind by kind."""
        kind = kinds[owners]
        for number in np.unique(kind).tolist():
            some = kind == number
            texts, cells = tags[some], owners[some]
            if number == _NUMERIC:
                values[cells] = self._numbers(texts)
            elif number == _SHARED:
                values[cells] = self._shared(texts, strings)
            elif number == _STRING:
                values[cells] = _unescaped(self.slices(texts))
            elif number in {_BOOLEAN, _ERROR, _ISO}:
                read = {_BOOLEAN: _boolean, _ERROR: _error, _ISO: _serial}[number]
                values[cells] = _objects([read(text) for text in self.slices(texts)])

    def _numbers(self, tags: Indexes) -> npt.NDArray[np.object_]:
        starts, ends = self.ends[tags] + 1, self.starts[tags + 1]
        if (ends - starts).max(initial=0) <= 8 * WORDS:
            words = self.words(starts, ends)
            if _NUMERALS[words.view(np.uint8)].all():
                try:
                    return _objects(_finite(words.view(f"S{8 * WORDS}").ravel()))
                except ValueError:  # one of them is none: each by itself
                    return _objects([_number(text) for text in self.slices(tags)])
        return _objects([_number(text) for text in self.slices(tags)])

    def _shared(self, tags: Indexes, strings: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        starts, ends = self.ends[tags] + 1, self.starts[tags + 1]
        words = self.words(starts, ends)
        digits = words.view(np.uint8)
        plain = ((digits >= ord("0")) & (digits <= ord("9"))) | (digits == 0)
        if (ends - starts).max(initial=0) >= _ADDRESS or not plain.all():
            raise ValueError("a text without number")
        numbers = words.view(f"S{8 * WORDS}").ravel().astype(np.int64)
        if len(numbers) and numbers.max() >= len(strings):
            raise ValueError("a text that is not there")
        return strings[numbers]

    def _inline(self, numbers: Indexes) -> npt.NDArray[np.object_]:
        """Give texts that stand in their cells; most are one ``t`` in one ``is``."""
        tags = self.cells[numbers]
        last = len(self.starts) - 1
        plain = tags + 4 <= last
        steps = [self.first[np.minimum(tags + step, last)] for step in range(1, 5)]
        for step, letter in zip(steps, b"it//", strict=True):
            plain &= step == letter
        plain &= ~self.alone[np.minimum(tags + 2, last)]
        following = np.append(self.starts[self.cells], len(self.xml))[numbers + 1]
        texts = np.full(len(tags), None, dtype=np.object_)
        texts[plain] = _unescaped(self.slices(tags[plain] + 2))
        blank = self.alone[tags] | (steps[0] == ord("/"))
        odd = np.flatnonzero(~plain & ~blank)
        texts[odd] = _objects(
            [
                rich_text(self.xml[start:end]) or None
                for start, end in zip(
                    self.starts[tags[odd]].tolist(), following[odd].tolist(), strict=True
                )
            ]
        )
        return texts


def _parsed(attributes: bytes) -> tuple[int, int]:
    """Give style and kind of a cell from its attributes."""
    style, kind = _STYLE.search(attributes), _TYPE.search(attributes)
    name = kind.group(1) if kind else b""
    if name not in _KINDS:
        raise ValueError(f"a cell of kind {name!r}")
    return int(style.group(1)) if style else 0, _KINDS[name]


def _filled(values: npt.NDArray[np.object_]) -> Flags:
    return np.array([value is not None for value in values.tolist()], dtype=np.bool_)


def _objects(values: object) -> npt.NDArray[np.object_]:
    given = cast("list[object]", values)
    made = np.empty(len(given), dtype=np.object_)
    made[:] = given
    return made


def _finite(texts: npt.NDArray[np.bytes_]) -> list[object]:
    """Read numbers; what is beyond a number is the error that a program would show."""
    numbers = texts.astype(np.float64)
    found: list[object] = numbers.tolist()
    for place in np.flatnonzero(~np.isfinite(numbers)).tolist():
        found[place] = CellError.NUM
    return found


def _number(text: bytes) -> object:
    """Read a number; what is none is kept as the text that it is."""
    if _DIGITS.fullmatch(text):
        try:
            return _finite(np.array([text]))[0]
        except ValueError:
            return unescape(text) or None
    return unescape(text) or None


def _unescaped(texts: list[bytes]) -> npt.NDArray[np.object_]:
    known = {text: unescape(text) or None for text in set(texts)}
    return _objects([known[text] for text in texts])


def _boolean(text: bytes) -> bool:
    if text.strip() not in {b"0", b"1", b"true", b"false"}:
        raise ValueError("a truth value that is none")
    return text.strip() in {b"1", b"true"}


def _error(text: bytes) -> CellError:
    return _ERRORS.get(unescape(text), CellError.VALUE)


def _serial(text: bytes) -> object:
    """Read a date written as a date; what is none is kept as the text that it is."""
    said = unescape(text).strip()
    try:
        moment = dt.datetime.fromisoformat(said.removesuffix("Z"))
    except ValueError:
        return said or None
    return (moment.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1)

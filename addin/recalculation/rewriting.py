"""A formula as the engine understands it; only in memory, the book's own text is never changed.

Tables, names and references over several sheets become plain references; our functions lose what
an add-in put before their names, and an argument left out of one becomes an empty text, because
the engine would hand over 0. What cannot be spelled for the engine gets a reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

from addin.recalculation.arguments import (
    Frame,
    fills_several,
    is_first,
    is_known_format,
    judged,
)
from addin.recalculation.idioms import concerns, spelled
from addin.recalculation.table_references import UnknownTableError, cells_of

if TYPE_CHECKING:
    from addin.recalculation.surroundings import Surroundings

_OURS: Final = re.compile(r"(?:.*!)?(?:_xll\.|_xludf\.)?(AR_[A-Z0-9_.]+)", re.IGNORECASE)
_FUTURE: Final = re.compile(r"^(?:_xlfn\.|_xlws\.)+", re.IGNORECASE)
_EXTERNAL: Final = re.compile(r"'?[^!\[\]]*\[[^\[\]]+\][^!\[]*!")
_CELLS: Final = re.compile(
    r"\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+"
)
_FIXED: Final = re.compile(r"\$[A-Za-z]+\$\d+|\$[A-Za-z]+|\$\d+")
_CELL: Final = re.compile(r"\$?[A-Za-z]{1,3}\$?\d+")
_LOCAL: Final = re.compile(r"_xl(?:pm|op)\.", re.IGNORECASE)
_OPERATORS: Final = frozenset({"+", "-", "*", "/", "^", "&", "=", "<>", "<", ">", "<=", ">="})
#: Functions that take a reference over several sheets, item by item.
_OVER_SHEETS: Final = frozenset(
    {"SUM", "AVERAGE", "AVERAGEA", "COUNT", "COUNTA", "MAX", "MAXA", "MIN", "MINA", "PRODUCT"}
    | {"STDEV", "STDEVA", "STDEVP", "VAR", "VARA", "VARP", "SUMSQ"}
)
#: Operators that the engine computes otherwise in some places.
_SPELLED: Final = frozenset({"=", "<>", "<", ">", "<=", ">=", "&"})
_COUNTING: Final = frozenset(
    {"SUMIF", "SUMIFS", "COUNTIF", "COUNTIFS", "AVERAGEIF", "AVERAGEIFS", "MAXIFS", "MINIFS"}
)
#: One character in a criterion; the engine takes it for one byte.
_ONE_LETTER: Final = re.compile(r"(?<!~)\?")
#: Functions that read a number or a date from text, which the engine does in fewer forms.
_FROM_TEXT: Final = frozenset({"VALUE", "DATEVALUE", "TIMEVALUE", "NUMBERVALUE"})
_CATCHING: Final = frozenset({"IFERROR", "IFNA", "ISERROR", "ISERR", "ISNUMBER", "AGGREGATE"})


@dataclass(slots=True)
class Spelled:
    """A formula as the engine gets it: the functions in it, and why it cannot, if so."""

    text: str = ""
    functions: set[str] = field(default_factory=set)
    reason: str = ""
    detail: str = ""

    def refuse(self, reason: str, detail: str = "") -> None:
        """Note why the engine cannot have it; the first reason counts."""
        if not self.reason:
            self.reason, self.detail = reason, detail


class Speller:
    """Spells the formulas of one book; what a name stands for is found out once."""

    def __init__(self, known: Surroundings) -> None:
        self.known = known
        self._names: dict[tuple[str, str], Spelled | None] = {}

    def spell(self, text: str, sheet: str, row: int, *, array: bool = False) -> Spelled:
        """Spell a formula.

        Parameters
        ----------
        text : str
            Without ``=``.
        sheet, row : str, int
            Where it stands.
        array : bool
            Whether it was entered as an array.
        """
        found = Spelled()
        try:
            tokens = Tokenizer(f"={text}").items
        except (TokenizerError, IndexError):
            found.refuse("syntax")
            return found
        pieces = _Walk(self, found, tokens, sheet, row, array).pieces()
        found.text = "".join(piece for piece, _ in pieces)
        if concerns(found.functions) or any(one.value in _SPELLED for one in tokens):
            found.text, unknown = spelled(pieces)
            if unknown:
                found.refuse("function", unknown[0])
        return found

    def named(self, name: str, sheet: str) -> Spelled | None:
        """Spell what a name stands for on a sheet; None where there is no such name.

        A name that stands for itself in the end, or for cells that depend on where it is used,
        gives a reason.
        """
        key = (sheet.casefold(), name.casefold())
        if key in self._names:
            return self._names[key]
        text = self.known.name(sheet, name)
        if text is None:
            return None
        waiting = Spelled()
        waiting.refuse("name", name)
        self._names[key] = waiting
        found = self.spell(text, sheet, 1, array=True)
        if _moves(text):
            found.refuse("name", name)
        self._names[key] = found
        return found


def _moves(text: str) -> bool:
    """Whether a name's reference depends on where it is used: it is not fixed with ``$``."""
    items = Tokenizer(f"={text}").items
    operands = [one.value for one in items if one.type == Token.OPERAND]
    ranges = [value for value in operands if "[" not in value and '"' not in value]
    cells = [piece for value in ranges for piece in value.rpartition("!")[2].split(":")]
    return any(_CELL.fullmatch(cell) and not _FIXED.fullmatch(cell) for cell in cells)


def _is_operator(token: Token | None) -> bool:
    if token is None:
        return False
    infix = token.type == Token.OP_IN and token.value.strip() in _OPERATORS
    return infix or token.type in {Token.OP_PRE, Token.OP_POST}


def _beside_operators(tokens: list[Token]) -> set[int]:
    """Find the functions that have an operator beside them, by their opening tokens."""
    found: set[int] = set()
    opened: list[tuple[Token, Token | None]] = []
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.type != Token.FUNC:
            continue
        if token.subtype == Token.OPEN:
            opened.append((token, before))
        elif opened:
            function, first = opened.pop()
            if _is_operator(first) or _is_operator(after):
                found.add(id(function))
    return found


@dataclass(slots=True)
class _Walk:
    """One pass over the tokens of a formula."""

    speller: Speller
    found: Spelled
    tokens: list[Token]
    sheet: str
    row: int
    array: bool
    stack: list[Frame] = field(default_factory=list)
    #: Operators stand before or after these functions, known by their opening tokens.
    beside: set[int] = field(default_factory=set)
    #: Opening tokens of the functions whose first cell is to be taken.
    cut: set[int] = field(default_factory=set)
    opened: list[Token] = field(default_factory=list)

    def pieces(self) -> list[tuple[str, Token]]:
        """Give the tokens as the engine gets them."""
        pieces: list[tuple[str, Token]] = []
        solid = [token for token in self.tokens if token.type != Token.WSPACE]
        self.beside = _beside_operators(solid)
        previous: Token | None = None
        following = {id(one): two for one, two in pairwise(solid)}
        for token in self.tokens:
            if token.type == Token.WSPACE:
                pieces.append((token.value, token))
                continue
            pieces.append((self._piece(token, previous, following.get(id(token))), token))
            previous = token
        functions = self.found.functions
        if functions & _FROM_TEXT and functions & _CATCHING:
            self.found.refuse("function", min(functions & _FROM_TEXT))
        if self.cut:
            pieces = [
                (f"INDEX({text}" if id(token) in self.cut else text, token)
                for text, token in pieces
            ]
        return pieces

    def _piece(self, token: Token, previous: Token | None, following: Token | None) -> str:
        if token.type == Token.FUNC:
            return self._function(token, previous)
        if token.type in {Token.PAREN, Token.ARRAY}:
            self._bracket(token)
        elif token.type == Token.SEP:
            text = self._left_out(previous) + str(token.value)
            if self.stack:
                self.stack[-1].argument += 1
            return text
        elif token.type == Token.OPERAND and token.subtype == Token.RANGE:
            text = self._reference(token.value)
            self._judge(text, previous, following)
            return self._as_numbers(text, previous, following)
        elif token.type == Token.OPERAND and token.subtype == Token.TEXT:
            self._judge_text(token.value)
        elif token.type == Token.OP_IN and not token.value.strip():
            self.found.refuse("range", "")  # where two ranges meet
        if self.stack and self.stack[-1].name == "TEXT" and self.stack[-1].argument == 2:
            literal = token.type == Token.OPERAND and token.subtype == Token.TEXT
            if not literal or not is_known_format(token.value):
                self.found.refuse("function", "TEXT")
        return str(token.value)

    def _bracket(self, token: Token) -> None:
        if token.subtype == Token.OPEN:
            if token.type == Token.ARRAY:
                self._several()
            self.stack.append(Frame(""))
        elif token.subtype == Token.CLOSE and self.stack:
            self.stack.pop()

    def _function(self, token: Token, previous: Token | None) -> str:
        if token.subtype == Token.CLOSE:
            text = self._left_out(previous) if previous and previous.type == Token.SEP else ""
            return f"{text}{token.value}{self._closed()}"
        written = token.value[:-1]
        ours = _OURS.fullmatch(written)
        name = ours.group(1).upper() if ours else _FUTURE.sub("", written).upper()
        frame = Frame(name)
        if ours and not self.array:
            frame.first = is_first(self.stack, beside_operator=id(token) in self.beside)
        self.stack.append(frame)
        self.opened.append(token)
        self.found.functions.add(name)
        if not ours and ("!" in written or "[" in written):
            self.found.refuse("external", written)
        return f"{name}(" if ours else str(token.value)

    def _closed(self) -> str:
        """Close a function; where Excel shows the first cell of several, take that one."""
        if not (self.opened and self.stack):
            return ""
        frame, token = self.stack.pop(), self.opened.pop()
        if not frame.first or not (frame.several or fills_several(frame.name)):
            return ""
        self.cut.add(id(token))
        return ",1,1)"

    def _several(self) -> None:
        """Note that what stands around may give several cells."""
        for frame in self.stack:
            frame.several = True

    def _left_out(self, previous: Token | None) -> str:
        """Give an empty text for an argument that was left out of a function of ours."""
        if not self.stack or not self.stack[-1].name.startswith("AR_") or previous is None:
            return ""
        opened = previous.type == Token.FUNC and previous.subtype == Token.OPEN
        return '""' if opened or previous.type == Token.SEP else ""

    def _judge(self, text: str, previous: Token | None, following: Token | None) -> None:
        """Refuse a range of several cells where the engine would take it for something else."""
        if ":" in text or text.startswith("("):  # a range, or a name that stands for more
            self._several()
        cells = text.rpartition("!")[2]
        if ":" not in cells or not _CELLS.fullmatch(cells):
            return
        beside = any(_is_operator(one) for one in (previous, following))
        reason, detail = judged(self.stack, beside_operator=beside, array=self.array)
        if reason:
            self.found.refuse(reason, detail)

    def _judge_text(self, text: str) -> None:
        inside = any(frame.name in _COUNTING for frame in self.stack)
        if inside and _ONE_LETTER.search(text):
            self.found.refuse("function", self.stack[-1].name or "?")

    def _as_numbers(self, text: str, previous: Token | None, following: Token | None) -> str:
        """Let SUMPRODUCT see no text: Excel takes "12" in a range for 0, the engine for 12."""
        direct = bool(self.stack) and self.stack[-1].name == "SUMPRODUCT"
        if not direct or any(_is_operator(one) for one in (previous, following)):
            return text
        return f"IF({text}<=9E+307,{text},0)" if ":" in text else text

    def _reference(self, text: str) -> str:
        if _EXTERNAL.match(text):
            self.found.refuse("external", text)
            return text
        if "[" in text:
            return self._table(text)
        prefix, bang, cells = text.rpartition("!")
        if bang and ":" in prefix:
            return self._over_sheets(prefix, cells, text)
        title = (
            self.speller.known.sheet(prefix.strip("'").replace("''", "'")) if bang else self.sheet
        )
        if title is None or "#" in cells:
            self.found.refuse("sheet" if title is None else "spill", text)
            return text
        if _CELLS.fullmatch(cells) or _LOCAL.match(cells):
            return text
        return self._table_or_name(cells, title)

    def _table(self, text: str) -> str:
        try:
            return cells_of(text, self.speller.known, self.sheet, self.row)
        except UnknownTableError:
            self.found.refuse("table", text)
            return text

    def _table_or_name(self, name: str, sheet: str) -> str:
        known = self.speller.known
        if name.casefold() in known.tables:
            return self._table(f"{name}[]")
        if ":" in name:  # a range whose ends are names or functions
            self.found.refuse("range", name)
            return name
        return self._named(name, sheet)

    def _named(self, name: str, sheet: str) -> str:
        inner = self.speller.named(name, sheet)
        if inner is None:
            if not self.found.functions & {"LET", "LAMBDA"}:
                self.found.refuse("name", name)
            return name
        self.found.functions |= inner.functions
        if inner.reason:
            self.found.refuse(inner.reason, inner.detail or name)
        simple = _CELLS.fullmatch(inner.text.rpartition("!")[2])
        return inner.text if simple else f"({inner.text})"

    def _over_sheets(self, prefix: str, cells: str, text: str) -> str:
        """Write a reference over several sheets out, sheet by sheet."""
        known = self.speller.known
        first, _, last = prefix.strip("'").replace("''", "'").partition(":")
        titles = [title.casefold() for title in known.sheets]
        ends = [titles.index(end.casefold()) for end in (first, last) if end.casefold() in titles]
        if len(ends) < 2 or not self.stack or self.stack[-1].name not in _OVER_SHEETS:
            self.found.refuse("three_d", text)
            return text
        between = known.sheets[min(ends) : max(ends) + 1]
        quoted = (title.replace("'", "''") for title in between)
        return ",".join(f"'{title}'!{cells}" for title in quoted)

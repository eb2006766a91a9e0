"""A formula as it is typed into a cell, of our functions and plain values: ``=AR_BUCKET(31)``.

The command line and the examples of the reference are evaluated with it. Numbers, texts, TRUE and
FALSE, error values, array constants and one of our functions inside another are understood;
references and functions of Excel are not, since there is no sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

from udfs import registry
from udfs.declaration import Declaration
from udfs.values import Cell, CellError, Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

_ERRORS: Final = {error.value: error for error in CellError}


class FormulaError(ValueError):
    """A text is no formula of our functions and plain values; the message is what stands there."""


class Call(NamedTuple):
    """A function and what its arguments hold, in order; None for one that was left out."""

    declared: Declaration
    cells: tuple[Cell | Grid, ...]

    def answer(self) -> Cell | Grid:
        """Evaluate it as a cell would."""
        return registry.call(self.declared.name, *self.cells)


def call_of(formula: str) -> Call:
    """Read a formula that is one call of a function of ours.

    Parameters
    ----------
    formula : str
        Such as ``=AR_DSO(15000,10000,30)``; the equals sign may be missing.

    Raises
    ------
    FormulaError
        It is not such a formula.
    KeyError
        There is no function of that name.

    Examples
    --------
    >>> call_of('=AR_ALLOCATE(100,{1,1,1})').answer()
    ((33.34, 33.33, 33.33),)
    """
    try:
        tokens = Tokenizer(f"={formula.strip().removeprefix('=')}").items
    except (TokenizerError, IndexError):
        raise FormulaError(formula) from None
    reader = _Reader(token for token in tokens if token.type != Token.WSPACE)
    call = reader.call()
    if reader.ahead is not None:
        raise FormulaError(reader.ahead.value)
    return call


class _Reader:
    """Reads tokens one after the other; `ahead` is the next one, None at the end."""

    def __init__(self, tokens: Iterator[Token]) -> None:
        self._tokens = tokens
        self.ahead: Token | None = next(tokens, None)

    def _take(self) -> Token:
        token = self.ahead
        if token is None:
            raise FormulaError("")
        self.ahead = next(self._tokens, None)
        return token

    def _is(self, kind: str, subtype: str = "") -> bool:
        token = self.ahead
        return token is not None and token.type == kind and subtype in {"", token.subtype}

    def call(self) -> Call:
        opening = self._take()
        if opening.type != Token.FUNC or opening.subtype != Token.OPEN:
            raise FormulaError(opening.value)
        declared = registry.declaration(opening.value.removesuffix("("))
        return Call(declared, tuple(self._arguments()))

    def _arguments(self) -> list[Any]:
        """Read up to the closing bracket; nothing between two commas is None."""
        found: list[Any] = []
        if self._is(Token.FUNC, Token.CLOSE):
            self._take()
            return found
        while True:
            empty = self._is(Token.SEP) or self._is(Token.FUNC, Token.CLOSE)
            found.append(None if empty else self._argument())
            token = self._take()
            if token.type == Token.FUNC and token.subtype == Token.CLOSE:
                return found
            if token.type != Token.SEP or token.subtype != Token.ARG:
                raise FormulaError(token.value)

    def _argument(self) -> Cell | Grid:
        if self._is(Token.FUNC, Token.OPEN):
            return self.call().answer()
        if self._is(Token.ARRAY, Token.OPEN):
            return self._rows()
        return self._value()

    def _rows(self) -> Grid:
        """Read an array constant."""
        self._take()
        rows: list[list[Cell]] = [[]]
        while True:
            rows[-1].append(self._value())
            token = self._take()
            if token.type == Token.ARRAY and token.subtype == Token.CLOSE:
                break
            if token.type != Token.SEP:
                raise FormulaError(token.value)
            if token.subtype == Token.ROW:
                rows.append([])
        if len({len(row) for row in rows}) != 1:
            raise FormulaError("{")
        return tuple(map(tuple, rows))

    def _value(self) -> Cell:
        negative = False
        while self._is(Token.OP_PRE):
            negative ^= self._take().value == "-"
        token = self._take()
        if token.type != Token.OPERAND:
            raise FormulaError(token.value)
        value = _operand(token)
        percent = 0
        while self._is(Token.OP_POST):
            self._take()
            percent += 1
        if not negative and not percent:
            return value
        if not isinstance(value, float):
            raise FormulaError(token.value)
        return (-value if negative else value) / 100.0**percent


def _operand(token: Token) -> Cell:
    """Read a value as it is typed."""
    typed = str(token.value)
    if token.subtype == Token.NUMBER:
        return float(typed)
    if token.subtype == Token.TEXT:
        return typed[1:-1].replace('""', '"')
    if token.subtype == Token.LOGICAL:
        return typed.upper() == "TRUE"
    if token.subtype == Token.ERROR and typed.upper() in _ERRORS:
        return _ERRORS[typed.upper()]
    raise FormulaError(typed)

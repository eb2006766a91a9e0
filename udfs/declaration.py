"""What a function declares: read off its signature, and refused at import where it cannot hold.

An annotation says what an argument is (:mod:`udfs.values`); a default value makes it optional; a
``NamedTuple`` class is a table as an argument and a record as a result.
"""

from __future__ import annotations

import inspect
import keyword
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args, get_origin, get_type_hints

from udfs.values import Kind, LabelledCents, LabelledMatrix, Marker, Scheme

if TYPE_CHECKING:
    from collections.abc import Callable

#: Reserved identifiers of VBA (MS-VBAL 3.3.5.2): keywords of statements, markers, operators,
#: reserved names, special forms, types, literals, reserved for implementations and for the future.
#: ``re`` and ``s`` are no such words; the contract refuses them because nobody could read them.
VBA_WORDS: Final = frozenset(
    """call case close const declare defbool defbyte defcur defdate defdbl defint deflng deflnglng
    deflngptr defobj defsng defstr defvar dim do else elseif end endif enum erase event exit for
    friend function get global gosub goto if implements input let lock loop lset next on open option
    print private public put raiseevent redim resume return rset seek select set static stop sub
    type unlock wend while with write rem any as byref byval each in new shared until withevents
    optional paramarray preserve spc tab then to addressof and eqv imp is like mod not or typeof
    xor abs cbool cbyte ccur cdate cdbl cdec cint clng clnglng clngptr csng cstr cvar cverr date
    debug doevents fix int len lenb me pset scale sgn string array circle inputb lbound ubound
    boolean byte currency double integer long longlong longptr single variant true false nothing
    empty null attribute lineinput vb_base vb_control vb_creatable vb_customizable vb_description
    vb_exposed vb_ext_key vb_globalnamespace vb_helpid vb_invoke_func vb_invoke_property
    vb_invoke_propertyput vb_invoke_propertyputref vb_memberflags vb_name vb_predeclaredid
    vb_procdata vb_templatederived vb_usermemid vb_vardescription vb_varhelpid vb_varmemberflags
    vb_varprocdata vb_varusermemid cdecl decimal defdec re s""".split()  # noqa: SIM905 - a list of 180 quoted words hides the words
)
#: Excel's wizard breaks where the number of arguments and the characters of their names exceed it.
WIZARD_LIMIT: Final = 254
#: Arguments that the registry adds itself.
ADDED: Final = ("field", "lang")


class DeclarationError(TypeError):
    """A function declares what no cell could call; raised at import."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table argument, or a field of a record: name, kind, how blanks are taken.

    A field may itself be a table (`columns`), such as the events that were ignored.
    """

    name: str
    kind: Kind | None
    required: bool = True
    or_missing: bool = False
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument: a kind, or the columns of a table with the class that carries them."""

    name: str
    kind: Kind | None
    required: bool
    default: object = None
    optional: bool = False
    or_missing: bool = False
    table: type | None = None
    columns: tuple[Column, ...] = ()
    scheme: str = ""


@dataclass(frozen=True)
class Declaration:
    """A registered function: its name in a cell, its arguments in order, what it gives.

    Attributes
    ----------
    name : str
        Name in a cell, such as ``AR_BUCKET``.
    case : str
        Id in the case file that this function answers.
    category : str
        Noun it belongs to: the name of its module unless said otherwise.
    offered : bool
        Whether cells get it; the others are computed for the replay only.
    function : callable
        The function itself, as it was written.
    default_field : str
        Field of a record that a cell shows without ``field``: "" the first as written.
    """

    name: str
    case: str
    category: str
    offered: bool
    function: Callable[..., object]
    default_field: str = ""

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The function's own arguments in order, without those that the registry adds.

        Left out is what only Python passes: keyword-only, with a default and of no cell's kind,
        such as a calendar with a firm's own days.
        """
        hints = get_type_hints(self.function, include_extras=True)
        signature = inspect.signature(self.function)
        return tuple(
            _parameter(self.name, parameter, hints[parameter.name])
            for parameter in signature.parameters.values()
            if not _is_inner(parameter, hints[parameter.name])
        )

    @cached_property
    def result(self) -> Column:
        """What the function gives: a kind, or a record whose fields are `columns`.

        The first of them is what a cell shows without ``field``.
        """
        hint = self._shape_hint
        if hint in {LabelledCents, LabelledMatrix}:
            return Column("", None)
        result = _column(self.name, "", hint)
        # Stable: only the default field moves, to the front.
        columns = sorted(result.columns, key=lambda column: column.name != self.default_field)
        return replace(result, columns=tuple(columns))

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Names of all arguments in a cell, those included that the registry adds."""
        names = [parameter.name for parameter in self.parameters]
        own = tuple(name for name in names if name not in ADDED)
        record = self.result.kind is None
        lang = record or "lang" in names or _has_labels(self.result)
        return own + ("field",) * record + ("lang",) * lang

    @cached_property
    def signature(self) -> str:
        """How it is written in a cell, what may be left out in square brackets.

        Of a parameter without which nothing can be computed, and which yet takes a blank, the
        blank says something: it stands without brackets.
        """
        needed = {parameter.name for parameter in self.parameters if parameter.required}
        shown = (name if name in needed else f"[{name}]" for name in self.arguments)
        return f"{self.name}({', '.join(shown)})"

    @property
    def labelled(self) -> bool:
        """Whether the columns of the result, amounts, depend on the arguments."""
        return self._shape_hint is LabelledCents

    @property
    def matrix(self) -> bool:
        """Whether the result is a matrix of numbers with headings on both sides."""
        return self._shape_hint is LabelledMatrix

    @cached_property
    def _shape_hint(self) -> object:
        return get_type_hints(self.function, include_extras=True)["return"]


def check_names(name: str, function: Callable[..., object], *, offered: bool) -> None:
    """Refuse names that a host could not carry.

    Raises
    ------
    DeclarationError
        The function's name, an argument without annotation or with a name that is not ASCII or is
        a word of VBA, or names that together exceed the wizard's limit.
    """
    if offered and not (name.isascii() and name.startswith("AR_") and name.isidentifier()):
        raise DeclarationError(f"{name}: a cell's function is named AR_… in ASCII")
    signature = inspect.signature(function)
    arguments = [*signature.parameters.values()]
    for argument in arguments:
        where = f"{name}({argument.name})"
        if argument.annotation is argument.empty:
            raise DeclarationError(f"{where}: no annotation says what a cell must hold")
        if argument.kind not in {argument.POSITIONAL_OR_KEYWORD, argument.KEYWORD_ONLY}:
            raise DeclarationError(f"{where}: a cell cannot pass such an argument")
        if not argument.name.isascii() or argument.name.startswith("_"):
            raise DeclarationError(f"{where}: an argument's name is ASCII and begins with a letter")
        if argument.name.casefold() in VBA_WORDS or keyword.iskeyword(argument.name):
            raise DeclarationError(f"{where}: this name is a word of VBA")
    if signature.return_annotation is signature.empty:
        raise DeclarationError(f"{name}: no annotation says what it gives")
    names = {*(argument.name for argument in arguments), *ADDED}
    if len(names) + sum(map(len, names)) > WIZARD_LIMIT:
        raise DeclarationError(f"{name}: the names of its arguments are too long for the wizard")


def _is_inner(parameter: inspect.Parameter, hint: object) -> bool:
    keyword_only = parameter.kind is parameter.KEYWORD_ONLY
    given = parameter.default is not parameter.empty
    return keyword_only and given and _meaning(hint)[0] is None


def _parameter(owner: str, parameter: inspect.Parameter, hint: object) -> Parameter:
    given = parameter.default is not parameter.empty
    meant, markers = _meaning(hint)
    if isinstance(meant, Kind):
        return Parameter(
            name=parameter.name,
            kind=meant,
            required=not given,
            default=parameter.default if given else None,
            optional=given or Marker.OPTIONAL in markers,
            or_missing=Marker.OR_MISSING in markers,
            scheme=_scheme(hint),
        )
    if meant is None:
        raise DeclarationError(f"{owner}({parameter.name}): no kind in its annotation")
    return Parameter(
        name=parameter.name,
        kind=None,
        required=not given,
        default=parameter.default if given else None,
        table=meant,
        columns=columns_of(meant, owner),
        scheme=_scheme(hint),
    )


def _scheme(hint: object) -> str:
    """Find the table of schemes in an annotation; "" where there is none."""
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        named = [extra.table for extra in extras if isinstance(extra, Scheme)]
        return named[0] if named else _scheme(inner)
    return next(filter(None, map(_scheme, get_args(hint))), "")


def columns_of(table: type, owner: str = "") -> tuple[Column, ...]:
    """Read the columns of a table class off its annotations."""
    owner = owner or table.__name__
    hints = get_type_hints(table, include_extras=True)
    return tuple(_column(owner, name, hint) for name, hint in hints.items())


def _column(owner: str, name: str, hint: object) -> Column:
    meant, markers = _meaning(hint)
    if meant is None:
        raise DeclarationError(f"{owner}: no kind in the annotation of {name or 'its result'}")
    if isinstance(meant, Kind):
        return Column(
            name=name,
            kind=meant,
            required=not markers,
            or_missing=Marker.OR_MISSING in markers,
        )
    return Column(name, None, columns=columns_of(meant, owner))


def _meaning(hint: object) -> tuple[Kind | type | None, frozenset[Marker]]:
    """Find the kind or the class of a table in an annotation, and the markers beside it."""
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        markers = frozenset(extra for extra in extras if isinstance(extra, Marker))
        kinds = [extra for extra in extras if isinstance(extra, Kind)]
        if kinds:
            codes = get_args(inner) if get_origin(inner) is Literal else ()
            return replace(kinds[-1], codes=codes) if codes else kinds[-1], markers
        meant, more = _meaning(inner)
        return meant, markers | more
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return hint, frozenset()
    for member in get_args(hint):  # X | None, Cents | int
        meant, markers = _meaning(member)
        if meant is not None:
            return meant, markers
    return None, frozenset()


def _has_labels(column: Column) -> bool:
    if column.kind is not None:
        return column.kind.name in {"label", "reason"}
    return any(_has_labels(inner) for inner in column.columns)

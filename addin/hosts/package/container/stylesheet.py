"""The styles of a workbook as a part: looked up, and only ever appended to.

Cells name their look by a number. Because nothing is taken out or moved, every number that stands
in a sheet of hers stays right, and her sheets need not be touched when ours bring looks of their
own.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final, TypeAlias

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS

from addin.hosts.package.container.elements import local_name
from addin.hosts.package.container.parts import parse_xml, relation_type, xml_bytes
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from addin.hosts.package.container.parts import Parts

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
#: Children of the part in the order that the format prescribes.
_ORDER: Final = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs",
    "tableStyles", "colors", "extLst",
)  # fmt: skip
#: What a format points to, with the attribute that points.
_LISTS: Final = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}
#: Properties of a font in the order that the format prescribes.
_FONT: Final = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz",
    "color", "name", "family", "charset", "scheme",
)  # fmt: skip
_FIRST_OWN_FORMAT: Final = 164
#: Excel's published limit of unique cell formats: it repairs a file with more, and looks are lost.
MAX_LOOKS: Final = 65_490
#: Elements that mean yes when they stand there without a value.
_YES: Final = frozenset({"b", "i", "strike", "outline", "shadow", "condense", "extend"})

#: The look of a book that has none: what every program shows for it.
_NONE: Final = f"""<styleSheet xmlns="{MAIN}">
<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""

#: An element as nested tuples, in which two spellings of one thing are equal.
Canon: TypeAlias = tuple[object, ...]


class Stylesheet:
    """The stylesheet of a workbook.

    Parameters
    ----------
    content : bytes, optional
        The part, in either variant of the format and with any prefix; None for a book without.

    Raises
    ------
    SyntaxError
        The part is not well-formed.
    """

    def __init__(self, content: bytes | None) -> None:
        self._root = parse_xml(content if content is not None else _NONE.encode())
        self._namespace = etree.QName(self._root).namespace or MAIN
        self._known: dict[str, dict[Canon, int]] = {}
        self._first = {name: len(self._items(name)) for name in _LISTS.values()}
        self._given = self.count
        self.changed = content is None

    @property
    def count(self) -> int:
        """Number of looks of cells."""
        return len(self._items("cellXfs"))

    @property
    def dxf_count(self) -> int:
        """Number of looks of conditional formats."""
        return len(self._items("dxfs"))

    def content(self) -> bytes:
        """Give the part as it is now."""
        return xml_bytes(self._root)

    def imported(
        self, other: Stylesheet, indexes: Iterable[int], *, known: int = 0
    ) -> dict[int, int]:
        """Bring looks of another stylesheet here.

        Parameters
        ----------
        other : Stylesheet
            The stylesheet of the sheets that come.
        indexes : iterable of int
            Looks that they use.
        known : int
            The other one grew from this one: its first so many looks are ours, number by number,
            and so are the fonts, fills and borders that we had.

        Returns
        -------
        dict
            Our index by the other's.
        """
        grown = self._first if known else dict.fromkeys(self._first, 0)
        given = other._items("cellXfs")
        found: dict[int, int] = {}
        for index in indexes:
            # A number beyond the list means the default look, as programs read it.
            if index < known or index >= len(given):
                found[index] = index if index < known else 0
            else:
                found[index] = self._import(other, given[index], grown)
        return found

    def _import(self, other: Stylesheet, given: etree._Element, grown: dict[str, int]) -> int:
        new = self._here(given)
        for attribute, name in _LISTS.items():
            index = int(given.get(attribute, "0"))
            items = other._items(name)
            if index >= grown[name] and index < len(items):
                index = self._append(name, self._here(items[index]))
            new.set(attribute, str(index))
        code = other._code(given)
        new.set("numFmtId", str(self._format_id(code)))
        new.set("xfId", str(self._normal))
        return self._append("cellXfs", _applied(new))

    def imported_dxfs(
        self, other: Stylesheet, indexes: Iterable[int], *, known: int = 0
    ) -> dict[int, int]:
        """Bring looks of conditional formats here; as :meth:`imported`."""
        given = other._items("dxfs")
        return {
            index: index
            if index < known or index >= len(given)
            else self._append("dxfs", self._here(given[index]))
            for index in indexes
        }

    def derived(
        self, xf: int, *, number_format: str | None = None, quote_prefix: bool | None = None
    ) -> int:
        """Give a look that is like another one but for its number format or quote prefix."""
        items = self._items("cellXfs")
        new = deepcopy(items[xf if xf < len(items) else 0])
        if number_format is not None:
            new.set("numFmtId", str(self._format_id(number_format)))
        if quote_prefix is not None:
            new.set("quotePrefix", str(int(quote_prefix)))
        return self._append("cellXfs", _applied(new))

    def number_format(self, xf: int) -> str:
        """Give the code of a look's number format."""
        items = self._items("cellXfs")
        return self._code(items[xf]) if xf < len(items) else "General"

    def bold(self, xf: int) -> bool:
        """Whether a look's font is bold."""
        items, fonts = self._items("cellXfs"), self._items("fonts")
        font = int(items[xf].get("fontId", "0")) if xf < len(items) else 0
        if font >= len(fonts):
            return False
        return any(
            local_name(node) == "b" and node.get("val", "1") not in {"0", "false"}
            for node in fonts[font]
        )

    def quoted(self, xf: int) -> bool:
        """Whether a look says that a text which looks like a formula is none."""
        items = self._items("cellXfs")
        return xf < len(items) and items[xf].get("quotePrefix") in {"1", "true"}

    def save(self, parts: Parts) -> None:
        """Put the stylesheet into a package, if it changed.

        Raises
        ------
        Refusal
            ``too_many_styles``: it would have more looks of cells than Excel opens.
        """
        if not self.changed:
            return
        if self.count > max(MAX_LOOKS, self._given):
            most, count = f"{MAX_LOOKS:,}", f"{self.count:,}"
            raise Refusal("too_many_styles", parts.package.path.name, count=count, most=most)
        there = parts.related(parts.package.workbook_part, "styles")
        if there:
            parts.set(there[0], self.content())
            return
        name = parts.add("xl/styles.xml", self.content(), _TYPE)
        parts.relate(parts.package.workbook_part, relation_type("styles"), name)

    @property
    def _normal(self) -> int:
        """The index of the style Normal among the named ones, whatever it is called here."""
        for style in self._items("cellStyles"):
            if style.get("builtinId") == "0":
                return int(style.get("xfId", "0"))
        return 0

    def _list(self, name: str) -> etree._Element | None:
        return next((node for node in self._root if local_name(node) == name), None)

    def _items(self, name: str) -> list[etree._Element]:
        found = self._list(name)
        return [] if found is None else [node for node in found if isinstance(node.tag, str)]

    def _code(self, xf: etree._Element) -> str:
        number = int(xf.get("numFmtId", "0"))
        for node in self._items("numFmts"):
            if node.get("numFmtId") == str(number):
                return node.get("formatCode", "General")
        return BUILTIN_FORMATS.get(number, "General")

    def _format_id(self, code: str) -> int:
        """Give the number of a format code; one that is not there is appended."""
        for node in self._items("numFmts"):
            if node.get("formatCode") == code:
                return int(node.get("numFmtId", "0"))
        for number, builtin in BUILTIN_FORMATS.items():
            if builtin == code:
                return number
        used = [int(node.get("numFmtId", "0")) for node in self._items("numFmts")]
        number = max([_FIRST_OWN_FORMAT - 1, *used]) + 1
        node = etree.Element(self._tag("numFmt"))
        node.set("numFmtId", str(number))
        node.set("formatCode", code)
        self._append("numFmts", node)
        return number

    def _append(self, name: str, new: etree._Element) -> int:
        """Give the index of an item of a list, appended where none is like it."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = {}
            for index, item in enumerate(self._items(name)):
                known.setdefault(_canon(item), index)
        canon = _canon(new)
        if canon not in known:
            target = self._list(name)
            if target is None:
                target = self._make(name)
            target.append(new)
            known[canon] = len(self._items(name)) - 1
            target.set("count", str(known[canon] + 1))
            self.changed = True
        return known[canon]

    def _make(self, name: str) -> etree._Element:
        """Make a list that the part lacks, in its place."""
        new = etree.Element(self._tag(name))
        before = _ORDER[: _ORDER.index(name)]
        at = sum(local_name(node) in before for node in self._root)
        self._root.insert(at, new)
        return new

    def _tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"

    def _here(self, node: etree._Element) -> etree._Element:
        """Give a copy of an element in this part's namespace, without others' bookkeeping."""
        new = etree.Element(self._tag(local_name(node)))
        for name, value in node.attrib.items():
            if not str(name).startswith("{"):
                new.set(name, value)
        new.text = node.text
        children = [self._here(child) for child in _elements(node) if local_name(child) != "extLst"]
        if local_name(node) == "font":  # openpyxl lists its properties in an order of its own
            children.sort(key=lambda child: _FONT.index(local_name(child)))
        new.extend(children)
        return new


def in_order(content: bytes) -> bytes:
    """Give a part as openpyxl writes it with the properties of fonts in the format's order."""
    root = parse_xml(content)
    for font in root.iter(f"{{{MAIN}}}font"):
        font[:] = sorted(font, key=lambda child: _FONT.index(local_name(child)))
    return xml_bytes(root)


def stylesheet_of(parts: Parts) -> Stylesheet:
    """Give the stylesheet of a package."""
    there = parts.related(parts.package.workbook_part, "styles")
    return Stylesheet(parts.read(there[0]) if there else None)


def _elements(node: etree._Element) -> Iterator[etree._Element]:
    return (child for child in node if isinstance(child.tag, str))


def _applied(xf: etree._Element) -> etree._Element:
    """Say of each part of a look that it counts: some programs ignore what is not applied."""
    for attribute, flag in (
        ("numFmtId", "applyNumberFormat"),
        ("fontId", "applyFont"),
        ("fillId", "applyFill"),
        ("borderId", "applyBorder"),
    ):
        if xf.get(attribute, "0") != "0":
            xf.set(flag, "1")
    for child in _elements(xf):
        xf.set(f"apply{local_name(child).capitalize()}", "1")
    return xf


def _canon(node: etree._Element) -> Canon:
    """Give an element in a form that is the same for two spellings of one thing."""
    name = local_name(node)
    attributes = {
        str(key): _plain(str(value))
        for key, value in node.attrib.items()
        if not str(key).startswith("{") and not str(key).startswith("apply")
    }
    if name in _YES:
        attributes.setdefault("val", "1")
    children = tuple(_canon(child) for child in _elements(node))
    # A font lists its properties in any order; everywhere else the order says something.
    ordered = tuple(sorted(children, key=repr)) if name == "font" else children
    return name, tuple(sorted(attributes.items())), (node.text or "").strip(), ordered


def _plain(value: str) -> str:
    """Bring ``1``, ``1.0`` and ``true`` to one spelling."""
    value = {"true": "1", "false": "0"}.get(value, value)
    try:
        return repr(float(value))
    except ValueError:
        return value

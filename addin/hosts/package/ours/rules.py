"""Conditional formats and validations of hers on a sheet of ours: carried as XML to their places.

They are taken from the sheet as it stands, so a newer kind that openpyxl does not know is carried
as well; their looks are numbered as before, because her stylesheet only grows.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

from lxml import etree

from addin.hosts.package.container.elements import local_name
from addin.hosts.package.ours.internals import corners
from addin.hosts.package.ours.page import is_ours
from addin.hosts.package.ours.relocation import sqref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from addin.hosts.package.ours.relocation import Area, Relocation

_FORMULAS: Final = frozenset({"formula", "formula1", "formula2", "f"})
#: Extensions that hold conditional formats and validations of the newer kinds.
FORMATS: Final = "{78c0d931-6437-407d-a8ee-f0aad7539e65}"
VALIDATIONS: Final = "{cce6a557-97bc-4b89-adb6-d9c93caab3df}"


def formats(frame: etree._Element, moves: Relocation) -> list[etree._Element]:
    """Give her conditional formats of a sheet as it stands, moved."""
    found = []
    for element in _children(frame, "conditionalFormatting"):
        hers = deepcopy(element)
        for rule in _children(hers, "cfRule"):
            if _ours(rule):
                hers.remove(rule)
        if _children(hers, "cfRule") and _move(hers, element.get("sqref", ""), moves.areas, moves):
            found.append(hers)
    return found


def newer_formats(frame: etree._Element, moves: Relocation) -> list[etree._Element]:
    """Give the newer halves of her conditional formats, moved; those of our own rules go."""
    ours = {
        node.text
        for rule in frame.iter(f"{{{etree.QName(frame).namespace}}}cfRule")
        if _ours(rule)
        for node in rule.iter()
        if local_name(node) == "id"
    }
    found = []
    for element in _inside(frame, FORMATS, "conditionalFormatting"):
        hers = deepcopy(element)
        for rule in _children(hers, "cfRule"):
            if rule.get("id") in ours:
                hers.remove(rule)
        if _children(hers, "cfRule") and _move(hers, _sqref(element), moves.areas, moves):
            found.append(hers)
    return found


def validations(frame: etree._Element, moves: Relocation) -> list[etree._Element]:
    """Give her validations, moved; on columns where we offer words, ours stand."""
    given = [node for each in _children(frame, "dataValidations") for node in _children(each)]
    return _moved_validations(given, moves)


def newer_validations(frame: etree._Element, moves: Relocation) -> list[etree._Element]:
    """Give her validations of the newer kind, such as lists on another sheet, moved."""
    return _moved_validations(_inside(frame, VALIDATIONS, "dataValidation"), moves)


def _moved_validations(given: Iterable[etree._Element], moves: Relocation) -> list[etree._Element]:
    def areas(text: str) -> list[Area]:
        found = []
        for left, top, right, bottom in moves.areas(text):
            start = left
            ours = sorted(column for column in moves.offered if left <= column <= right)
            for column in (*ours, right + 1):
                if start < column:
                    found.append((start, top, column - 1, bottom))
                start = column + 1
        return found

    found = []
    for element in given:
        hers = deepcopy(element)
        if _move(hers, element.get("sqref") or _sqref(element), areas, moves):
            found.append(hers)
    return found


def _move(
    element: etree._Element, old: str, areas: Callable[[str], list[Area]], moves: Relocation
) -> bool:
    """Give an element its new areas and formulas; False where nothing of it is left."""
    new = areas(old)
    if not old or not new:
        return False
    if element.get("sqref") is not None:
        element.set("sqref", sqref(new))
    before, after = corners(old.split(maxsplit=1)[0])[1], new[0][1]
    for node in element.iter():
        if local_name(node) == "sqref":
            node.text = sqref(new)
        elif local_name(node) in _FORMULAS and node.text:
            node.text = moves.formula(node.text, before, after)
    return True


def _ours(rule: etree._Element) -> bool:
    formulas = [node.text or "" for node in rule if local_name(node) == "formula"]
    colours = [node.get("rgb", "") for node in rule.iter() if local_name(node) == "color"]
    return is_ours(rule.get("type", ""), formulas, colours)


def _inside(frame: etree._Element, uri: str, name: str) -> list[etree._Element]:
    """Give the elements of a name inside a sheet's extension."""
    return [
        node
        for listed in _children(frame, "extLst")
        for extension in _children(listed)
        if extension.get("uri", "").lower() == uri
        for node in extension.iter()
        if local_name(node) == name
    ]


def _sqref(element: etree._Element) -> str:
    return next((node.text or "" for node in element.iter() if local_name(node) == "sqref"), "")


def _children(element: etree._Element, name: str = "") -> list[etree._Element]:
    return [
        node
        for node in element
        if isinstance(node.tag, str) and (not name or local_name(node) == name)
    ]

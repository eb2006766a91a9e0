"""Every workbook of others goes through a month's work, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests import validator as sdk
from tests.foreign_books import KINDS, foreign_book
from tests.torture import libreoffice
from tests.torture.fidelity import Passage, Walk

#: What is refused, and why, typed by hand: book → code of the refusal.
REFUSED = {
    # A form on a sheet 应收 that holds balances, not invoices: no second 应收 is made beside it.
    "账龄模板_mould5.xlsx": "no_table",
}
#: Its pivot tables summarise the table that the invoices were appended to, and LibreOffice
#: refreshes them: sheets whose values differ for that reason.
REFRESHED = {
    "AgedAccountsReceivableExcel.xlsx": {"$ByPeriodLCY$", "$ByPeriodFCY$", "$DueByCurrencies$"},
}


def books(shared_data: Path) -> list[Path]:
    found = [*(shared_data / "fidelity").iterdir(), *(shared_data / "workbooks").iterdir()]
    return sorted(path for path in found if path.suffix in {".xlsx", ".xlsm"})


@pytest.fixture(scope="module")
def passages(shared_data, tmp_path_factory) -> list[Passage]:
    """Every book after its walk: those of others, and ours made as odd writers do."""
    made = tmp_path_factory.mktemp("made")
    every = [*books(shared_data), *(foreign_book(kind, made) for kind in KINDS)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIKUAN_HOME", str(tmp_path_factory.mktemp("store")))
        return [Walk(book, tmp_path_factory.mktemp("book")).go() for book in every]


@pytest.mark.long
def test_every_part_that_was_not_named_is_what_it_was(passages, tables):
    if tables is not None:
        (tables / "fidelity.md").write_text(table(passages), encoding="utf-8")
    print(f"\n{table(passages)}")  # noqa: T201 - the table of the closing note
    refused = {each.name: each.refused for each in passages if each.refused}
    assert refused == REFUSED
    assert not [f"{each.name}: {line}" for each in passages for line in each.complaints]


@pytest.mark.long
def test_the_validator_finds_nothing_new(passages, validator):
    wanted = [path for each in passages for path in (each.original, *each.copies.values())]
    found = sdk.all_findings(validator, wanted)
    assert not [
        f"{each.name} after {step}: {line}"
        for each in passages
        for step, copy in each.copies.items()
        for line in sdk.new_findings(found[each.original], found[copy])
    ]


@pytest.mark.long
def test_libreoffice_opens_each_with_the_same_sheets_and_values(passages, soffice, tmp_path):
    kept = [each for each in passages if "aging" in each.copies]
    before = libreoffice.converted(soffice, [each.original for each in kept], tmp_path / "before")
    after = libreoffice.converted(soffice, [e.copies["aging"] for e in kept], tmp_path / "after")
    said = {
        each.name: list(
            libreoffice.differences(
                before[each.original],
                after[each.copies["aging"]],
                each.appended,
                REFRESHED.get(each.name, ()),
            )
        )
        for each in kept
    }
    assert {name: lines for name, lines in said.items() if lines} == {}


def table(passages: Iterable[Passage]) -> str:
    """Give the table of the closing note: book × kept or refused, with the reason."""
    lines = ["| book | outcome | reason |", "|---|---|---|"]
    for each in passages:
        outcome = f"refused at {each.step}" if each.refused else "kept"
        lines.append(f"| {each.name} | {outcome} | {each.said} |")
    return "\n".join(lines)

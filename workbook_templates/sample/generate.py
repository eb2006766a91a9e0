"""Make the sample ledger again, byte for byte: ``python -m workbook_templates.sample.generate``.

An invented group (construction, property, consulting) with 25 projects and 120 customers. Every
firm carries 示例 in its name and no telephone number can be dialled. The ledger was "taken" on
2025-12-15 and is looked at as of 2025-11-20, so that some rows do not exist yet on that day.

Only ``random.Random.random`` is drawn from, whose sequence Python guarantees, and amounts and
days are integers: no platform changes a byte.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbook_templates.sample import ledger, story
from workbook_templates.sample.rows import Dice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEED: Final = 20251120

#: As the source has them: the first phase starts a day before the plan does.
_PHASES: Final = (
    ("第一阶段", "2025-10-20", "2025-10-31"),
    ("第二阶段", "2025-11-01", "2025-11-30"),
    ("第三阶段", "2025-12-01", "2025-12-15"),
)


def tables() -> dict[str, list[dict[str, Any]]]:
    """Make every table of the sample, by the names of ``tables.csv``; amounts in cents."""
    dice = Dice(SEED)
    customers, habits = ledger.make_customers(dice)
    contracts = ledger.make_contracts(dice, customers)
    bills = ledger.make_bills(dice, contracts)
    receipts = ledger.make_receipts(dice, bills, habits)
    ledger.add_loose_receipts(dice, bills, receipts)
    still_open = story.open_bills(bills, receipts)
    story.mark_exceptions(dice, still_open)
    made: dict[str, Sequence[Any]] = {
        "receivables": bills,
        "receipts": receipts,
        "customers": customers,
        "contracts": ledger.with_amounts(contracts, bills),
        "targets": story.make_targets(bills, still_open),
        "contacts": story.make_contacts(dice, still_open),
        "promises": story.make_promises(dice, bills, receipts, still_open),
    }
    phases = [
        {"plan": story.PLAN, "phase": phase, "start_date": start, "end_date": end}
        for phase, start, end in _PHASES
    ]
    settings = [{"key": "as_of", "value": story.AS_OF.isoformat()}]
    return {name: [asdict(line) for line in lines] for name, lines in made.items()} | {
        "phases": phases,
        "settings": settings,
    }


def yuan(cents: int) -> str:
    """Write cents as yuan: ``yuan(-120050)`` is ``'-1200.50'``."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02d}"


def write(folder: Path, name: str, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write one table as UTF-8 CSV with its field ids as header."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        for line in lines:
            writer.writerow({**line, "amount": yuan(line["amount"])} if "amount" in line else line)


def main(folder: Path) -> None:
    """Write every table of the sample into a folder."""
    for name, lines in tables().items():
        write(folder, name, lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

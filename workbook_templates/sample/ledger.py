"""Customers, contracts, bills and receipts of the sample, drawn by the dice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from workbook_templates.sample import names
from workbook_templates.sample.rows import Bill, Contract, Customer, Dice, Habit, Receipt, weekday

#: The last day that the ledger knows.
TAKEN: Final = date(2025, 12, 15)
DOCUMENTS: Final = 2477
#: Amounts of documents: share in per cent, from and to in yuan.
SIZES: Final = (
    (25, 5_000, 20_000),
    (42, 20_000, 80_000),
    (25, 80_000, 200_000),
    (8, 200_000, 600_000),
)

HABITS: Final = (
    Habit("优", 40, (-6, 9), 2, (1, 5), (82, 97)),
    Habit("良", 36, (0, 38), 9, (6, 14), (62, 79)),
    Habit("中", 16, (14, 100), 26, (18, 35), (42, 59)),
    Habit("差", 8, (30, 200), 48, (45, 75), (12, 38)),
)


def make_customers(dice: Dice) -> tuple[list[Customer], dict[str, Habit]]:
    """Make 120 customers: one in twelve not scored, three on hold, two never dunned."""
    made, habits = [], {}
    for number, name in enumerate(names.FIRMS):
        habit = HABITS[dice.weighted([each.share for each in HABITS])]
        person = dice.pick(names.SURNAMES) + dice.pick(("经理", "总监", "会计", "主任"))
        line = Customer(f"K{number + 1:03d}", name, person, f"000-0000{number + 1001}")
        score, risk = dice.between(*habit.score), dice.between(*habit.risk)
        if number % 12 != 7:
            line.grade, line.score, line.risk = habit.grade, str(score), f"0.{risk:02d}"
        habits[line.customer] = habit
        made.append(line)
    for number, until in ((20, "2025-12-31"), (57, "2025-11-20"), (88, "2025-11-19")):
        made[number].hold_until, made[number].note = until, "法务处理中，暂停催收"
    for number in (33, 101):
        made[number].excluded, made[number].note = "是", "集团内部往来"
    return made, habits


def make_contracts(dice: Dice, customers: list[Customer]) -> list[Contract]:
    """Make 160 contracts: one or two for each customer; every third project has two owners."""
    made = []
    for number in range(160):
        customer = customers[number if number < len(customers) else dice.between(0, 119)]
        project = dice.between(0, len(names.PROJECTS) - 1)
        owners = [names.OWNERS[project % 8], names.OWNERS[(project + 3) % 8]]
        owner = dice.pick(owners if project % 3 == 0 else owners[:1])
        customer.owner = customer.owner or owner
        signed = weekday(date(2022, 5, 1) + timedelta(dice.between(0, 1150)))
        made.append(
            Contract(
                f"HT-{signed.year}-{number + 1:03d}",
                customer.customer,
                customer.customer_name,
                names.PROJECTS[project],
                owner,
                0,
                signed,
            )
        )
    return made


def bill(contract: Contract, day: date, term: int, amount: int, note: str) -> Bill:
    """One receivable of a contract, due ``term`` days after its document."""
    return Bill(
        "",
        contract.customer,
        contract.customer_name,
        contract.contract,
        contract.project,
        contract.owner,
        day,
        day + timedelta(term),
        amount,
        note=note,
    )


def make_bills(dice: Dice, contracts: list[Contract]) -> list[Bill]:
    """Progress bills from 2023 on, 18 credit notes, and five old ones near the limitation."""
    made = []
    for _ in range(DOCUMENTS):
        contract = dice.pick(contracts)
        first = max(contract.signed_date + timedelta(10), date(2023, 3, 1))
        _, low, high = SIZES[dice.weighted([size[0] for size in SIZES])]
        amount = dice.between(low, high) * 100 + dice.pick((0, 0, 0, 50, dice.between(1, 99)))
        note = dice.pick(("进度款", "进度款", "结算款", "咨询服务费", "物业费", "材料款"))
        term = dice.pick((30, 30, 45, 60, 90))
        made.append(bill(contract, dice.day(first, date(2025, 12, 10)), term, amount, note))
    for _ in range(18):
        day = dice.day(date(2025, 3, 1), date(2025, 11, 28))
        made.append(
            bill(dice.pick(contracts), day, 0, -dice.between(120_000, 2_400_000), "红字冲减")
        )
    oldest = sorted(contracts, key=lambda line: line.signed_date)
    made += [
        # Unpaid and never provably demanded, except the last: see CONTACTS.
        bill(oldest[0], date(2022, 10, 10), 60, 18_650_000, "历史尾款"),  # due 2022-12-09
        bill(oldest[1], date(2022, 12, 1), 60, 9_388_845, "历史尾款"),  # due 2023-01-30
        bill(oldest[2], date(2023, 3, 1), 60, 42_000_000, "历史尾款"),  # due 2023-04-30
        bill(oldest[3], date(2022, 8, 1), 60, 7_640_050, "历史尾款"),  # due 2022-09-30: run out
        bill(oldest[4], date(2022, 9, 1), 60, 12_345_678, "历史尾款"),  # due 2022-10-31: letter
    ]
    made.sort(key=lambda line: line.document_date)
    for number, line in enumerate(made, 1):
        kind = "HZ" if line.amount < 0 else "YS"
        line.document = f"{kind}{line.document_date:%y%m}-{number:04d}"
    return made


def receipt(line: Bill, day: date, amount: int, method: str, note: str = "") -> Receipt:
    """One receipt for a receivable; its number is given later, in order of dates."""
    who = (line.customer, line.customer_name, line.document, line.contract)
    return Receipt("", day, amount, *who, method, note=note)


def _age_divisor(due: date) -> int:
    if due < date(2025, 2, 1):
        return 7
    return 3 if due < date(2025, 7, 1) else 1


def make_receipts(dice: Dice, bills: list[Bill], habits: dict[str, Habit]) -> list[Receipt]:
    """Most bills are paid in full, some in two parts, some too much, some not yet."""
    made = []
    for line in bills:
        if line.amount < 0 or line.note == "历史尾款":
            continue
        habit = habits[line.customer]
        assert line.due_date is not None  # noqa: S101 - blanks come later
        day = weekday(line.due_date + timedelta(dice.between(*habit.late)))
        method = dice.pick(("现汇", "现汇", "现汇", "银承", "商承"))
        # What has been due for long has mostly been paid by now, however late.
        unpaid = habit.unpaid // _age_divisor(line.due_date)
        if dice.percent(unpaid):
            continue
        day = max(day, weekday(line.document_date + timedelta(3)))
        parts = [(day, line.amount)]
        if dice.percent(12):
            part = line.amount * dice.between(20, 80) // 100
            rest = day + timedelta(dice.between(15, 75))
            parts = [(day, part), *([] if dice.percent(40) else [(rest, line.amount - part)])]
        elif dice.percent(1):
            parts = [(day, line.amount + dice.between(10, 900) * 1_000)]
        made += [receipt(line, weekday(d), a, method) for d, a in parts if d <= TAKEN]
    return made


def add_loose_receipts(dice: Dice, bills: list[Bill], receipts: list[Receipt]) -> None:
    """14 receipts that name no document, and one that names a document nobody knows."""
    for number in range(15):
        line = dice.pick(bills)
        day = dice.day(date(2025, 8, 1), date(2025, 11, 28))
        loose = receipt(line, day, dice.between(50, 900) * 10_000, "现汇", "到账未核销")
        loose.document, loose.contract = "YS9999-0000" if number == 7 else "", ""
        receipts.append(loose)
    receipts.sort(key=lambda each: (each.receipt_date, each.document, each.amount))
    for number, each in enumerate(receipts, 1):
        each.receipt = f"SK{each.receipt_date:%y%m}-{number:04d}"


def with_amounts(contracts: list[Contract], bills: list[Bill]) -> list[Contract]:
    """Fill in contract amounts: what has been billed, and a little more, in whole 10,000 yuan."""
    billed: dict[str, int] = {}
    for line in bills:
        billed[line.contract] = billed.get(line.contract, 0) + line.amount
    for contract in contracts:
        contract.amount = -(-billed.get(contract.contract, 0) * 11 // 10_000_000) * 1_000_000
    return contracts

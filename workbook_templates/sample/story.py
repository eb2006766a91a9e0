"""What happened around the bills of the sample: disputes, calls and letters, promises, targets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from workbook_templates.sample.rows import (
    Bill,
    Contact,
    Dice,
    Promise,
    Receipt,
    Target,
    weekday,
)

AS_OF: Final = date(2025, 11, 20)
PLAN: Final = "年末冲刺56天"
START: Final = date(2025, 10, 21)
END: Final = date(2025, 12, 15)

#: The channel of each dunning level, 0 to 3.
_CHANNELS: Final = ("短信/微信", "电话", "催款函", "律师函")
_RESULTS: Final = (
    "已答应安排付款",
    "等待内部审批",
    "资金紧张，请求延期",
    "称未收到发票",
    "无人接听",
    "对结算金额有异议",
)


def open_bills(bills: list[Bill], receipts: list[Receipt]) -> list[tuple[Bill, int]]:
    """Bills that exist on the as-of day, with what is open on them then, in cents."""
    paid: dict[str, int] = {}
    for each in receipts:
        if each.receipt_date <= AS_OF:
            paid[each.document] = paid.get(each.document, 0) + each.amount
    there = [line for line in bills if line.document_date <= AS_OF and line.amount > 0]
    rest = [(line, line.amount - paid.get(line.document, 0)) for line in there]
    return [(line, cents) for line, cents in rest if cents > 0]


def overdue(line: Bill) -> int:
    """Days overdue on the as-of day; a bill without a due date has none."""
    return (AS_OF - line.due_date).days if line.due_date else 0


def mark_exceptions(dice: Dice, still_open: list[tuple[Bill, int]]) -> None:
    """16 disputed bills, 6 on hold, 7 without a due date, one due before its own date."""
    lines = [line for line, _ in still_open if line.note != "历史尾款"]
    for number in range(16):
        line = dice.pick(lines)
        line.disputed, line.note = "是", "对工程量有异议" if number % 2 else "质量争议"
    for number in range(6):
        line = dice.pick(lines)
        until = AS_OF + timedelta(dice.between(-2, 40))
        line.hold_until, line.note = until.isoformat(), "协商中" if number % 2 else "等待审计"
    for _ in range(7):
        dice.pick(lines).due_date = None
    wrong = dice.pick([line for line in lines if line.due_date])
    wrong.due_date = wrong.document_date - timedelta(11)


def make_contacts(dice: Dice, still_open: list[tuple[Bill, int]]) -> list[Contact]:
    """Make calls and letters about overdue bills; one letter in five did not arrive."""
    made = [_letter(line) for line, _ in still_open if line.note == "历史尾款"]
    contacts = [each for each in made if each is not None]
    for line, _ in still_open:
        days = overdue(line)
        if days < 3 or line.note == "历史尾款" or not dice.percent(55):
            continue
        reached = min(3, (days >= 7) + (days >= 15) + (days >= 30))
        level = dice.between(0, reached)
        day = weekday(AS_OF - timedelta(dice.between(1, min(days, 75))))
        if line.due_date is None or day <= line.due_date:
            continue
        contacts.append(_contact(dice, line, day, level))
    contacts.sort(key=lambda each: (each.contact_date, each.document))
    return contacts


def _contact(dice: Dice, line: Bill, day: date, level: int) -> Contact:
    channel = _CHANNELS[level]
    arrived = dice.percent(80)
    return Contact(
        day,
        line.customer,
        line.customer_name,
        line.document,
        level,
        channel,
        ("是" if arrived else "否") if level >= 2 else "",
        day + timedelta(2) if level >= 2 and arrived else None,
        dice.pick(_RESULTS),
        "跟进中" if arrived else "需重发",
        "EMS 回执存档" if level >= 2 and arrived else "",
    )


def _letter(line: Bill) -> Contact | None:
    """One letter that arrived in time (due 2022-10-31), one that came back (due 2023-01-30)."""
    if line.due_date == date(2022, 10, 31):
        day, arrived = date(2025, 3, 10), True
    elif line.due_date == date(2023, 1, 30):
        day, arrived = date(2024, 6, 18), False
    else:
        return None
    return Contact(
        day,
        line.customer,
        line.customer_name,
        line.document,
        2,
        "催款函",
        "是" if arrived else "否",
        day + timedelta(2) if arrived else None,
        "已签收" if arrived else "地址变更退回",
        "跟进中" if arrived else "需重发",
    )


def make_promises(
    dice: Dice, bills: list[Bill], receipts: list[Receipt], still_open: list[tuple[Bill, int]]
) -> list[Promise]:
    """Promises kept, kept in part, broken, and still to come on the as-of day."""
    by_document = {line.document: line for line in bills}
    made = []
    for each in receipts:
        line = by_document.get(each.document)
        if line is None or not date(2025, 8, 20) <= each.receipt_date <= AS_OF:
            continue
        if (line.due_date or AS_OF) < each.receipt_date - timedelta(10) and dice.percent(20):
            asked = each.receipt_date - timedelta(dice.between(4, 9))
            promised = each.receipt_date + timedelta(dice.between(-2, 2))
            part = each.amount < line.amount
            made.append(promise(dice, line, asked, promised, line.amount if part else each.amount))
    for line, cents in still_open:
        if overdue(line) > 20 and line.note != "历史尾款" and dice.percent(18):
            asked = weekday(AS_OF - timedelta(dice.between(2, min(overdue(line), 45))))
            promised = asked + timedelta(dice.between(3, 20))
            made.append(promise(dice, line, asked, promised, cents))
    made.sort(key=lambda each: (each.made_date, each.document))
    return made


def promise(dice: Dice, line: Bill, asked: date, promised: date, amount: int) -> Promise:
    """One promise about a bill; every third is signed."""
    signed = "是" if dice.percent(33) else "否"
    return Promise(
        line.customer, line.customer_name, line.document, asked, promised, amount, signed
    )


def make_targets(bills: list[Bill], still_open: list[tuple[Bill, int]]) -> list[Target]:
    """Set the sprint by project and owner: 90 % of what falls due in it, 25 % of what is overdue.

    Rounded up to 1,000 yuan, but for one target that ends in odd cents.
    """
    wanted: dict[tuple[str, str], int] = {}
    keep = {line.document for line, _ in still_open}
    for line in bills:
        if line.amount < 0 or line.due_date is None or line.due_date > END:
            continue
        share = 90 if line.due_date >= START else 25 if line.document in keep else 0
        key = line.project, line.owner
        wanted[key] = wanted.get(key, 0) + line.amount * share // 100
    made = []
    for number, ((project, owner), cents) in enumerate(sorted(wanted.items()), 1):
        amount = -(-cents // 100_000) * 100_000 + (56_789 if number == 5 else 0)
        made.append(Target(f"MB-{number:02d}", PLAN, project, owner, START, END, amount))
    return [each for each in made if each.amount]

"""SIGKILL at any moment: the book is the old or the new one, whole, and everything goes on."""

from __future__ import annotations

import hashlib
import random
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest

from tests.torture.killing import Command, Desk, Ended, ledger, run

SEED = 20260630
ROWS = 60
LOG = "日志"
#: The commands that are killed, as they are typed.
KILLED = {
    "run": ("run", "aging", "{book}", "--as-of", "2026-06-30"),
    "recalc": ("recalc", "{book}"),
    "map": ("map", "{book}"),
    "undo": ("undo", "{book}"),
    "restore": ("restore", "{book}", "2"),
}
#: How many random moments of each, in short and in full; none in short: only in full.
MOMENTS = {
    "run": (4, 200),
    "recalc": (3, 200),
    "undo": (3, 100),
    "map": (0, 50),
    "restore": (0, 50),
}

Cells = dict[str, list[tuple[object, ...]]]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cells(path: Path) -> Cells:
    """Read a book with other eyes than the product's."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    found: Cells = {}
    for values in (False, True):
        for sheet in openpyxl.load_workbook(path, data_only=values):
            name = f"{sheet.title}, values" if values else sheet.title
            found[name] = list(sheet.iter_rows(values_only=True))
    found.pop(f"{LOG}, values", None)
    for row, values in enumerate(found.get(LOG, ())):
        found[LOG][row] = (values[0], *values[2:])  # the second column is the clock
    return found


@dataclass
class Course:
    """A command, and what the book is before it, after it, and a further run after either.

    The book before was written by a run, so that there is a step to undo: ``earlier``.
    """

    desk: Desk
    command: tuple[str, ...]
    earlier: str = ""
    before: str = ""
    after: Cells = field(default_factory=dict)
    again: dict[str, Cells] = field(default_factory=dict)
    seconds: float = 0.0

    def typed(self, name: str) -> tuple[str, ...]:
        return tuple(each.format(book=self.desk.book) for each in KILLED[name])


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Desk]:
    """Give a book on which two runs were done, as of two days."""
    base = tmp_path_factory.mktemp("kill")
    desk = Desk(base / "folder", base / "store", base / "asleep")
    for folder in (desk.folder, desk.store):
        folder.mkdir()
    ledger(desk.book, ROWS)
    for day in ("2026-04-30", "2026-05-31"):
        ended = run(desk, "run", "aging", desk.book, "--as-of", day)
        assert ended.code == 0, ended
    desk.remember()

    def back() -> Desk:
        desk.back()
        return desk

    return back


def course(desk: Desk, name: str) -> Course:
    """Go the whole way once without dying, to know what the states are and how long it takes."""
    made = Course(desk, KILLED[name])
    made.command = made.typed(name)
    made.before = digest(desk.book)
    assert run(desk, "undo", desk.book).code == 0
    made.earlier = digest(desk.book)
    desk.back()
    once_more = made.typed("run")
    assert run(desk, *once_more).code == 0
    made.again["before"] = cells(desk.book)
    desk.back()
    ended = [run(desk, *made.command)]
    made.after = cells(desk.book)
    assert run(desk, *once_more).code == 0
    made.again["after"] = cells(desk.book)
    assert {each.code for each in ended} == {0}
    made.seconds = max(each.seconds for each in ended)
    desk.back()
    return made


def state_of(made: Course) -> str:
    """Say whether the book is the one before or the one after; it must be one of them."""
    if digest(made.desk.book) == made.before:
        return "before"
    assert cells(made.desk.book) == made.after
    return "after"


def live_on(made: Course, *, undo_first: bool) -> str:
    """Go on after a death: what is told is true, nothing is left, run and undo work."""
    desk, state = made.desk, state_of(made)
    left = desk.beside()
    journal = desk.journal()
    dead = digest(desk.book)
    if undo_first:
        ended = run(desk, "undo", desk.book)
        taken_back(made, state, ended)
    else:
        ended = run(desk, *made.typed("run"))
        assert ended.code == 0, ended
        assert cells(desk.book) == made.again[state]
    assert ("上次运行" in ended.said) == bool(left or journal), (left, journal, ended)
    if left or journal:
        assert f"工作簿是运行{'前' if state == 'before' else '后'}的状态" in ended.said
    assert desk.beside() == []
    assert desk.unfinished() == []
    if not undo_first:
        assert run(desk, "undo", desk.book).code == 0
        assert digest(desk.book) == dead
    elif ended.code == 0:
        second = run(desk, "undo", desk.book)
        assert second.code == 2
        assert "huikuan backups" in second.said
    return state


def taken_back(made: Course, state: str, ended: Ended) -> None:
    """Undo after a death takes back the killed command if it was done, else the one before."""
    if state == "after" and made.command[0] == "undo":
        assert ended.code == 2, ended  # one step, and it has been taken
        assert digest(made.desk.book) == made.earlier
    else:
        assert ended.code == 0, ended
        assert digest(made.desk.book) == (made.earlier if state == "before" else made.before)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if MOMENTS[name][0] else [pytest.mark.long]) for name in MOMENTS],
)
def test_killed_at_random_moments(name, fresh, times):
    made = course(fresh(), name)
    chance = random.Random(f"{SEED} {name}")  # noqa: S311 - moments, no secrets
    seen: Counter[str] = Counter()
    wanted = times(*MOMENTS[name])
    for number in range(10 * wanted):
        made.desk.back()
        started = Command(made.desk, *made.command)
        time.sleep(moment(made, started, chance, number % 3))
        if started.kill().code == -9:
            seen[live_on(made, undo_first=bool(chance.getrandbits(1)))] += 1
        else:  # it was done before; the machine is quicker now than when the time was taken
            made.seconds *= 0.9
        if seen.total() == wanted:
            break
    print(f"\n{name}: killed {seen.total()} times, the book was the one: {dict(seen)}")  # noqa: T201 - the closing note's table
    assert seen.total() == wanted


def moment(made: Course, started: Command, chance: random.Random, kind: int) -> float:
    """Give the seconds to let a command live: from its start, its first byte, or its journal."""
    if kind == 0:
        return chance.uniform(0, made.seconds)
    seen: Callable[[], object] = made.desk.beside if kind == 1 else made.desk.journal
    while not seen() and started.process.is_alive():
        time.sleep(0.0002)
    return chance.uniform(0, made.seconds / 3 if kind == 1 else 0.004)


@pytest.mark.long
@pytest.mark.parametrize("undo_first", [False, True])
@pytest.mark.parametrize("name", KILLED)
def test_killed_before_each_change_of_the_file_system(name, undo_first, fresh):
    made = course(fresh(), name)
    seen: list[str] = []
    while True:
        made.desk.back()
        if run(made.desk, *made.command, before=len(seen) + 1).code != -9:
            break
        seen.append(live_on(made, undo_first=undo_first))
    print(f"\n{name}: killed before each of {len(seen)} changes: {dict(Counter(seen))}")  # noqa: T201 - the closing note's table
    assert seen == sorted(seen, key=["before", "after"].index)  # before … before, after … after
    assert set(seen) == {"before", "after"}
    assert len(seen) > 15


def killed_at(made: Course, wanted: str) -> None:
    """Kill the command where its journal is written: before or after the book is replaced."""
    for change in range(20, 100):
        made.desk.back()
        if run(made.desk, *made.command, before=change).code != -9:
            break
        journal = made.desk.journal()
        if journal and bool(made.desk.beside()) == (wanted == "before"):
            return
    raise AssertionError(f"never killed {wanted} the book was replaced, with a journal")


@pytest.mark.long
@pytest.mark.parametrize("wanted", ["before", "after"])
def test_what_she_types_after_a_crash_does_not_hide_what_happened(wanted, fresh):
    made = course(fresh(), "run")
    killed_at(made, wanted)
    workbook = openpyxl.load_workbook(made.desk.book)
    workbook.create_sheet("我的")["A1"] = "此后写的"
    workbook.save(made.desk.book)
    ended = run(made.desk, "undo", made.desk.book)
    assert ended.code == 0
    assert f"工作簿是运行{'前' if wanted == 'before' else '后'}的状态" in ended.said
    now = cells(made.desk.book)
    assert now["我的"] == [("此后写的",)]
    day = {"before": "2026-04-30", "after": "2026-05-31"}[wanted]
    assert day in str(now["账龄"][0][1])
    assert made.desk.beside() == made.desk.unfinished() == []


@pytest.mark.long
def test_killed_again_while_mending(fresh):
    made = course(fresh(), "run")
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    twice = 0
    for _ in range(60):
        made.desk.back()
        assert run(made.desk, *made.command, before=chance.randint(8, 31)).code == -9
        state = state_of(made)
        second = run(made.desk, "undo", made.desk.book, before=chance.randint(1, 12))
        twice += second.code == -9
        if digest(made.desk.book) not in {made.before, made.earlier}:
            assert cells(made.desk.book) == made.after
        ended = run(made.desk, *made.typed("run"))
        assert ended.code == 0
        assert made.desk.beside() == made.desk.unfinished() == []
        assert run(made.desk, "undo", made.desk.book).code == 0
        assert state in {"before", "after"}
    assert twice > 20

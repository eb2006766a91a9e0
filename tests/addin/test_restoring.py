"""Backups are listed and come back; undo takes that back; one step, then the backups."""

import hashlib
import json
from pathlib import Path

import pytest

from addin.restoring import backups, chosen, restore
from addin.run import run_action, undo
from macros.changes import Changes
from macros.texts import Refusal
from tests.addin.command import huikuan
from tests.addin.conftest import content


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def states(book: Path, act) -> list[str]:
    """The digests of a book over three runs, the first one before all of them."""
    found = [digest(book)]
    for amount in (100, 200, 300):
        run_action(book, act(Changes(sheets=(content({"甲公司": amount}),))))
        found.append(digest(book))
    assert len(set(found)) == 4
    return found


def test_the_newest_stands_first(book, states):
    listed = backups(book)
    assert [each.digest for each in listed] == [states[2], states[1], states[0]]
    assert {each.action for each in listed} == {"aging"}


def test_a_backup_comes_back_and_undo_takes_that_back(book, states):
    done = restore(book, 3)
    assert [message.code for message in done.messages] == ["host.restored"]
    assert digest(book) == states[0]
    assert backups(book)[0].digest == states[3]
    undo(book, "zh")
    assert digest(book) == states[3]
    with pytest.raises(Refusal) as refused:
        undo(book, "zh")
    assert refused.value.code == "nothing_to_undo"
    assert "huikuan backups" in refused.value.render("zh")


@pytest.mark.usefixtures("states")
def test_a_restored_book_that_was_typed_in_is_not_taken_back(book):
    restore(book, 3)
    book.write_bytes(book.read_bytes() + b"\0")
    typed = digest(book)
    with pytest.raises(Refusal) as refused:
        undo(book, "zh")
    assert refused.value.code == "undo_whole"
    assert digest(book) == typed


def test_the_state_that_it_is_already_changes_nothing(book, states):
    undo(book, "zh")
    listed = backups(book)
    number = [each.digest for each in listed].index(states[2]) + 1
    done = restore(book, number)
    assert not done.written
    assert [message.code for message in done.messages] == ["host.restored_already"]
    assert backups(book) == listed


def test_a_time_gives_the_state_of_then(book, states):
    file = next(Path(book.parent / "store").glob("undo/*/backups.json"))
    listed = json.loads(file.read_text(encoding="utf-8"))
    for row, time in zip(
        listed, ("2026-06-30T12:00:00", "2026-06-20T09:00:00", "2026-06-10T09:00:00"), strict=True
    ):
        row["time"] = f"{time}+08:00"
    file.write_text(json.dumps(listed), encoding="utf-8")
    restore(book, at="2026-06-15T00:00:00+08:00")  # after the first run, before the second
    assert digest(book) == states[1]


@pytest.mark.parametrize(
    ("number", "at", "code"),
    [
        (None, None, "number_or_at"),
        (1, "2026-06-30", "number_or_at"),
        (0, None, "no_such_backup"),
        (4, None, "no_such_backup"),
        (None, "gestern", "bad_moment"),
        (None, "2999-01-01", "no_backup_then"),
    ],
)
def test_what_cannot_be_found_is_refused(book, states, number, at, code):
    with pytest.raises(Refusal) as refused:
        restore(book, number, at)
    assert refused.value.code == code
    assert digest(book) == states[3]


def test_without_a_number_it_says_what_lists_them(tmp_path):
    for name, said in (("账本.xlsx", "huikuan backups {}"), ("账 本.xlsx", 'huikuan backups "{}"')):
        with pytest.raises(Refusal) as refused:
            chosen(tmp_path / name, None, None)
        for lang in ("zh", "en"):
            assert refused.value.render(lang).endswith(said.format(tmp_path / name))


def test_a_damaged_backup_is_refused(book, states):
    for state in Path(book.parent / "store").glob("undo/*/states/*"):
        state.write_bytes(b"damaged")
    with pytest.raises(Refusal) as refused:
        restore(book, 2)
    assert refused.value.code == "backup_damaged"
    assert digest(book) == states[3]


def test_a_book_without_backups_says_so(book):
    assert huikuan("backups", book).exit_code == 2
    with pytest.raises(Refusal) as refused:
        backups(book)
    assert refused.value.code == "no_backups"


def test_the_commands(book, states):
    listed = huikuan("backups", book)
    assert listed.exit_code == 0
    assert "账龄" in listed.output
    rows = json.loads(huikuan("backups", book, "--json").stdout)
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert [row["before"] for row in rows] == ["aging"] * 3
    assert rows[2]["size"] > 1000
    done = huikuan("restore", book, "3")
    assert done.exit_code == 0, done.output
    assert digest(book) == states[0]
    refused = huikuan("restore", book)
    assert refused.exit_code == 2
    assert f"huikuan backups {book}" in refused.output.replace("\n", "")
    assert "编号" in huikuan("restore", "--help").output

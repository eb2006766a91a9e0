"""The exchange of a book for a new one: whole or not at all, and always known afterwards."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from addin import backups, replacing
from addin.backups import Backup
from addin.replacing import Replacement
from addin.store import Record, Slot, digest, home
from macros.texts import Refusal


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A file that stands for a book: the store does not look inside."""
    path = tmp_path / "folder" / "账.xlsx"
    path.parent.mkdir()
    path.write_bytes(b"first")
    return path


def write(
    book: Path,
    content: bytes,
    action: str = "aging",
    *,
    meanwhile: Callable[[], object] = lambda: None,
    extra: int = 0,
) -> None:
    slot = Slot(book)
    with slot.locked(), slot.exchanging(action, digest(book), extra=extra) as exchange:
        exchange.path.write_bytes(content)
        exchange.record = Record(book.name, action)
        meanwhile()


def codes(book: Path) -> list[str]:
    with Slot(book).locked() as told:
        return [message.code for message in told]


def die(monkeypatch: pytest.MonkeyPatch, book: Path, content: bytes, *, swapped: bool) -> None:
    """Leave what a run leaves that is killed right before or right after the book is replaced."""

    def dead(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(Slot, "_conclude", lambda _self: None)
        killed.setattr(Replacement, "drop", Replacement._let_go)
        if not swapped:
            killed.setattr(Replacement, "swap", dead)
        else:
            killed.setattr(replacing, "sync_folder", dead)
        with pytest.raises(KeyboardInterrupt):
            write(book, content, "dunning")


def test_the_book_is_replaced_and_the_one_before_is_kept(plain):
    write(plain, b"second")
    assert plain.read_bytes() == b"second"
    slot = Slot(plain)
    record = slot.load()
    assert record is not None
    assert slot.state(record.before).read_bytes() == b"first"
    assert slot.state(record.after).read_bytes() == b"second"
    assert [path.name for path in plain.parent.iterdir()] == ["账.xlsx"]


def test_an_error_in_between_leaves_everything_as_it_was(plain):
    write(plain, b"second")
    slot = Slot(plain)
    known = slot.load()
    with pytest.raises(ZeroDivisionError):
        write(plain, b"third", meanwhile=lambda: 1 / 0)
    assert plain.read_bytes() == b"second"
    assert slot.load() == known
    assert [path.name for path in plain.parent.iterdir()] == ["账.xlsx"]
    assert codes(plain) == []


def test_a_book_that_changed_meanwhile_is_not_replaced(plain):
    with pytest.raises(Refusal) as refused:
        write(plain, b"second", meanwhile=lambda: plain.write_bytes(b"hers"))
    assert refused.value.code == "changed_meanwhile"
    assert plain.read_bytes() == b"hers"
    assert Slot(plain).load() is None


def test_a_book_that_is_opened_meanwhile_is_not_replaced(plain):
    owner = plain.with_name("~$账.xlsx")
    with pytest.raises(Refusal) as refused:
        write(plain, b"second", meanwhile=lambda: owner.write_bytes(b""))
    assert refused.value.code == "open_elsewhere"
    assert plain.read_bytes() == b"first"


def test_killed_before_the_book_is_replaced(plain, monkeypatch):
    write(plain, b"second")
    die(monkeypatch, plain, b"third", swapped=False)
    assert plain.read_bytes() == b"second"
    assert codes(plain) == ["host.interrupted_before"]
    assert [path.name for path in plain.parent.iterdir()] == ["账.xlsx"]
    record = Slot(plain).load()
    assert record is not None
    assert record.action == "aging"
    assert len(Slot(plain).backups.listed()) == 1
    assert codes(plain) == []


def test_killed_after_the_book_was_replaced(plain, monkeypatch):
    write(plain, b"second")
    die(monkeypatch, plain, b"third", swapped=True)
    assert plain.read_bytes() == b"third"
    assert codes(plain) == ["host.interrupted_after"]
    record = Slot(plain).load()
    assert record is not None
    assert record.action == "dunning"
    assert Slot(plain).state(record.before).read_bytes() == b"second"
    assert [each.action for each in Slot(plain).backups.listed()] == ["dunning", "aging"]
    assert codes(plain) == []


def test_an_interruption_is_told_by_a_command_that_refuses_too(plain, monkeypatch):
    die(monkeypatch, plain, b"second", swapped=True)
    with pytest.raises(Refusal) as refused, Slot(plain).locked():
        raise Refusal("nothing_to_undo", plain.name)
    first, second = refused.value.render("zh").split("\n")
    assert first.endswith("工作簿是运行后的状态，完整无损")
    assert second.startswith("账.xlsx: 没有可撤销的动作")


@pytest.mark.parametrize("swapped", [False, True])
def test_what_she_types_after_a_crash_does_not_hide_what_happened(plain, monkeypatch, swapped):
    write(plain, b"second")
    die(monkeypatch, plain, b"third", swapped=swapped)
    plain.write_bytes(b"typed since")
    assert codes(plain) == ["host.interrupted_after" if swapped else "host.interrupted_before"]
    record = Slot(plain).load()
    assert record is not None
    assert record.action == ("dunning" if swapped else "aging")


def test_a_run_killed_while_writing_leaves_a_file_that_the_next_removes(plain):
    name = Replacement(plain)
    name._let_go()
    name.path.write_bytes(b"half")
    other = plain.with_name(".~huikuan-00000000-00000000-1.xlsx")
    other.write_bytes(b"another book's")
    assert codes(plain) == ["host.interrupted_early"]
    assert not name.path.exists()
    assert other.exists()


def test_what_a_living_process_writes_is_not_removed(plain):
    living = Replacement(plain)
    try:
        living.path.rename(living.path.with_name(f"{living.path.stem}1.xlsx"))
        with pytest.raises(Refusal) as refused, Slot(plain).locked():
            pass
        assert refused.value.code == "running"
    finally:
        living.path.with_name(f"{living.path.stem}1.xlsx").unlink()
        living.drop()


def test_a_journal_of_another_version_is_not_believed(plain):
    write(plain, b"second")
    (Slot(plain).folder / "journal.json").write_text('{"version": 9}', encoding="utf-8")
    assert codes(plain) == []
    assert Slot(plain).load() is not None


def test_the_last_ten_states_are_kept_each_once(plain):
    for number in range(14):
        write(plain, b"state %d" % (number % 3 + 1))
    slot = Slot(plain)
    listed = slot.backups.listed()
    assert len(listed) == 10
    assert [slot.state(each.digest).read_bytes() for each in listed[:3]] == [
        b"state 1", b"state 3", b"state 2",
    ]  # fmt: skip
    assert len(list((slot.folder / "states").iterdir())) == 3
    assert listed[0].size == len(b"state 1")


def test_the_size_of_the_backups_is_bounded_but_the_newest_stays(monkeypatch):
    monkeypatch.setattr(backups, "limit", {"backups": 10, "backups_mb": 5}.__getitem__)
    made = [Backup("2026-06-30T09:00:00+08:00", "aging", str(n), 2_000_000) for n in range(4)]
    assert [each.digest for each in backups.rotated(made)] == ["0", "1"]
    same = [Backup("2026-06-30T09:00:00+08:00", "aging", "x", 2_000_000) for n in range(4)]
    assert len(backups.rotated(same)) == 4
    huge = [Backup("2026-06-30T09:00:00+08:00", "aging", "x", 9_000_000)]
    assert len(backups.rotated(huge)) == 1


def test_one_book_has_one_place_by_whatever_path(plain, tmp_path, monkeypatch):
    monkeypatch.chdir(plain.parent)
    folder = tmp_path / "link"
    folder.symlink_to(plain.parent, target_is_directory=True)
    link = tmp_path / "other.xlsx"
    link.symlink_to(plain)
    paths = (
        plain,
        Path("账.xlsx"),
        folder / "账.xlsx",
        link,
        plain.parent / ".." / "folder/账.xlsx",
    )
    assert len({Slot(path).folder for path in paths}) == 1


def test_a_folder_that_does_not_tell_upper_from_lower_case_has_one_place(plain, monkeypatch):
    upper = plain.with_name("账.XLSX")
    assert Slot(plain).folder != Slot(upper).folder
    monkeypatch.setattr(Path, "samefile", lambda _self, _other: True)  # as there
    assert Slot(plain).folder == Slot(upper).folder


def test_other_names_of_the_file_are_told(plain):
    os.link(plain, plain.with_name("other name.xlsx"))
    assert codes(plain) == ["host.hard_link"]


def test_a_damaged_state_is_not_given_back(plain):
    write(plain, b"second")
    record = Slot(plain).load()
    assert record is not None
    Slot(plain).state(record.before).write_bytes(b"first, but damaged")
    assert Slot(plain).load() is None


def test_a_state_whose_copy_was_damaged_is_kept_anew(plain):
    slot = Slot(plain)
    kept = slot.backups.keep(plain)
    slot.state(kept).write_bytes(b"damaged")
    assert slot.backups.keep(plain) == kept
    assert slot.state(kept).read_bytes() == b"first"


def test_a_store_that_is_no_folder_refuses(plain, monkeypatch, tmp_path):
    taken = tmp_path / "a file"
    taken.write_bytes(b"")
    monkeypatch.setenv("HUIKUAN_HOME", str(taken))
    with pytest.raises(Refusal) as refused, Slot(plain).locked():
        pass
    assert (refused.value.code, refused.value.place) == ("no_store", str(taken))
    assert "HUIKUAN_HOME" in refused.value.render("zh")


def test_too_little_room_refuses_before_anything_is_written(plain, monkeypatch):
    monkeypatch.setattr("addin.space._free", lambda _folder: 1_400_000)
    with pytest.raises(Refusal) as refused:
        write(plain, b"second", meanwhile=lambda: pytest.fail("not reached"), extra=250_000)
    # The new book of 5 + 250,000 bytes, for the store the same and 5 of the old; 1 MB to spare.
    assert refused.value.code == "too_little_space"
    assert (refused.value.params["needed"], refused.value.params["free"]) == ("1.5", "1.4")
    assert [path.name for path in plain.parent.iterdir()] == ["账.xlsx"]
    assert not (Slot(plain).folder / "states").exists()


def test_the_journal_stands_while_the_book_is_replaced_and_names_both(plain, monkeypatch):
    seen = []
    swap = Replacement.swap

    def looked(self, **more):
        journal = json.loads((Slot(plain).folder / "journal.json").read_text(encoding="utf-8"))
        seen.append((journal["before"], journal["after"], journal["temporary"] == self.path.name))
        swap(self, **more)

    before = digest(plain)
    monkeypatch.setattr(Replacement, "swap", looked)
    write(plain, b"second")
    assert seen == [(before, digest(plain), True)]
    assert not (home() / "undo" / Slot(plain).folder.name / "journal.json").exists()

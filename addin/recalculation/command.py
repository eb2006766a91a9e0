"""``huikuan recalc``: new values in a closed book, in one transaction like every run."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from addin import owners, store
from addin.hosts.package.container.opening import open_package
from addin.recalculation.keeping import growth, patched_parts, write_checked
from addin.recalculation.recalculate import recalculate
from addin.recalculation.verification import Comparison, compare
from addin.replacing import refuse_if_read_only
from addin.run import DONE, DONE_WITH_PROBLEMS
from macros.texts import Message, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from addin.recalculation.results import Recalculated
    from macros.texts import Lang

ACTION: Final = "recalc"


@dataclass(frozen=True, slots=True, eq=False)
class RecalcResult:
    """What came of a recalculation of a closed book.

    ``written`` is False where no value changed and the file is the same; ``verified`` is what
    the second engine said, None where it was not asked.
    """

    found: Recalculated
    path: Path
    written: bool
    backup: Path | None
    messages: tuple[Message, ...]
    verified: Comparison | None

    @property
    def exit_code(self) -> int:
        """1 where a formula was left, the engines disagree or the second one failed, else 0."""
        said = self.verified
        doubtful = said is not None and bool(said.differences or said.failed)
        return DONE_WITH_PROBLEMS if self.found.left or doubtful else DONE


def recalc_book(
    path: Path,
    *,
    lang: Lang = "zh",
    out: Path | None = None,
    verify: bool = False,
    progress: Callable[[str, float], None],
) -> RecalcResult:
    """Compute every formula of a closed book and keep the values in it.

    Parameters
    ----------
    path : Path
        The book.
    lang : {"zh", "en"}
        Language of what is said of the progress.
    out : Path, optional
        Write to this new file and leave the book alone.
    verify : bool
        Compute with the second engine too and compare.
    progress : callable
        Told what is being done and the share that is done.

    Raises
    ------
    Refusal
        Nothing was written: what opening, locking and replacing refuse; ``no_second_engine`` and
        ``too_many_to_verify``.
    """
    slot = store.Slot(path)
    held: AbstractContextManager[list[Message]] = nullcontext([]) if out else slot.locked()
    with held as told, open_package(path) as package:
        if out is not None:
            store.refuse_target(path, out)
        else:
            owners.refuse_if_open(path)
            refuse_if_read_only(path)
        content = store.digest(path)
        progress(text("recalc.computing", lang), 0.1)
        found = recalculate(package)
        verified = None
        if verify:
            progress(text("recalc.verifying", lang), 0.6)
            verified = compare(package, found)
        progress(text("host.writing", lang), 0.8)
        parts = patched_parts(package, found)
        backup = None
        if out is not None:
            with store.replacing(out, fresh=True) as target:
                write_checked(parts, found, target)
        elif parts.changed:
            with slot.exchanging(ACTION, content, extra=growth(parts)) as exchange:
                write_checked(parts, found, exchange.path)
                exchange.record = store.Record(book=path.name, action=ACTION)
            backup = slot.state(content)
    written = out is not None or bool(parts.changed)
    return RecalcResult(found, out or path, written, backup, tuple(told), verified)

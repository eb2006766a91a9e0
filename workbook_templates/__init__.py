"""Data that finance staff may read and edit: schema, rules, texts, sample. The other rooms read it.

Every file is UTF-8 CSV with a header row. :func:`rows` is the one way in.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files


@cache
def rows(path: str) -> tuple[dict[str, str], ...]:
    """Rows of one CSV file as dictionaries of text, cells stripped.

    Parameters
    ----------
    path : str
        Path inside this package without the suffix, such as ``"rules/aging"``.

    Returns
    -------
    tuple of dict
        One per line, in file order. The tuple is cached: do not change the dictionaries.

    Raises
    ------
    FileNotFoundError
        No such file.

    Examples
    --------
    >>> rows("tables")[0]["table"]
    'receivables'
    """
    source = files(__name__).joinpath(*f"{path}.csv".split("/"))
    lines = csv.DictReader(io.StringIO(source.read_text(encoding="utf-8")))
    return tuple({name: (cell or "").strip() for name, cell in line.items()} for line in lines)


@cache
def names(folder: str) -> tuple[str, ...]:
    """Names of the CSV files in a folder, without suffix, sorted: ``names("texts")``."""
    found = (entry.name for entry in files(__name__).joinpath(folder).iterdir())
    return tuple(sorted(name.removesuffix(".csv") for name in found if name.endswith(".csv")))

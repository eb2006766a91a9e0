"""The limits of the store, from the table ``workbook_templates/host/store.csv``."""

from __future__ import annotations

import workbook_templates

#: Bytes in a megabyte as disks and their messages count them.
MB = 1_000_000


def limit(name: str) -> int:
    """Give a limit by its name.

    Raises
    ------
    KeyError
        The table has no such row.

    Examples
    --------
    >>> limit("backups")
    10
    """
    return {row["name"]: int(row["value"]) for row in workbook_templates.rows("host/store")}[name]

"""A store of its own for every test of this folder."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep backups away from the user's own store, and her language away from the tests."""
    home = tmp_path / "store"
    monkeypatch.setenv("HUIKUAN_HOME", str(home))
    monkeypatch.delenv("HUIKUAN_LANG", raising=False)
    return home

"""Fixtures that every room uses."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The ledgers and workbooks of others that stand beside the repository."""
    path = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"no {path.name} beside the repository: ../shared/data is needed")
    return path

"""Fixtures that every room uses."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# The first call may load the calendar and a machine may be slow: no clock on single examples.
settings.register_profile("huikuan", deadline=None, print_blob=True)
settings.load_profile("huikuan")


def missing(what: str) -> None:
    """Skip a test whose tool or data is not here, saying so; in CI that is a failure."""
    message = f"{what} is needed and is not here"
    if os.environ.get("HUIKUAN_NO_SKIP"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The ledgers and workbooks of others that stand beside the repository."""
    path = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not path.is_dir():
        missing("../shared/data")
    return path


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice's program, to open what we wrote with other eyes."""
    found = shutil.which("soffice")
    if found is None:
        missing("LibreOffice (soffice)")
    return str(found)

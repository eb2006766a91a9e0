"""Fixtures that every room uses."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The first call may load the calendar and a machine may be slow: no clock on single examples.
settings.register_profile("huikuan", deadline=None, print_blob=True)
settings.load_profile("huikuan")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what ``make torture`` asks for; without it the same tests run in their short form."""
    parser.addoption("--long", action="store_true", help="the long forms of tests/torture")
    parser.addoption("--tables", type=Path, help="folder for the tables of the closing note")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests that have no short form (``@pytest.mark.long``) to ``make torture``."""
    if config.getoption("--long"):
        return
    only_long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=only_long)
    items[:] = [item for item in items if item not in only_long]


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


@pytest.fixture(scope="session")
def times(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """How often: ``times(12, 500)`` is 12 in ``make test`` and 500 in ``make torture``."""
    long = bool(pytestconfig.getoption("--long"))
    return lambda short, in_full: in_full if long else short


@pytest.fixture(scope="session")
def tables(pytestconfig: pytest.Config) -> Path | None:
    """The folder for Markdown tables of what was found, if one was given (``--tables``)."""
    folder: Path | None = pytestconfig.getoption("--tables")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def validator() -> str:
    """The Open XML SDK's validator, which ``make validator`` installs."""
    from tests.validator import find  # noqa: PLC0415 - most sessions have no use for it

    found = find()
    if found is None:
        missing("the Open XML validator (make validator)")
    return str(found)

"""The house stands as drawn: addin → macros → udfs, data for all, nothing points back."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("addin", "macros", "udfs", "workbook_templates")

#: What each room may import of the others.
ARROWS = {
    "addin": {"addin", "macros", "udfs", "workbook_templates"},
    "macros": {"macros", "udfs", "workbook_templates"},
    "udfs": {"udfs", "workbook_templates"},
    "workbook_templates": {"workbook_templates"},
}

#: Who may know which host: nobody else imports these.
HOST_LIBRARIES = {
    "openpyxl": "addin",
    "xlwings": "addin",
    "uno": "addin",
}


def forbidden(room: str, tops: set[str]) -> set[str]:
    """Rooms that a module of ``room`` imports and may not."""
    return tops & {*ROOMS, "tests"} - ARROWS[room]


FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def test_the_rooms_are_not_empty():
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_and_its_arrows_point_forward(path: Path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(part for part in parts if part != "__init__")
    if parts[-1] != "__main__":
        assert importlib.import_module(name).__doc__, f"{name} has no docstring"
    room = parts[0]
    tops = {module.split(".")[0] for module in imports_of(path)}
    assert forbidden(room, tops) == set()
    for library, owner in HOST_LIBRARIES.items():
        assert room == owner or library not in tops, f"{name} knows {library}"


def test_the_arrow_test_sees_a_forbidden_arrow(tmp_path: Path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text('"""Doc."""\nfrom macros.tables import Table\n', encoding="utf-8")
    assert forbidden("udfs", {name.split(".")[0] for name in imports_of(wrong)}) == {"macros"}


def test_the_top_level_has_no_other_room():
    allowed = {
        *ROOMS, "tests", "pyproject.toml", "README.md", "README.zh-CN.md", "LICENSE", "Makefile",
        "CHANGELOG.md", ".ci", ".git", ".gitignore",
    }  # fmt: skip
    made = {
        ".venv",
        "demo",
        "build",
        "dist",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
    }
    found = {entry.name for entry in ROOT.iterdir() if not entry.name.endswith(".egg-info")}
    assert found - made <= allowed
    assert allowed - {".git"} <= found | {".git"}


def test_every_picture_of_the_readme_is_there_and_small():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"\]\((addin/help/img/[\w-]+\.png)\)", readme)
    assert len(pictures) == 5
    for picture in pictures:
        assert 1_000 < (ROOT / picture).stat().st_size < 300_000, picture
    assert set(pictures) == {
        str(path.relative_to(ROOT)) for path in (ROOT / "addin" / "help" / "img").iterdir()
    }

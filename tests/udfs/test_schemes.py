"""A table argument is a range or the name of a scheme of rules; every scheme can be read."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import pytest

import workbook_templates
from tests.udfs.samples import VALUE
from udfs import registry, rules
from udfs.schemes import scheme_list, scheme_named, scheme_rows
from udfs.values import Cents, Count, Rate, scheme

FILES = {
    "rules/schemes": ({"valid_from": "2000-01-01", "valid_to": "", "source": "test",
                       "code": "standard", "zh": "标准", "en": "Standard", "table": "steps"},),
    "rules/steps": tuple(
        {"valid_from": "2000-01-01", "valid_to": "", "source": "test", "code": f"s{days}",
         "zh": "", "en": "", "scheme": "standard", "days": days, "rate": rate}
        for days, rate in (("30", "5%"), ("60", "0.8"))
    ),
}  # fmt: skip


class Steps(NamedTuple):
    days: Count
    rate: Rate


@pytest.fixture
def steps(monkeypatch):
    rows = workbook_templates.rows
    monkeypatch.setattr(workbook_templates, "rows", lambda path: FILES.get(path) or rows(path))
    for cached in (rules.all_rules, rules.rules, scheme_rows):
        cached.cache_clear()
    yield
    for cached in (rules.all_rules, rules.rules, scheme_rows):
        cached.cache_clear()


def rated(amount: Cents, steps: Annotated[Steps, scheme("steps")] | None = None) -> Cents:
    found = steps or scheme_rows(Steps, "steps")
    return amount * 0 + round(found.rate.sum() * 100)


@pytest.mark.usefixtures("steps")
def test_a_name_or_a_range_or_nothing(call):
    assert call(rated, 1.0) == 0.85
    assert call(rated, 1.0, "标准") == 0.85
    assert call(rated, 1.0, "STANDARD") == 0.85
    assert call(rated, 1.0, ((30.0, 0.5), (60.0, 0.25))) == 0.75
    assert call(rated, 1.0, "no such") is VALUE


@pytest.mark.usefixtures("steps")
def test_a_bad_row_is_named(monkeypatch):
    bad = ({**FILES["rules/steps"][0], "rate": "many"},)
    monkeypatch.setitem(FILES, "rules/steps", bad)
    with pytest.raises(ValueError, match="s30 has 'many' as rate"):
        scheme_rows(Steps, "steps")
    with pytest.raises(KeyError, match="no rows of the scheme 'other'"):
        scheme_rows(Steps, "steps", "other")


def test_every_scheme_that_has_a_name_has_rows_that_can_be_read():
    tables = {
        parameter.scheme: parameter
        for declared in registry.functions()
        for parameter in declared.parameters
        if parameter.scheme
    }
    named = {(row["table"], row["code"]) for row in workbook_templates.rows("rules/schemes")}
    assert {table for table, _ in named} <= {*tables}
    for table, parameter in tables.items():
        codes = {row["scheme"] for row in workbook_templates.rows(f"rules/{table}")}
        assert "standard" in codes, table
        for code in codes:
            assert scheme_named(table, code) == code
            if parameter.table is None:  # a list
                assert len(scheme_list(parameter, table, code))
            else:
                assert len(scheme_rows(parameter.table, table, code)[0])

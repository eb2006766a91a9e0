"""The priority of a cell: what is no probability, and a sentence whose arithmetic is its own."""

from __future__ import annotations

from udfs import registry
from udfs.values import CellError


def test_a_priority_of_what_is_no_probability_is_num():
    def scored(*cells):
        return registry.call("AR_COLLECTION_PRIORITY", *cells)

    risks = ((1.0,), (1.01,), (60.0,), (-0.1,), (0.0,))
    assert [found for (found,) in scored(500000.0, 90.0, risks, 0.0, 999.0)] == [
        80.0, CellError.NUM, CellError.NUM, CellError.NUM, 60.0,
    ]  # fmt: skip
    assert scored(500000.0, 90.0, 0.0, -1.0, 999.0) is CellError.NUM
    assert scored(500000.0, 90.0, 60.0, 0.0, 999.0, None, None, "reason") is CellError.NA
    weights = ((35.0, 25.0, 20.0, 10.0, -10.0),)
    assert scored(500000.0, 90.0, 0.5, 0.0, 999.0, None, weights) is CellError.NUM
    # Not overdue yet: 0 days count, and the sentence says 0.
    early = scored(250000.0, -45.0, 0.5, 0.0, 999.0, None, None, "reason")
    assert early.startswith(
        "金额35×min（1，250,000.00÷500,000.00）＋天数25×min（1，0÷90）＋风险20×0.5＋"
    )
    assert early.endswith("＝17.5＋0＋10＋0＋0＝27.5")

"""A function declared for one test."""

from __future__ import annotations

import pytest

from udfs import registry
from udfs.registry import function


@pytest.fixture
def call(monkeypatch):
    """Declare a function for this test alone and call it as a cell does."""
    registry.functions()
    monkeypatch.setattr(registry, "_DECLARED", dict(registry._DECLARED))
    monkeypatch.setattr(registry, "_CASES", dict(registry._CASES))

    def call_of(written, *cells, **options):
        registry._DECLARED.pop("AR_TEST", None)
        registry._CASES.pop("AR_TEST", None)
        function("AR_TEST", **options)(written)
        return registry.call("AR_TEST", *cells)

    return call_of

"""Cells of a dunning run as people write them: items, what was told, and the answer by rows."""

from __future__ import annotations

from udfs import registry

ARGUMENTS = registry.declaration("AR_DUNNING_RUN").arguments


def run(items, history=None, on="2025-06-30", policy=None, field="*", **more):
    """One list per field of a run; an error value as it is."""
    given = {"items": items, "history": history, "run_date": on, "policy": policy, **more}
    cells = [given.get(name) for name in ARGUMENTS[:-2]]
    answer = registry.call("AR_DUNNING_RUN", *cells, "*", "en")
    if not isinstance(answer, tuple):
        return answer
    columns = zip(*answer[1:], strict=True) if answer[1:] else [()] * len(answer[0])
    table = dict(zip(answer[0], columns, strict=True))
    return table if field == "*" else list(table[field])


def item(document, due, amount=1000.0, customer="甲", **more):
    names = ("currency", "policy", "hold_until", "disputed", "limitation_left")
    return (document, customer, due, amount, *(more.get(name) for name in names))


def told(on, level=None, document=None, customer="甲", **more):
    names = ("channel", "status", "manual")
    return (customer, document, on, level, *(more.get(name) for name in names))


def steps(items, history=None, on="2025-06-30", policy="ladder", **more):
    """Level, send and why of every item; several runs read well side by side."""
    found = run(items, history, on, policy, **more)
    why = [word.split(",")[0] for word in found["Why"]]
    return list(zip(found["Level"], found["Send"], why, strict=True))


UP, SOON, SAME = "One level up", "Too soon after the last contact", "No higher level due"
LAST = "Last level reached"

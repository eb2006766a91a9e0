"""Arithmetic of receivables: one file per noun, arrays in and arrays out, no host in sight.

The functions that cells and the replay can call are registered as soon as one of them is asked for:
:mod:`udfs.registry` imports the nouns below then, so that importing one noun stays cheap.
"""

from typing import Final

#: Modules that declare functions.
NOUNS: Final = (
    "aging",
    "altman",
    "balances",
    "application",
    "buckets",
    "calendar",
    "concentration",
    "contact",
    "deadlines",
    "dso",
    "due_dates",
    "dunning",
    "funnel",
    "fx",
    "grades",
    "kpi",
    "matching",
    "mortgage",
    "phases",
    "plan",
    "priority",
    "promises",
    "ratios",
    "retention",
    "roll_rates",
    "rounding",
    "schedule",
    "scorecard",
    "scores",
    "settlement",
    "sheet_functions",
    "statement",
    "status",
    "statutory",
    "term_checks",
    "woe",
)

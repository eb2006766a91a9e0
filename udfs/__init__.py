"""Arithmetic of receivables: one file per noun, arrays in and arrays out, no host in sight.

The functions that cells and the replay can call are registered as soon as one of them is asked for:
:mod:`udfs.registry` imports the nouns below then, so that importing one noun stays cheap.
"""

from typing import Final

#: Modules that declare functions.
NOUNS: Final = (
    "balances",
    "buckets",
    "aging",
    "calendar",
    "deadlines",
    "dunning",
    "kpi",
    "phases",
    "plan",
    "priority",
    "promises",
    "rounding",
    "sheet_functions",
    "status",
)

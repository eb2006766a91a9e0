"""The chart of the largest customers: only bands in which one of them has something."""

from macros.aging import aging
from tests.ledgers import at, book_of


def test_bands_that_are_empty_are_left_out_and_the_others_keep_their_colours():
    book = book_of(
        receivables="""
document | customer | due_date   | amount
a        | C1       | 2025-07-20 | 1
b        | C2       | 2025-05-20 | 10
c        | C2       | 2025-01-20 | 5
"""
    )
    (chart,) = aging(book, at("2025-06-30")).sheets[0].charts
    # Not due, 31-60 days and over 90 days overdue, of five bands and the items without a date.
    assert chart.series == ("band0", "band2", "band4")
    assert chart.steps == (0, 2, 4)

"""Formulas of a closed book computed with no spreadsheet program; formulas stay as they are.

The engine (formualizer) sees a small copy of the book in memory, its formulas spelled as the engine
understands them (:mod:`.rewriting`); our functions answer through :mod:`.functions`. What the
engine does not know, and whatever depends on it, is left as it was and listed: a wrong number is
worse than an old one, and an error value that the formula does not have is a wrong number.
"""

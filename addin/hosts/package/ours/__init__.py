"""Sheets of ours: made in a scratch book, with what is hers on them, and grafted into hers."""

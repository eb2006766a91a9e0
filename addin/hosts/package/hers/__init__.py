"""Sheets of hers: single cells set and rows appended in their XML, everything else left alone."""

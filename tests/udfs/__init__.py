"""Tests of the arithmetic, one file per noun."""

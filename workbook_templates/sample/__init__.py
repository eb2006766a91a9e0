"""A synthetic ledger of an invented group, made by a seed: see ``generate.py``."""

"""Arithmetic of receivables: one file per noun, arrays in and arrays out, no host in sight."""

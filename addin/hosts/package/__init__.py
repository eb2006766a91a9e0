"""The closed file: an .xlsx or .xlsm on disk, no spreadsheet program running."""

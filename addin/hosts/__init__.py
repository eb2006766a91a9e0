"""One host per place where a workbook can be: it reads a Book and applies Changes."""

"""Hosts: the only room that knows Excel, LibreOffice, files and the command line."""

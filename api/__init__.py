"""Doors: the command line, files out and in, reports and paper."""

"""One module a command; each has ``NAME``, ``HELP``, ``add_arguments`` and ``run``."""

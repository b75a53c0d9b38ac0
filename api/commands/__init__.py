"""One module a command; each has ``HELP``, ``add_arguments`` and ``run``."""

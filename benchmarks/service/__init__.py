"""The service under load and under fire, see ``benchmarks.service.__main__``."""

"""The entry of ``benchmarks.province_runs``, which says what it measures and how it is called.

Imports nothing heavy: solver processes import this module again when they start.
"""

from __future__ import annotations

from importlib import import_module

if __name__ == "__main__":
    raise SystemExit(import_module("benchmarks.province_runs").main())

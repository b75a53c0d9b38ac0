"""In CI, where the shared data lie beside the project, a skipped test is a failure."""

from __future__ import annotations

import os

import pytest

from tests.shared_data import SHARED


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a green run with skips into a red one; workers of xdist have no report to look at."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("CI") or not SHARED.exists():
        return
    skipped = reporter.stats.get("skipped", [])
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(skipped)} skipped: not allowed in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

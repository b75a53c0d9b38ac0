"""``gongpei compare --cluster`` as a user meets it: the same files as without, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.cli import main
from tests.scenarios.cluster_rig import rig

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
VARIANTS = """
[[variants]]
id = "pay"
name_zh = "加薪"
name_en = "higher wages"
wages = 1.5
"""


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Return a folder with ``four`` and ``variants.toml``."""
    shutil.copytree(LIBRARY / "four_villages", tmp_path / "four", ignore=shutil.ignore_patterns("cache"))
    (tmp_path / "variants.toml").write_text(VARIANTS, encoding="utf-8")
    return tmp_path


def compare(county: Path, out: str, *more: str) -> int:
    """Compare one day with one round, results in a store of their own."""
    files = [str(county / "four"), str(county / "variants.toml"), "--out", str(county / out)]
    limits = ["--days", "1", "--iterations", "1", "--store", str(county / f"{out} results"), "--lang", "en"]
    return main(["compare", *files, *limits, *more])


@pytest.mark.slow
def test_a_cluster_writes_the_same_files(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON and CSV to the byte; a second run finds everything in the store."""
    assert compare(county, "here") == 0
    with rig(county, workers=1, namespaces=False) as cluster:
        assert compare(county, "there", "--cluster", cluster.address) == 0
    for name in ("comparison.json", "comparison.csv"):
        assert (county / "there" / name).read_bytes() == (county / "here" / name).read_bytes()
    capsys.readouterr()
    assert compare(county, "there") == 0
    assert "2 plans, 2 of them known before" in capsys.readouterr().out


def test_a_cluster_that_does_not_answer_is_refused(
    county: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2 with address and remedy, before anything is planned."""
    monkeypatch.setattr("scenarios.variants.cluster.CONNECT_S", 1)
    assert compare(county, "out", "--cluster", "tcp://127.0.0.1:1") == 2
    assert capsys.readouterr().err.startswith("E502 no scheduler answers at tcp://127.0.0.1:1")


def test_without_the_extra_a_cluster_is_refused_with_the_remedy(
    county: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dask is not installed everywhere: one line, no traceback."""

    def missing(_name: str) -> None:
        raise ModuleNotFoundError(name="distributed")

    monkeypatch.setattr("api.commands.running.import_module", missing)
    assert compare(county, "out", "--cluster", "tcp://127.0.0.1:1") == 2
    assert "pip install 'gongpei[cluster]'" in capsys.readouterr().err

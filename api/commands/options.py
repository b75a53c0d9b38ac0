"""Values on the command line: numbers within their range, folders that exist or may be written."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from api.errors import InvalidInput
from optimizer.stop import Stop
from scenarios.cells import CellError, clock
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_SECONDS = 30
"""How long is solved when nothing is said."""


def whole(low: int, high: int = 10**9) -> Callable[[str], int]:
    """Return a converter to a whole number within ``low`` and ``high``, both included."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not within {low} and {high}")
        return value

    return convert


def seconds(text: str) -> float:
    """Return a positive, finite number of seconds."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds") from None
    if not 0 < value <= 7 * 86_400 or math.isnan(value):
        raise argparse.ArgumentTypeError(f"{text} seconds are not within 0 and a week")
    return value


def add_solving(parser: argparse.ArgumentParser, lang: str, rounds: Text) -> None:
    """Declare how long, from which seed and on how many processes to solve; ``rounds`` explains ``--iterations``."""
    stop = parser.add_mutually_exclusive_group()
    limit = Text(f"求解秒数（默认 {DEFAULT_SECONDS}）", f"seconds to solve ({DEFAULT_SECONDS} by default)")
    stop.add_argument("--seconds", type=seconds, metavar="S", help=limit.pick(lang))
    stop.add_argument("--iterations", type=whole(0), metavar="N", help=rounds.pick(lang))
    seed = Text("随机种子（默认 0）", "seed (0 by default)")
    parser.add_argument("--seed", type=whole(0, 2**31 - 1), default=0, metavar="N", help=seed.pick(lang))
    workers = Text("并行求解的进程数（默认 1）", "solver processes (1 by default)")
    parser.add_argument("--workers", type=whole(1, 256), default=1, metavar="N", help=workers.pick(lang))


def add_cluster(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare where plans are computed other than on this machine."""
    about = Text(
        "Dask 调度器地址，如 tcp://10.0.0.1:8786：在集群上计算（代替 --workers）",
        "address of a Dask scheduler, such as tcp://10.0.0.1:8786: compute on its workers in place of --workers",
    )
    parser.add_argument("--cluster", default="", metavar="ADDRESS", help=about.pick(lang))


def add_out(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare where files are written."""
    out = Text("输出文件夹（默认 out/场景名）", "output folder (out/NAME by default)")
    parser.add_argument("--out", type=Path, metavar="DIR", help=out.pick(lang))


def add_folders(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare where files are written, and where results of plans are kept."""
    add_out(parser, lang)
    store = Text("已算结果的文件夹（默认在场景的 cache 中）", "folder of results (in the scenario's cache by default)")
    parser.add_argument("--store", type=Path, metavar="DIR", help=store.pick(lang))


def solving_stop(options: argparse.Namespace) -> Stop:
    """Return when to stop, from what ``add_solving`` declared."""
    if options.iterations is not None:
        return Stop(iterations=options.iterations)
    return Stop(seconds=options.seconds or DEFAULT_SECONDS)


def moment(text: str) -> int:
    """Return a time of day, HH:MM or HH:MM:SS, as seconds; hours may go on to 48."""
    try:
        return int(str(clock().read(text)))
    except CellError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 09:30") from None


def existing(text: str) -> Path:
    """Return the path, which must exist.

    Raises
    ------
    InvalidInput
        E402.
    """
    path = Path(text)
    if not path.exists():
        raise InvalidInput("E402", path=path)
    return path


def new_folder(text: str) -> Path:
    """Return the path of a folder that does not exist or is empty.

    Raises
    ------
    InvalidInput
        E405, so that nothing is overwritten.
    """
    path = Path(text)
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise InvalidInput("E405", path=path)
    return path


def output_folder(path: Path) -> Path:
    """Make the folder where needed and return it.

    Raises
    ------
    InvalidInput
        E403 when it cannot be made or written.
    """
    probe = path / ".gongpei-write-test"
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InvalidInput("E403", path=path, detail=error.strerror or error) from None
    return path


def cache_folder(folder: Path) -> Path | None:
    """Return where travel times of the scenario in ``folder`` are kept; None where nothing can be written."""
    try:
        return output_folder(folder / "cache")
    except InvalidInput:
        return None

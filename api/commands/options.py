"""Values on the command line: numbers within their range, folders that exist or may be written."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from api.errors import InvalidInput
from scenarios.cells import CellError, clock

if TYPE_CHECKING:
    from collections.abc import Callable


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

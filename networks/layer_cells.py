"""The cells of a road layer as edge columns, and every cell that is not understood.

Each distinct text of a column is read once, however many rows carry it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from networks.layer_words import (
    ACCESS_WORDS,
    FLAG_WORDS,
    LIMITS,
    ONEWAY_WORDS,
    SURFACE_WORDS,
    cell_fault,
    class_of,
    number_of,
    plain,
    whole_number_of,
)
from networks.network import ACCESS, FLAGS, ROAD_CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from networks.errors import Fault

CLASSES_EXPECTED = "国道 省道 县道 乡道 村道 " + " ".join(ROAD_CLASSES)


def read_cells(
    table: pd.DataFrame, columns: Mapping[str, str], rules: Mapping[str, Any], file: str
) -> tuple[dict[str, np.ndarray], list[Fault]]:
    """Return the edge columns of the layer's rows, (rows,) each, and the faults in its cells.

    ``columns`` maps edge columns and ``oneway`` to headers. The columns are of use only when
    there is no fault.
    """
    values: dict[str, np.ndarray] = {}
    faults: list[Fault] = []
    for name, header in columns.items():
        understand, expected = _meaning(name, rules)
        codes, texts = pd.factorize(np.array([plain(value) for value in table[header]], dtype=object))
        meant = [understand(text) for text in texts]
        for i in [i for i, value in enumerate(meant) if value is None]:
            row = int((codes == i).argmax()) + 1
            faults.append(cell_fault(file, row, header, texts[i], expected))
        distinct = np.empty(len(meant) + 1, dtype=object)
        distinct[:-1] = meant
        values[name] = distinct[codes]
    values["road_class"] = _filled_classes(values, rules, len(table))
    if "oneway" in values and not faults:
        ways = values.pop("oneway")
        values["forward"] = np.array([along for along, _ in ways], dtype=bool)
        values["backward"] = np.array([against for _, against in ways], dtype=bool)
    values.setdefault("way", np.arange(1, len(table) + 1))
    without_class = np.flatnonzero(values["road_class"] == "")
    if without_class.size:
        header = columns.get("road_class", columns.get("ref", "road_class"))
        faults.append(cell_fault(file, int(without_class[0]) + 1, header, "", CLASSES_EXPECTED))
    return values, faults


def _meaning(name: str, rules: Mapping[str, Any]) -> tuple[Callable[[str], Any], str]:
    """Return how a column's texts are understood (None: not at all), and what a user should write."""
    if name in FLAGS:
        return (lambda text: FLAG_WORDS.get(text.lower())), "是 否 yes no"
    if name in LIMITS:
        return (lambda text: number_of(text, LIMITS[name])), f"0..{LIMITS[name]:g}"
    classes = rules.get("class_words", {})
    surfaces = SURFACE_WORDS | dict(rules.get("surface_words", {}))
    words = "是 否 " + " ".join(ACCESS)
    by_name: dict[str, tuple[Callable[[str], Any], str]] = {
        "road_class": (lambda text: class_of(text, classes), CLASSES_EXPECTED),
        "surface": (lambda text: surfaces.get(text, text), ""),
        "access": (lambda text: ACCESS_WORDS.get(text.lower()), words),
        "hgv": (lambda text: ACCESS_WORDS.get(text.lower()) if text else "", words),
        "oneway": (lambda text: ONEWAY_WORDS.get(text.lower()), "是 否 正向 反向 yes no -1"),
        "way": (whole_number_of, "1 2 3 ..."),
    }
    return by_name.get(name, (lambda text: text, ""))


def _filled_classes(values: Mapping[str, np.ndarray], rules: Mapping[str, Any], size: int) -> np.ndarray:
    """Return the class of every row: its own, else by the letter of its number, else the default."""
    classes = values.get("road_class", np.full(size, "", dtype=object))
    if "ref" in values:
        by_ref = {text: class_of(text, {}) or "" for text in set(values["ref"].tolist())}
        classes = np.where(classes == "", [by_ref[text] for text in values["ref"]], classes)
    return np.where(classes == "", rules.get("default_class", ""), classes)

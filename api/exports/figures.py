"""Figures of matplotlib as files, the same byte for byte whenever they are drawn of the same things.

Chinese words are drawn with a font of the system; where there is none (E420), the words are English.
"""

from __future__ import annotations

import io
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from api import fonts

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def picture(draw: Callable[[str], Figure], suffix: str, *, lang: str, salt: str) -> bytes:
    """Return what ``draw`` makes in ``lang`` as a file "png" or "svg" would hold it; ``salt`` makes ids its own."""
    stream = io.BytesIO()
    style: dict[Any, Any] = {"font.family": fonts.families(), "axes.unicode_minus": False, "svg.hashsalt": salt}
    with mpl.rc_context(style):
        figure = draw(lang if fonts.chinese_font() else "en")
        figure.savefig(stream, format=suffix, dpi=110, metadata={"Date": None} if suffix == "svg" else None)
    return stream.getvalue()


def inlined(svg: bytes) -> str:
    """Return a drawing as an address that holds it, so that drawings of two languages share no ids."""
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"


def bare(axes: Axes) -> None:
    """Take away the frame where it says nothing."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)

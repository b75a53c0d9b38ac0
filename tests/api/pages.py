"""Reads generated HTML with the standard library's parser, strictly: every tag that opens must close."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VOID = {"meta", "br", "input", "link", "img", "hr"}
"""Tags without an end."""


@dataclass
class Node:
    """One element: its tag, attributes, children and text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        """Names in the class attribute."""
        return set(self.attributes.get("class", "").split())

    @property
    def words(self) -> str:
        """All text inside, spaces collapsed, without styles and scripts."""
        return " ".join("".join(self._texts()).split())

    def all(self) -> Iterator[Node]:
        """Yield this element and everything inside."""
        yield self
        for each in self.inside:
            if isinstance(each, Node):
                yield from each.all()

    def children(self, tag: str) -> list[Node]:
        """Return the direct children with this tag."""
        return [each for each in self.inside if isinstance(each, Node) and each.tag == tag]

    def _texts(self) -> Iterator[str]:
        for each in self.inside:
            if isinstance(each, str):
                yield each
            elif each.tag not in ("style", "script"):
                yield " "
                yield from each._texts()


class Page(HTMLParser):
    """A parsed page; raises ``AssertionError`` where tags do not match."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.text = path.read_text("utf-8")
        self.root = Node("")
        self._open = [self.root]
        self.feed(self.text)
        self.close()
        assert self._open == [self.root], f"not closed: {self._open[-1].tag}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add an element that closes itself."""
        self._open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Close the element that is open."""
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self._open[-1].inside.append(data)

    @property
    def words(self) -> str:
        """All text of the page."""
        return self.root.words

    def with_class(self, name: str) -> list[Node]:
        """Return all elements of a class."""
        return [node for node in self.root.all() if name in node.classes]

    def tags(self, tag: str) -> list[Node]:
        """Return all elements with a tag."""
        return [node for node in self.root.all() if node.tag == tag]

    def by_id(self, name: str) -> Node:
        """Return the element with this id; exactly one must have it."""
        (found,) = [node for node in self.root.all() if node.attributes.get("id") == name]
        return found

"""The house keeps its plan: who may import whom, no cycles, no giant files, honest exports."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("optimizer", "networks", "scenarios", "api")

FORBIDDEN = {
    "networks": {"ortools", "pyvrp", "fastapi", "optimizer", "scenarios", "api"},
    "optimizer": {"networkx", "geopandas", "shapely", "fastapi", "networks", "scenarios", "api"},
    "scenarios": {"ortools", "pyvrp", "fastapi", "api"},
    "api": {"ortools", "pyvrp", "networkx"},
}
"""The import table of CONTRIBUTING: package -> what it never imports, not even for types."""

REFEREE_MAY_IMPORT = {"optimizer.errors", "optimizer.model", "optimizer.plan", "optimizer.problem"} | {
    f"optimizer.tiers.{name}" for name in ("model", "lines", "sentences", "violations")
}
"""The referee trusts the model and the matrices, and shares no code with the solver."""

REFEREE = ("optimizer.check", "optimizer.referee", "optimizer.tiers.check")

SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path) for path in SOURCES}


def imports(tree: ast.AST, *, with_types: bool) -> set[str]:
    """Return all modules named by import statements; without those under TYPE_CHECKING if asked."""
    skipped: set[ast.AST] = set()
    if not with_types:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                skipped.update(inner for child in node.body for inner in ast.walk(child))
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= named if named <= MODULES else {node.module} | named
    return names


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    """The table says it: leaves know nothing of ours, only scenarios knows both of them."""
    found = {name.split(".")[0] for name in imports(ast.parse(path.read_text("utf-8")), with_types=True)}
    assert not found & FORBIDDEN[module_name(path).split(".")[0]]


def test_no_module_imports_itself_by_a_detour() -> None:
    """The graph of run-time imports, function-level ones included, has no cycle."""
    graph = nx.DiGraph()
    for path in SOURCES:
        for name in imports(ast.parse(path.read_text("utf-8")), with_types=False) & MODULES:
            if name != module_name(path):
                graph.add_edge(module_name(path), name)
    assert list(nx.simple_cycles(graph)) == []


def test_the_referee_shares_no_code_with_the_solver() -> None:
    """Whatever judges a plan imports the model, the plan, the errors and itself, nothing else of ours."""
    referee = [path for path in SOURCES if module_name(path).startswith(REFEREE)]
    assert referee, "the referee has gone missing"
    own = {module_name(path) for path in referee} | {"optimizer.violations"}
    for path in referee:
        ours = {
            name
            for name in imports(ast.parse(path.read_text("utf-8")), with_types=False)
            if name in MODULES and name not in PACKAGES
        }
        assert ours <= REFEREE_MAY_IMPORT | own, f"{path.name} imports {sorted(ours - REFEREE_MAY_IMPORT - own)}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_no_file_is_over_450_lines(path: Path) -> None:
    """A file that long holds two ideas."""
    assert len(path.read_text("utf-8").splitlines()) <= 450


@pytest.mark.parametrize("package", PACKAGES)
def test_every_exported_name_exists_and_is_documented(package: str) -> None:
    """What ``__all__`` promises can be imported and says what it is."""
    module = importlib.import_module(package)
    assert module.__all__
    for name in module.__all__:
        thing = getattr(module, name)
        assert not callable(thing) or thing.__doc__, f"{package}.{name} has no docstring"

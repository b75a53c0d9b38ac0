"""Mutated uploads: a case follows from its number, whatever was drawn before it."""

from __future__ import annotations

import random

from benchmarks.service.mutations import VALUES, changed_document


def test_a_case_leaves_nothing_in_the_values_that_others_draw() -> None:
    """Past bug: values were put in as they were and changed later, until one held itself."""
    before = repr(VALUES)
    for seed in range(300):
        changed_document(random.Random(seed), {"a": [1, {"b": 2}], "files": {"x": "y"}}, times=6)
    assert repr(VALUES) == before

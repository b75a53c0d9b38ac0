"""Errors say what is wrong and what to do, in both languages, and survive a process border."""

from __future__ import annotations

import pickle
import re
from collections import defaultdict

import networks.errors
from api.service.problems import sentences
from scenarios.errors import CATALOGUE, Fault, InvalidInput, adopt
from scenarios.text import Text


def test_the_text_of_an_error_begins_with_its_code_and_lists_its_faults() -> None:
    """One fault, with where it is."""
    fault = Fault(code="E311", file="orders.csv", row=7, column="件数", value="三")
    text = str(InvalidInput("E300", faults=(fault,), count=1))
    assert text.startswith("E300 faults in the scenario: 1")
    assert "E311 orders.csv:7:件数 件数 is not a number: 三" in text


def test_a_fault_speaks_both_languages() -> None:
    """Words for kinds of things come as pairs and are picked by language."""
    values = {"kind": Text("地点", "place"), "table": "places.csv"}
    fault = Fault(code="E321", column="起点", value="X", values=values)
    assert fault.render("zh") == "起点 引用了不存在的地点 X；先在 places.csv 中定义它，或改正引用"
    assert (
        fault.render("en")
        == "起点 names place X, which does not exist; define it in places.csv, or correct the reference"
    )


def test_an_error_and_its_faults_survive_pickling() -> None:
    """The way back from a child process."""
    error = InvalidInput("E300", faults=(Fault(code="E302", file="a.csv"),), count=1)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (again.code, again.faults, str(again)) == ("E300", error.faults, str(error))


def test_a_fault_of_the_roads_keeps_its_code_and_its_words() -> None:
    """An error of another package becomes a fault of the file that caused it."""
    error = networks.errors.InvalidInput("E245", value="GCJ", known="wgs84")
    (fault,) = adopt(error, file="roads.csv", row=3)
    assert (fault.code, fault.file, fault.row) == ("E245", "roads.csv", 3)
    assert fault.render("zh") == error.render("zh")
    assert fault.render("en") == error.render("en")


def test_every_sentence_names_only_values_that_can_be_filled_in() -> None:
    """A sentence that needs more than value and column is given it by name: no bare braces, no positions."""
    for sentence in CATALOGUE.values():
        for text in (sentence.zh, sentence.en, sentence.fix_zh, sentence.fix_en):
            assert not re.search(r"\{\d*\}", text)


def test_words_in_two_languages_are_never_shown_as_they_lie_in_memory() -> None:
    """Whatever value of whatever sentence is such words, it is shown in the language of the sentence."""
    for sentence in CATALOGUE.values():
        found = defaultdict(lambda: Text("甲", "a"), km=1.0)
        assert "Text(" not in sentence.render("zh", found) + sentence.render("en", found)
    values = {"kind": Text("方案", "variant"), "table": Text("方案文件", "the file of variants")}
    told = sentences("E321", {"column": "--between", "value": "foo", **values}, None)
    assert told["remedy_en"] == "define it in the file of variants, or correct the reference"
    assert told["remedy_zh"] == "先在 方案文件 中定义它，或改正引用"

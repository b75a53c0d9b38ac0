"""How faults are told: one a line, with code, file, row, column, value and remedy."""

from __future__ import annotations

import pytest

from api.errors import Fault, InvalidInput
from api.talk import error_lines, fault_line, one_line
from networks.errors import InvalidInput as NetworkInput
from optimizer.errors import InvalidInput as OptimizerInput
from scenarios.errors import Fault as ScenarioFault
from scenarios.errors import InvalidInput as ScenarioInput

FAULT = ScenarioFault(code="E311", file="orders.csv", row=7, column="重量(kg)", value="abc")


def test_a_fault_names_code_file_row_column_value_and_remedy() -> None:
    """All six on one line, in either language."""
    zh, en = fault_line(FAULT, "zh"), fault_line(FAULT, "en")
    assert zh.startswith("E311 orders.csv 第 7 行 [重量(kg)] «abc» ")
    assert en.startswith("E311 orders.csv row 7 [重量(kg)] «abc» ")
    assert zh.endswith("单位已在表头里")
    assert en.endswith("its unit stands in the header")


def test_every_fault_has_a_line_of_its_own() -> None:
    """A dozen faults: the sentence of the whole and a dozen lines."""
    error = ScenarioInput("E300", faults=(FAULT,) * 12, count=12)
    assert len(error_lines(error, "zh")) == 13
    assert error_lines(error, "zh")[0] == "E300 场景有 12 处错误；逐条改正后重新运行"


def test_a_value_with_line_breaks_stays_on_its_line() -> None:
    """Escape sequences of a terminal are shown, not sent."""
    fault = Fault(code="E414", file="plan.json", column="a", value="x\n\x1b[2Jy", values={"detail": "d"})
    assert "\n" not in fault_line(fault, "en")
    assert "\x1b" not in fault_line(fault, "en")
    assert one_line("a\tb") == "a\\tb"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("E402", path="x"), "E402"),
        (OptimizerInput("E140"), "E140"),
        (NetworkInput("E254", count=3, value=5), "E254"),
        (ScenarioInput("E301"), "E301"),
    ],
    ids=["api", "optimizer", "networks", "scenarios"],
)
def test_errors_of_all_packages_are_told_alike(error: ValueError, code: str) -> None:
    """Code, then the sentence."""
    (only,) = error_lines(error, "zh")
    assert only.startswith(f"{code} ")


def test_a_single_fault_that_is_the_error_is_told_once() -> None:
    """Readers of one file raise the fault itself."""
    fault = Fault(code="E414", file="plan.json", column="a", values={"detail": "d"})
    assert len(error_lines(InvalidInput("E414", faults=(fault,), detail="d"), "en")) == 1

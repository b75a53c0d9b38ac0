"""Market days: the five schemes against almanac dates, the day count and what the text form refuses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from borax.calendars.lunardate import LunarDate
from hypothesis import given
from hypothesis import strategies as st

from scenarios.errors import InvalidInput
from scenarios.market_days import BRANCHES, MarketDays, parse_market_days

NEW_YEARS = [
    date(2020, 1, 25),
    date(2021, 2, 12),
    date(2022, 2, 1),
    date(2023, 1, 22),
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 3),
]
"""First days of the lunar years 2020 to 2030 as almanacs print them."""

JIAZI = date(2000, 1, 7)
"""A day 甲子: 1 January 2000 was 戊午, six days earlier, as almanacs print it."""

DATES = st.dates(date(1901, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize("day", NEW_YEARS, ids=str)
def test_the_lunar_new_year_is_a_lunar_day_1(day: date) -> None:
    lunar = LunarDate.from_solar(day)
    assert (lunar.year, lunar.month, lunar.day) == (day.year, 1, 1)
    assert parse_market_days("lunar:1").is_market_day(day)
    assert parse_market_days("lunar:9,0").is_market_day(day - timedelta(days=1))


def test_a_lunar_market_skips_the_day_30_that_a_short_month_lacks() -> None:
    """The lunar year 2025 begins on 29 January; its first month has 30 days, the last of 2024 only 29.

    So 2024-12-31 is day 1 and 2025-01-19 day 20, and 28 January is followed by another day 1.
    """
    tens = list(parse_market_days("lunar:0").days(date(2025, 1, 18), date(2025, 2, 28)))
    assert tens == [date(2025, 1, 19), date(2025, 2, 7), date(2025, 2, 17), date(2025, 2, 27)]


def test_gregorian_last_digits_follow_the_day_of_the_month() -> None:
    days = [d.day for d in parse_market_days("1,4,7").days(date(2026, 1, 1), date(2026, 1, 31))]
    assert days == [1, 4, 7, 11, 14, 17, 21, 24, 27, 31]


def test_weekday_6_is_saturday() -> None:
    assert list(parse_market_days("weekday:6").days(date(2026, 1, 1), date(2026, 1, 17))) == [
        date(2026, 1, 3),
        date(2026, 1, 10),
        date(2026, 1, 17),
    ]


@given(DATES)
def test_the_branch_of_a_day_is_its_distance_from_a_day_jiazi(day: date) -> None:
    branch = BRANCHES[(day - JIAZI).days % 12]
    assert [b for b in BRANCHES if MarketDays(scheme="branch", on=(b,)).is_market_day(day)] == [branch]


@given(DATES)
def test_branches_six_apart_meet_once_in_six_days(day: date) -> None:
    rule = parse_market_days("branch:子,午")
    assert len(list(rule.days(day, min(day + timedelta(days=5), date(2101, 1, 28))))) == 1


@given(DATES, DATES)
def test_the_four_day_cycle_runs_both_ways_from_its_start(start: date, day: date) -> None:
    rule = MarketDays(scheme="cycle4", start=start)
    assert rule.is_market_day(day) == (abs(day.toordinal() - start.toordinal()) % 4 == 0)


@pytest.mark.parametrize("text", ["1,4,7", "lunar:2,5,8", "weekday:6", "branch:子,午", "cycle4:2026-01-01"])
def test_the_text_form_is_read_as_it_is_written(text: str) -> None:
    assert str(parse_market_days(text)) == text


def test_full_width_signs_are_read_too() -> None:
    assert parse_market_days("lunar：２，５、８") == parse_market_days("lunar:2,5,8")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E340"),
        (":1", "E340"),
        ("moon:1", "E340"),
        ("lunar:", "E340"),
        ("cycle4:", "E340"),
        ("cycle4:2026-02-30", "E340"),
        ("weekday:0", "E341"),
        ("weekday:8", "E341"),
        ("1,,4", "E341"),
        ("14", "E341"),
        ("branch:子午", "E341"),
        ("1,4,1", "E342"),
    ],
)
def test_what_is_not_a_rule_is_refused_in_both_languages(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_market_days(text)
    assert caught.value.code == code
    assert caught.value.render("zh") != caught.value.render("en")


def test_lunar_days_end_where_the_tables_end() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_market_days("branch:子").is_market_day(date(2101, 1, 29))
    assert caught.value.code == "E343"
    assert not parse_market_days("1").is_market_day(date(2101, 1, 29))

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.labels.labels import Language, load_labels
from shared.web.formats import MINUS, MISSING, Formats

VI, EN = (Formats(language, load_labels()) for language in Language)


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [
        (Decimal("1234567.89"), "1.234.567,89", "1,234,567.89"),
        (Decimal("0"), "0", "0"),
        (Decimal("1E+3"), "1.000", "1,000"),
        (Decimal("0.10"), "0,10", "0.10"),
        (Decimal("-1234.5"), f"{MINUS}1.234,5", f"{MINUS}1,234.5"),
        (
            Decimal("123456789012345678901234567890.12"),
            "123.456.789.012.345.678.901.234.567.890,12",
            "123,456,789,012,345,678,901,234,567,890.12",
        ),
        (17, "17", "17"),
        (None, MISSING, MISSING),
    ],
    ids=str,
)
def test_numbers_keep_all_digits(value, vietnamese, english):
    assert (VI.number(value), EN.number(value)) == (vietnamese, english)


def test_rounding_for_the_eye_is_half_up():
    assert VI.number(Decimal("98.25"), decimals=1) == "98,3"
    assert VI.number(Decimal("-0.04"), decimals=1) == "0,0"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("6.1"), "+6,1"), (Decimal("-6.1"), f"{MINUS}6,1"), (0, "0"), (None, MISSING)],
    ids=str,
)
def test_differences_show_their_sign(value, text):
    assert VI.signed(value) == text


def test_a_difference_too_small_to_see_has_no_sign():
    assert VI.signed(Decimal("0.001"), decimals=1) == "0,0"


def test_percentages_are_closed_up_and_their_differences_are_points():
    assert VI.percent(Decimal("97.4")) == "97,4%"
    assert VI.points(Decimal("4")) == "+4,0 điểm %"
    assert EN.points(Decimal("-4")) == f"{MINUS}4.0 pp"
    assert (VI.percent(None), VI.points(None)) == (MISSING, MISSING)


def test_dates_have_their_weekday():
    assert VI.date_long(date(2025, 6, 17)) == "thứ Ba, 17/06/2025"
    assert VI.date_long(date(2025, 6, 15)) == "Chủ nhật, 15/06/2025"
    assert EN.date_long(date(2025, 6, 17)) == "Tuesday, 17/06/2025"


def test_instants_are_shown_in_vietnams_time():
    instant = datetime(2025, 6, 16, 18, 30, tzinfo=UTC)
    assert VI.datetime_short(instant) == "01:30, 17/06/2025"
    assert VI.time_short(instant) == "01:30"


def test_what_is_missing_is_a_dash():
    for format_date in (VI.date_long, VI.date_short, VI.datetime_short, VI.time_short):
        assert format_date(None) == MISSING


@pytest.mark.parametrize(
    ("days", "vietnamese", "english"),
    [
        (2, "còn 2 ngày làm việc", "2 working days left"),
        (1, "còn 1 ngày làm việc", "1 working day left"),
        (0, "hạn cuối là hôm nay", "due today"),
        (-1, "quá hạn 1 ngày làm việc", "1 working day overdue"),
        (-3, "quá hạn 3 ngày làm việc", "3 working days overdue"),
    ],
)
def test_working_days_are_counted_in_words(days, vietnamese, english):
    assert (VI.working_days_left(days), EN.working_days_left(days)) == (vietnamese, english)


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("2025-Q3", "III/2025"),
        ("2025-09", "9/2025"),
        ("2025", "2025"),
        ("2025-H1", "6T-1/2025"),
    ],
)
def test_periods_are_short_where_there_is_little_room(code, short):
    assert VI.period_short(code) == short

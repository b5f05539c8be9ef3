"""Results worked out from raw channels: inhibition against the control of the same day, two lines against the lot of the kit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lims.domain.instruments import Reading
from lims.i18n import speaking
from lims.rules.flows import ReadingState
from lims.rules.inbox import Cause, Demands, Reckoning
from lims.services import instruments, readings, samples, worksheets
from lims.services.instruments import InstrumentDraft, KitLotDraft
from lims.services.readings import Sent
from lims.services.recognition import told
from lims.views import instruments as view
from lims.views.instruments import ReadingRow
from tests.services.small import INTAKE, MORNING, Small, statements

INHIBITION = Demands(reckoning=Reckoning("inhibition", control="CK|1", least_control=Decimal("0.15")))
RATIO = Demands(reckoning=Reckoning("line-ratio", least_line=Decimal(100)))
NO_CONTROL = "There is no control of this day, so the inhibition cannot be worked out. Measure a control first."


def landed(small: Small, *sent: Sent, demands: Demands = INHIBITION, **other: Any) -> list[ReadingRow]:
    """Let a reader send one message of its own; return its readings in order."""
    landed_before = len(small.inbox())
    keys = small.send(*sent, demands=demands, content=b"%d" % landed_before, **other)
    inbox = small.inbox()
    return [inbox[key] for key in keys]


def cuvette(sample: str, change: str, position: str = "", **other: Any) -> Sent:
    """Return one channel of a photometer."""
    return Sent(sample, "op-carbamate-inhibition", "", "", position=position, raw={"absorbance change": change}, **other)


# -- inhibition


def test_inhibition_is_worked_out_against_the_control_of_the_same_message(small: Small) -> None:
    """GB/T 5009.199-2003: (0.412 - 0.103) / 0.412 = 75.00 %."""
    sample, control = landed(small, cuvette("X-1", "0.103"), cuvette("CK", "0.412"))
    assert (control.state, control.value, control.unit, control.status) == (ReadingState.RECORDED, "0.412", "Abs", "control")
    assert (sample.value, sample.unit, sample.outcome) == ("75.00", "%", "positive")
    assert sample.because == (
        "The inhibition is 75.00 %; positive is 50 % and more.",
        "Repeat the test; repetitions at least: 2.",
        "A positive rapid test is a suspicion only: confirm it by another method before anything is judged.",
    )
    assert sample.cause is Cause.UNKNOWN_SAMPLE
    with speaking("zh_CN"):
        (chinese,) = [row for row in small.inbox().values() if row.id == sample.id]
    assert len(chinese.because) == 3 and "75.00" in chinese.because[0] and not any(words in sample.because for words in chinese.because)


@pytest.mark.parametrize(("change", "value", "outcome"), [("0.206", "50.00", "positive"), ("0.207", "49.76", "negative"), ("0.412", "0.00", "negative")])
def test_from_half_on_it_is_positive(small: Small, change: str, value: str, outcome: str) -> None:
    _control, sample = landed(small, cuvette("CK", "0.412"), cuvette("X-1", change))
    assert (sample.value, sample.outcome) == (value, outcome)


def test_a_control_stands_at_its_position_as_well_as_by_its_number(small: Small) -> None:
    control, sample = landed(small, cuvette("", "0.4", "1"), cuvette("", "0.1", "2"))
    assert (control.state, sample.value) == (ReadingState.RECORDED, "75.00")


def test_the_last_control_of_the_day_serves_later_messages(small: Small) -> None:
    landed(small, cuvette("CK", "0.2"))
    landed(small, cuvette("CK", "0.4"), at=MORNING + timedelta(hours=1))
    (sample,) = landed(small, cuvette("X-1", "0.1"), at=MORNING + timedelta(hours=2))
    assert sample.value == "75.00"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026 in UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("control", "sample", "serves"),
    [
        (at(22, 16, 30), at(23, 2), True),  # half past midnight, and ten in the morning of the 23rd in Shanghai
        (at(22, 15, 30), at(23, 2), False),  # half an hour before midnight: the day before
        (at(22, 15, 30), at(22, 15, 59), True),
        (at(23, 3), at(23, 2), False),  # after the sample
    ],
)
def test_a_control_serves_its_own_day_where_the_laboratory_stands_and_what_came_after_it(
    small: Small, control: datetime, sample: datetime, serves: bool
) -> None:
    landed(small, cuvette("CK", "0.4"), at=control)
    (row,) = landed(small, cuvette("X-1", "0.1"), at=sample)
    assert (row.value, row.cause, row.reason) == (
        ("75.00", Cause.UNKNOWN_SAMPLE, "No sample has the number X-1.") if serves else ("", Cause.NO_RESULT, NO_CONTROL)
    )


def test_what_lands_a_day_late_is_held_against_the_control_of_its_own_day(small: Small) -> None:
    landed(small, cuvette("CK", "0.4"), at=MORNING)
    small.clock.forward(timedelta(days=1))
    (row,) = landed(small, cuvette("X-1", "0.1"), at=MORNING + timedelta(hours=1))
    assert row.value == "75.00"


def test_the_control_of_another_instrument_does_not_serve(small: Small) -> None:
    small.do(instruments.save, InstrumentDraft("PR-2", "农残仪"), by="ji")
    landed(small, cuvette("CK", "0.4"), instrument="PR-2")
    assert landed(small, cuvette("X-1", "0.1"))[0].reason == NO_CONTROL


def test_a_control_below_its_minimum_makes_the_run_and_the_rest_of_the_day_say_nothing(small: Small) -> None:
    control, sample = landed(small, cuvette("CK", "0.149"), cuvette("X-1", "0.1"))
    assert (control.state, control.cause) == (ReadingState.NEEDS_PERSON, Cause.CONTROL)
    assert control.reason == "The control CK reads 0.149, outside 0.15 to —. Look for the cause; values after it wait."
    words = "The control changed by 0.149, less than the 0.15 asked for: the enzyme is not fit. Repeat with fresh enzyme."
    assert (sample.value, sample.cause, sample.reason) == ("", Cause.NO_RESULT, words)
    small.do(readings.reject, [control.id], reason="酶失活", by="jian")
    assert landed(small, cuvette("X-2", "0.1"))[0].reason == words
    landed(small, cuvette("CK", "0.15"))
    assert landed(small, cuvette("X-2", "0.15"))[0].value == "0.00"


@pytest.mark.parametrize("change", ["0", "-0.1", "?"])
def test_without_a_minimum_a_control_has_to_rise_at_all(small: Small, change: str) -> None:
    free = Demands(reckoning=Reckoning("inhibition", control="CK"))
    control, sample = landed(small, cuvette("CK", change), cuvette("X-1", "0.1"), demands=free)
    assert (control.cause, sample.cause) == (Cause.CONTROL, Cause.NO_RESULT)


def test_a_channel_without_a_change_says_nothing(small: Small) -> None:
    _control, broken, other = landed(small, cuvette("CK", "0.4"), cuvette("X-1", "?"), Sent("X-2", "op", "", "", raw={"red": "3"}))
    assert {broken.reason, other.reason} == {"The reader sent no change of absorbance for this position. Measure it again."}


def test_a_reading_without_channels_is_left_as_it_was_sent(small: Small) -> None:
    (row,) = landed(small, Sent("X-1", "a", "12", "%"))
    assert (row.value, row.because) == ("12", ())


def named(small: Small, name: str) -> str:
    """Bring a sample of this name to the bench at position 1 of a worksheet on LM-1; return its number."""
    number = small.do(samples.receive, small.registered(sample_name=name), INTAKE, by="shou")
    sheet = small.do(worksheets.create, list(small.keys(number).values()), by="jian", instrument="LM-1")
    small.do(worksheets.start, sheet, by="jian")
    return number


@pytest.mark.parametrize("by_position", [False, True])
@pytest.mark.parametrize(("name", "disturbs"), [("小葱", True), ("Garlic, fresh", True), ("玉米", False)])
def test_a_sample_that_disturbs_the_enzyme_is_said_to_whether_its_number_was_sent_or_its_position(
    small: Small, name: str, disturbs: bool, by_position: bool
) -> None:
    number = named(small, name)
    sent = cuvette("", "0.4", "1") if by_position else cuvette(number, "0.4")
    _control, row = landed(small, cuvette("CK", "0.4"), sent, demands=Demands(reckoning=Reckoning("inhibition", control="CK")))
    assert ("This kind of sample disturbs the enzyme, so the result may be false." in row.because) is disturbs


# -- lines


LOT = KitLotDraft("LM-1", "aflatoxin-b1", "L-1", date(2027, 1, 1), "0.8")
CURVED = KitLotDraft("LM-1", "aflatoxin-b1", "L-2", date(2027, 2, 1), "0.5", {"0": "2", "10": "1", "20": "0.5"}, "linear", "μg/kg")


def strip(sample: str, test: str, control: str = "200", **other: Any) -> Sent:
    """Return the two lines of one strip."""
    return Sent(sample, "aflatoxin-b1", "", "", raw={"test line": test, "control line": control}, **other)


def enter(small: Small, *drafts: KitLotDraft) -> None:
    """Enter lots from their leaflets."""
    for draft in drafts:
        small.do(instruments.save_lot, draft, by="ji")


@pytest.mark.parametrize(("test", "value", "outcome"), [("159", "阳性", "positive"), ("160", "阴性", "negative"), ("300", "阴性", "negative")])
def test_a_competitive_strip_is_positive_below_the_cutoff_of_its_lot(small: Small, test: str, value: str, outcome: str) -> None:
    """Cut-off 0.8, control line 200: 160 is the cut-off itself."""
    enter(small, LOT)
    number = small.begun()
    (row,) = landed(small, strip(number, test), demands=RATIO)
    assert (row.value, row.unit, row.outcome, row.lot, row.state) == (value, "", outcome, "L-1", ReadingState.MATCHED)
    assert row.because[0] == f"The ratio is {Decimal(test) / 200:.4f}; positive is what lies below the cut-off 0.8."
    with speaking("zh_CN"):
        assert "0.8" in small.inbox()[row.id].because[0] and "ratio" not in small.inbox()[row.id].because[0]


def test_a_sandwich_strip_is_positive_above_it(small: Small) -> None:
    enter(small, LOT)
    sandwich = Demands(reckoning=Reckoning("line-ratio", competitive=False))
    assert [row.value for row in landed(small, strip("X", "160"), strip("X", "161"), demands=sandwich)] == ["阴性", "阳性"]


def test_without_a_lot_of_its_item_there_is_no_result(small: Small) -> None:
    (row,) = landed(small, strip("X-1", "100"), demands=RATIO)
    words = "No lot of a kit for aflatoxin-b1 is entered for this instrument. Enter it with its cut-off from the leaflet."
    assert (row.value, row.cause, row.reason) == ("", Cause.NO_RESULT, words)
    enter(
        small,
        KitLotDraft("LM-1", "deoxynivalenol", "L-1", date(2027, 1, 1), "0.8"),
        KitLotDraft("LM-1", "aflatoxin-b1", "L", date(2027, 1, 1), "1", active=False),
    )
    assert landed(small, strip("X-1", "100"), demands=RATIO)[0].reason == words


def test_a_lot_that_has_expired_on_the_day_of_the_measurement_is_refused_in_both_languages(small: Small) -> None:
    enter(small, KitLotDraft("LM-1", "aflatoxin-b1", "L-0", date(2026, 11, 23), "0.8"))
    (last,) = landed(small, strip("X-1", "100"), demands=RATIO)
    assert last.value == "阳性"
    (late,) = landed(small, strip("X-1", "100"), demands=RATIO, at=MORNING + timedelta(days=1))
    assert (late.cause, late.reason) == (Cause.UNFIT, "Lot L-0 expired on 2026-11-23. Take one that is in date.")
    with speaking("zh_CN"):
        words = small.inbox()[late.id].reason
    assert "L-0" in words and "expired" not in words
    small.clock.forward(timedelta(days=3))
    assert landed(small, strip("X-1", "100"), demands=RATIO, at=MORNING + timedelta(hours=1))[0].value == "阳性"


def test_the_lot_a_reading_names_is_taken_and_a_strange_one_is_not_replaced_by_another(small: Small) -> None:
    enter(small, LOT, CURVED)
    named_, strange = landed(small, strip("X-1", "100", lot="L-1"), strip("X-1", "100", lot="L-9"), demands=RATIO)
    assert (named_.lot, named_.value) == ("L-1", "阳性")
    assert (strange.cause, strange.value) == (Cause.NO_RESULT, "")


def test_of_several_lots_the_one_that_expires_last_is_taken_where_the_reading_names_none(small: Small) -> None:
    enter(small, CURVED, LOT)
    assert landed(small, strip("X-1", "100"), demands=RATIO)[0].lot == "L-2"


@pytest.mark.parametrize(
    ("scale", "test", "value"),
    [
        ("linear", "200", "10"),
        ("linear", "150", "15.0"),  # ratio 0.75 lies half way from 1 to 0.5
        ("linear", "300", "5.0"),
        ("linear", "50", ">20"),
        ("linear", "500", "<0"),
        ("logarithmic", "150", "14.1"),  # 10 · √2 = 14.142
        ("logarithmic", "100", "20"),
    ],
)
def test_a_lot_with_a_curve_gives_the_concentration_and_beyond_its_ends_only_a_bound(small: Small, scale: str, test: str, value: str) -> None:
    curve = dict(CURVED.curve) if scale == "linear" else {"10": "1", "20": "0.5"}
    enter(small, KitLotDraft("LM-1", "aflatoxin-b1", "L-2", date(2027, 2, 1), "0.5", curve, scale, "μg/kg"))
    (row,) = landed(small, strip(small.begun(), test), demands=RATIO)
    assert (row.value, row.unit) == (value, "μg/kg")


def test_a_concentration_enters_the_result_like_a_value_that_was_sent(small: Small) -> None:
    enter(small, CURVED)
    number = small.begun()
    (row,) = landed(small, strip(number, "150"), demands=RATIO)
    small.do(readings.accept, [row.id], by="jian")
    assert small.rows(number)["aflatoxin-b1"].values == ("15.0",)


@pytest.mark.parametrize(
    ("test", "control", "cause"), [("100", "99", Cause.NO_RESULT), ("100", "0", Cause.NO_RESULT), ("?", "200", Cause.NO_RESULT), ("-1", "200", Cause.UNFIT)]
)
def test_a_strip_without_a_control_line_or_with_lines_that_are_none_has_no_result(small: Small, test: str, control: str, cause: Cause) -> None:
    enter(small, LOT)
    (row,) = landed(small, strip(small.begun(), test, control), demands=RATIO)
    assert (row.cause, row.state) == (cause, ReadingState.NEEDS_PERSON)


def test_what_was_sent_is_known_beside_what_was_worked_out(small: Small) -> None:
    enter(small, LOT)
    landed(small, cuvette("CK", "0.4"), cuvette("X-1", "0.1"))
    landed(small, strip("X-1", "100"), demands=RATIO)
    with small.store.work() as work:
        for one in work.scalars(select(Reading)):
            assert told(one)[2:5] == ("", "", "final")


@pytest.mark.parametrize("demands", [INHIBITION, RATIO], ids=["inhibition", "line-ratio"])
def test_a_run_of_many_is_worked_out_in_as_many_statements_as_one(small: Small, demands: Demands) -> None:
    enter(small, LOT)

    def selects(times: int) -> int:
        sent = [each for _time in range(times) for each in (cuvette("X-1", "0.1"), strip("X-1", "100"))]
        with statements(small.store) as seen:
            landed(small, *sent, demands=demands)
        return sum(each.lstrip().startswith("SELECT") for each in seen)

    assert selects(1) == selects(50)


# -- lots


def test_a_lot_is_entered_and_changed_by_its_number(small: Small) -> None:
    enter(small, CURVED, KitLotDraft("LM-1", "aflatoxin-b1", " L-2 ", date(2027, 3, 1), "0.6"))
    (row,) = small.do(view.lots, "LM-1")
    assert (row.number, row.expires, row.cutoff, row.curve, row.item_name) == ("L-2", date(2027, 3, 1), "0.6", {}, "Aflatoxin B1")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": " "}, "number"),
        ({"item": "gold"}, "item"),
        ({"cutoff": "x"}, "cutoff"),
        ({"cutoff": ""}, "cutoff"),
        ({"cutoff": "0"}, "cutoff"),
        ({"cutoff": "-1"}, "cutoff"),
        ({"cutoff": "NaN"}, "cutoff"),
        ({"curve": {"1": "1"}}, "curve"),
        ({"curve": {"x": "1", "2": "2"}}, "curve"),
        ({"curve": {"1": "1", "2": "2", "3": "1"}}, "curve"),
        ({"curve": {"1": "NaN", "2": "2"}}, "curve"),
        ({"curve": {"0": "1", "2": "2"}, "scale": "logarithmic"}, "curve"),
        ({"scale": "cubic"}, "scale"),
    ],
)
def test_a_mistake_about_a_lot_is_noted_beside_its_field(small: Small, change: dict[str, Any], field: str) -> None:
    wrong = {"instrument": "LM-1", "item": "aflatoxin-b1", "number": "L", "expires": date(2027, 1, 1), "cutoff": "0.5", **change}
    assert set(small.mistaken(instruments.save_lot, KitLotDraft(**wrong), by="ji")) == {field}

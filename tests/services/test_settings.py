"""Settings: checked before they are kept, read back as they were set."""

from __future__ import annotations

import pytest

from lims.db.store import Work
from lims.services import settings
from lims.views import settings as view
from tests.services.small import Small


def test_what_is_set_is_read_back_and_the_rest_has_its_default(small: Small) -> None:
    small.do(settings.change, {"laboratory_phone": "010-1", "report_remark": "<b>两行\n备注</b>"}, by="guan")
    said = small.do(view.values)
    assert (said["laboratory_phone"], said["report_remark"], said["laboratory_name"]) == ("010-1", "<b>两行\n备注</b>", "示范区检验所")
    assert (said["time_zone"], said["objection_days"], said["demonstration"]) == ("Asia/Shanghai", "7", "")


def test_a_setting_is_changed_again_and_back_to_its_default(small: Small) -> None:
    for days in ("10", "7"):
        small.do(settings.change, {"objection_days": days}, by="guan")
        assert small.do(view.values)["objection_days"] == days


def test_a_value_that_cannot_be_is_noted_and_nothing_is_kept(small: Small, subtests: pytest.Subtests) -> None:
    for name, value, words in (
        ("laboratory_name", " ", "This is needed; it stands on every report."),
        ("time_zone", "Mars/Olympus", "“Mars/Olympus” is no time zone. Write it like Asia/Shanghai."),
        ("report_language", "de", "Choose one of 中文, English."),
        ("sample_mask", "{prefix}{year}", "A mask holds {serial}, and may hold {prefix} and {year}, like {prefix}{year}-{serial:05}."),
        ("worksheet_mask", "{serial.__class__}", "A mask holds {serial}, and may hold {prefix} and {year}, like {prefix}{year}-{serial:05}."),
        ("certificate_mask", "报告{serial}", "A mask holds {serial}, and may hold {prefix} and {year}, like {prefix}{year}-{serial:05}."),
        ("objection_days", "soon", "Write a whole number of days, like 7."),
        ("objection_days_farm", "-1", "Write a whole number of days, like 7."),
    ):
        with subtests.test(name):
            assert small.mistaken(settings.change, {"laboratory_phone": "1", name: value}, by="guan") == {name: words}
    assert small.do(view.values)["laboratory_phone"] == ""


def test_the_time_zone_moves_the_day(small: Small) -> None:
    assert small.do(Work.today).isoformat() == "2026-11-23"
    small.do(settings.change, {"time_zone": "America/Los_Angeles"}, by="guan")
    assert small.do(Work.today).isoformat() == "2026-11-22"


def test_nobody_takes_the_mark_of_a_demonstration_away(small: Small) -> None:
    with pytest.raises(KeyError, match="demonstration"):
        small.do(settings.change, {"demonstration": "yes"}, by="guan")

"""What the faces of paper can print, and what they say they cannot."""

from __future__ import annotations

from lims.reports.fonts import missing


def test_names_of_the_field_can_be_printed() -> None:
    assert missing(["噁霉灵、噁草酮、䓛、䗪虫、㕮咀、鳡、鲀、𬭊", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉", "≤ ≥ ± × ℃ μg/kg ‰ Ⅱ ①"]) == ""


def test_a_missing_character_is_named_once() -> None:
    assert missing(["豇豆😀", "😀ꀀ"]) == "ꀀ😀"


def test_line_breaks_are_no_characters() -> None:
    assert missing(["甲\n乙\t丙"]) == ""


def test_what_cannot_be_seen_is_missing_too() -> None:
    assert missing(["甲\x00乙\x07"]) == "\x00\x07"

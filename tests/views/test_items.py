"""Items and methods as they are shown, and how people find them: by two characters, by pinyin initials, by alias, by number."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from lims.db import seed
from lims.services import catalogue
from lims.views import items as view
from lims.views.names import folded, found, sought
from tests.services.small import ITEMS, TODAY, Small, library

ON = date.fromisoformat(TODAY)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("克百", {"carbofuran"}),
        ("kbw", {"carbofuran"}),
        ("KBW", {"carbofuran"}),
        ("呋喃丹", {"carbofuran"}),
        ("黄曲", {"aflatoxin-b1"}),
        ("hqmds", {"aflatoxin-b1"}),
        ("afb1", {"aflatoxin-b1"}),
        ("ＡＦＢ１", {"aflatoxin-b1"}),
        ("黄曲霉毒素 B1", {"aflatoxin-b1"}),
        ("呕吐毒素", {"deoxynivalenol"}),
        ("don", {"deoxynivalenol"}),
        ("亚硫酸盐（以SO2计）", {"sulphur-dioxide"}),
        ("sulphur dioxide", {"sulphur-dioxide"}),
        ("毒素", {"aflatoxin-b1", "deoxynivalenol"}),
        ("没有", set()),
        ("zzz", set()),
        ("", set()),
        ("  ", set()),
    ],
)
def test_an_item_is_found_by_part_of_a_name_by_alias_and_by_initials(small: Small, text: str, codes: set[str]) -> None:
    assert set(small.do(view.find_items, text)) == codes


def test_a_whole_name_is_asked_for_whole(small: Small) -> None:
    assert small.do(view.find_items, "水分", whole=True) == ["moisture"]
    assert small.do(view.find_items, "水分含量", whole=True) == ["moisture"]
    assert small.do(view.find_items, "moisture", whole=True) == ["moisture"]
    for text in ("水", "sf", ""):
        assert small.do(view.find_items, text, whole=True) == []


def test_every_name_and_alias_gives_its_item(small: Small) -> None:
    codes = small.do(view.item_codes)
    assert {name: codes[folded(name)] for name in ("AFB1", "黄曲霉毒素Ｂ１", "moisture", "水分含量", "呋喃丹（克百威）")} == {
        "AFB1": "aflatoxin-b1",
        "黄曲霉毒素Ｂ１": "aflatoxin-b1",
        "moisture": "moisture",
        "水分含量": "moisture",
        "呋喃丹（克百威）": "carbofuran",
    }
    assert "" not in codes


def test_what_is_found_while_typing_is_what_a_search_finds(small: Small) -> None:
    rows = small.do(view.items)
    for text in ("克百", "kbw", "KBW", "呋喃", "don", "毒素", "zzz"):
        assert {row.code for row in rows if found(text, row.sought)} == set(small.do(view.find_items, text)), text


def test_initials_belong_to_one_name_and_never_run_over_into_the_next() -> None:
    among = sought(("克百威", "呋喃丹"))
    assert found("kbw", among) and found("fnd", among) and not found("wfn", among)


def test_items_are_shown_with_both_names_and_how_much_the_library_has_of_them(small: Small) -> None:
    rows = {row.code: row for row in small.do(view.items)}
    assert rows.keys() == ITEMS
    row = rows["carbofuran"]
    assert (row.name, row.other, row.group, row.aliases, row.limits) == ("Carbofuran", "克百威", "pesticide", ("呋喃丹(克百威)",), 1)
    assert row.procedures == len([one for one in small.do(view.procedures, ON) if one.item_code == "carbofuran"]) > 1


def test_procedures_are_shown_as_the_library_has_them(small: Small) -> None:
    rows = {row.code: row for row in small.do(view.procedures, ON)}
    with (library() / "procedures.csv").open(encoding="utf-8", newline="") as lines:
        shipped = {row["code"]: row for row in csv.DictReader(lines)}
    assert rows.keys() == shipped.keys()
    for code, row in rows.items():
        names = ("method", "technique", "unit", "rounding", "comparison", "detection_limit", "quantitation_limit", "formula", "note", "source")
        assert [getattr(row, name) for name in names] == [shipped[code][name] for name in names], code
        assert (row.item_code, row.rapid, row.determinations) == (shipped[code]["item"], shipped[code]["rapid"] == "yes", int(shipped[code]["determinations"]))
    assert rows["moisture-drying"].tolerance == "0.2 %"
    assert not any(row.in_scope for row in rows.values())


def test_what_the_laboratory_has_set_of_a_method_is_shown(small: Small) -> None:
    small.do(catalogue.change_procedure, "aflatoxin-b1-reader", {"detection_limit": "0.50", "quantitation_limit": "1.5"}, reason="验证", by="ji")
    (row,) = [row for row in small.do(view.procedures, ON) if row.code == "aflatoxin-b1-reader"]
    assert (row.detection_limit, row.quantitation_limit) == ("0.50", "1.5")


def test_methods_of_no_single_item_stand_apart(small: Small) -> None:
    rows = small.do(view.methods)
    with (seed.CATALOGUE / "methods.csv").open(encoding="utf-8", newline="") as lines:
        shipped = {row["code"] for row in csv.DictReader(lines)}
    assert [row.code for row in rows] == sorted(shipped)
    assert not shipped & {row.method for row in small.do(view.procedures, ON)}


def test_names_are_those_of_the_readers_language(small: Small) -> None:
    assert small.do(view.item_names)["moisture"] == "Moisture"

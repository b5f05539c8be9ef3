"""First data: the shipped library as it is, and no file with a mistake in it."""

from __future__ import annotations

import csv
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatch
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import URL

from lims.db import seed
from lims.db.store import Store, Work
from lims.domain.catalogue import Confirmation, Heading, Item, Limit, Panel, Placement, Procedure, Product, Standard, SumRule
from lims.domain.thing import Thing
from lims.domain.trail import TrailLine
from lims.errors import Refusal, Trouble
from lims.rules import formula, units
from lims.rules.limits import Bounds, Forbidden, Free, Plan, Unread, Worded, demand
from lims.views import catalogue
from lims.views.items import parts
from lims.views.names import folded
from tests.db.conftest import CHEAP, done

LIMITS = {
    ("carbofuran", "GB 2763", "豇豆"): ("≤0.02", "mg/kg", "GB 2763-2021", ""),
    ("thiamethoxam", "GB 2763", "豇豆"): ("≤0.3", "mg/kg", "GB 2763-2021", ""),
    ("aflatoxin-b1", "GB 2761", "玉米、玉米面(渣、片)及玉米制品"): ("≤20", "μg/kg", "GB 2761-2017", "表1"),
    ("deoxynivalenol", "GB 2761", "玉米、玉米面(渣、片)"): ("≤1000", "μg/kg", "GB 2761-2017", "表3"),
    ("moisture", "GB 1353", "各类玉米"): ("≤14.0", "%", "GB 1353-2018", "表1"),
    ("sulphur-dioxide", "GB 2760", "葡萄酒"): ("≤0.25", "g/L", "GB 2760-2024", "表A.1"),
}
"""Those of the demonstration, typed by hand from the standards as the material gives them; for the two cowpea rows it names no clause."""

Row = dict[str, str]


@cache
def shipped(file: str) -> tuple[Row, ...]:
    """Return the rows of a file of the shipped library, or of all that *file* is the pattern of."""
    return tuple(row for path in sorted(seed.CATALOGUE.glob(file)) for row in csv.DictReader(path.read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def library(empty: Callable[[], URL]) -> Iterator[Store]:
    """A store with the whole shipped library in it; no test of this module changes it."""
    store = Store(empty(), CHEAP)
    done(store, seed.load)
    yield store
    store.close()


# -- all of it is there --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", seed.SHEETS, ids=lambda sheet: sheet.file)
def test_every_row_of_every_file_is_loaded_with_every_word_it_says(sheet: seed.Sheet, library: Store) -> None:
    with library.work() as work:
        stands: dict[str, Any] = {row.code: row for row in work.scalars(select(sheet.kind))}  # type: ignore[attr-defined]
        codes = {name: dict(work.execute(select(kind.id, kind.code)).all()) for name, kind in sheet.links.items()}  # type: ignore[attr-defined]
    rows = shipped(sheet.file)
    assert len(rows) == len(stands) > 0
    for row in rows:
        kept = stands[row["code"]]
        assert {name: codes[name][getattr(kept, f"{name}_id")] for name in sheet.links} == {name: row[name] for name in sheet.links}, row["code"]
        for name in sheet.columns:
            assert worded(getattr(kept, name)) == row[name].strip(), (row["code"], name)


def worded(value: Any) -> str:
    """Return a value as a file writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)


def test_no_file_of_the_library_is_forgotten() -> None:
    """What no sheet loads is read by the rules or by translators: their files are named here."""
    elsewhere = {"deductions.csv", "terms.csv"}
    files = {path.relative_to(seed.CATALOGUE).as_posix() for path in seed.CATALOGUE.rglob("*.csv")}
    assert {file for file in files if not any(fnmatch(file, sheet.file) for sheet in seed.SHEETS)} == elsewhere


def test_every_row_stands_in_the_trail_once(library: Store) -> None:
    with library.work() as work:
        lines = dict(work.execute(select(TrailLine.kind, func.count()).group_by(TrailLine.kind)).all())
        assert all(work.scalars(select(TrailLine.name)))
    assert lines == {sheet.kind.__tablename__: len(shipped(sheet.file)) for sheet in seed.SHEETS}


def test_the_limits_of_the_demonstration_are_those_of_the_standards(library: Store) -> None:
    query = select(Item.code, Heading, Limit, Standard.code).select_from(Limit).join(Limit.item).join(Limit.heading).join(Limit.standard)
    with library.work() as work:
        rows = work.execute(query).all()
    stated = {((item, heading.classification, heading.name), (row.requirement, row.unit, standard, row.clause)) for item, heading, row, standard in rows}
    assert set(LIMITS.items()) <= stated


# -- and it is sound -----------------------------------------------------------------------------------------------------------


def test_whatever_is_stated_says_where_it_comes_from_and_how_sure_it_is() -> None:
    sourced = [sheet.file for sheet in seed.SHEETS if {"source", "evidence", "confidence"} <= sheet.columns.keys()]
    assert "limits/*.csv" in sourced and len(sourced) >= 7
    unsourced = [row["code"] for file in sourced for row in shipped(file) if not (row["source"] and row["evidence"] and row["confidence"])]
    assert unsourced == []


def test_nothing_shipped_is_confirmed_and_no_product_is_placed(library: Store) -> None:
    with library.work() as work:
        assert work.scalar(select(func.count(Confirmation.id))) == work.scalar(select(func.count(Placement.id))) == 0
        assert catalogue.confirmed_codes(work) == frozenset()
        assert catalogue.unconfirmed(work) == 0, "and nothing waits for it before somebody places a product or asks for a limit"


def test_every_requirement_is_read_by_its_grammar() -> None:
    """What is not read is a rule of its own in the pharmacopoeia, or a figure the source does not have, which a note then says."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for row in shipped("limits/*.csv"):
        read = demand(row["requirement"])
        assert read.unit == "", (row["code"], "the unit stands in a column of its own")
        kinds[row["standard"].split("-")[0]][type(read.requirement).__name__] += 1
        if isinstance(read.requirement, Unread):
            assert row["standard"].startswith("ChP") if row["requirement"] else row["note"], row["code"]
    total = sum(kinds.values(), Counter())
    assert total.keys() == {one.__name__ for one in (Bounds, Forbidden, Plan, Worded, Free, Unread)}
    assert total["Unread"] < total["Bounds"] / 20


DIMENSIONLESS = {"ph", "mixed-use-ratio", "preservatives-ratio-sum", "colours-ratio-sum", "solution-colour-absorbance", "5-hydroxymethylfurfural"}
"""Sums of shares, absorbances and pH are numbers without a unit."""


def test_a_figure_has_its_unit() -> None:
    bare = {row["item"] for row in shipped("limits/*.csv") if not row["unit"] and isinstance(demand(row["requirement"]).requirement, Bounds)}
    assert bare == DIMENSIONLESS


def test_a_limit_stands_under_a_heading_of_its_standards_own_classification() -> None:
    trees = {row["code"]: row["classification"] for row in shipped("standards.csv")}
    headings = {row["code"]: row["classification"] for row in shipped("headings.csv")}
    assert [row["code"] for row in shipped("limits/*.csv") if headings[row["heading"]] != trees[row["standard"]]] == []
    assert set(headings.values()) - set(trees.values()) == {"抽检细则"}, "the sampling rules are no standard"


def test_a_heading_above_stands_in_the_same_classification_and_no_heading_is_above_itself() -> None:
    headings = {row["code"]: row for row in shipped("headings.csv")}
    for row in headings.values():
        above = [row["code"]]
        while parent := headings[above[-1]]["parent"]:
            assert headings[parent]["classification"] == row["classification"]
            assert parent not in above
            above.append(parent)


def test_a_standard_demands_one_thing_of_an_item_in_a_place() -> None:
    where = Counter(tuple(row[name] for name in ("standard", "heading", "item", "level", "condition", "basis")) for row in shipped("limits/*.csv"))
    assert [place for place, count in where.items() if count > 1] == []


def test_every_item_is_referred_to_by_something() -> None:
    asked = {row["item"] for file in ("limits/*.csv", "procedures.csv", "panels.csv", "sums.csv") for row in shipped(file)}
    asked |= {part for row in shipped("sums.csv") for part in parts(row["parts"])}
    asked |= {row["index"] for row in shipped("deductions.csv")}
    assert [row["code"] for row in shipped("items.csv") if row["code"] not in asked] == []


def test_what_a_sum_adds_up_are_items_and_never_the_sum_itself() -> None:
    items = {row["code"] for row in shipped("items.csv")}
    for row in shipped("sums.csv"):
        assert set(parts(row["parts"])) <= items - {row["item"]}, row["code"]
        assert len(parts(row["parts"])) == len(set(parts(row["parts"]))) > 1, row["code"]


def test_no_name_means_two_items() -> None:
    """Folded: without blanks, case and full-width signs, as people and bulletins write them."""
    meant: dict[str, set[str]] = defaultdict(set)
    for row in shipped("items.csv"):
        for name in (row["code"], row["name_zh"], row["name_en"], *parts(row["aliases"])):
            if name:
                meant[folded(name)].add(row["code"])
    assert {name: codes for name, codes in meant.items() if len(codes) > 1} == {}


def test_a_method_of_many_things_is_no_procedure_of_one() -> None:
    assert {row["code"] for row in shipped("methods.csv")} & {row["method"] for row in shipped("procedures.csv")} == set()


def test_editions_of_one_standard_do_not_hold_on_the_same_day() -> None:
    editions: dict[str, list[Row]] = defaultdict(list)
    for row in shipped("standards.csv"):
        if row["in_force"]:
            editions[row["code"].rpartition("-")[0] or row["code"].rpartition(" ")[0]].append(row)
    for rows in editions.values():
        rows.sort(key=lambda row: row["in_force"])
        for before, after in pairwise(rows):
            assert before["abolished"] and before["abolished"] <= after["in_force"], (before["code"], after["code"])


def test_the_editions_of_the_demonstration_are_in_force_on_its_days(library: Store) -> None:
    wanted = {standard for _requirement, _unit, standard, _clause in LIMITS.values()}
    with library.work() as work:
        editions = [row.edition() for row in work.scalars(select(Standard).where(Standard.code.in_(wanted)))]
    assert all(edition.holds(date(2026, 11, 1)) for edition in editions) and len(editions) == len(wanted)
    assert not any(edition.holds(date(2017, 9, 16)) for edition in editions)


def test_moisture_is_calculated_from_weighings_by_gb_5009_3(library: Store) -> None:
    """(m1 + m0 − m2) / m1 × 100 to the hundredth, the mean to the tenth; two determinations within 0.2."""
    with library.work() as work:
        drying = work.scalars(select(Procedure).where(Procedure.code == "moisture-drying")).one()
    weighed = {"W0": Decimal("25.1234"), "W1": Decimal("3.0021"), "W2": Decimal("27.7512")}
    assert f"{formula.evaluate(drying.formula, weighed):.2f}" == "12.47"
    assert (drying.determinations, drying.single_rounding, drying.rounding, drying.tolerance, drying.unit) == (2, "0.01", "0.1", Decimal("0.2"), "%")


def test_a_value_in_the_unit_of_some_formal_procedure_can_be_held_against_every_limit() -> None:
    """Items without any formal procedure cannot be asked at all: the laboratory adds its own."""
    entered = defaultdict(set)
    for row in shipped("procedures.csv"):
        if row["rapid"] == "no":
            entered[row["item"]].add(row["unit"])
    stuck = [
        row["code"]
        for row in shipped("limits/*.csv")
        if row["unit"] and entered[row["item"]] and not any(not unit or units.turns(unit, row["unit"]) for unit in entered[row["item"]])
    ]
    assert stuck == []


# -- a short library, loaded again and again -----------------------------------------------------------------------------------


KEPT = {
    "items.csv": ("lead", "carbofuran", "moisture", "aflatoxin-b1", "thiamethoxam", "preservatives-ratio-sum"),
    "headings.csv": ("gb2763-h111", "gb1353-h1", "gb2761-h1", "sampling-2026-h115"),
    "standards.csv": ("GB 2760-2014", "GB 2763-2021", "GB 1353-2018", "GB 2761-2017"),
    "methods.csv": ("GB 4789.1-2016", "GB 5009.268-2025"),
    "procedures.csv": ("carbofuran-lcms", "thiamethoxam-lcms", "moisture-drying"),
    "limits/grain-grades.csv": ("gb1353-2018-moisture-maize",),
    "limits/mycotoxins.csv": ("gb2761-2017-aflatoxin-b1-maize",),
    "limits/pesticides.csv": ("gb2763-2021-carbofuran-cowpea", "gb2763-2021-thiamethoxam-cowpea"),
    "panels.csv": ("sampling-2026-h115-1",),
    "sums.csv": ("preservatives",),
    "calendar.csv": ("2024-01-01", "2024-02-04"),
    "products.csv": ("cowpea", "maize", "wine"),
}
"""What is left of the shipped library where a whole one would only take time."""
ROWS = sum(map(len, KEPT.values()))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of a few rows of every file."""
    folder = tmp_path_factory.mktemp("short")
    for file, codes in KEPT.items():
        rows = [row for row in shipped(file) if row["code"] in codes]
        assert len(rows) == len(codes), file
        write(folder / file, rows)
    return folder


@pytest.fixture
def files(short: Path, tmp_path: Path) -> Path:
    """The short library, to be spoilt."""
    return Path(shutil.copytree(short, tmp_path / "catalogue"))


def write(file: Path, rows: list[Row]) -> None:
    """Write rows with their header."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def counted(store: Store, kind: type[Thing]) -> int:
    """Return how many rows there are of a kind."""
    with store.work() as work:
        return work.scalar(select(func.count()).select_from(kind)) or 0


def test_loading_again_adds_nothing_and_changes_nothing(files: Path, store: Store) -> None:
    done(store, lambda work: seed.load(work, files))
    assert counted(store, TrailLine) == ROWS, "one line for each row"
    done(store, lambda work: seed.load(work, files))
    assert counted(store, TrailLine) == ROWS


def test_rows_of_a_newer_library_are_added_also_below_what_was_there(files: Path, store: Store) -> None:
    done(store, lambda work: seed.load(work, files))
    (row,) = csv.DictReader((files / "limits/mycotoxins.csv").read_text("utf-8").splitlines())
    write(files / "limits/mycotoxins.csv", [row, {**row, "code": "gb2761-2017-aflatoxin-b1-more"}])
    done(store, lambda work: seed.load(work, files))
    assert limits_of(store, "GB 2761-2017") == {"gb2761-2017-aflatoxin-b1-maize", "gb2761-2017-aflatoxin-b1-more"}


def limits_of(store: Store, standard: str) -> set[str]:
    """Return the codes of an edition's limits."""
    with store.work() as work:
        return set(work.scalars(select(Limit.code).join(Standard, Limit.standard_id == Standard.id).where(Standard.code == standard)))


def test_an_edition_that_the_laboratory_took_in_itself_is_left_to_it(files: Path, store: Store) -> None:
    """A newer library that states the same edition adds its heading and its items, and none of its limits beside the laboratory's own."""

    def take_in(work: Work) -> None:
        work.add_all(
            [
                item := Item(code="own", name_zh="自有"),
                standard := Standard(code="GB 2761-2017"),
                heading := Heading(code="h", classification="GB 2761", name="x"),
            ]
        )
        work.flush()
        work.add(Limit(code="own-1", item_id=item.id, heading_id=heading.id, standard_id=standard.id, requirement="≤1", unit="μg/kg"))

    done(store, take_in)
    done(store, lambda work: seed.load(work, files))
    assert limits_of(store, "GB 2761-2017") == {"own-1"}
    assert limits_of(store, "GB 2763-2021") == {CARBOFURAN, THIAMETHOXAM}
    assert counted(store, Heading) == len(KEPT["headings.csv"]) + 1


def test_what_the_laboratory_has_changed_is_left_to_it(files: Path, store: Store) -> None:
    def change(work: Work) -> None:
        work.scalars(select(Product).where(Product.code == "cowpea")).one().prefix = "JD"
        work.scalars(select(Standard).where(Standard.code == "GB 2761-2017")).one().abolished = date(2030, 1, 1)
        work.scalars(select(Procedure).where(Procedure.code == "carbofuran-lcms")).one().detection_limit = Decimal("0.002")

    done(store, lambda work: seed.load(work, files))
    done(store, change)
    done(store, lambda work: seed.load(work, files))
    with store.work() as work:
        assert work.scalars(select(Product.prefix).where(Product.code == "cowpea")).one() == "JD"
        assert work.scalars(select(Standard.abolished).where(Standard.code == "GB 2761-2017")).one() == date(2030, 1, 1)
        assert work.scalars(select(Procedure.detection_limit).where(Procedure.code == "carbofuran-lcms")).one() == Decimal("0.002")


def test_a_panel_and_a_sum_find_their_items(files: Path, store: Store) -> None:
    done(store, lambda work: seed.load(work, files))
    with store.work() as work:
        assert work.execute(select(Item.code, Heading.code).select_from(Panel).join(Panel.item).join(Panel.heading)).all() == [("lead", "sampling-2026-h115")]
        assert work.scalars(select(Item.code).join(SumRule, SumRule.item_id == Item.id)).all() == ["preservatives-ratio-sum"]


# -- a file with a mistake in it ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that every file is refused for; it stays empty."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('seed') / 'blank.sqlite3'}", CHEAP)
    yield store
    store.close()


def spoil(file: Path, code: str, column: str, text: str) -> int:
    """Write *text* into one field of the row with a code; return the row's line."""
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    place = next(place for place, row in enumerate(rows) if row["code"] == code)
    rows[place][column] = text
    write(file, rows)
    return place + 2


def refused(store: Store, files: Path) -> str:
    with pytest.raises(Refusal) as caught:
        done(store, lambda work: seed.load(work, files))
    assert counted(store, TrailLine) == 0, "not one row was kept"
    return caught.value.words


CARBOFURAN, THIAMETHOXAM = "gb2763-2021-carbofuran-cowpea", "gb2763-2021-thiamethoxam-cowpea"
PESTICIDES = "limits/pesticides.csv"
FIELDS = [
    ("items.csv", "carbofuran", "code", "", "code = ''"),
    ("items.csv", "thiamethoxam", "code", "lead", "code lead stands twice"),
    ("items.csv", "carbofuran", "name_zh", " ", "name_zh = ''"),
    ("items.csv", "carbofuran", "group", "", "group = ''"),
    ("products.csv", "cowpea", "code", "", "code = ''"),
    ("products.csv", "wine", "code", "maize", "code maize stands twice"),
    ("products.csv", "cowpea", "name_zh", "", "name_zh = ''"),
    ("standards.csv", "GB 1353-2018", "code", "", "code = ''"),
    ("standards.csv", "GB 1353-2018", "code", "GB 2761-2017", "code GB 2761-2017 stands twice"),
    ("standards.csv", "GB 1353-2018", "issued", "2018", "issued = '2018'"),
    ("standards.csv", "GB 1353-2018", "in_force", "17.9.2017", "in_force = '17.9.2017'"),
    ("standards.csv", "GB 1353-2018", "abolished", "2026-02-30", "abolished = '2026-02-30'"),
    ("standards.csv", "GB 1353-2018", "abolished", "2019-02-01", "it ends before it begins"),
    ("headings.csv", "gb1353-h1", "code", "", "code = ''"),
    ("headings.csv", "gb1353-h1", "code", "gb2761-h1", "code gb2761-h1 stands twice"),
    ("headings.csv", "gb1353-h1", "classification", "", "classification = ''"),
    ("headings.csv", "gb1353-h1", "name", "", "name = ''"),
    ("methods.csv", "GB 4789.1-2016", "code", "", "code = ''"),
    ("methods.csv", "GB 4789.1-2016", "rapid", "", "rapid = ''"),
    ("procedures.csv", "carbofuran-lcms", "code", "", "code = ''"),
    ("procedures.csv", "thiamethoxam-lcms", "code", "carbofuran-lcms", "code carbofuran-lcms stands twice"),
    ("procedures.csv", "carbofuran-lcms", "item", "carbofurane", "item 'carbofurane' is not in the library"),
    ("procedures.csv", "carbofuran-lcms", "item", "", "item '' is not in the library"),
    ("procedures.csv", "thiamethoxam-lcms", "method", "", "method = ''"),
    ("procedures.csv", "moisture-drying", "rapid", "maybe", "rapid = 'maybe'"),
    ("procedures.csv", "moisture-drying", "unit", "percent", "unit = 'percent'"),
    ("procedures.csv", "carbofuran-lcms", "unit", "MG/KG", "unit = 'MG/KG'"),
    ("procedures.csv", "moisture-drying", "determinations", "0", "determinations = '0'"),
    ("procedures.csv", "moisture-drying", "determinations", "two", "determinations = 'two'"),
    ("procedures.csv", "moisture-drying", "single_rounding", "0.03", "single_rounding = '0.03'"),
    ("procedures.csv", "moisture-drying", "rounding", "0s", "rounding = '0s'"),
    ("procedures.csv", "moisture-drying", "comparison", "roughly", "comparison = 'roughly'"),
    ("procedures.csv", "moisture-drying", "comparison", "", "comparison = ''"),
    ("procedures.csv", "moisture-drying", "tolerance_kind", "both", "tolerance_kind = 'both'"),
    ("procedures.csv", "moisture-drying", "tolerance_kind", "", "a tolerance needs its kind"),
    ("procedures.csv", "moisture-drying", "tolerance", "", "a tolerance needs its kind"),
    ("procedures.csv", "moisture-drying", "tolerance", "0,2", "tolerance = '0,2'"),
    ("procedures.csv", "moisture-drying", "formula", "W1 + ", "formula = 'W1 +'"),
    ("procedures.csv", "moisture-drying", "formula", "__import__('os')", "formula = \"__import__('os')\""),
    ("procedures.csv", "moisture-drying", "formula", "(W1 + W0 − W3) / W1 × 100", "formula and inputs do not name the same: W2, W3"),
    ("procedures.csv", "moisture-drying", "inputs", "W0=dish; W1=portion", "formula and inputs do not name the same: W2"),
    ("procedures.csv", "carbofuran-lcms", "detection_limit", "0.02", "the limit of detection lies above the limit of quantitation"),
    ("procedures.csv", "carbofuran-lcms", "detection_limit", "<0.01", "detection_limit = '<0.01'"),
    ("procedures.csv", "carbofuran-lcms", "quantitation_limit", "NaN", "quantitation_limit = 'NaN'"),
    (PESTICIDES, CARBOFURAN, "code", "", "code = ''"),
    (PESTICIDES, THIAMETHOXAM, "code", CARBOFURAN, f"code {CARBOFURAN} stands twice"),
    (PESTICIDES, THIAMETHOXAM, "code", "gb2761-2017-aflatoxin-b1-maize", "code gb2761-2017-aflatoxin-b1-maize stands twice"),
    (PESTICIDES, CARBOFURAN, "item", "nothing", "item 'nothing' is not in the library"),
    (PESTICIDES, CARBOFURAN, "heading", "豇豆", "heading '豇豆' is not in the library"),
    (PESTICIDES, CARBOFURAN, "standard", "GB 2763-2027", "standard 'GB 2763-2027' is not in the library"),
    (PESTICIDES, CARBOFURAN, "requirement", "0.02", "requirement = '0.02'"),
    (PESTICIDES, CARBOFURAN, "requirement", "0.02 mg/kg", "requirement = '0.02 mg/kg'"),
    (PESTICIDES, CARBOFURAN, "requirement", "≤0.02 mg/kg", "the unit stands in a column of its own"),
    (PESTICIDES, CARBOFURAN, "unit", "ppm", "unit = 'ppm'"),
    (PESTICIDES, CARBOFURAN, "unit", "mg／kg", "unit = 'mg／kg'"),
    (PESTICIDES, CARBOFURAN, "comparison", "roughly", "comparison = 'roughly'"),
    (PESTICIDES, CARBOFURAN, "rounding", "0.03", "rounding = '0.03'"),
    ("panels.csv", "sampling-2026-h115-1", "code", "", "code = ''"),
    ("panels.csv", "sampling-2026-h115-1", "heading", "h115", "heading 'h115' is not in the library"),
    ("panels.csv", "sampling-2026-h115-1", "item", "铅", "item '铅' is not in the library"),
    ("sums.csv", "preservatives", "code", "", "code = ''"),
    ("sums.csv", "preservatives", "item", "", "item '' is not in the library"),
    ("sums.csv", "preservatives", "kind", "product", "kind = 'product'"),
    ("sums.csv", "preservatives", "parts", "", "parts = ''"),
    ("sums.csv", "preservatives", "not_found", "zero", "not_found = 'zero'"),
    ("calendar.csv", "2024-01-01", "code", "", "code = ''"),
    ("calendar.csv", "2024-02-04", "code", "2024-01-01", "code 2024-01-01 stands twice"),
    ("calendar.csv", "2024-01-01", "day", "2024-02-30", "day = '2024-02-30'"),
    ("calendar.csv", "2024-01-01", "working", "maybe", "working = 'maybe'"),
    ("calendar.csv", "2024-01-01", "name_zh", "", "name_zh = ''"),
    ("calendar.csv", "2024-01-01", "source", " ", "source = ''"),
]


@pytest.mark.parametrize(("file", "code", "column", "text", "words"), FIELDS, ids=lambda part: str(part) or "empty")
def test_a_field_that_cannot_be_is_refused_with_file_and_line(
    file: str, code: str, column: str, text: str, words: str, files: Path, blank: Store, english: None
) -> None:
    line = spoil(files / file, code, column, text)
    said = refused(blank, files)
    assert said.startswith(f"{Path(file).name}, line {line}: {words}") and said.endswith(". Mend the file.")


def test_every_column_that_is_checked_was_tried() -> None:
    """A column added to a sheet needs its row above, unless any text will do."""
    checked = {(sheet.file, name) for sheet in seed.SHEETS for name, reads in sheet.columns.items() if reads is not str} | {
        (sheet.file, name) for sheet in seed.SHEETS for name in sheet.links
    }
    tried = {(sheet.file, column) for file, _code, column, _text, _words in FIELDS for sheet in seed.SHEETS if fnmatch(file, sheet.file)}
    assert checked - tried == set()


@pytest.mark.parametrize("file", [PESTICIDES if sheet.file == "limits/*.csv" else sheet.file for sheet in seed.SHEETS])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("code,", "codes,", 1), "line 1: columns code, codes"),
        (lambda text: text.replace("code,", "code,code,", 1), "line 1: columns code"),
        (lambda text: "", "line 1: columns "),
        (lambda text: text + "one,too,many" + "," * 40 + "\n", " columns"),
        (lambda text: text + "short\n", " fields for "),
        (lambda text: text + '"open\n', ": "),
    ],
    ids=["strange column", "doubled column", "no header", "too many fields", "too few fields", "open quote"],
)
def test_a_file_of_another_form_is_refused(file: str, change: Callable[[str], str], words: str, files: Path, blank: Store, english: None) -> None:
    before = (files / file).read_text("utf-8")
    (files / file).write_text(change(before), "utf-8")
    said = refused(blank, files)
    assert said.startswith(f"{Path(file).name}, line ") and words in said
    if not words.startswith("line 1"):
        assert said.startswith(f"{Path(file).name}, line {before.count(chr(10)) + 1}: ")


def test_a_file_that_is_no_utf_8_is_refused_with_its_line(files: Path, blank: Store, english: None) -> None:
    text = (files / "items.csv").read_text("utf-8")
    line = next(place for place, row in enumerate(text.splitlines(), 1) if "噻虫嗪" in row)
    (files / "items.csv").write_bytes(text.encode("utf-8").replace("噻虫嗪".encode(), "噻虫嗪".encode("gb18030")))
    assert refused(blank, files) == f"items.csv, line {line}: no UTF-8. Mend the file."


@pytest.mark.parametrize("sheet", seed.SHEETS, ids=lambda sheet: sheet.file)
def test_a_file_that_is_missing_is_said(sheet: seed.Sheet, files: Path, blank: Store, english: None) -> None:
    for path in files.glob(sheet.file):
        path.unlink()
    with pytest.raises(Trouble) as caught:
        done(blank, lambda work: seed.load(work, files))
    assert caught.value.words == f"{files / sheet.file} cannot be read: there is no such file or folder."
    assert counted(blank, TrailLine) == 0


def test_a_spreadsheets_mark_blank_lines_and_line_ends_are_read(files: Path, store: Store) -> None:
    text = (files / PESTICIDES).read_text("utf-8")
    (files / PESTICIDES).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n\r\n").encode("utf-8"))
    done(store, lambda work: seed.load(work, files))
    assert counted(store, Limit) == 4


REQUIREMENTS: Mapping[str, type[Any]] = {
    "≤0.05": Bounds,
    "＜5": Bounds,
    "不得超过 0.1": Bounds,
    "0.80~2.00": Bounds,
    "35±1.0": Bounds,
    "n=5,c=2,m=10⁴,M=10⁵": Plan,
    "不得检出": Forbidden,
    "不得使用": Forbidden,
    "正常": Worded,
    "—": Free,
    "": Unread,
    "Q=80": Unread,
}


@pytest.mark.parametrize("text", REQUIREMENTS)
def test_a_requirement_is_kept_in_the_words_of_the_standard(text: str, files: Path, store: Store) -> None:
    spoil(files / PESTICIDES, CARBOFURAN, "requirement", text)
    done(store, lambda work: seed.load(work, files))
    with store.work() as work:
        row = work.scalars(select(Limit).where(Limit.code == CARBOFURAN).options(*catalogue._loaded())).one()
        assert row.requirement == text
        assert isinstance(row.rule().demands, REQUIREMENTS[text])

"""First data: the shipped library as it is, and no file with a mistake in it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lims.db import seed
from lims.db.store import Store, Work
from lims.domain.catalogue import Confirmation, Item, Limit, Procedure, Product, Standard
from lims.domain.trail import TrailLine
from lims.errors import Refusal, Trouble
from lims.rules import formula
from lims.rules.limits import Operator
from lims.views import catalogue
from tests.db.conftest import done

LIMITS = {
    ("carbofuran", "cowpea"): ("≤", "0.02", "mg/kg", "GB 2763-2021", ""),
    ("thiamethoxam", "cowpea"): ("≤", "0.3", "mg/kg", "GB 2763-2021", ""),
    ("aflatoxin-b1", "maize"): ("≤", "20", "μg/kg", "GB 2761-2017", "表1"),
    ("deoxynivalenol", "maize"): ("≤", "1000", "μg/kg", "GB 2761-2017", "表3"),
    ("moisture", "maize"): ("≤", "14.0", "%", "GB 1353-2018", "表1"),
    ("sulphur-dioxide", "wine"): ("≤", "0.25", "g/L", "GB 2760-2024", "表A.1"),
}
"""Typed by hand from the standards as the material gives them; for the two cowpea rows it names no clause."""


@pytest.fixture
def library(store: Store) -> Store:
    """A store with the shipped library in it."""
    done(store, seed.load)
    return store


def test_the_shipped_limits_are_those_of_the_standards(library: Store) -> None:
    with library.work() as work:
        query = select(Item.code, Product.code, Limit, Standard.code).select_from(Limit).join(Limit.item).join(Limit.product).join(Limit.standard)
        rows = work.execute(query).all()
    found = {(item, product): (row.operator, str(row.limit), row.unit, standard, row.clause) for item, product, row, standard in rows}
    assert found == LIMITS


def test_every_limit_says_where_it_comes_from(library: Store) -> None:
    with library.work() as work:
        assert all(limit.source and limit.evidence for limit in work.scalars(select(Limit)))


def test_no_shipped_limit_is_confirmed(library: Store) -> None:
    with library.work() as work:
        assert work.scalar(select(func.count(Confirmation.id))) == 0
        assert [row.confirmed_by for row in catalogue.limit_rows(work, date(2026, 11, 1))] == [""] * 6
        assert catalogue.confirmed_codes(work) == frozenset()


def test_every_edition_is_in_force_on_the_days_of_the_demonstration(library: Store) -> None:
    with library.work() as work:
        assert all(standard.edition().holds(date(2026, 11, 1)) for standard in work.scalars(select(Standard)))
        assert not any(standard.edition().holds(date(2017, 9, 16)) for standard in work.scalars(select(Standard)))


def test_moisture_is_calculated_from_weighings_by_gb_5009_3(library: Store) -> None:
    """(m1 + m0 − m2) / m1 × 100 to the hundredth, the mean to the tenth; two determinations within 0.2."""
    with library.work() as work:
        drying = work.scalars(select(Procedure).where(Procedure.code == "moisture-drying")).one()
    weighed = {"W0": Decimal("25.1234"), "W1": Decimal("3.0021"), "W2": Decimal("27.7512")}
    assert f"{formula.evaluate(drying.formula, weighed):.2f}" == "12.47"
    assert (drying.determinations, drying.single_rounding, drying.rounding, drying.tolerance, drying.unit) == (2, "0.01", "0.1", Decimal("0.2"), "%")


def test_whatever_can_be_asked_of_a_product_has_a_method(library: Store) -> None:
    with library.work() as work:
        offered = {row.item_code for product in ("cowpea", "maize", "wine") for row in catalogue.offers(work, product, date(2026, 11, 1))}
    assert offered == {item for item, _product in LIMITS}


def test_loading_again_adds_nothing_and_changes_nothing(library: Store) -> None:
    def lines() -> int:
        with library.work() as work:
            return work.scalar(select(func.count(TrailLine.id))) or 0

    before = lines()
    done(library, seed.load)
    assert lines() == before == 6 + 3 + 4 + 6 + 6, "one line for each row of the five files"


def test_what_the_laboratory_has_changed_is_left_to_it(library: Store) -> None:
    def rename(work: Work) -> None:
        work.scalars(select(Product).where(Product.code == "cowpea")).one().prefix = "JD"

    done(library, rename)
    done(library, seed.load)
    with library.work() as work:
        assert work.scalars(select(Product.prefix).where(Product.code == "cowpea")).one() == "JD"


# -- a file with a mistake in it ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store that every file is refused for; it stays empty."""
    from tests.db.conftest import CHEAP

    store = Store(f"sqlite:///{tmp_path_factory.mktemp('seed') / 'blank.sqlite3'}", CHEAP)
    yield store
    store.close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    shutil.copytree(seed.CATALOGUE, tmp_path / "catalogue")
    return tmp_path / "catalogue"


def spoil(file: Path, line: int, column: str, text: str) -> None:
    """Write *text* into one field; lines count from 1, the header."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    rows[line - 1][rows[0].index(column)] = text
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)


def refused(store: Store, files: Path) -> str:
    with pytest.raises(Refusal) as caught:
        done(store, lambda work: seed.load(work, files))
    with store.work() as work:
        assert work.scalar(select(func.count(TrailLine.id))) == 0, "not one row was kept"
    return caught.value.words


FIELDS = [
    ("items.csv", 3, "code", "", "code = ''"),
    ("items.csv", 2, "name_zh", " ", "name_zh = ''"),
    ("items.csv", 7, "code", "carbofuran", "code carbofuran stands twice"),
    ("products.csv", 4, "code", "maize", "code maize stands twice"),
    ("products.csv", 2, "name_zh", "", "name_zh = ''"),
    ("standards.csv", 2, "code", "", "code = ''"),
    ("standards.csv", 3, "in_force", "17.9.2017", "in_force = '17.9.2017'"),
    ("standards.csv", 3, "abolished", "2026-02-30", "abolished = '2026-02-30'"),
    ("standards.csv", 3, "abolished", "2017-09-17", "it ends before it begins"),
    ("procedures.csv", 2, "item", "carbofurane", "item 'carbofurane' is not in the library"),
    ("procedures.csv", 2, "item", "", "item '' is not in the library"),
    ("procedures.csv", 3, "code", "carbofuran-lcms", "code carbofuran-lcms stands twice"),
    ("procedures.csv", 3, "method", "", "method = ''"),
    ("procedures.csv", 6, "unit", "percent", "unit = 'percent'"),
    ("procedures.csv", 6, "determinations", "0", "determinations = '0'"),
    ("procedures.csv", 6, "determinations", "two", "determinations = 'two'"),
    ("procedures.csv", 6, "single_rounding", "0.03", "single_rounding = '0.03'"),
    ("procedures.csv", 6, "rounding", "0s", "rounding = '0s'"),
    ("procedures.csv", 6, "comparison", "roughly", "comparison = 'roughly'"),
    ("procedures.csv", 6, "tolerance_kind", "both", "tolerance_kind = 'both'"),
    ("procedures.csv", 6, "tolerance_kind", "", "a tolerance needs its kind"),
    ("procedures.csv", 6, "tolerance", "", "a tolerance needs its kind"),
    ("procedures.csv", 6, "tolerance", "0,2", "tolerance = '0,2'"),
    ("procedures.csv", 6, "formula", "W1 + ", "formula = 'W1 +'"),
    ("procedures.csv", 6, "formula", "__import__('os')", "formula = \"__import__('os')\""),
    ("procedures.csv", 6, "formula", "(W1 + W0 − W3) / W1 × 100", "formula and inputs do not name the same: W2, W3"),
    ("procedures.csv", 6, "inputs", "W0=dish; W1=portion", "formula and inputs do not name the same: W2"),
    ("procedures.csv", 2, "detection_limit", "0.02", "the limit of detection lies above the limit of quantitation"),
    ("procedures.csv", 2, "quantitation_limit", "NaN", "quantitation_limit = 'NaN'"),
    ("limits.csv", 2, "code", "", "code = ''"),
    ("limits.csv", 3, "code", "gb2763-2021-carbofuran-cowpea", "code gb2763-2021-carbofuran-cowpea stands twice"),
    ("limits.csv", 2, "item", "nothing", "item 'nothing' is not in the library"),
    ("limits.csv", 2, "product", "豇豆", "product '豇豆' is not in the library"),
    ("limits.csv", 2, "standard", "GB 2763-2026", "standard 'GB 2763-2026' is not in the library"),
    ("limits.csv", 2, "operator", "<=", "operator = '<='"),
    ("limits.csv", 2, "operator", "不得检出", "limit and operator do not go together"),
    ("limits.csv", 2, "limit", "", "limit and operator do not go together"),
    ("limits.csv", 2, "limit", "0.02 mg/kg", "limit = '0.02 mg/kg'"),
    ("limits.csv", 2, "limit", "Infinity", "limit = 'Infinity'"),
    ("limits.csv", 2, "unit", "ppm", "unit = 'ppm'"),
    ("limits.csv", 2, "unit", "", "a limit needs its unit"),
]


@pytest.mark.parametrize(("file", "line", "column", "text", "words"), FIELDS, ids=lambda part: str(part) or "empty")
def test_a_field_that_cannot_be_is_refused_with_file_and_line(
    file: str, line: int, column: str, text: str, words: str, files: Path, blank: Store, english: None
) -> None:
    spoil(files / file, line, column, text)
    said = refused(blank, files)
    assert said.startswith(f"{file}, line {line}: {words}") and said.endswith(". Mend the file.")


def test_every_column_that_is_checked_was_tried() -> None:
    """A column added to a sheet needs its row above, unless any text will do."""
    checked = {(sheet.file, name) for sheet in seed.SHEETS for name, reads in sheet.columns.items() if reads is not str} | {
        (sheet.file, name) for sheet in seed.SHEETS for name in sheet.links
    }
    assert checked - {(file, column) for file, _line, column, _text, _words in FIELDS} == set()


@pytest.mark.parametrize("file", [sheet.file for sheet in seed.SHEETS])
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
    assert said.startswith(f"{file}, line ") and words in said
    if not words.startswith("line 1"):
        assert said.startswith(f"{file}, line {before.count(chr(10)) + 1}: ")


def test_a_file_that_is_no_utf_8_is_refused_with_its_line(files: Path, blank: Store, english: None) -> None:
    text = (files / "items.csv").read_text("utf-8")
    (files / "items.csv").write_bytes(text.encode("utf-8").replace("噻虫嗪".encode(), "噻虫嗪".encode("gb18030")))
    assert refused(blank, files) == "items.csv, line 3: no UTF-8. Mend the file."


def test_a_file_that_is_missing_is_said(files: Path, blank: Store, english: None) -> None:
    (files / "limits.csv").unlink()
    with pytest.raises(Trouble, match=r"limits\.csv cannot be read: there is no such file or folder"):
        done(blank, lambda work: seed.load(work, files))


def test_a_spreadsheets_mark_blank_lines_and_line_ends_are_read(files: Path, store: Store) -> None:
    text = (files / "limits.csv").read_text("utf-8")
    (files / "limits.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n\r\n").encode("utf-8"))
    done(store, lambda work: seed.load(work, files))
    with store.work() as work:
        assert work.scalar(select(func.count(Limit.id))) == 6


def test_where_nothing_may_be_found_there_is_no_number(files: Path, store: Store) -> None:
    spoil(files / "limits.csv", 2, "operator", "不得检出")
    spoil(files / "limits.csv", 2, "limit", "")
    done(store, lambda work: seed.load(work, files))
    with store.work() as work:
        strict = work.scalars(select(Limit).where(Limit.operator == Operator.ABSENT)).one()
        assert strict.limit is None

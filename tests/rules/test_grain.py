"""GB 1350-1354, GB/T 20569-20571 and 31785, GB/T 5494: grade, quality, storage class and food safety of a lot, each for itself, and the bench's figures."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.i18n import _
from lims.rules import grain, grain_bench
from lims.rules.grain import (
    Grade,
    Index,
    Standing,
    Storage,
    StorageIndex,
    StorageLevel,
    Stored,
    grade,
    middle,
    quality,
    safety,
    storage_quality,
)
from lims.rules.grain_bench import (
    MAIZE_BUN,
    STEAMED_BUN,
    Hardness,
    eating_score,
    fatty_acid_value,
    foreign_matter,
    gluten_water_absorption,
    hardness,
    husked_yield,
    mineral_matter,
    moisture,
    mouldy_kernels,
    panel_score,
    share,
    small_foreign_matter,
    unsound_kernels,
    volume_points,
)
from lims.rules.replicates import (
    Determined,
    Kind,
    Tolerance,
    determined,
)
from lims.rules.rounding import plain, round_to
from lims.rules.verdict import Decision, Said, Verdict

D = Decimal
PASS, FAIL, UNDECIDED, NONE = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED, Verdict.NONE
SUITABLE, SLIGHT, SEVERE = Storage.SUITABLE, Storage.SLIGHT, Storage.SEVERE


@dataclass(frozen=True)
class Asked:
    """A requirement as the library's tables write it: ≥790, <180, 13.0~22.0, 正常."""

    text: str

    def verdict(self, value: Decimal | str, /) -> Verdict:
        if self.text[0] not in "≤≥<>" and "~" not in self.text:
            return PASS if value == self.text else FAIL
        if isinstance(value, str):
            return UNDECIDED
        if "~" in self.text:
            low, high = map(D, self.text.split("~"))
            return PASS if low <= value <= high else FAIL
        limit = D(self.text[1:])
        return PASS if {"≤": value <= limit, "≥": value >= limit, "<": value < limit, ">": value > limit}[self.text[0]] else FAIL


class Silent:
    """A requirement that judges nothing."""

    def verdict(self, value: Decimal | str, /) -> Verdict:
        return NONE


def index(item: str, text: str, rounding: str = "0.1", *, sets: bool = False, unit: str = "%") -> Index:
    return Index(item, Asked(text) if text and text != "—" else None, text, rounding, unit, sets)


NAMES = ("一等", "二等", "三等", "四等", "五等")

WHEAT = tuple(
    Grade(
        name,
        (
            index("容重", f"≥{weight}", "1", sets=True, unit="g/L"),
            index("不完善粒", f"≤{unsound}"),
            index("杂质", "≤1.0"),
            index("水分", "≤12.5"),
            index("色泽、气味", "正常", "", unit=""),
        ),
    )
    for name, weight, unsound in zip(NAMES, (790, 770, 750, 730, 710), ("6.0", "6.0", "8.0", "8.0", "10.0"), strict=True)
)
"""GB 1351-2023."""

WHEAT_OUTSIDE = Grade("等外", (index("容重", "<710", "1", sets=True, unit="g/L"), index("不完善粒", "—"), index("杂质", "≤1.0")), outside=True)

PADDY = tuple(
    Grade(name, (index("出糙率", f"≥{husked}", sets=True), index("整精米率", f"≥{head}", sets=True), index("黄粒米", "≤1.0")))
    for name, husked, head in zip(NAMES, ("79.0", "77.0", "75.0", "73.0", "71.0"), ("50.0", "47.0", "44.0", "41.0", "38.0"), strict=True)
)
"""GB 1350-2009, indica."""

SOYBEAN = tuple(
    Grade(name, (index("完整粒率", f"≥{sound}", sets=True), index("损伤粒率", "")))
    for name, sound in zip(NAMES, ("95.0", "90.0", "85.0", "80.0", "75.0"), strict=True)
)
"""GB 1352-2023; its limits for damaged kernels are not in the library."""

RICE = tuple(
    Grade(
        name,
        (
            index("碎米总量", f"≤{broken}", sets=True),
            index("小碎米", f"≤{small}", sets=True),
            index("加工精度", milled, "", sets=True, unit=""),
            index("不完善粒", f"≤{unsound}", sets=True),
            index("水分", "≤14.5"),
        ),
    )
    for name, broken, small, milled, unsound in (
        ("一级", "15.0", "1.0", "精碾", "3.0"),
        ("二级", "20.0", "1.5", "精碾", "4.0"),
        ("三级", "30.0", "2.0", "适碾", "6.0"),
    )
)
"""GB/T 1354-2018, indica rice."""


def name(found: dict[str, D | str | None], grades: tuple[Grade, ...]) -> str | None:
    one = grade(found, grades).grade
    return None if one is None else one.name


def words(because: tuple[Said, ...]) -> str:
    return " ".join(one.shown() for one in because)


@pytest.mark.parametrize(
    ("weight", "graded"),
    [
        ("793", "一等"),
        ("790", "一等"),
        ("789.5", "一等"),  # half-even to the index's digits first: 790
        ("789.49", "二等"),
        ("785", "二等"),
        ("770", "二等"),
        ("769", "三等"),
        ("750", "三等"),
        ("730", "四等"),
        ("710.5", "五等"),  # 710
        ("710", "五等"),
        ("709.5", "五等"),  # 710
        ("709.4", "等外"),
        ("0", "等外"),
    ],
)
def test_wheat_is_graded_by_its_rounded_test_weight_alone(weight: str, graded: str) -> None:
    assert name({"容重": D(weight), "不完善粒": D(90), "杂质": None}, (*WHEAT, WHEAT_OUTSIDE)) == graded


def test_the_row_below_the_lowest_grade_is_never_tried_and_stands_in_when_the_library_has_none() -> None:
    assert name({"容重": D(700)}, WHEAT) == "Out of grade"
    assert name({"容重": D(800)}, (WHEAT_OUTSIDE, *WHEAT)) == "一等"
    assert name({"容重": D(700)}, (*WHEAT, grain.OUT_OF_GRADE)) == "Out of grade"


@pytest.mark.parametrize(
    ("husked", "head", "graded"),
    [
        ("79.0", "50.0", "一等"),
        ("82.0", "49.9", "二等"),
        ("78.9", "61.0", "二等"),
        ("82.0", "44.0", "三等"),
        ("71.0", "60.0", "五等"),
        ("79.0", "37.9", "Out of grade"),
        ("70.9", "50.0", "Out of grade"),
        ("78.95", "49.95", "一等"),  # 79.0 (9 is odd) and 50.0
        ("78.85", "50.0", "二等"),  # 78.8
    ],
)
def test_paddy_takes_the_best_grade_whose_two_limits_it_keeps(husked: str, head: str, graded: str) -> None:
    assert name({"出糙率": D(husked), "整精米率": D(head)}, PADDY) == graded


@pytest.mark.parametrize(("sound", "graded"), [("95.0", "一等"), ("94.9", "二等"), ("75.0", "五等"), ("74.9", "Out of grade")])
def test_soybean_is_graded_by_sound_kernels_though_other_limits_are_unknown(sound: str, graded: str) -> None:
    assert name({"完整粒率": D(sound)}, SOYBEAN) == graded


@pytest.mark.parametrize(
    ("broken", "small", "milled", "unsound", "graded"),
    [
        ("15.0", "1.0", "精碾", "3.0", "一级"),
        ("15.1", "1.0", "精碾", "3.0", "二级"),
        ("15.0", "1.0", "精碾", "4.1", "Out of grade"),  # grade 3 asks for 适碾 in so many words
        ("15.0", "1.0", "适碾", "3.0", "三级"),
        ("30.0", "2.1", "适碾", "6.0", "Out of grade"),
    ],
)
def test_milled_rice_keeps_every_grading_index_of_its_grade(broken: str, small: str, milled: str, unsound: str, graded: str) -> None:
    assert name({"碎米总量": D(broken), "小碎米": D(small), "加工精度": milled, "不完善粒": D(unsound)}, RICE) == graded


def test_why_a_grade_was_given_names_what_fell_and_what_held() -> None:
    graded = grade({"出糙率": D("79.24"), "整精米率": D("48.0")}, PADDY)
    assert [one.shown() for one in graded.because] == [
        "整精米率: 48.0 % does not keep ≥50.0.",
        "出糙率: 79.2 % keeps ≥77.0.",
        "整精米率: 48.0 % keeps ≥47.0.",
        "The grade is 二等.",
    ]
    assert words(grade({"容重": D(700)}, WHEAT).because).endswith("容重: 700 g/L does not keep ≥710. No grade is kept: the grain is out of grade.")


@pytest.mark.parametrize("head", [None, "", "  "])
def test_a_grading_index_without_a_value_leaves_the_grade_undecided(head: str | None) -> None:
    graded = grade({"出糙率": D("60.0"), "整精米率": head}, PADDY)
    assert graded.grade is None
    assert words(graded.because) == "整精米率: not determined yet."
    assert words(grade({}, PADDY).because) == "出糙率: not determined yet. 整精米率: not determined yet."


def test_a_grading_index_without_a_limit_leaves_the_grade_undecided_unless_another_fails_it() -> None:
    first, second = Grade("一等", (index("粗蛋白质", "", sets=True), index("完整粒率", "≥95.0", sets=True))), SOYBEAN[1]
    graded = grade({"粗蛋白质": D("44.0"), "完整粒率": D("96.0")}, (first, second))
    assert graded.grade is None
    assert "粗蛋白质: the library has no limit. Enter it from the standard." in words(graded.because)
    assert name({"粗蛋白质": D("44.0"), "完整粒率": D("94.0")}, (first, second)) == "二等"


def test_a_grading_index_with_a_dash_needs_no_value() -> None:
    grades = (Grade("一等", (index("容重", "≥790", "1", sets=True), index("不完善粒", "—", sets=True))),)
    assert name({"容重": D(800)}, grades) == "一等"
    nothing = (Grade("一等", (index("容重", "—", sets=True),)),)
    assert grade({}, nothing).grade is None


@pytest.mark.parametrize("grades", [(), (WHEAT_OUTSIDE,), (Grade("全部", (Index("杂质", Asked("≤1.0"), "≤1.0"),)),), (*WHEAT, Grade("六等", ()))])
def test_grades_without_a_grading_index_are_refused(grades: tuple[Grade, ...]) -> None:
    with pytest.raises(Refusal, match="an index that sets the grade"):
        grade({"容重": D(790)}, grades)


@given(st.decimals(600, 900, places=2), st.decimals(0, 100, places=1), st.decimals(0, 100, places=1))
def test_other_indices_never_change_the_grade(weight: D, unsound: D, water: D) -> None:
    assert name({"容重": weight, "不完善粒": unsound, "水分": water, "色泽、气味": "异常"}, WHEAT) == name({"容重": weight}, WHEAT)


@given(st.tuples(st.decimals(60, 90, places=2), st.decimals(30, 60, places=2)), st.decimals(0, 10, places=2), st.integers(0, 1))
def test_a_grade_never_rises_when_a_grading_index_falls(found: tuple[D, D], less: D, which: int) -> None:
    worse = tuple(value - less if place == which else value for place, value in enumerate(found))
    ranks = [*NAMES, "Out of grade"]
    before, after = (ranks.index(name(dict(zip(("出糙率", "整精米率"), each, strict=True)), PADDY) or "") for each in (found, worse))
    assert after >= before


def test_the_middle_grade_is_three_of_five_two_of_three_and_two_of_two() -> None:
    assert middle((*WHEAT, WHEAT_OUTSIDE)).name == "三等"
    assert middle(RICE).name == "二级"
    assert middle(RICE[:2]).name == "二级"


@pytest.mark.parametrize("grades", [(), WHEAT[:1], WHEAT[:4], (WHEAT_OUTSIDE,)])
def test_other_scales_have_no_middle_grade(grades: tuple[Grade, ...]) -> None:
    with pytest.raises(Refusal, match="Name the grade of the contract"):
        middle(grades)


GOOD = {"容重": D(785), "不完善粒": D("8.0"), "杂质": D("0.8"), "水分": D("12.5"), "色泽、气味": "正常"}


def test_quality_is_up_to_standard_when_every_index_meets_the_grade_of_the_contract() -> None:
    decision = quality(GOOD, middle(WHEAT))
    assert decision.verdict is PASS
    assert decision.why().startswith("容重: 785 g/L keeps ≥750. 不完善粒: 8.0 % keeps ≤8.0.")
    assert quality(GOOD, WHEAT[1]).verdict is FAIL  # unsound kernels: 6.0 in grade 2


@pytest.mark.parametrize(
    ("item", "value"), [("容重", D("749.4")), ("不完善粒", D("8.06")), ("杂质", D("1.1")), ("水分", D("12.6")), ("色泽、气味", "基本正常")]
)
def test_one_index_that_fails_fails_the_quality(item: str, value: D | str) -> None:
    decision = quality({**GOOD, item: value}, middle(WHEAT))
    assert decision.verdict is FAIL
    assert f"{item}: " in next(one.shown() for one in decision.because if "does not keep" in one.shown())


def test_the_value_is_rounded_once_before_it_is_judged() -> None:
    assert quality({**GOOD, "不完善粒": D("8.05")}, middle(WHEAT)).verdict is PASS  # 8.0, not 8.1
    assert quality({**GOOD, "水分": D("12.5499")}, middle(WHEAT)).verdict is PASS  # 12.5, not 12.55 -> 12.6


@pytest.mark.parametrize("unknown", [None, ""])
def test_an_unknown_index_leaves_quality_undecided_unless_another_fails(unknown: str | None) -> None:
    assert quality({**GOOD, "杂质": unknown}, middle(WHEAT)).verdict is UNDECIDED
    assert quality({**GOOD, "杂质": unknown, "水分": D("14.0")}, middle(WHEAT)).verdict is FAIL
    assert quality({"完整粒率": D("95.0"), "损伤粒率": D("0.5")}, SOYBEAN[0]).verdict is UNDECIDED  # limit not in the library


def test_a_value_that_cannot_be_compared_leaves_quality_undecided() -> None:
    decision = quality({**GOOD, "杂质": "微量"}, middle(WHEAT))
    assert decision.verdict is UNDECIDED
    assert "杂质: 微量 cannot be compared with ≤1.0. Check the value." in decision.why()


def test_what_is_demanded_and_not_judged_is_no_pass() -> None:
    one = Grade("一等", (Index("容重", Silent(), "≥790"),))
    assert quality({"容重": D(800)}, one).verdict is UNDECIDED


def test_out_of_grade_asks_nothing_of_what_sets_the_grade_or_has_a_dash() -> None:
    assert quality({"容重": D(720), "杂质": D("1.0")}, WHEAT_OUTSIDE).verdict is PASS
    assert quality({"容重": D(700), "杂质": D("1.1")}, WHEAT_OUTSIDE).verdict is FAIL
    assert "不完善粒: nothing is demanded." in quality({"杂质": D("1.0")}, WHEAT_OUTSIDE).why()


@pytest.mark.parametrize("text", ["—", " — ", "-", "/", "不作要求"])
def test_what_the_standard_leaves_free_is_neither_kept_nor_missing(text: str) -> None:
    free = Grade("一等", (Index("硬度", None, text), index("杂质", "≤1.0")))
    assert quality({"杂质": D("1.0")}, free).verdict is PASS
    assert quality({}, Grade("一等", (Index("硬度", None, text),))).verdict is NONE


def test_an_index_may_have_two_sides() -> None:
    one = Grade("一级", (index("直链淀粉", "13.0~22.0"),))
    assert [quality({"直链淀粉": D(value)}, one).verdict for value in ("12.9", "13.0", "22.04", "22.1")] == [FAIL, PASS, PASS, FAIL]


@pytest.mark.parametrize("judge", [lambda: quality({}, grain.OUT_OF_GRADE), lambda: safety({}, ()), lambda: storage_quality({}, ())])
def test_without_an_index_nothing_is_judged(judge) -> None:
    with pytest.raises(Refusal, match="Choose the standard"):
        judge()


SAFETY = (index("铅", "≤0.2", "0.01", unit="mg/kg"), index("镉", "≤0.1", "0.01", unit="mg/kg"))


def test_food_safety_fails_with_any_item_over_its_limit() -> None:
    assert safety({"铅": D("0.20"), "镉": D("0.10")}, SAFETY).verdict is PASS
    over = safety({"铅": D("0.20"), "镉": D("0.11")}, SAFETY)
    assert over.verdict is FAIL
    assert over.why().endswith("do not release it as food (Regulation on the Administration of Grain Distribution, articles 11 and 18).")
    assert "release" not in safety({"铅": D("0.20"), "镉": D("0.10")}, SAFETY).why()


def test_food_safety_is_undecided_while_an_item_is_missing_and_none_is_over() -> None:
    assert safety({"铅": D("0.20")}, SAFETY).verdict is UNDECIDED
    assert safety({"铅": D("0.21")}, SAFETY).verdict is FAIL


def storage_index(item: str, suitable: str, slight: str, severe: str, rounding: str = "1", unit: str = "") -> StorageIndex:
    texts = zip((SUITABLE, SLIGHT, SEVERE), (suitable, slight, severe), strict=True)
    return StorageIndex(item, tuple(StorageLevel(one, Asked(text) if text not in ("", "—") else None, text) for one, text in texts), rounding, unit)


ODOUR = storage_index("色泽气味", "正常", "正常", "基本正常", "")
GLUTEN = storage_index("面筋吸水量", "≥180", "<180", "—", unit="%")
TASTE = storage_index("品尝评分值", "≥70", "≥60", "<60", unit="分")
ACID = storage_index("脂肪酸值", "≤30.0", "≤37.0", ">37.0", "0.1", "mg/100g")

BY_INDEX = [
    (ODOUR, "正常", SUITABLE),
    (ODOUR, "基本正常", SEVERE),
    (ODOUR, "异常", SEVERE),
    (ODOUR, "有霉味", None),
    (ODOUR, "", None),
    (GLUTEN, D(180), SUITABLE),
    (GLUTEN, D("179.5"), SUITABLE),  # 180, the even one
    (GLUTEN, D("179.4"), SLIGHT),
    (GLUTEN, D(0), SLIGHT),
    (TASTE, D(70), SUITABLE),
    (TASTE, D("69.5"), SUITABLE),  # 70
    (TASTE, D(69), SLIGHT),
    (TASTE, D(60), SLIGHT),
    (TASTE, D(59), SEVERE),
    (TASTE, None, None),
    (TASTE, "好", None),
    (ACID, D("20.0"), SUITABLE),
    (ACID, D("30.04"), SUITABLE),
    (ACID, D("30.1"), SLIGHT),
    (ACID, D("37.0"), SLIGHT),
    (ACID, D("37.1"), SEVERE),
    (ACID, D("40.8"), SEVERE),
]


@pytest.mark.parametrize(("one", "value", "storage"), BY_INDEX)
def test_an_index_falls_into_the_first_class_from_the_top_whose_limit_it_keeps(one: StorageIndex, value: D | str | None, storage: Storage | None) -> None:
    assert storage_quality({one.item: value}, (one,)).storage is storage


def test_the_order_of_the_library_s_rows_does_not_matter() -> None:
    turned = StorageIndex(TASTE.item, TASTE.levels[::-1], "1")
    assert storage_quality({"品尝评分值": D(75)}, (turned,)).storage is SUITABLE


WHEAT_STORED = [
    (ODOUR, {SUITABLE: "正常", SEVERE: "基本正常", None: None}),
    (GLUTEN, {SUITABLE: D(190), SLIGHT: D(170), None: None}),
    (TASTE, {SUITABLE: D(80), SLIGHT: D(65), SEVERE: D(50), None: None}),
]
PADDY_STORED = [
    (ODOUR, {SUITABLE: "正常", SEVERE: "基本正常", None: None}),
    (ACID, {SUITABLE: D("25.0"), SLIGHT: D("35.0"), SEVERE: D("40.0"), None: None}),
    WHEAT_STORED[2],
]


def by_hand(classes: tuple[Storage | None, ...]) -> Storage | None:
    """The rule of the standards as a sentence: any severe; else unknown; else all suitable; else slight."""
    if SEVERE in classes:
        return SEVERE
    if None in classes:
        return None
    return SUITABLE if classes.count(SUITABLE) == len(classes) else SLIGHT


@pytest.mark.parametrize("stored", [WHEAT_STORED, PADDY_STORED], ids=["wheat", "paddy"])
def test_the_worst_index_decides_in_every_combination_and_every_order(stored: list[tuple[StorageIndex, dict[Storage | None, D | str | None]]]) -> None:
    seen = set()
    for classes in product(*(values for _one, values in stored)):
        found = {one.item: values[each] for (one, values), each in zip(stored, classes, strict=True)}
        indices = tuple(one for one, _values in stored)
        expected = by_hand(classes)
        seen.add(expected)
        assert storage_quality(found, indices).storage is expected, classes
        assert storage_quality(found, indices[::-1]).storage is expected, classes
    assert seen == {SUITABLE, SLIGHT, SEVERE, None}


def test_slightly_unsuitable_grain_must_be_taken_out_in_time_and_only_such() -> None:
    def why(score: D | None) -> str:
        return words(storage_quality({"品尝评分值": score}, (TASTE,)).because)

    order = "The grain must be taken out in time (Regulation on the Administration of Grain Distribution, article 17)."
    whole = "No index is severe, but not every one is suitable: the grain is slightly unsuitable for storage."
    assert why(D(65)) == f"品尝评分值: 65 分 is slightly unsuitable for storage (≥60). {whole} {order}"
    assert all(order not in why(score) for score in (D(75), D(55), None))


def test_why_a_storage_class_was_given_is_said_for_each_index() -> None:
    good = storage_quality({"色泽气味": "正常", "品尝评分值": D(75)}, (ODOUR, TASTE))
    assert [one.shown() for one in good.because] == [
        "色泽气味: 正常 is suitable for storage (正常).",
        "品尝评分值: 75 分 is suitable for storage (≥70).",
        "Every index is suitable: the grain is suitable for storage.",
    ]
    assert words(storage_quality({"品尝评分值": D(55)}, (TASTE,)).because) == (
        "品尝评分值: 55 分 is severely unsuitable for storage (<60). An index is severe: the grain is severely unsuitable for storage."
    )
    assert words(storage_quality({}, (TASTE,)).because) == "品尝评分值: not determined yet. The storage class is undecided."
    assert words(storage_quality({"色泽气味": "异常"}, (ODOUR,)).because).startswith("色泽气味: 异常 is worse than the last class")
    assert words(storage_quality({"色泽气味": "有霉味"}, (ODOUR,)).because).startswith("色泽气味: 有霉味 fits no class of the standard. Check the value.")
    assert words(storage_quality({"品尝评分值": "好"}, (TASTE,)).because).startswith("品尝评分值: 好 cannot be compared with ≥70. Check the value.")


def test_a_class_without_a_limit_in_the_library_leaves_the_storage_class_undecided() -> None:
    unknown = storage_index("粗脂肪酸价", "≤3.5", "", ">5.0", "0.1")
    assert storage_quality({"粗脂肪酸价": D("3.5")}, (unknown,)).storage is SUITABLE
    stored = storage_quality({"粗脂肪酸价": D("3.6")}, (unknown,))
    assert stored.storage is None
    assert "粗脂肪酸价: the library has no limit." in words(stored.because)


RANK = {SUITABLE: 0, SLIGHT: 1, SEVERE: 2}


@given(
    st.decimals(0, 60, places=2), st.decimals(0, 100, places=2), st.sampled_from(["正常", "基本正常", "异常"]), st.decimals(0, 30, places=2), st.integers(0, 2)
)
def test_the_storage_class_never_improves_when_an_index_gets_worse(acid: D, score: D, odour: str, by: D, which: int) -> None:
    worse = {"正常": "基本正常", "基本正常": "异常", "异常": "异常"}
    before = {"脂肪酸值": acid, "品尝评分值": score, "色泽气味": odour}
    changed = ({"脂肪酸值": acid + by}, {"品尝评分值": max(D(0), score - by)}, {"色泽气味": worse[odour]})[which]
    classes = [storage_quality(found, (ACID, TASTE, ODOUR)).storage for found in (before, {**before, **changed})]
    assert classes[0] is not None
    assert classes[1] is not None
    assert RANK[classes[1]] >= RANK[classes[0]]


def test_the_three_verdicts_stand_side_by_side() -> None:
    standing = Standing(Decision(PASS, ()), Stored(SLIGHT, ()), Decision(FAIL, ()))
    assert standing.shown() == ("Up to standard", "Slightly unsuitable for storage", "Does not conform")
    assert Standing(Decision(FAIL, ()), Stored(SEVERE, ()), Decision(PASS, ())).shown() == ("Not up to standard", "Severely unsuitable for storage", "Conforms")
    assert Standing(Decision(UNDECIDED, ()), Stored(None, ()), Decision(UNDECIDED, ())).shown() == ("Undecided",) * 3
    assert Standing().shown() == ("Not judged",) * 3


def test_every_verdict_and_class_has_its_words() -> None:
    assert set(grain.QUALITY_WORDS) == set(Verdict)
    assert set(grain.STORAGE_WORDS) == set(grain.CLASSED) == set(Storage)
    assert set(grain.CONCLUDED) == {*Storage, None}
    assert set(grain_bench.HARDNESS_WORDS) == set(Hardness)
    assert _(grain.STORAGE_WORDS[SUITABLE]) == "Suitable for storage"


# Figures of the bench: the worked values.

TWO_TENTHS = Tolerance(Kind.ABSOLUTE, D("0.2"), "%")


def shown(value: D | None, interval: str = "0.01") -> str:
    assert value is not None
    return plain(round_to(value, interval))


def test_the_worked_moisture_comes_out() -> None:
    first = moisture(dish=D("25.1234"), sample=D("3.0021"), dried=D("27.7512"))
    second = moisture(dish=D("24.9876"), sample=D("3.0105"), dried=D("27.6204"))
    assert (shown(first), shown(second)) == ("12.47", "12.55")
    both = determined([first, second], TWO_TENTHS, "0.1", single="0.01")
    assert (both.decision.verdict, shown(both.value, ""), both.mean) == (PASS, "12.5", D("12.51"))
    assert both.decision.why() == "The determinations differ by 0.08; 0.2 % is allowed. Reported: 12.5."


@pytest.mark.parametrize(
    ("titrated", "masses", "singles", "reported"),
    [(("1.62", "1.66"), ("10.012", "10.008"), ("19.72", "20.25"), "20.0"), (("3.20", "3.28"), ("10.012", "10.008"), ("40.22", "41.28"), "40.8")],
)
def test_the_worked_fatty_acid_values_come_out(titrated: tuple[str, str], masses: tuple[str, str], singles: tuple[str, str], reported: str) -> None:
    values = [
        fatty_acid_value(titrated=D(volume), blank=D("0.10"), concentration=D("0.01005"), sample=D(mass), moisture=D("13.2"))
        for volume, mass in zip(titrated, masses, strict=True)
    ]
    assert tuple(map(shown, values)) == singles
    both = determined(values, Tolerance(Kind.ABSOLUTE, D(2), "mg/100g"), "0.1", single="0.01")
    assert shown(both.value, "") == reported


def test_the_worked_fatty_acid_values_are_suitable_and_severely_unsuitable_for_indica() -> None:
    assert storage_quality({"脂肪酸值": D("19.985")}, (ACID,)).storage is SUITABLE
    assert storage_quality({"脂肪酸值": D("40.75")}, (ACID,)).storage is SEVERE


def test_the_worked_foreign_matter_comes_out() -> None:
    large = [share(D(m1), D("500.0")) for m1 in ("2.10", "2.35")]
    assert [shown(one) for one in large] == ["0.42", "0.47"]
    figures = {
        small_foreign_matter: (("0.180", "0.205"), ("0.36", "0.41")),
        mineral_matter: (("0.050", "0.045"), ("0.10", "0.09")),
        unsound_kernels: (("3.120", "3.260"), ("6.21", "6.49")),
    }
    singles = {}
    for figure, (picked, expected) in figures.items():
        singles[figure] = [figure(picked=D(one), portion=D("50.00"), large=m) for one, m in zip(picked, large, strict=True)]
        assert tuple(map(shown, singles[figure])) == expected
    joined = {figure: determined(values, None, "0.1", single="0.01") for figure, values in singles.items()}
    m = determined(large, Tolerance(Kind.ABSOLUTE, D("0.3"), "%"), "0.01", single="0.01").mean
    n = joined[small_foreign_matter].mean
    assert m is not None
    assert n is not None
    assert (m, n) == (D("0.445"), D("0.385"))
    assert plain(foreign_matter(large=m, small=n)) == "0.8"
    assert shown(joined[mineral_matter].value, "") == "0.1"
    assert (joined[unsound_kernels].mean, shown(joined[unsound_kernels].value, "")) == (D("6.35"), "6.4")


def test_mouldy_kernels_stand_for_what_the_large_foreign_matter_leaves() -> None:
    assert mouldy_kernels(picked=D("1.00"), portion=D("50.00"), large=D("0.50")) == D("1.99")  # 99.5 x 1/50
    assert mouldy_kernels(picked=D(0), portion=D("50.00"), large=D(100)) == 0


def test_half_of_the_unsound_kernels_counts_in_the_husked_yield() -> None:
    assert husked_yield(paddy=D("20.00"), sound=D("15.00"), unsound=D("1.00")) == D("77.5")  # (15 + 0.5)/20
    assert husked_yield(paddy=D(20), sound=D(19), unsound=D(1)) == D("97.5")


def test_gluten_water_absorption_is_in_per_cent_of_the_dry_gluten() -> None:
    assert gluten_water_absorption(wet=D("2.90"), dry=D("1.00")) == 190
    assert gluten_water_absorption(wet=D(1), dry=D(1)) == 0


def test_a_share_is_nothing_to_the_whole() -> None:
    assert (share(D(0), D(5)), share(D(5), D(5)), share(D("0.5"), D(20))) == (0, 100, D("2.5"))


@pytest.mark.parametrize(
    "figure",
    [
        lambda: share(D("5.01"), D(5)),
        lambda: moisture(dish=D(25), sample=D(3), dried=D("28.01")),
        lambda: moisture(dish=D(25), sample=D(3), dried=D("24.99")),
        lambda: small_foreign_matter(picked=D("50.01"), portion=D(50), large=D(0)),
        lambda: unsound_kernels(picked=D(1), portion=D(50), large=D("100.1")),
        lambda: husked_yield(paddy=D(20), sound=D("19.9"), unsound=D("0.2")),
        lambda: gluten_water_absorption(wet=D(1), dry=D("1.1")),
        lambda: fatty_acid_value(titrated=D(1), blank=D("1.1"), concentration=D(1), sample=D(1), moisture=D(1)),
    ],
)
def test_weighings_that_cannot_be_are_refused(figure) -> None:
    with pytest.raises(Refusal, match=r"Check the (weighings|titration)\."):
        figure()


@pytest.mark.parametrize(
    "figure",
    [
        lambda: share(D(0), D(0)),
        lambda: moisture(dish=D(0), sample=D(0), dried=D(0)),
        lambda: mineral_matter(picked=D(0), portion=D(0), large=D(0)),
        lambda: husked_yield(paddy=D(0), sound=D(0), unsound=D(0)),
        lambda: gluten_water_absorption(wet=D(1), dry=D(0)),
        lambda: fatty_acid_value(titrated=D(1), blank=D(0), concentration=D(1), sample=D(0), moisture=D(1)),
    ],
)
def test_nothing_is_divided_by_zero(figure) -> None:
    with pytest.raises(Refusal, match="divided by zero"):
        figure()


@pytest.mark.parametrize("water", ["100", "100.1", "101"])
def test_grain_that_is_all_water_has_no_fatty_acid_value(water: str) -> None:
    with pytest.raises(Refusal, match="Moisture is 100 % or more"):
        fatty_acid_value(titrated=D(1), blank=D(0), concentration=D(1), sample=D(1), moisture=D(water))


def test_a_sample_that_used_no_more_than_the_blank_has_a_fatty_acid_value_of_nothing() -> None:
    assert fatty_acid_value(titrated=D("0.10"), blank=D("0.10"), concentration=D("0.01"), sample=D(10), moisture=D("99.9")) == 0


def test_all_that_was_dried_off_is_a_hundred_per_cent() -> None:
    assert moisture(dish=D(25), sample=D(3), dried=D(25)) == 100
    assert moisture(dish=D(25), sample=D(3), dried=D(28)) == 0


# Determinations.


def joined(*values: str, tolerance: Tolerance | None = TWO_TENTHS, **more) -> Determined:
    return determined([D(value) for value in values], tolerance, "0.1", **more)


def test_determinations_as_far_apart_as_is_allowed_are_joined() -> None:
    assert joined("12.40", "12.60").value == D("12.5")
    assert joined("12.40", "12.61").value is None


@pytest.mark.parametrize(("made", "further"), [((), 2), (("12.4",), 1)])
def test_two_determinations_are_asked_for(made: tuple[str, ...], further: int) -> None:
    one = joined(*made)
    assert (one.value, one.mean, one.decision.verdict, one.decision.further) == (None, None, UNDECIDED, further)
    assert one.decision.why() == "Two determinations are needed."


@pytest.mark.parametrize(("made", "further"), [(("12.0", "12.5"), 2), (("12.0", "12.5", "12.1"), 1)])
def test_a_pair_that_lies_apart_asks_for_a_third_and_a_fourth(made: tuple[str, ...], further: int) -> None:
    apart = joined(*made)
    assert (apart.value, apart.mean, apart.decision.verdict, apart.decision.further) == (None, None, UNDECIDED, further)
    assert apart.decision.why() == f"The determinations differ by 0.5, more than the 0.2 % allowed. Further determinations to make: {further}."


@pytest.mark.parametrize("made", [("12.0", "12.5", "12.1", "12.1"), ("12.0", "12.5", "12.1", "12.1", "12.1")])
def test_after_four_a_person_says_which_count(made: tuple[str, ...]) -> None:
    apart = joined(*made)
    assert (apart.decision.verdict, apart.decision.further) == (UNDECIDED, 0)
    assert apart.decision.why().endswith("Say which do not count and why; all stay on record.")


def test_of_four_some_may_be_left_out_with_a_reason() -> None:
    left = joined("12.0", "12.5", "12.1", "12.2", left_out={2: " The dish was open。"})
    assert (left.decision.verdict, left.mean, left.value) == (PASS, D("12.1"), D("12.1"))
    assert left.decision.why().startswith("Determination 2, 12.5, does not count: The dish was open. The determinations differ by 0.2; 0.2 % is allowed.")
    two = joined("12.0", "12.5", "12.1", "12.3", left_out={4: "spilt", 2: "spilt"})
    assert two.mean == D("12.05")
    assert two.decision.why().startswith("Determination 2, 12.5, does not count: spilt. Determination 4, 12.3, does not count: spilt.")
    still = joined("12.0", "12.5", "12.3", "12.2", left_out={2: "spilt"})
    assert (still.decision.verdict, still.decision.further) == (UNDECIDED, 0)
    assert still.decision.why().startswith("Determination 2, 12.5, does not count: spilt. The determinations differ by 0.3")


@pytest.mark.parametrize(
    ("values", "left_out", "words"),
    [
        (("12.0", "12.5"), {1: "spilt"}, "third and a fourth"),
        (("12.0", "12.5", "12.4"), {1: "spilt"}, "third and a fourth"),
        (("1", "2", "3", "4"), {1: "a", 2: "b", 3: "c"}, "count at least two"),
        (("1", "2", "3", "4"), {5: "a"}, "that were made"),
        (("1", "2", "3", "4"), {0: "a"}, "that were made"),
        (("1", "2", "3", "4"), {1: "  "}, "Say why"),
    ],
)
def test_nothing_is_left_out_too_early_too_often_or_without_a_reason(values: tuple[str, ...], left_out: dict[int, str], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        joined(*values, left_out=left_out)


def test_a_relative_tolerance_is_in_per_cent_of_the_mean() -> None:
    tenth = Tolerance(Kind.RELATIVE, D(10))
    assert joined("9.5", "10.5", tolerance=tenth).decision.why().startswith("The determinations differ by 1.0; 10 % is allowed.")
    apart = joined("9.4", "10.5", tolerance=tenth)
    assert apart.decision.why().startswith("The determinations differ by 1.1, more than 10 % of their mean.")


def test_without_a_tolerance_the_mean_is_given_and_nothing_is_judged() -> None:
    one = joined("1.0", "3.0", tolerance=None)
    assert (one.value, one.decision.verdict) == (D("2.0"), NONE)
    assert one.decision.why() == "No tolerance is on file, so the determinations were not compared. Reported: 2.0."


def test_the_mean_is_rounded_once() -> None:
    assert joined("0.14", "0.16", "0.15", tolerance=None).value == D("0.2")  # 0.15 to the even 0.2
    assert joined("0.549", "0.550", tolerance=None).value == D("0.5")  # 0.5495, not 0.55 -> 0.6
    assert joined("1", "1", "2", tolerance=None).mean == D("1.33333333333333333333")


# Tasting.

BUN = {"volume": D(15), "colour": D(12), "springiness": D(8), "odour": D(17), "taste": D(16), "toughness": D(8), "stickiness": D(7)}


@pytest.mark.parametrize("sheet", [STEAMED_BUN, MAIZE_BUN])
def test_a_tasting_sheet_adds_up_to_a_hundred(sheet: tuple[grain.ScoreItem, ...]) -> None:
    assert sum(item.most for item in sheet) == 100
    assert eating_score({item.code: D(item.most) for item in sheet}, sheet) == 100


def test_the_points_of_a_judge_are_added() -> None:
    assert eating_score(BUN, STEAMED_BUN) == 83
    assert eating_score({"odour": D("33.5"), "colour": D(8), "outside": D(4), "inside": D(4), "taste": D(30)}, MAIZE_BUN) == D("79.5")


@pytest.mark.parametrize("item", STEAMED_BUN, ids=lambda item: item.code)
def test_no_item_has_more_points_than_it_can_have_and_none_is_missing(item: grain.ScoreItem) -> None:
    with pytest.raises(Refusal, match=f"{item.label} has at most {item.most} points"):
        eating_score({**BUN, item.code: item.most + D("0.5")}, STEAMED_BUN)
    with pytest.raises(Refusal, match="Specific volume, Surface colour, Springiness"):
        eating_score({code: points for code, points in BUN.items() if code != item.code}, STEAMED_BUN)


def test_an_item_that_is_not_on_the_sheet_is_refused() -> None:
    with pytest.raises(Refusal, match="nothing else"):
        eating_score({**BUN, "crumb": D(1)}, STEAMED_BUN)


@pytest.mark.parametrize(
    ("volume", "points"), [("3.0", 15), ("2.3", 15), ("2.26", 15), ("2.25", 14), ("2.2", 14), ("2.1", 13), ("1.8", 10), ("0.9", 1), ("0.8", 0), ("0.1", 0)]
)
def test_a_steamed_bun_loses_a_point_for_each_tenth_below_2_3(volume: str, points: int) -> None:
    assert volume_points(D(volume)) == points


def test_a_judge_far_from_the_mean_does_not_count_where_the_laboratory_says_so() -> None:
    scores = [D(70), D(72), D(74), D(71), D(50)]  # mean 67.4; 50 is 17.4 away; the others give 71.75
    panel = panel_score(scores, D(10))
    assert (panel.score, panel.left_out) == (72, (5,))
    assert words(panel.because) == "Judge 5, 50, lies more than 10 from the mean. Reported: 72."
    assert (panel_score(scores, None).score, panel_score(scores, None).left_out) == (67, ())


def test_a_judge_as_far_away_as_is_allowed_counts() -> None:
    assert panel_score([D(60), D(80)], D(10)).score == 70
    assert panel_score([D(60), D("80.01")], D(10)).left_out == (1, 2)


def test_judges_that_all_lie_apart_give_no_score() -> None:
    panel = panel_score([D(50), D(80)], D(10))
    assert (panel.score, panel.left_out) == (None, (1, 2))
    assert words(panel.because).endswith("No judge is left. Taste again.")


def test_a_panel_s_score_is_rounded_to_the_even_point() -> None:
    assert panel_score([D(69), D(70)], None).score == 70  # 69.5
    assert panel_score([D(70), D(71)], None).score == 70  # 70.5
    assert panel_score([D(100)], None).score == 100


@pytest.mark.parametrize("scores", [[], [D("100.1")], [D(70), D(101)]])
def test_a_panel_scores_from_0_to_100(scores: list[D]) -> None:
    with pytest.raises(Refusal, match="from 0 to 100"):
        panel_score(scores, D(10))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("60", Hardness.HARD),
        ("59.5", Hardness.HARD),
        ("59.4", Hardness.MIXED),
        ("46", Hardness.MIXED),
        ("45.5", Hardness.MIXED),
        ("45.4", Hardness.SOFT),
        ("0", Hardness.SOFT),
    ],
)
def test_wheat_is_hard_from_60_on_soft_up_to_45_and_mixed_between(value: str, kind: Hardness) -> None:
    assert hardness(D(value)) is kind


# Whatever is typed, nothing but a Refusal is raised.

WILD = st.one_of(
    st.decimals(),
    st.sampled_from(
        [D("NaN"), D("sNaN"), D("-Infinity"), D("1e999999"), D("1e-999999"), D("0e-999999"), D("-0"), D(-1), D("9" * 200), D("1e-30"), D("9.9e12")]
    ),
    st.decimals(0, 100, places=3),
)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-0.1", "1e13", "1e-31", "0e-99", f"1.{'1' * 100}"])
def test_what_cannot_have_been_measured_is_refused(value: str) -> None:
    with pytest.raises(Refusal, match="cannot have been measured"):
        grain.measured(D(value))


@pytest.mark.parametrize("value", ["0", "-0", "0.000", "3.0021", "9999999999999", "1e-30", "1e12", f"1.{'1' * 99}"])
def test_what_can_have_been_measured_stays_as_it_is(value: str) -> None:
    assert str(grain.measured(D(value))) == str(D(value))


@given(st.lists(WILD, min_size=5, max_size=5), st.sampled_from(["", "0.1", "3s", "0.3", "x"]))
def test_nothing_but_a_refusal_is_ever_raised(v: list[D], interval: str) -> None:
    tolerance = Tolerance(Kind.RELATIVE, v[4], "%")
    calls = (
        lambda: share(v[0], v[1]),
        lambda: moisture(dish=v[0], sample=v[1], dried=v[2]),
        lambda: unsound_kernels(picked=v[0], portion=v[1], large=v[2]),
        lambda: foreign_matter(large=v[0], small=v[1]),
        lambda: husked_yield(paddy=v[0], sound=v[1], unsound=v[2]),
        lambda: fatty_acid_value(titrated=v[0], blank=v[1], concentration=v[2], sample=v[3], moisture=v[4]),
        lambda: gluten_water_absorption(wet=v[0], dry=v[1]),
        lambda: determined(v[:4], tolerance, interval, single=interval),
        lambda: determined(v[:2], tolerance, interval).decision.why(),
        lambda: eating_score(dict.fromkeys(BUN, v[0]), STEAMED_BUN),
        lambda: volume_points(v[0]),
        lambda: panel_score(v[:4], v[4]),
        lambda: hardness(v[0]),
        lambda: words(grade({"容重": v[0]}, WHEAT).because),
        lambda: quality({**GOOD, "杂质": v[0]}, WHEAT[0]).why(),
        lambda: safety({"铅": v[0], "镉": v[1]}, SAFETY),
        lambda: storage_quality({"脂肪酸值": v[0]}, (ACID,)),
    )
    for call in calls:
        with suppress(Refusal):
            call()


@given(st.lists(st.decimals(0, 100, places=2), min_size=2, max_size=4), st.decimals(0, 5, places=1))
def test_determinations_that_lie_apart_never_give_a_value(values: list[D], allowed: D) -> None:
    one = determined(values, Tolerance(Kind.ABSOLUTE, allowed), "0.1")
    assert (one.value is not None) == (max(values) - min(values) <= allowed)
    assert one.decision.verdict is (PASS if one.value is not None else UNDECIDED)

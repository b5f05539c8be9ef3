"""Headings that may be a product's: proposed in order, exclusions honoured, nothing decided. Headings are the standards' own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.rules.placing import Candidate, Place, ancestry, candidates

GB_2760 = "GB 2760"
GB_2761 = "GB 2761"
GB_2762 = "GB 2762"
GB_2763 = "GB 2763"
GB_31650 = "GB 31650"
SAMPLING = "抽检细则"

COWPEA = ("豇豆", "豆类蔬菜", "蔬菜")
MILK = ("纯牛奶", "液体乳（灭菌乳）", "乳制品")

LEAD = "蔬菜及其制品"
FRESH = "新鲜蔬菜(芸薹类蔬菜、叶菜蔬菜、豆类蔬菜、生姜、薯类除外)"
BRASSICA = "芸薹类蔬菜、豆类蔬菜、生姜、薯类"


def place(name: str, group: str = "", classification: str = GB_2762, *, code: str = "", parent: str = "") -> Place:
    return Place(code or f"{classification} {group} {name}", classification, group, "", name, parent)


def places(*names: str, group: str = "", classification: str = GB_2762) -> list[Place]:
    return [place(name, group, classification, code=f"h{number}") for number, name in enumerate(names, 1)]


def found(names: Sequence[str], *headings: str, group: str = "", classification: str = GB_2762) -> list[str]:
    return [each.place.name for each in candidates(names, places(*headings, group=group, classification=classification))]


def levels(names: Sequence[str], *headings: Place) -> list[tuple[str, int]]:
    return [(each.place.name, each.rank) for each in candidates(names, headings)]


def proposed(names: Sequence[str], heading: str, group: str = "", classification: str = GB_2762) -> bool:
    return bool(candidates(names, [place(heading, group, classification)]))


# What is proposed, and in what order


def test_the_closest_meeting_comes_first() -> None:
    headings = [
        place("其他谷物", "谷物及其制品"),  # rest
        place("麦片", "玉米"),  # group
        place("玉米", "谷物及其制品"),  # contained in 甜玉米粒
        place("谷物", "谷物及其制品"),  # a class
        place("玉米粒", "谷物及其制品"),  # the name ends with it
        place("甜玉米粒", "谷物及其制品"),  # equal
    ]
    assert levels(("甜玉米粒", "玉米", "谷物"), *headings) == [("甜玉米粒", 0), ("玉米粒", 1), ("玉米", 2), ("谷物", 3), ("麦片", 4), ("其他谷物", 5)]


def test_the_head_of_a_name_stands_last() -> None:
    assert found(("长豇豆",), "豇豆") == ["豇豆"]
    assert found(("五常大米",), "稻谷、糙米、大米") == ["稻谷、糙米、大米"]
    assert found(("豇豆",), "长", "豇") == []


def test_a_longer_term_stands_before_a_shorter_one() -> None:
    assert levels(("有机鲜食玉米",), place("玉米"), place("鲜食玉米")) == [("鲜食玉米", 0), ("玉米", 1)]
    assert levels(("巴氏杀菌山羊乳制品",), place("制品"), place("乳制品")) == [("乳制品", 0), ("制品", 1)]


def test_a_nearer_class_stands_before_a_wider_one() -> None:
    assert levels(COWPEA, place("蔬菜"), place("豆类蔬菜")) == [("豆类蔬菜", 0), ("蔬菜", 1)]


def test_a_member_of_a_list_is_met_as_if_it_stood_alone() -> None:
    listed = "稻谷、糙米、大米(粉)、玉米、玉米粉、玉米糁(渣)、小麦、小麦粉"
    assert dict(levels(("玉米",), place(listed), place("玉米"))) == {listed: 0, "玉米": 0}


def test_of_equal_meetings_the_next_one_decides() -> None:
    assert found(("玉米", "谷物"), "玉米", "谷物、玉米") == ["谷物、玉米", "玉米"]


def test_of_equal_meetings_the_signs_shared_with_the_name_decide() -> None:
    assert found(("猪肝", "畜禽肉"), "畜禽肾脏及其制品", "畜禽肝脏及其制品", group="肉及肉制品") == ["畜禽肝脏及其制品", "畜禽肾脏及其制品"]


def test_a_single_sign_is_met_at_the_end_and_nowhere_else() -> None:
    assert proposed(("雪梨",), "梨")
    assert not proposed(("梨膏糖",), "梨")
    assert not proposed(("鲜奶",), "鲜、冻水产动物")


def test_a_heading_may_be_narrower_than_the_product() -> None:
    assert found(("姜",), BRASSICA) == [BRASSICA]
    assert found(("玉米", "谷物"), "鲜食玉米", "玉米") == ["玉米", "鲜食玉米"]
    assert found(("茄子", "蔬菜"), "头状花序芸薹属类蔬菜", "新鲜蔬菜") == ["新鲜蔬菜", "头状花序芸薹属类蔬菜"]


def test_a_class_of_the_product_may_end_with_the_term() -> None:
    assert found(("猪肝", "畜禽肉"), "肉及肉制品") == ["肉及肉制品"]
    assert not proposed(("虾皮", "水产动物制品"), "水产动物")  # what a class merely contains says nothing of the product


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("带鱼", "鱼类、甲壳类"),
        ("葡萄酒", "酒类(白酒、黄酒除外)"),
        ("鸡蛋", "蛋类"),
        ("豇豆", BRASSICA),  # 豆类蔬菜
        ("带鱼", "肉食性鱼类及其制品(金枪鱼、金目鲷、枪鱼、鲨鱼及以上鱼类的制品除外)"),
        ("扇贝", "双壳贝类"),
        ("茶饮料", "饮料类"),
    ],
)
def test_a_heading_may_name_the_class_of_the_product(name: str, heading: str) -> None:
    assert proposed((name,), heading)


def test_the_class_itself_stands_before_a_kind_of_it() -> None:
    assert found(("带鱼",), "肉食性鱼类", "鱼类罐头", "鱼类") == ["鱼类", "鱼类罐头", "肉食性鱼类"]


def test_a_class_of_the_product_is_no_member_of_what_is_made_of_it() -> None:
    assert not proposed(("豇豆", "蔬菜"), "蔬菜类罐头")
    assert not proposed(("虾皮", "海水鱼"), "肉食性鱼类")


def test_what_is_like_a_food_is_no_class_of_it() -> None:
    assert not proposed(("浓缩黄油",), "黄油类似制品")


def test_a_group_is_met_by_a_name_of_it_and_by_nothing_like_it() -> None:
    assert proposed(("猪肉",), "畜禽内脏", "肉及肉制品")
    assert not proposed(("豇豆",), "豆浆", "豆类及其制品")
    assert not proposed(("玉米粒",), "面筋", "玉米")


def test_the_group_is_the_last_resort_but_one() -> None:
    assert levels(COWPEA, place("其他蔬菜"), place("酱腌菜", "蔬菜及其制品"), place("新鲜蔬菜")) == [("新鲜蔬菜", 0), ("酱腌菜", 1), ("其他蔬菜", 2)]


@pytest.mark.parametrize(
    ("names", "heading"),
    [
        (("燕麦", "谷物"), "小麦、大麦、其他谷物"),
        (("燕麦", "谷物"), "麦片及其他谷物"),
        (("竹荪", "蔬菜"), "其他类蔬菜"),
        (("蓝莓", "小型类水果"), "浆果和其他小型类水果(越橘、葡萄、猕猴桃、草莓除外)"),
        (("熟制葵花籽",), "其他熟制坚果及籽类"),
        (("水果糖", "糖果"), "除胶基糖果以外的其他糖果"),
    ],
)
def test_what_has_no_heading_of_its_own_falls_to_the_others(names: Sequence[str], heading: str) -> None:
    assert candidates(names, [place(heading)])[0].because.words == "The heading takes what has no heading of its own among “{term}”."
    assert candidates(names, [place(heading), place("谷物、蔬菜、小型类水果、籽类、糖果")])[-1].place.name == heading


def test_others_of_nothing_named_take_nothing() -> None:
    assert not proposed(("蛋类",), "其他类")


def test_a_product_called_other_has_its_heading() -> None:
    assert found(("其他糖",), "其他糖", "糖") == ["其他糖", "糖"]


def test_what_the_standard_groups_the_product_with_is_a_class_of_it() -> None:
    group = "谷物及其制品"
    assert found(("玉米",), "麦片、面筋", "谷物(稻谷除外)", "玉米", "小麦、大麦、其他谷物", group=group) == ["玉米", "谷物(稻谷除外)", "小麦、大麦、其他谷物"]
    assert not proposed(("玉米",), "谷物(稻谷除外)", group)  # nothing says that it is a 谷物


def test_a_product_that_merely_contains_a_food_is_not_grouped_with_it() -> None:
    assert found(("豇豆酱",), "豇豆", "新鲜蔬菜", group="蔬菜") == ["豇豆"]


def test_the_group_of_one_standard_says_nothing_in_another() -> None:
    named = place("玉米", "谷物", GB_2763)
    assert found(("玉米",), "谷物") == []
    assert [each.place for each in candidates(("玉米",), [named, place("谷物", "谷物及其制品", GB_2761)])] == [named]


def test_a_heading_that_shares_nothing_is_not_proposed() -> None:
    assert found(("葡萄酒", "酒类"), BRASSICA, "蜂蜜", "原粮", group="其他类") == []


def test_not_more_than_asked_for() -> None:
    headings = [place("豇豆", code=f"h{number}") for number in range(20)]
    assert len(candidates(COWPEA, headings)) == 12
    assert len(candidates(COWPEA, headings, 3)) == 3
    assert candidates(COWPEA, headings, 0) == candidates(COWPEA, headings, -1) == ()


def test_a_name_that_says_no_is_not_what_it_denies() -> None:
    assert not proposed(("非油炸面",), "油炸面")
    assert not proposed(("非油炸面饼",), "油炸面")
    assert not proposed(("油炸面",), "非油炸面")
    assert proposed(("非发酵性豆制品",), "豆制品(发酵性豆制品除外)")


# Exclusions


@pytest.mark.parametrize(
    ("names", "heading"),
    [
        # equal
        (("豆浆", "豆类制品"), "豆类制品(豆浆除外)"),
        (("花生油", "植物油脂"), "植物油脂(花生油、玉米油除外)"),
        (("面筋", "谷物"), "谷物及其制品[麦片、面筋、粥类罐头、带馅(料)面米制品除外]"),
        (("带馅料面米制品", "谷物"), "谷物及其制品[麦片、面筋、粥类罐头、带馅(料)面米制品除外]"),
        (("大米粉", "谷物碾磨加工品"), "谷物碾磨加工品[糙米、大米(粉)除外]"),
        (("果泥", "水果制品"), "水果制品[果酱(泥)、蜜饯、水果干类除外]"),
        (("肉桂", "香辛料类"), "香辛料类[花椒、桂皮(肉桂)、多种香辛料混合的香辛料除外]"),
        (("香菇制品", "食用菌"), "食用菌及其制品(双孢菇、平菇、香菇、榛蘑、木耳、银耳及以上食用菌的制品除外)"),
        (("包装饮用水", "饮料"), "饮料类(14.01包装饮用水、14.02.01果蔬汁(浆)除外)"),
        (("果蔬浆", "饮料"), "饮料类(14.01包装饮用水、14.02.01果蔬汁(浆)除外)"),
        (("豌豆", "豆类蔬菜"), "豆类蔬菜(菜豆、食荚豌豆、菜用大豆、蚕豆和豌豆除外)"),
        (("胶基糖果", "糖果"), "除胶基糖果以外的其他糖果"),
        (("特殊医学用途婴儿配方食品", "特殊医学用途配方食品"), "特殊医学用途配方食品(特殊医学用途婴儿配方食品涉及的品种除外) 1岁~10岁人群的产品"),
        (("含浆果及小粒水果的果蔬汁类", "果蔬汁类"), "果蔬汁类及其饮料[含浆果及小粒水果的果蔬汁类及其饮料、浓缩果蔬汁(浆)除外]"),
        (("枣", "核果类水果"), "核果类水果[枣(鲜)除外]"),
        (("稻谷", "谷物"), "谷物(稻谷除外)、谷物碾磨加工品(糙米、大米(粉)除外)"),
        # the name ends with it, or contains it
        (("草莓果酱", "水果制品"), "水果制品[果酱(泥)、蜜饯、水果干类除外]"),
        (("压榨花生油", "植物油脂"), "植物油脂(花生油、玉米油除外)"),
        (("果酱罐头", "果酱"), "果酱(罐头除外)"),
        (("雪梨", "水果"), "仁果类水果(梨除外)"),
        # a class of it
        (COWPEA, FRESH),
        (("豇豆", "豆类蔬菜"), "新鲜蔬菜(豆蔬菜除外)"),
        (("菠菜", "叶菜类蔬菜", "蔬菜"), FRESH),
        (MILK, "乳及乳制品(生乳、巴氏杀菌乳、灭菌乳、调制乳、发酵乳除外)"),
        (("蜜橘", "柑、橘", "柑橘类水果"), "柑橘类水果(柑、橘、橙除外)"),
    ],
)
def test_a_heading_that_excludes_the_product_is_not_proposed(names: Sequence[str], heading: str) -> None:
    assert not proposed(names, heading)


@pytest.mark.parametrize(
    ("names", "heading"),
    [
        (("玉米", "旱粮类"), "旱粮类(鲜食玉米除外)"),  # only a kind of it is excluded
        (("辣椒粉", "辣椒、花椒、辣椒粉、花椒粉", "香辛料类"), "香辛料类[花椒、桂皮(肉桂)除外]"),  # only one of those it is listed with
        (("橙汁饮料", "饮料"), "饮料类(包装饮用水、含乳饮料、固体饮料除外)"),
        (("玉米", "谷物"), "谷物(稻谷除外)"),
    ],
)
def test_an_exclusion_of_something_else_removes_nothing(names: Sequence[str], heading: str) -> None:
    assert proposed(names, heading)


@pytest.mark.parametrize(
    "heading",
    [
        "谷物(稻谷除外)",
        "谷物（稻谷除外）",
        "谷物[稻谷除外]",
        "谷物【稻谷除外】",
        "谷物(除稻谷外)",
        "谷物(除稻谷以外)",
        "谷物(不包括稻谷)",
        "谷物(不包含稻谷)",
        "谷物(不含稻谷)",
        "谷物(不含玉米,稻谷)",
        "谷物(玉米,稻谷除外)",
        "谷物(包括玉米;稻谷除外)",
        "谷物(包括玉米、稻谷除外)",
        "谷物(稻谷等除外)",
        "谷物 稻谷除外",
        "谷物,稻谷除外",
        "谷物、稻谷除外",
        "谷物( 稻谷 除外",
        "除稻谷以外的谷物",
        "除稻谷外的谷物",
    ],
)
def test_an_exclusion_is_read_however_it_is_written(heading: str) -> None:
    assert not proposed(("稻谷", "谷物"), heading)
    assert proposed(("小麦", "谷物"), heading)


def test_a_comma_before_an_exclusion_lists_what_is_excluded_unless_it_says_otherwise() -> None:
    assert not proposed(("玉米", "谷物"), "谷物(玉米,稻谷除外)")
    assert proposed(("玉米", "谷物"), "谷物(包括玉米;稻谷除外)")


def test_an_excluded_sign_is_not_read_into_the_name() -> None:
    assert levels(("鲜枣",), place("枣(鲜除外)"), place("鲜枣")) == [("鲜枣", 0), ("枣(鲜除外)", 1)]


def test_a_shorter_name_does_not_exclude_a_food_the_classification_names_itself() -> None:
    stone_fruit = place("核果类水果(桃除外)", "水果", GB_2763)
    assert candidates(("樱桃", "水果"), [stone_fruit]) == ()
    assert [each.place.name for each in candidates(("樱桃", "水果"), [stone_fruit, place("樱桃", "水果", GB_2763)])] == ["樱桃", "核果类水果(桃除外)"]
    assert [each.place.name for each in candidates(("樱桃", "水果"), [stone_fruit, place("樱桃", "水果", GB_2762)])] == ["樱桃"]


def test_a_food_named_only_by_another_exclusion_is_a_food_of_its_own_too() -> None:
    headings = [place("旱粮类(玉米除外)", classification=GB_2763), place("成品粮(鲜食玉米除外)", classification=GB_2763)]
    assert [each.place.name for each in candidates(("鲜食玉米", "旱粮类"), headings)] == ["旱粮类(玉米除外)"]


# Brackets and joined words


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("大米粉", "稻谷、糙米、大米(粉)"),
        ("玉米渣", "玉米、玉米面(渣、片)及玉米制品"),
        ("玉米制品", "玉米、玉米面(渣、片)及玉米制品"),
        ("果泥", "果酱(泥)"),
        ("鲜枣", "枣(鲜)"),
        ("肉桂", "花椒、桂皮(肉桂)、多种香辛料混合的香辛料"),
        ("甜炼乳", "乳制品(巴氏杀菌乳、调制乳、发酵乳、加糖炼乳(甜炼乳)、调制加糖炼乳、乳粉、干酪等)"),
        ("干酪", "乳制品(巴氏杀菌乳、调制乳、发酵乳、加糖炼乳(甜炼乳)、调制加糖炼乳、乳粉、干酪等)"),
        ("腊肠", "腌腊肉制品类(咸肉、腊肉、板鸭、中式火腿、腊肠)"),
        ("调和油", "食用植物油(包括调和油)"),
        ("焙烤类", "粮食制品(熟制粮食制品,含焙烤类)"),
        ("汽水", "碳酸饮料（汽水）"),
        ("谷物制品", "谷物及其制品"),
        ("豆类蔬菜", "谷物、豆蔬菜"),
        ("豆制品", "豆类制品(豆浆除外)"),
        ("榛蘑制品", "双孢菇、平菇、香菇、榛蘑及以上食用菌的制品"),
        ("巧克力", "可可制品、巧克力和巧克力制品以及糖果"),
        ("果蔬汁饮料", "果蔬汁类及其饮料"),
        ("籽类", "坚果与籽类"),
        ("干辣椒", "山奈、干辣椒等多数香辛料"),
        ("玉米粉", "稻谷、糙米、大米(粉)、小麦、小麦粉、玉米、玉米粉等"),
        ("八角", "香辛料及其制品(仅限八角等按规定品种)"),
        ("油", "脂肪、油和乳化脂肪制品"),
        ("大米粉", "大米 (粉)"),
        ("大米粉", "大米( 粉 )"),
        ("玉米", "稻谷)、玉米"),
        ("玉米", "稻谷、玉米(粒"),
        ("大米粉", "\ue000大米(粉)"),
        ("茶饮料", "茶、咖啡、植物(类)饮料"),
        ("植物类饮料", "茶、咖啡、植物(类)饮料"),
        ("鲜水产动物", "鲜、冻水产动物(鱼类、甲壳类、双壳贝类除外)"),
        ("冻畜", "鲜(冻)畜、禽产品"),
        ("海水虾", "海水鱼、虾"),
        ("根茎类蔬菜", "根茎类和薯芋类蔬菜(马铃薯、甘薯、山药、木薯除外)"),
        ("包装饮用水", "14.01包装饮用水"),
        ("凉皮", "凉皮（自制）a"),
        ("煎炸过程用油", "煎炸过程用油a"),
        ("乳", "乳及乳制品"),
        ("VITAMIN C", "ｖｉｔａｍｉｎ c"),
    ],
)
def test_a_heading_names_the_product_in_brackets_or_joined_to_another(name: str, heading: str) -> None:
    proposal = candidates((name,), [place(heading), place(f"极{name}", code="narrower")])
    assert proposal[0].place.name == heading
    assert proposal[0].because.words == "“{term}” names the product."


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("酱油", "食用植物油(包括调和油)"),  # 调和油 is one word
        ("水产", "婴幼儿罐装辅助食品 以水产及动物肝脏为原料的产品"),  # within an attribute nothing is joined
        ("普", "普及版"),
        ("液态奶", "运动营养食品 液态"),  # a word in brackets is no heading for what merely contains it
        ("芸豆糕", "豆类(芸豆)"),
        ("海鲜", "鱼类(鲜、冻)"),
        ("枣(鲜)", "海鲜"),
        ("坚果", "坚果与籽类的泥（酱）"),
        ("某制剂", "及其制剂"),
    ],
)
def test_a_word_is_not_cut_where_nothing_is_joined(name: str, heading: str) -> None:
    assert not proposed((name,), heading)


def test_a_word_that_stands_alone_takes_no_beginning_from_another() -> None:
    assert candidates(("花生葵花籽",), [place("花生油、葵花籽")])[0].because.words == "“{name}” ends with “{term}”."


def test_a_confined_heading_holds_what_it_names_and_hints_at_the_rest() -> None:
    confined, whole = "水果干类(仅限芒果干、无花果干)", "水果干类"
    assert levels(("芒果干", "水果干类"), place(whole), place(confined)) == [(confined, 0), (whole, 1)]
    assert levels(("葡萄干", "水果干类"), place(confined), place(whole)) == [(whole, 0), (confined, 1)]
    confined_to = "The heading goes by “{term}”, but is confined to what it names in brackets."
    for name, heading in [("葡萄干", confined), ("浓缩果蔬汁", "浓缩果蔬汁(浆)(仅限食品工业用)"), ("浓缩果蔬浆", "浓缩果蔬汁(浆)(仅限食品工业用)")]:
        assert candidates((name,), [place(heading)])[0].because.words == confined_to


def test_a_product_goes_by_what_stands_in_its_own_brackets() -> None:
    assert proposed(("纯牛奶（灭菌乳）",), "生乳、巴氏杀菌乳、灭菌乳")
    assert proposed(("豇 豆",), "豇豆")
    assert proposed(("豇豆 500g",), "豇豆")
    assert not proposed(("绿豆", "杂粮类(豌豆除外)"), "豌豆")


# Species and tissues


def tissues(names: Sequence[str], *headings: tuple[str, str]) -> list[tuple[str, str]]:
    proposals = candidates(names, [place(tissue, species, GB_31650, code=f"h{number}") for number, (species, tissue) in enumerate(headings)])
    return [(each.place.group, each.place.name) for each in proposals]


def test_species_and_tissue_together_name_a_food() -> None:
    assert tissues(("猪肝",), ("牛/羊", "肝"), ("猪/兔", "肌肉"), ("猪/兔", "肝"), ("家禽", "肝")) == [("猪/兔", "肝")]
    assert tissues(("纯牛奶",), ("牛/羊", "肌肉"), ("牛/羊", "奶")) == [("牛/羊", "奶")]
    assert tissues(("鸡蛋",), ("家禽(产蛋期)", "蛋"), ("鸡", "蛋")) == [("鸡", "蛋")]


def test_a_name_may_end_with_the_species_or_have_it_before_the_tissue() -> None:
    assert tissues(("麻辣小龙虾",), ("虾", "肌肉"), ("鱼", "皮+肉")) == [("虾", "肌肉")]
    assert tissues(("罗非片", "淡水鱼"), ("虾", "肌肉"), ("鱼", "皮+肉")) == [("鱼", "皮+肉")]
    assert tissues(("火鸡肉",), ("鸡", "肌肉"), ("火鸡", "肌肉")) == [("火鸡", "肌肉"), ("鸡", "肌肉")]
    assert tissues(("冻猪后腿肉",), ("猪", "肌肉"), ("猪", "脂肪"), ("牛", "肌肉")) == [("猪", "肌肉")]


def test_a_plant_with_an_animal_in_its_name_is_no_animal() -> None:
    assert tissues(("马铃薯",), ("牛/猪/马", "肌肉"), ("牛/猪/马", "肝")) == []
    assert tissues(("牛油果",), ("牛", "脂肪"), ("牛", "奶")) == []


def test_a_class_of_the_product_names_no_tissue() -> None:
    assert tissues(("猪肝", "畜禽肉"), ("所有食品动物", "肌肉"), ("其他动物", "肌肉")) == []


def test_every_species_stands_behind_the_species_and_the_others_stand_last() -> None:
    assert tissues(("猪肉",), ("其他动物", "肌肉"), ("所有食品动物", "肌肉"), ("所有食品动物", "肝"), ("猪", "肌肉")) == [
        ("猪", "肌肉"),
        ("所有食品动物", "肌肉"),
        ("其他动物", "肌肉"),
    ]


def test_a_later_edition_of_the_veterinary_limits_reads_alike() -> None:
    assert candidates(("猪肝",), [place("肝", "猪", "GB 31650.1")])
    assert not candidates(("牛肝",), [place("肝", "猪", "GB 31650.1")])


# Order


def test_ties_stand_in_the_order_of_classifications_and_then_of_codes() -> None:
    headings = [place("豇豆", code=code, classification=each) for each, code in [(GB_2763, "h10"), (GB_2760, "h1"), (GB_2763, "h9"), (GB_2763, "g9")]]
    proposals = candidates(COWPEA, headings)
    assert [(each.place.classification, each.place.code) for each in proposals] == [(GB_2763, "g9"), (GB_2763, "h9"), (GB_2763, "h10"), (GB_2760, "h1")]
    assert {each.rank for each in proposals} == {0}


REAL = [
    *places(FRESH, BRASSICA, "叶菜蔬菜", "干制蔬菜", "蔬菜制品(酱腌菜、干制蔬菜除外)", group=LEAD),
    place("豆类", "豆类及其制品", code="h6"),
    place("豆类制品(豆浆除外)", "豆类及其制品", code="h7"),
    place("谷物(稻谷除外)", "谷物及其制品", code="h8"),
    place("玉米、玉米面(渣、片)及玉米制品", "谷物及其制品", code="h9"),
    place("小麦、大麦、其他谷物", "谷物及其制品", code="h10"),
    place("酒类(白酒、黄酒除外)", "酒类", code="h11"),
    place("葡萄酒", "酒类", code="h12"),
    place("生乳、巴氏杀菌乳、灭菌乳", "乳及乳制品", code="h13"),
    place("鱼类、甲壳类", "水产动物及其制品", code="h14"),
]
PRODUCTS = st.sampled_from(
    [COWPEA, ("玉米",), ("葡萄酒", "酒类"), MILK, ("五常大米", "谷物"), ("带鱼", "水产动物"), ("姜", "蔬菜"), ("菠菜", "叶菜蔬菜", "蔬菜")]
)


@given(PRODUCTS, st.permutations(REAL))
def test_the_order_of_the_places_does_not_matter(names: Sequence[str], shuffled: Sequence[Place]) -> None:
    assert candidates(names, shuffled, 99) == candidates(names, REAL, 99)


@given(PRODUCTS, st.text("ΑΒΓΔΕΖΗΘ", min_size=1), st.text("ΑΒΓΔΕΖΗΘ"), st.integers(0, len(REAL)))
def test_a_heading_that_shares_nothing_changes_nothing(names: Sequence[str], name: str, group: str, at: int) -> None:
    assert candidates(names, [*REAL[:at], place(name, group), *REAL[at:]], 99) == candidates(names, REAL, 99)


@given(PRODUCTS, st.integers(0, 20))
def test_fewer_are_the_first_of_more(names: Sequence[str], most: int) -> None:
    assert candidates(names, REAL, most) == candidates(names, REAL, 99)[:most]


@given(PRODUCTS)
def test_ranks_begin_at_nothing_and_leave_no_gap(names: Sequence[str]) -> None:
    ranks = [each.rank for each in candidates(names, REAL, 99)]
    assert ranks == sorted(ranks)
    assert set(ranks) == set(range(max(ranks) + 1))


FOODS = ["豇豆", "玉米", "大米", "葡萄酒", "巴氏杀菌乳", "猪肝", "带鱼", "小龙虾", "螺旋藻", "花生油", "果酱"]
COVERED = ["食品", "蔬菜及其制品", "谷物、豆类", "其他水产动物及其制品", "乳及乳制品", "肉类"]


@given(st.lists(st.sampled_from(FOODS), min_size=1, unique=True), st.sampled_from(COVERED), st.sampled_from(["", "有机", "冷冻"]), st.data())
def test_no_heading_is_proposed_whose_exclusion_names_the_product(excluded: list[str], covered: str, before: str, data: st.DataObject) -> None:
    product = before + data.draw(st.sampled_from(excluded))
    classes = covered.split("、")
    assert proposed((product, *classes), covered)
    assert not proposed((product, *classes), f"{covered}({'、'.join(excluded)}除外)")


# Any text

PIECES = st.lists(
    st.sampled_from(
        ["豇豆", "蔬菜", "类", "其他", "除", "除外", "以外的", "外的", "不含", "仅限", "包括", "及其", "及以上", "制品", "和", "等", "的", "非", "所有"]
    )
    | st.sampled_from(list("()（）[]【】、,;/。 \n\t鲜a9.\ue000\u3000"))
    | st.text(max_size=3),
    max_size=24,
).map("".join)
TEXTS = PIECES | st.text() | st.text(st.characters())
ANY_PLACE = st.builds(Place, TEXTS, st.sampled_from([GB_2762, GB_31650, SAMPLING]) | TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)


@given(st.lists(TEXTS, max_size=4), st.lists(ANY_PLACE, max_size=5), st.integers())
def test_no_text_raises(names: list[str], headings: list[Place], most: int) -> None:
    for each in candidates(names, headings, most):
        assert each.place in headings
        assert each.because.shown()
    for name in names:
        assert all(isinstance(above, str) and above.strip() for above in ancestry(name, headings))


@pytest.mark.parametrize(
    "text", ["(" * 5000, ")" * 5000, "除外" * 5000, "(除" * 3000, "a除外等" * 3000 + "除外", "(" + "豆、" * 3000, "豆 " * 3000, "和" * 5000, "豆(粉)" * 500]
)
def test_no_length_of_text_raises(text: str) -> None:
    heading = place(f"豇豆{text}")
    assert all(isinstance(each, Candidate) for each in candidates(("豇豆", text), [heading]))


@pytest.mark.parametrize("names", [(), ("",), (" ", "\u3000"), ("()",), ("、",)])
def test_a_product_without_a_name_has_no_candidates(names: Sequence[str]) -> None:
    assert candidates(names, REAL) == ()


def test_blank_names_are_passed_over() -> None:
    assert candidates(("", "豇豆", " ", "豆类蔬菜"), REAL) == candidates(("豇豆", "豆类蔬菜"), REAL)


def test_where_no_heading_is_known_there_are_no_candidates() -> None:
    assert candidates(COWPEA, []) == ()


@pytest.mark.parametrize("sign", ["½", "²", "٣", "9" * 5000])
def test_a_code_may_be_any_text(sign: str) -> None:
    assert len(candidates(("豇豆",), [place("豇豆", code=f"h{sign}"), place("豇豆", code="h1")])) == 2


# Why


@pytest.mark.parametrize(
    ("names", "heading", "group", "why"),
    [
        (("豇豆",), "豇豆", "", "“豇豆” names the product."),
        (("长豇豆",), "豇豆", "", "“长豇豆” ends with “豇豆”."),
        (("豇豆干",), "豇豆", "", "“豇豆干” contains “豇豆”."),
        (COWPEA, BRASSICA, "", "“豆类蔬菜” names a class of the product."),
        (("虾皮", "动物性水产制品"), "水产制品", "", "“动物性水产制品”, a class of the product, ends with “水产制品”."),
        (("带鱼",), "鱼类、甲壳类", "", "“带鱼” ends with “鱼”, of which the heading names the class."),
        (("姜",), BRASSICA, "", "“生姜” may be narrower than “姜”."),
        (("扇贝",), "双壳贝类", "", "“扇贝” ends like “双壳贝”, of which the heading names the class."),
        (("豇豆", "蔬菜"), "酱腌菜", LEAD, "“蔬菜” meets only the group “蔬菜” in which the heading stands."),
        (("燕麦", "谷物"), "小麦、大麦、其他谷物", "", "The heading takes what has no heading of its own among “谷物”."),
    ],
)
def test_a_candidate_says_why(names: Sequence[str], heading: str, group: str, why: str) -> None:
    assert candidates(names, [place(heading, group)])[0].because.shown() == why


def test_a_candidate_says_that_the_standards_own_group_led_to_it() -> None:
    proposals = candidates(("玉米",), places("玉米", "谷物(稻谷除外)", group="谷物及其制品"))
    assert proposals[1].because.shown() == "“谷物” meets “谷物”, the group in which this standard names the product."


def test_a_candidate_says_of_which_species_it_is() -> None:
    assert candidates(("猪肉",), [place("肌肉", "牛/猪", GB_31650)])[0].because.shown() == "“猪肉” may come from “猪”."


# The tree of the sampling rules


def tree(*branches: tuple[str, str, str]) -> list[Place]:
    return [place(name, classification=SAMPLING, code=code, parent=parent) for code, name, parent in branches]


TREE = tree(
    ("s1", "蔬菜", ""),
    ("s2", "豆类蔬菜", "s1"),
    ("s3", "豇豆", "s2"),
    ("s4", "酒类", ""),
    ("s5", "葡萄酒", "s4"),
    ("s6", "豆类", ""),
    ("s7", "豆类", "s6"),
)


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("豇豆", ("豆类蔬菜", "蔬菜")),
        ("长豇豆", ("豆类蔬菜", "蔬菜")),
        ("葡萄酒", ("酒类",)),
        ("豆类", ()),
        ("豇豆酱", ()),  # merely contains it: a dish of it may stand anywhere
        ("陶瓷", ()),
        ("", ()),
    ],
)
def test_the_names_above_a_product_are_those_above_the_heading_it_ends_with(name: str, above: tuple[str, ...]) -> None:
    assert ancestry(name, TREE) == above


def test_the_names_above_widen_the_names_for_another_standard() -> None:
    heading = place(BRASSICA)
    assert not candidates(("豆角王", "豇豆"), [heading])
    assert candidates(("豇豆", *ancestry("豇豆", TREE)), [heading])[0].because.words == "“{term}” names a class of the product."


@pytest.mark.parametrize(
    ("branches", "above"),
    [
        ([("a", "豇豆", "a")], ()),
        ([("a", "豇豆", "b"), ("b", "蔬菜", "a")], ("蔬菜",)),
        ([("a", "豇豆", "b"), ("b", "蔬菜", "c"), ("c", "农产品", "b")], ("蔬菜", "农产品")),
        ([("a", "豇豆", "gone")], ()),
        ([("a", "豇豆", "b"), ("b", " ", "c"), ("c", "蔬菜", "")], ("蔬菜",)),
        ([("a", "豇豆", "b"), ("b", "豇豆", "c"), ("c", "蔬菜", "d"), ("d", "蔬菜", "")], ("蔬菜",)),
        ([("a", "豇豆", "b"), ("b", "蔬菜", ""), ("b", "水果", "")], ("蔬菜",)),
    ],
    ids=["own parent", "ring", "ring further up", "no such parent", "blank", "the same name twice", "the same code twice"],
)
def test_a_broken_tree_breaks_nothing(branches: list[tuple[str, str, str]], above: tuple[str, ...]) -> None:
    assert ancestry("豇豆", tree(*branches)) == above

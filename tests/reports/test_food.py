"""The test report as somebody who holds the paper finds it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pikepdf
import pytest

from lims.errors import Refusal
from lims.reports import food
from lims.views.certificates import Sheet
from tests.reports import sheets
from tests.reports.reading import codes, flowing, fonts, picture, texts, tight

COVER, NOTES, FIRST, RESULTS = range(4)


def with_answers(sheet: Sheet, **answers: str) -> Sheet:
    return dataclasses.replace(sheet, form={**sheet.form, **answers})


def lines_of(page: str) -> list[str]:
    """The lines of a page with single blanks."""
    return [" ".join(line.split()) for line in page.splitlines() if line.strip()]


def test_a_report_has_cover_notes_first_page_and_results() -> None:
    pages = [tight(page) for page in texts(food.pages(sheets.original(sheets.cowpea())))]
    assert len(pages) == 4
    for page, words in (
        (COVER, ("检验报告", "TESTREPORT", "样品名称豇豆", "示范区食品药品粮食检验所", "（检验检测专用章）", "签发日期：2026年11月21日")),
        (NOTES, ("注意事项", "7个工作日", "食用农产品监督抽查为5个工作日", "微生物项目不复检", "地址：示范区迎宾路8号", "邮政编码：101400")),
        (FIRST, ("检验报告", "检验结论", "批准：赵宁", "审核：王芳", "主检：陈静")),
        (RESULTS, ("检验报告", "样品名称：豇豆", "单项判定", "以下空白")),
    ):
        assert [word for word in words if word not in pages[page]] == []


def test_every_page_carries_the_number() -> None:
    for page in texts(food.pages(sheets.original(sheets.cowpea()))):
        assert "报告编号：NC2026-00409-1" in page


def test_the_first_page_has_its_rows_in_the_usual_order() -> None:
    page = texts(food.pages(sheets.original(sheets.cowpea())))[FIRST]
    labels = ["样品名称", "商标", "购进日期", "抽样单编号", "委托单位及地址", "被抽样单位", "标称生产者", "产地", "抽样单位", "抽样日期", "样品数量"]
    labels += ["抽样基数/批量", "收样日期", "检验日期", "检验项目", "检验依据", "判定依据", "检验结论", "备注", "批准"]
    found = [re.search(rf"^\s*{re.escape(label)}", page, re.MULTILINE) for label in labels]
    assert [label for label, place in zip(labels, found, strict=True) if place is None] == []
    places = [place.start() for place in found if place]
    assert places == sorted(places)


def test_fields_stand_beside_their_labels() -> None:
    lines = lines_of(texts(food.pages(sheets.original(sheets.cowpea())))[FIRST])
    for line in (
        "样品名称 豇豆 规格型号 散装",
        "购进日期 2026-11-17 保质期 /",
        "抽样单编号 XBJ26110116383000395 检验类别 监督抽检",
        "抽样日期 2026-11-18 抽样地点及环节 农贸市场 · 流通",
        "样品数量 3.1 kg 备样及封存地点 3.0 kg，封存于承检机构",
        "抽样基数/批量 15 kg 封样状态 封样完好",
        "检验日期 2026-11-19 至 2026-11-21 签发日期 2026-11-21",
        "批准：赵宁 审核：王芳 主检：陈静",
    ):
        assert line in lines


def test_what_nobody_filled_in_is_a_stroke() -> None:
    lines = lines_of(texts(food.pages(sheets.cowpea()))[FIRST])
    assert "商标 / 质量等级 /" in lines
    assert "标称生产者 / 生产者地址及电话 /" in lines


def test_a_sample_sent_in_has_no_sampling() -> None:
    pages = texts(food.pages(sheets.original(sheets.wine())))
    page = pages[FIRST]
    for label in ("被抽样单位", "抽样人员", "抽样日期", "封样状态"):
        assert label not in pages[COVER] + page
    assert "送样人 何平 送样日期 2026-11-18" in lines_of(page)
    assert "生产日期/批号 2026-03-08 / L2026031 保质期 10 年" in lines_of(page)


def test_grain_says_its_harvest_and_what_it_stands_for() -> None:
    lines = lines_of(texts(food.pages(sheets.maize()))[FIRST])
    assert "收获年度 2025 保质期 /" in lines
    assert "供货者 / 代表数量（t） 2000.000" in lines


def test_produce_says_its_supplier_and_nothing_of_grain() -> None:
    page = texts(food.pages(with_answers(sheets.cowpea(), supplier="新发地批发市场")))[FIRST]
    assert "供货者 新发地批发市场 进货凭证 /" in lines_of(page)
    assert "代表数量" not in page


def test_a_written_answer_is_never_translated() -> None:
    """A brand may read like a word of the form; only what was chosen from a list is put into Chinese."""
    page = texts(food.pages(with_answers(sheets.cowpea(), brand="Chilled", storage="Chilled")))[FIRST]
    assert "商标 Chilled 质量等级 /" in lines_of(page)
    assert "冷藏" in page


def test_conclusion_and_decision_rule_are_stated() -> None:
    words = flowing(food.pages(sheets.original(sheets.cowpea())))
    assert "经抽样检验，克百威项目不符合GB2763-2021《食品安全国家标准食品中农药最大残留限量》要求，检验结论为不合格。" in words
    assert "判定规则：按GB/T8170-2008全数值比较法，以未修约的值与限量比较；不考虑测量不确定度（简单接受）。" in words


def test_results_stand_in_their_columns() -> None:
    lines = lines_of(texts(food.pages(sheets.original(sheets.cowpea())))[RESULTS])
    assert "序号 检验项目 单位 标准指标 实测值 单项判定 检验依据 备注" in lines
    assert "1 克百威 mg/kg ≤ 0.02 0.035 不合格 GB 23200.121-2021" in lines
    assert "2 噻虫嗪 mg/kg ≤ 0.3 0.12 合格 GB 23200.121-2021" in lines


def test_what_is_not_judged_has_a_dash() -> None:
    """Risk monitoring gives data and no verdict."""
    sheet = sheets.cowpea()
    bare = tuple(dataclasses.replace(one, requirement="", verdict=sheets.Verdict.NONE) for one in sheet.lines)
    assert "1 克百威 mg/kg — 0.035 — GB 23200.121-2021" in lines_of(texts(food.pages(dataclasses.replace(sheet, lines=bare)))[RESULTS])


@pytest.mark.parametrize("characters", ["噁霉灵", "𬭊", "㛃", "黄曲霉毒素B₁", "10⁴ CFU/g", "5 μg/kg ± 0.1 ℃"])
def test_rare_characters_are_printed_and_found_again(characters: str) -> None:
    pdf = food.pages(with_answers(sheets.cowpea(), brand=characters))
    assert "".join(characters.split()) in flowing(pdf)


@pytest.mark.parametrize("typed", ["<b>豆</b>", "A&B", "&lt;", "{name}", "{}", "=1+1", "%s", "\\n", "<para>", "</font", "a < b > c", '"<!--"'])
def test_what_looks_like_markup_comes_out_as_typed(typed: str) -> None:
    sheet = with_answers(sheets.cowpea(remark=typed), sample_name=typed, business_name=typed)
    sheet = dataclasses.replace(sheet, lines=(dataclasses.replace(sheet.lines[0], item=typed), *sheet.lines[1:]))
    words = flowing(food.pages(sheet))
    assert words.count("".join(typed.split())) >= 6


@pytest.mark.parametrize("count", [1, 34, 35, 200])
def test_many_results_repeat_the_head_and_every_page_is_counted(count: int) -> None:
    pages = texts(food.pages(sheets.original(sheets.cowpea(lines=sheets.many(count)))))[FIRST:]
    assert [re.findall(r"共(\d+)页第(\d+)页", tight(page)) for page in pages] == [[(str(len(pages)), str(place))] for place in range(1, len(pages) + 1)]
    attached = pages[1:]
    listed = [int(number) for page in attached for number in re.findall(r"^ *(\d+) +农药", page, re.MULTILINE)]
    assert listed == list(range(1, count + 1))
    for page in attached:
        assert "样品名称：豇豆" in page
    headed = [page for page in attached if "农药" in page]
    assert all("单项判定" in page for page in headed)
    assert [page.count("以下空白") for page in attached] == [0] * (len(attached) - 1) + [1]


def test_many_items_are_counted_on_the_first_page() -> None:
    page = texts(food.pages(sheets.cowpea(lines=sheets.many(80))))[FIRST]
    assert "农药005、农药006等 80 项，见附页" in page


def test_cover_and_notes_can_be_counted() -> None:
    pages = texts(food.pages(sheets.cowpea(cover_counted=True)))
    assert "共4页第3页" in tight(pages[FIRST])
    assert "共4页" not in tight(pages[COVER] + pages[NOTES])


def test_a_long_conclusion_goes_on_with_signatures_and_code_together() -> None:
    pdf = food.pages(sheets.original(sheets.cowpea(conclusion="克百威项目不符合要求；" * 60)))
    pages = texts(pdf)
    assert len(pages) == 5
    assert "检验结论" not in pages[FIRST]
    assert all(word in pages[FIRST + 1] for word in ("检验结论", "（检验检测专用章）", "批准：赵宁", "SHA-256"))
    assert flowing(pdf).count("克百威项目不符合要求") == 60


LONG = "长" * 6000
NARROW = "\n".join("长" * 500)


@pytest.mark.parametrize("words", [LONG, NARROW, "长（" * 3000, "长X" * 3000], ids=["one line", "500 lines", "brackets", "mixed"])
@pytest.mark.parametrize("part", ["remark", "conclusion", "decision_rule", "replaces"])
def test_no_text_is_too_long_for_paper(part: str, words: str) -> None:
    pdf = food.pages(sheets.original(sheets.cowpea(**{part: words})))
    assert flowing(pdf).count("长") == words.count("长")


@pytest.mark.parametrize("words", [LONG, NARROW], ids=["one line", "500 lines"])
def test_no_answer_name_or_item_is_too_long_for_paper(words: str) -> None:
    """Every text of a sheet that is not a fixed word, all at once; each stands at least once in full."""
    sheet = sheets.original(sheets.cowpea())
    typed = ("sample_name", "model", "brand", "grade", "batch", "client", "business_name", "business_address", "producer", "samplers", "origin", "remark")
    pdf = food.pages(
        dataclasses.replace(
            with_answers(sheet, **dict.fromkeys(typed, words)),
            laboratory=sheets.LaboratoryRow(*[words] * 7),
            lines=(dataclasses.replace(sheet.lines[0], item=words, unit=words, requirement=words, result=words, method=words, remark=words),),
            standards=(words,),
            methods=(words, words),
            notes=(words, words),
            signatures=tuple(dataclasses.replace(one, name=words) for one in sheet.signatures),
        )
    )
    fields, laboratory, line, rest, signed = len(typed), 7, 6 + 1, 1 + 2 + 2, 3
    assert flowing(pdf).count("长") >= (fields + laboratory + line + rest + signed) * words.count("长")


def test_a_frame_is_closed_on_each_page_of_a_parted_cell() -> None:
    """Its right edge, 20 mm from that of the page, goes from a rule above to a rule below."""
    pdf = food.pages(sheets.original(sheets.cowpea(remark="长" * 4000)))
    parted = range(FIRST + 1, len(texts(pdf)) - 2)
    assert len(parted) == 2
    for page in parted:
        black = picture(pdf, page, 144).convert("L").point(lambda value: value < 150 and 255)
        right = round(190 / 25.4 * 144)
        edge = [y for y in range(200, black.height) if black.crop((right - 3, y, right + 4, y + 1)).getbbox()]
        rules = [y for y in edge if min(black.crop((right - 100, y, right - 4, y + 1)).get_flattened_data())]
        assert (min(edge), max(edge)) == (rules[0], rules[-1])


def test_a_draft_says_so_on_every_page_and_promises_nothing() -> None:
    pdf = food.pages(sheets.cowpea())
    for page in texts(pdf):
        assert "草" in page
        assert "稿" in page
    words = flowing(pdf)
    assert "SHA-256" not in words
    assert "签发时盖章" in words
    assert "批准：审核：王芳" in words
    assert all(codes(pdf, page) == [] for page in range(4))


def test_an_original_is_no_draft() -> None:
    words = flowing(food.pages(sheets.original(sheets.cowpea())))
    assert "草" not in words
    assert "签发时盖章" not in words
    assert f"SHA-256{sheets.DIGEST}" in words


def test_the_draft_mark_is_seen_but_hides_nothing() -> None:
    """Pale grey in the middle of a page that is white there on an original."""
    pale = sum(215 < value < 245 for value in picture(food.pages(sheets.cowpea()), COVER, 40).convert("L").get_flattened_data())
    assert pale > 2000


def test_the_code_on_the_paper_gives_number_revision_and_digest() -> None:
    pdf = food.pages(sheets.original(sheets.cowpea()))
    assert codes(pdf, FIRST) == [("QR Code", f"SHIYAN|NC2026-00409|1|{sheets.DIGEST}")]


@pytest.mark.parametrize("finish", [sheets.original, lambda sheet: sheet], ids=["original", "draft"])
def test_a_demonstration_says_so_in_a_red_band_on_every_page(finish: Callable[[Sheet], Sheet]) -> None:
    pdf = food.pages(finish(sheets.cowpea(demonstration=True)))
    assert all("演示数据，报告无效" in page for page in texts(pdf))
    for page in range(4):
        red, green, blue = picture(pdf, page, 72).convert("RGB").getpixel((20, 30))  # type: ignore[misc]
        assert red > green + 15
        assert red > blue + 15
    assert "演示数据" not in flowing(food.pages(finish(sheets.cowpea())))


@pytest.mark.parametrize("make", [sheets.cowpea, sheets.maize, sheets.wine])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_mark_of_accreditation_is_shown(make: Callable[..., Sheet], language: str) -> None:
    """The demonstration laboratory has none: neither in words nor as a picture."""
    pdf = food.pages(sheets.original(make(language=language)))
    assert [mark for mark in ("CMA", "CNAS", "CATL", "ilac") if mark in flowing(pdf)] == []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert [list(page.get_images()) for page in document.pages] == [[]] * len(document.pages)


def test_the_document_says_what_it_is_and_who_made_it() -> None:
    with pikepdf.open(io.BytesIO(food.pages(sheets.original(sheets.cowpea())))) as document:
        assert str(document.docinfo["/Title"]) == "检验报告 NC2026-00409-1"
        assert str(document.docinfo["/Author"]) == "示范区食品药品粮食检验所"
        assert str(document.Root.Lang) == "zh-CN"


def test_a_new_revision_says_what_it_replaces() -> None:
    sheet = sheets.original(sheets.cowpea(revision=2, replaces="本报告替代编号为 NC2026-00409-1 的报告。原因：样品名称写错"))
    words = flowing(food.pages(sheet))
    assert "报告编号：NC2026-00409-2" in words
    assert "本报告替代编号为NC2026-00409-1的报告。原因：样品名称写错" in words
    assert codes(food.pages(sheet), FIRST)[0][1].startswith("SHIYAN|NC2026-00409|2|")


def test_everybody_who_signed_is_named_once_with_the_last_day() -> None:
    sheet = sheets.cowpea()
    second = dataclasses.replace(sheet.signatures[0], name="李航", day=sheets.date(2026, 11, 20))
    words = flowing(food.pages(dataclasses.replace(sheet, signatures=(second, *sheet.signatures))))
    assert "主检：李航、陈静" in words


@pytest.mark.parametrize("make", [sheets.cowpea, sheets.maize, sheets.wine])
def test_the_same_sheet_gives_the_same_bytes(make: Callable[..., Sheet]) -> None:
    assert food.pages(make()) == food.pages(make())
    assert food.pages(sheets.original(make())) == food.pages(sheets.original(make()))


def test_only_our_two_faces_are_used_and_both_are_carried() -> None:
    used = fonts(food.pages(sheets.original(sheets.cowpea())))
    assert {name.split("+")[1] for name in used} == {"LimsSong-Regular", "LimsHei-Regular"}
    assert all(used.values())


def test_another_process_makes_the_same_bytes() -> None:
    """Neither the seed of hashes nor anything made before leaves a trace."""
    made = "hashlib.sha256(food.pages(sheets.original(sheets.maize()))).hexdigest()"
    program = f"import hashlib; from lims.reports import food; from tests.reports import sheets; print({made})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    assert done.stdout.strip() == hashlib.sha256(food.pages(sheets.original(sheets.maize()))).hexdigest()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_missing_glyph_is_refused_by_name(language: str) -> None:
    sheet = with_answers(sheets.cowpea(language=language), sample_name="豇豆😀ꀀ")
    with pytest.raises(Refusal) as refused:
        food.pages(sheet)
    assert "ꀀ" in refused.value.words
    assert "😀" in refused.value.words
    assert "豇" not in refused.value.words


@pytest.mark.parametrize("part", ["conclusion", "decision_rule", "remark", "replaces", "sample_number", "number"])
def test_a_missing_glyph_is_refused_wherever_it_would_be_printed(part: str) -> None:
    with pytest.raises(Refusal, match="😀"):
        food.pages(sheets.cowpea(**{part: "甲😀"}))


@pytest.mark.parametrize("part", ["item", "unit", "requirement", "result", "method", "remark"])
def test_a_missing_glyph_in_the_results_is_refused(part: str) -> None:
    sheet = sheets.cowpea()
    with pytest.raises(Refusal, match="😀"):
        food.pages(dataclasses.replace(sheet, lines=(dataclasses.replace(sheet.lines[0], **{part: "甲😀"}),)))


def test_a_missing_glyph_in_a_name_or_an_address_is_refused() -> None:
    sheet = sheets.cowpea()
    named = dataclasses.replace(sheet, signatures=(dataclasses.replace(sheet.signatures[0], name="陈😀"),))
    placed = dataclasses.replace(sheet, laboratory=dataclasses.replace(sheet.laboratory, address="😀 路"))
    for one in (named, placed):
        with pytest.raises(Refusal, match="😀"):
            food.pages(one)


def test_a_missing_glyph_that_is_not_printed_does_not_matter() -> None:
    assert food.pages(with_answers(sheets.cowpea(), legal_person="😀"))


def test_the_report_speaks_its_own_language() -> None:
    pdf = food.pages(sheets.original(sheets.cowpea(language="en")))
    words = flowing(pdf)
    pages = texts(pdf)
    assert "TEST REPORT" in pages[COVER]
    assert "Kindoftest" in words
    assert "Supervisorysampling" in words
    assert "Doesnotconform" in words
    assert "Decisionrule:fullvaluecomparison" in words
    assert "Therestofthepageisblank" in words
    assert "Page 1 of 2" in pages[FIRST]
    for chinese in ("样品名称", "检验", "合格", "共"):
        assert chinese not in words.replace("示范区食品药品粮食检验所", "")
    assert codes(pdf, FIRST)[0][1] == f"SHIYAN|NC2026-00409|1|{sheets.DIGEST}"


def test_no_english_word_is_broken() -> None:
    """A word is broken only where it is wider than its whole cell."""
    pages = texts(food.pages(sheets.original(sheets.wine(language="en"))))
    words = {word.strip(".,;:()") for page in pages for word in page.split()}
    assert {"Specification", "Requirement", "Conforms", "Labelled", "Remark"} <= words

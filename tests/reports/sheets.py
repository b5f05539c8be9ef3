"""Sheets as a district laboratory prints them: cowpea that fails, maize that conforms, a wine."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import Any

from lims.i18n import _, speaking
from lims.rules import conclusion
from lims.rules.conclusion import Finding
from lims.rules.judgement import Comparison
from lims.rules.verdict import Verdict, together
from lims.views.certificates import Copy, LaboratoryRow, Sheet, SheetLine, Signature

LABORATORY = LaboratoryRow("示范区食品药品粮食检验所", "示范区迎宾路 8 号", "101400", "010-00000000", "", "lab@shiyan.example", "")

PESTICIDES = "GB 23200.121-2021《食品安全国家标准 植物源性食品中331种农药及其代谢物残留量的测定 液相色谱—质谱联用法》"
RESIDUE_LIMITS = "GB 2763-2021《食品安全国家标准 食品中农药最大残留限量》"
TOXIN_LIMITS = "GB 2761-2017《食品安全国家标准 食品中真菌毒素限量》"
ADDITIVES = "GB 2760-2024《食品安全国家标准 食品添加剂使用标准》"
DIGEST = "3f5a9c0e7b1d2468ace013579bdf2468ace013579bdf3f5a9c0e7b1d2468ace0"

COMMON = {
    "task_source": "区级食品统一抽检计划",
    "test_kind": "Supervisory sampling",
    "client": "示范区市场监督管理局",
    "client_address": "示范区府前街 1 号",
    "sampling_body": "示范区食品药品粮食检验所",
    "samplers": "吴涛、郑洁",
    "backup_kept_at": "承检机构",
    "storage": "Room temperature",
}
RECEIVED = {"delivered_by": "吴涛", "seal": "Seal intact", "agrees": "Agrees"}


def cowpea(**changes: Any) -> Sheet:
    """Carbofuran 0.035 mg/kg against 0.02 (GB 2763-2021): does not conform."""
    return _sheet(
        number="NC2026-00409",
        sample_number="NC2026-00409",
        form=COMMON
        | {
            "form_number": "XBJ26110116383000395",
            "business_name": "青春路农贸市场 A08 号摊位",
            "business_address": "示范区青春路 16 号",
            "business_phone": "13800000001",
            "link": "Circulation",
            "place": "Farm produce market",
            "stall": "A08",
            "sample_name": "豇豆",
            "sample_kind": "Edible farm product",
            "model": "散装",
            "date_kind": "Purchase date",
            "product_date": "2026-11-17",
            "lot_size": "15 kg",
            "packing": "Bulk",
            "origin": "河北省",
            "sampled_on": "2026-11-18",
        },
        intake=RECEIVED | {"appearance": "鲜，无腐烂", "test_amount": "3.1 kg", "backup_amount": "3.0 kg"},
        rows=(
            ("克百威", "mg/kg", "≤ 0.02", "0.035", Verdict.FAIL, "GB 23200.121-2021"),
            ("噻虫嗪", "mg/kg", "≤ 0.3", "0.12", Verdict.PASS, "GB 23200.121-2021"),
            ("噁霉灵", "mg/kg", "≤ 0.5", "未检出（检出限 0.01）", Verdict.PASS, "GB 23200.121-2021"),
        ),
        methods=(PESTICIDES,),
        standards=(RESIDUE_LIMITS,),
        changes=changes,
    )


def maize(**changes: Any) -> Sheet:
    """Aflatoxin B₁ 4.7 μg/kg against 20, deoxynivalenol below 100 against 1000 (GB 2761-2017): conforms."""
    return _sheet(
        number="LS2026-00207",
        sample_number="LS2026-00207",
        form=COMMON
        | {
            "form_number": "LSKC26110116000207",
            "business_name": "桃山粮库",
            "business_address": "示范区桃山村东",
            "place": "Grain depot",
            "stall": "6 号仓",
            "sample_name": "玉米",
            "sample_kind": "Reserve grain",
            "model": "散装",
            "grade": "二等",
            "date_kind": "Harvest year",
            "harvest_year": "2025",
            "represented_quantity": "2000.000",
            "lot_size": "2000 t",
            "packing": "Bulk",
            "origin": "示范区",
            "sampled_on": "2026-11-17",
        },
        intake=RECEIVED | {"appearance": "籽粒饱满，色泽气味正常", "test_amount": "2.0 kg", "backup_amount": "2.0 kg"},
        rows=(
            ("水分", "g/100 g", "≤ 14.0", "12.5", Verdict.PASS, "GB 5009.3-2016"),
            ("黄曲霉毒素B₁", "μg/kg", "≤ 20", "4.7", Verdict.PASS, "GB 5009.22-2016"),
            ("脱氧雪腐镰刀菌烯醇", "μg/kg", "≤ 1000", "<100", Verdict.PASS, "GB 5009.111-2016"),
        ),
        methods=(
            "GB 5009.111-2016《食品安全国家标准 食品中脱氧雪腐镰刀菌烯醇及其乙酰化衍生物的测定》",
            "GB 5009.22-2016《食品安全国家标准 食品中黄曲霉毒素B族和G族的测定》",
            "GB 5009.3-2016《食品安全国家标准 食品中水分的测定》",
        ),
        standards=("GB 1353-2018《玉米》", TOXIN_LIMITS),
        changes=changes,
    )


def wine(**changes: Any) -> Sheet:
    """Total sulphur dioxide 0.18 g/L against 0.25 (GB 2760-2024), sent in by the maker: conforms."""
    return _sheet(
        number="SP2026-01029",
        sample_number="SP2026-01029",
        form={
            "form_number": "SP-01029",
            "test_kind": "Commissioned test",
            "client": "雁栖酒庄有限公司",
            "client_address": "示范区雁栖东路 66 号",
            "sample_name": "赤霞珠干红葡萄酒",
            "sample_kind": "Industrially processed food",
            "brand": "雁栖",
            "model": "750 mL/瓶",
            "date_kind": "Production date",
            "product_date": "2026-03-08",
            "batch": "L2026031",
            "shelf_life": "10 年",
            "sample_amount": "6 瓶",
            "packing": "Prepacked",
            "storage": "Room temperature",
            "producer": "雁栖酒庄有限公司",
            "producer_address": "示范区雁栖东路 66 号",
            "producer_phone": "13800000003",
        },
        intake={
            "delivered_by": "何平",
            "seal": "No seal",
            "agrees": "Agrees",
            "appearance": "瓶装完好，无渗漏",
            "test_amount": "3 瓶",
            "backup_amount": "3 瓶",
        },
        rows=(("二氧化硫残留量", "g/L", "≤ 0.25", "0.18", Verdict.PASS, "GB 5009.34-2022"),),
        methods=("GB 5009.34-2022《食品安全国家标准 食品中二氧化硫的测定》",),
        standards=(ADDITIVES,),
        changes=changes,
    )


def original(sheet: Sheet) -> Sheet:
    """Return the sheet as approved on 21 November 2026."""
    at = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
    approval = Signature("approve", "赵宁", at, date(2026, 11, 21))
    return dataclasses.replace(sheet, copy=Copy.ORIGINAL, digest=DIGEST, approved_on=date(2026, 11, 21), signatures=(*sheet.signatures, approval))


def many(count: int) -> tuple[SheetLine, ...]:
    """Return so many conforming lines."""
    return tuple(SheetLine(place, f"农药{place:03d}", "mg/kg", "≤ 0.05", "未检出", Verdict.PASS, "GB 23200.121-2021") for place in range(1, count + 1))


def _sheet(
    *,
    form: dict[str, str],
    rows: tuple[tuple[str, str, str, str, Verdict, str], ...],
    methods: tuple[str, ...],
    standards: tuple[str, ...],
    changes: dict[str, Any],
    **given: Any,
) -> Sheet:
    language = changes.get("language", "zh_CN")
    with speaking(language):
        lines = tuple(SheetLine(place, *row) for place, row in enumerate(rows, 1))
        verdict = together(one.verdict for one in lines)
        findings = [Finding(one.item, one.verdict, standards[0], Comparison.FULL) for one in lines]
        sheet = Sheet(
            revision=1,
            language=language,
            laboratory=LABORATORY,
            demonstration=False,
            form=form,
            received_on=date(2026, 11, 18),
            tested_from=date(2026, 11, 19),
            tested_to=date(2026, 11, 21),
            approved_on=None,
            lines=lines,
            methods=methods,
            standards=standards,
            verdict=verdict,
            conclusion=conclusion.conclusion(findings, verdict, form["test_kind"], standards),
            decision_rule=conclusion.decision_rule(findings),
            notes=conclusion.notes("7", "5"),
            remark=_("The results answer for the sample tested only.") if language == "en" else "本报告结果仅对所检样品负责。",
            signatures=(
                Signature("test", "陈静", datetime(2026, 11, 21, 8, 20, tzinfo=UTC), date(2026, 11, 21)),
                Signature("review", "王芳", datetime(2026, 11, 20, 22, 5, tzinfo=UTC), date(2026, 11, 21)),
            ),
            **given,
        )
    return dataclasses.replace(sheet, **changes)

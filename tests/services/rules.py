"""A branch of the sampling rules' tree with the table of one food: the small library of the tests holds none."""

from __future__ import annotations

from sqlalchemy import select

from lims.db.store import Store
from lims.domain.catalogue import Heading, Item, Panel
from lims.rules.rights import PROGRAM

SOURCED = {"source": "食品安全监督抽检实施细则（2026 年版）的第三方转录", "evidence": "third_party_transcription", "confidence": "medium"}
TREE = (
    ("sampling-2026-h1", "", "1", "粮食加工品", ""),
    ("sampling-2026-h2", "sampling-2026-h1", "1.1", "小麦粉", ""),
    ("sampling-2026-h3", "sampling-2026-h1", "1-1", "玉米粉（片、渣）", "项目 2 项"),
    ("sampling-2026-h4", "", "2", "调味品", "本转录缺表 2-1"),
)
ASKED = (
    ("aflatoxin-b1", "GB 2761", "GB 5009.22", ""),
    ("deoxynivalenol", "GB 2761 | 产品明示标准", "GB 5009.111 | GB/T 30956", "注 a"),
)


def sampling_rules(store: Store) -> None:
    """Put them into the library."""
    with store.work() as work, work.acting(PROGRAM, "laboratory.library"):
        for code, parent, number, name, note in TREE:
            work.add(Heading(code=code, classification="抽检细则", parent=parent, group="粮食加工品", number=number, name=name, note=note, **SOURCED))
        work.flush()
        table = dict(work.execute(select(Heading.code, Heading.id)).all())["sampling-2026-h3"]
        items = dict(work.execute(select(Item.code, Item.id)).all())
        for place, (item, bases, methods, note) in enumerate(ASKED, 1):
            number = str(place)
            work.add(Panel(code=f"rule-{place}", heading_id=table, item_id=items[item], place=number, bases=bases, methods=methods, note=note, **SOURCED))

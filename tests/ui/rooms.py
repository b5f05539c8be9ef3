"""A small window with invented screens, to look at and to test the shell without a laboratory: `python -m tests.ui.rooms FOLDER`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from lims import i18n
from tests.ui.gallery import ROWS, table, two_lines
from ui.kit.cell import Cell, verdict
from ui.kit.command import Command
from ui.kit.desk import Desk
from ui.kit.label import Label
from ui.kit.paint import Limits, Station
from ui.kit.panel import Bar, Check, Checks, Divider, Head, History, Line, Panel, Rows, Slot, Slots, Step, Steps, Title, Words
from ui.kit.screen import Screen
from ui.kit.segments import Segments
from ui.kit.table import Column, Empty, Section, Table
from ui.navigation import PLACES, Place
from ui.theme import theme
from ui.window import Window


@dataclass(frozen=True)
class Worker:
    """Somebody with every right of the bench."""

    name: str = "检验员 甲"
    rights: frozenset[str] = frozenset({"receive", "assign", "test", "review", "approve", "catalogue", "instruments", "trail", "people", "settings"})


class Bench(Screen):
    """A grid with a panel that explains."""

    title = "检验台"
    grid = True
    watches = frozenset({"analysis"})

    def start(self) -> None:
        self.filled = 0
        self.done: list[str] = []
        self.lacks: str | None = "还差 1 格，1 处平行超差未重做"

    def commands(self) -> tuple[Command, ...]:
        return (
            Command("bench.read", "读取酶标仪", lambda: self.done.append("read"), "F6", "plug-zap", kind="quiet"),
            Command("bench.paste", "粘贴", lambda: self.table.paste(), "Ctrl+V", "clipboard-list"),
            Command("bench.fill", "向下填充", lambda: self.table.fill_down(), "Ctrl+D", "arrow-down"),
            Command("bench.undo", "撤销", lambda: self.table.undo(), "Ctrl+Z", "undo"),
            Command("bench.submit", "提交复核", lambda: self.done.append("submit"), kind="primary", refusal=lambda: self.lacks),
        )

    def build(self) -> QWidget:
        self.table = table()
        self.panel = Panel()
        self.table.moved.connect(lambda _row: self.explain())
        self.explain()
        self.note("谷物真菌毒素 / W2026-0318")
        return self.table

    def refill(self) -> None:
        self.filled += 1
        self.table.put(ROWS)

    def explain(self) -> None:
        assert self.panel
        self.panel.put(
            "为什么不合格",
            Head("玉米 · 黄曲霉毒素 B1", "LS2026-00207 · 桃山库 6 号仓 · 第 8 位"),
            Bar(Limits(Decimal("23.735"), Decimal(20), verdict="bad"), "23.735", "限量 20", "µg/kg"),
            Steps(
                [
                    Step("测定值", "23.41 · 24.06", ("酶标仪 MB-2 · 10:31:52 · 第 8 位两孔", "原始字节第 8841、8842 号")),
                    Step("平行允差", "2.7 % ≤ 20 %", ("|24.06 − 23.41| ÷ 23.735，按方法取平均",), "done", "good"),
                    Step("计算值", "23.735", ("(23.41 + 24.06) ÷ 2，不先修约",)),
                    Step("限量", "≤ 20", ("GB 2761-2017 表1 · 玉米、玉米面（渣、片）",)),
                    Step("判定", "不合格", ("须由第二人复测后才能审核",), "bad", "bad"),
                ]
            ),
            Divider(),
            Title("同一仓历次", "全部"),
            History(
                [Decimal(3), Decimal(4), Decimal("3.5"), Decimal(8), Decimal(12), Decimal("23.7")],
                ["24秋", "25春", "25秋", "26春", "26夏", "本次"],
                Decimal(20),
                "限量 20",
                True,
            ),
            Divider(),
            Title("下一步"),
            Words("另一位检验员取第二份检样复测，两次结果都保留。"),
            keys="F3",
            foot=[Command("x.repeat", "登记复测", print, icon="refresh-cw", kind="quiet"), Command("x.bytes", "原始字节", print, icon="file-text")],
        )


class Review(Screen):
    """A list at the left, one thing, slots and the bar below."""

    title = "审核"
    bar_below = True

    def commands(self) -> tuple[Command, ...]:
        return (
            Command("review.return", "退回检验台", print, icon="corner-down-left", kind="quiet"),
            Command("review.next", "下一处例外", print, "N", side="right", kind="quiet"),
            Command("review.pass", "通过审核", print, kind="primary", refusal=lambda: "还有 2 处例外没打开：噻虫胺接近限量，灭蝇胺质控警告"),
        )

    def build(self) -> QWidget:
        self.left = QWidget()
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 12, 0, 0)
        self.filter = Segments({"mine": "待我审", "back": "已退回"}, "审核")
        self.filter.count({"mine": 9, "back": 2})
        column.addWidget(self.filter)
        column.addWidget(two_lines())
        whole = QWidget()
        box = QVBoxLayout(whole)
        box.setContentsMargins(24, 16, 0, 0)
        box.addWidget(Label("豇豆", "headline"))
        box.addWidget(
            Line(
                [
                    Station("抽样", "done", "11-19 09:40"),
                    Station("收样", "done", "11-19 14:12"),
                    Station("检验", "done", "11-22 16:20 · 检验员 乙"),
                    Station("审核", "now", "今天 17:00 前"),
                    Station("批准", "later"),
                    Station("签发", "later"),
                ]
            )
        )
        columns = (
            Column("项目", lambda row: row[0], lambda value: Cell(value, weight=500), 120),
            Column("测定值", lambda row: row[1], lambda value: Cell(value, "text2", role="note"), 140),
            Column("结果", lambda row: row[2], width=80, align="right"),
            Column("距限量", lambda row: row, lambda row: Cell(limits=Limits(Decimal(row[4]), Decimal("0.02"), verdict=row[5])), 120, stretch=True),
            Column("判定", lambda row: row[3], lambda value: verdict(value, "合格" if value == "pass" else "不合格"), 110),
            Column("历次", lambda _row: (Decimal(1), None, Decimal(3)), lambda value: Cell(history=value), 100),
        )
        self.table = Table(columns, key=lambda row: row[0], words="项目", margin=-8)
        self.table.put(
            [
                ("克百威", "0.0462 · 0.0438", "0.045", "fail", "0.045", "bad"),
                ("噻虫胺", "0.0093 · 0.0098", "0.0096", "pass", "0.0096", "good"),
                Section("其余", 1),
                ("倍硫磷", "<0.005", "未检出", "pass", "0", "good"),
            ]
        )
        box.addWidget(self.table)
        self.foot = QWidget()
        foot = QVBoxLayout(self.foot)
        foot.setContentsMargins(24, 12, 24, 12)
        foot.addWidget(
            Slots(
                [
                    Slot("检验", "检验员 甲、检验员 乙", "done", ("11-22 16:20 · 摘要 9b04…c2d7", "我做了这些检验，数据真实")),
                    Slot("审核", "审核员", "now", ("须输入密码", "我核对了原始记录、计算与判定")),
                    Slot("批准", "授权签字人", "later", ("范围：农产品农药残留，至 2028-06-30",)),
                ],
                across=True,
            )
        )
        self.panel = Panel()
        self.panel.put(
            "NC2026-00409",
            Checks([Check("done", "三人不同", "检验、审核、批准"), Check("warn", "运输温度", "6.2 ℃", "抽样单要求 0–4 ℃。可以收，须写原因。")], "签发前检查"),
            Rows([("版本", "第 1 版"), ("送达", "青春路农贸市场、市场监管所")]),
        )
        self.panel.hide()
        return whole


class Nothing(Screen):
    """A place where nothing is."""

    title = "仪器收件箱"

    def build(self) -> QWidget:
        made = Table([Column("时间", lambda row: row)], key=lambda row: row, words="读数", empty=Empty("inbox", "收件箱已清空", "新读数会自己出现在这里。"))
        made.put([])
        return made


HERE = "tests.ui.rooms:"
SCREENS = {"bench": HERE + "Bench", "review": HERE + "Review"}
ROOMS = tuple(
    Place(place.name, place.title, place.icon, place.group, SCREENS.get(place.name, HERE + "Nothing"), place.rights, place.counts, place.warns)
    for place in PLACES
)


def window(desk: Desk, worker: Worker | None = None) -> Window:
    """Return a window over invented screens."""
    made = Window(desk, worker or Worker(), laboratory="示范实验室", database="本机数据库", demonstration=True, places=ROOMS)
    made.navigation.count({"expected": 4, "matched": 2, "unmatched": 1, "in_test": 6})
    return made


def main(folder: Path) -> None:
    """Write pictures of the shell."""
    from tests.ui.conftest import PaperStore

    app = QApplication.instance() or QApplication([])
    i18n.use("zh_CN")
    theme.start(app, "light")
    desk = Desk(PaperStore())
    shown = window(desk)
    shown.show()

    def take(name: str) -> None:
        for _ in range(5):
            app.processEvents()
        shown.grab().save(str(folder / f"{name}.png"))

    shown.open("inbox")
    take("window-empty")
    shown.open("bench")
    take("window-bench")
    shown.message("warn", "贴入 14 行：13 行可收，1 行有错", "有错的行留在表里，改好再收；不影响其他行。", "到第 8 行", print)
    shown.open("review")
    shown.toast("已收下 13 件，打印 26 张标签", "撤销", print)
    take("window-review")
    shown.show_palette()
    take("window-palette")
    shown.palette_.hide()
    shown.look("dark")
    shown.open("bench")
    shown.resize(1180, 680)
    take("window-dark-small")
    shown.resize(1440, 900)
    shown.speak("en")
    take("window-english")
    desk.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

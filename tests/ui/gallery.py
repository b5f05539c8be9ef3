"""Every part in every state on one page, to look at: `python -m tests.ui.gallery FOLDER` writes light, dark, contrast and 200 %."""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from lims import i18n
from ui.kit import cell as cells
from ui.kit import paint
from ui.kit.cell import Cell
from ui.kit.command import Button, Command
from ui.kit.empty import Empty
from ui.kit.form import Field, Form
from ui.kit.label import Label, ground
from ui.kit.message import Message, Strip, Toast
from ui.kit.paint import Limits, Station
from ui.kit.panel import CellView, Line, MarkView, Slot, Slots
from ui.kit.segments import Segments
from ui.kit.table import Column, Group, Section, Table
from ui.theme import theme

ROWS = (
    ("LS2026-00198", "常态", "3.12", "pass", ""),
    ("LS2026-00199", "有批注", "18.6", "pass", "remark"),
    ("LS2026-00200", "选中", "0.84", "pass", ""),
    ("LS2026-00208", "改过，未提交", "4.40", "", "edited"),
    ("LS2026-00211", "有错：不是数", "3.1.2", "", "error"),
    ("LS2026-00212", "不合格", "23.7", "fail", ""),
    ("LS2026-00213", "没有限量", "5.95", "none", ""),
    ("LS2026-00214", "无法判定", "<50", "undecided", ""),
    ("质控", "质控行", "9.75", "pass", ""),
)


def page() -> QWidget:
    """Return the whole page."""
    whole = ground(QWidget(), "window")
    whole.resize(1560, 1060)
    grid = QGridLayout(whole)
    grid.setContentsMargins(24, 20, 24, 20)
    grid.setSpacing(16)
    columns = ((_buttons, _form, _slots), (_marks, _table, _bars, _line), (_messages, _empty, _list))
    for place, parts in enumerate(columns):
        column = QVBoxLayout()
        column.setSpacing(16)
        for part in parts:
            column.addWidget(part())
        column.addStretch(1)
        grid.addLayout(column, 0, place)
        grid.setColumnStretch(place, 1)
    return whole


def card(title: str, note: str = "") -> tuple[QWidget, QVBoxLayout]:
    """Return a card and the column to fill."""
    widget = ground(QWidget(), "card")
    column = QVBoxLayout(widget)
    column.setContentsMargins(20, 16, 20, 20)
    column.setSpacing(10)
    line = QHBoxLayout()
    line.addWidget(Label(title, "section"))
    line.addWidget(Label(note, "note", "text2"))
    line.addStretch(1)
    column.addLayout(line)
    return widget, column


def _buttons() -> QWidget:
    widget, column = card("按钮")
    grid = QGridLayout()
    for place, name in enumerate(("常态", "悬停", "按下", "焦点", "停用")):
        grid.addWidget(Label(name, "note", "text2"), 0, place + 1)
    for line, (kind, label, words) in enumerate((("primary", "主要", "提交"), ("quiet", "普通", "打印"), ("plain", "轻", "撤销"), ("danger", "危险", "作废"))):
        grid.addWidget(Label(label, "note", "text2"), line + 1, 0)
        for place in range(5):
            made = Button(words, kind)
            made._hover = place == 1
            made.setDown(place == 2)
            if place == 3:
                made.hasFocus = lambda: True  # type: ignore[method-assign]
                made._ring = True
            if place == 4:
                made.refuse("你录入过其中一项结果。")
            grid.addWidget(made, line + 1, place + 1)
    column.addLayout(grid)
    reason = QHBoxLayout()
    reason.addWidget(Label("你录入过其中一项", ink="text2"))
    made = Button("通过审核", "primary", "Ctrl+Return")
    made.refuse("你录入过其中一项结果。可审：审核员、技术负责人。")
    reason.addWidget(made)
    reason.addWidget(Button("从 Excel 粘贴", "quiet", "Ctrl+V", "clipboard-list"))
    reason.addStretch(1)
    column.addLayout(reason)
    filters = Segments({"all": "全部", "test": "检验", "rapid": "快检"}, "工作")
    filters.count({"all": 6, "test": 5, "rapid": 1})
    column.addWidget(filters)
    return widget


def _form() -> QWidget:
    widget, column = card("填写栏")
    fields = (
        Field("name", "样品名称"),
        Field("amount", "检样量"),
        Field("made", "生产日期", "date"),
        Field("warm", "到样温度", warn=lambda _v: "抽样单要求 0–4 ℃"),
        Field("remark", "备注", optional=True),
        Field("form", "抽样单编号", locked=True, note="收样后不能改，可用“更正单号”"),
        Field("kind", "食品类别", "choice", options={"a": "蔬菜", "b": "水产品"}),
        Field("password", "密码", "password"),
        Field("tick", "封条完好", "tick"),
    )
    form = Form(fields, columns=2)
    form.put(
        {
            "name": "豇豆",
            "amount": "3.1 kg",
            "made": "2026-11-31",
            "warm": "6.2 ℃",
            "form": "XBJ26110116383000412",
            "kind": "a",
            "password": "12345678",
            "tick": True,
        }
    )
    form._left("made")
    form._warn("warm")
    column.addWidget(form)
    return widget


def _slots() -> QWidget:
    widget, column = card("签名")
    column.addWidget(
        Slots(
            [
                Slot("检验", "检验员 甲", "done", ("11-22 16:20 · 摘要 9b04…c2d7", "我做了这些检验，数据真实")),
                Slot("审核", "审核员", "now", ("须输入密码",)),
                Slot("批准", "授权签字人", "later", ("范围：农产品农药残留",)),
            ],
            across=True,
        )
    )
    return widget


def _marks() -> QWidget:
    widget, column = card("判定与状态", "形状不同，去色仍可分辨")
    for names in (
        (("bad", "不合格"), ("wait", "待判定"), ("hold", "暂扣"), ("ask", "无法判定")),
        (("done", "合格"), ("good", "合格"), ("none", "不判定"), ("warn", "接近限量")),
    ):
        line = QHBoxLayout()
        for name, words in names:
            line.addWidget(CellView(Cell(words, chip=name)))
        line.addStretch(1)
        column.addLayout(line)
    states = QHBoxLayout()
    for state, words in (("received", "已收样"), ("in_test", "在检"), ("expected", "待收"), ("replaced", "已代替")):
        states.addWidget(CellView(cells.state(state, words)))
    states.addStretch(1)
    column.addLayout(states)
    marks = QHBoxLayout()
    for name in paint.MARKS:
        marks.addWidget(MarkView(name, 20))
    marks.addStretch(1)
    column.addLayout(marks)
    return widget


def table() -> Table:
    """Return a grid in the states of its cells."""

    def result(row: tuple[str, ...]) -> Cell:
        if row[4] == "error":
            return Cell(row[2], error="须为数字", align="right")
        return cells.number(row[2], row[3], "近限量" if row[4] == "remark" else "", edited=row[4] == "edited")

    def name(row: tuple[str, ...]) -> Cell:
        return cells.identifier(row[0]) if "-" in row[0] else Cell(row[0], tag=True)

    group = Group("黄曲霉毒素 B1", "µg/kg", lambda _row: "≤ 20")
    columns = (
        Column("样品编号", lambda row: row, name, 124),
        Column("状态", lambda row: row[1], width=90, stretch=True),
        Column("结果", lambda row: row, result, 76, "right", group=group, editable=True, name="result"),
        Column(
            "判定",
            lambda row: row[3],
            lambda value: cells.verdict(value, {"pass": "合格", "fail": "不合格", "none": "不判定"}.get(value, "无法判定")) if value else None,
            104,
            group=group,
        ),
    )
    made = Table(columns, key=lambda row: row[0], words="样品", kind="grid", look=lambda row: "qc" if row[0] == "质控" else "")
    made.put(ROWS)
    made.select("LS2026-00200", "result")
    return made


def _table() -> QWidget:
    widget, column = card("表格行", "左上蓝角：改过未交　右上橙角：有批注")
    made = table()
    made.setFixedHeight(58 + 30 * len(ROWS) + 2)
    column.addWidget(made)
    return widget


class _Bars(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(90)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, (value, verdict) in enumerate((("6.2", "good"), ("18.6", "warn"), ("23.7", "bad"))):
            paint.limit_bar(painter, Limits(Decimal(value), Decimal(20), verdict=verdict), QRectF(0, place * 30, 260, 24))
            paint.history(painter, [Decimal(1), None, Decimal(place), Decimal(value)], QRectF(280, place * 30, 78, 22))
        painter.end()


def _bars() -> QWidget:
    widget, column = card("距限量", "竖线是限量；点的形状随判定")
    column.addWidget(_Bars())
    return widget


def _line() -> QWidget:
    widget, column = card("样品的路")
    column.addWidget(
        Line(
            [
                Station("抽样", "done", "11-19"),
                Station("收样", "done", "11-19"),
                Station("检验", "done", "11-22"),
                Station("审核", "now", "今天"),
                Station("批准", "later"),
                Station("签发", "later"),
            ]
        )
    )
    return widget


def _messages() -> QWidget:
    widget, column = card("消息条与浮条")
    for kind, title, note, label in (
        ("warn", "贴入 14 行，1 行有错", "第 8 行单号已用过。", "去看"),
        ("bad", "酶标仪 COM4 断开", "已收的 22 个读数都在。", "再连"),
        ("say", "检验员 乙刚改了它", "稀释倍数 1 改 2。", "看差别"),
    ):
        strip = Strip()
        column.addWidget(strip)
        strip.put(Message(kind, title, note, label))
    room = QWidget()
    room.setFixedHeight(60)
    column.addWidget(room)
    toast = Toast(room)
    room.resize(420, 60)
    toast.put("已收下 13 件，打印 26 张标签", "撤销", lambda: None)
    toast.setGeometry(0, 10, 400, 40)
    return widget


def _empty() -> QWidget:
    widget, column = card("空")
    column.addWidget(
        Empty(
            "inbox",
            "收件箱已清空",
            "新读数会自己出现在这里。4 台在线，最近一条 10:33。",
            (Command("a", "看今天已接收的 229 条", print, kind="quiet"), Command("b", "连接仪器", print, icon="plug-zap")),
        )
    )
    return widget


def two_lines() -> Table:
    """Return a list of two-line rows."""

    def show(row: tuple[str, str, str, str]) -> Cell:
        return Cell(
            row[0],
            weight=500,
            after=Cell(row[1], "text2"),
            right=Cell(mark=row[3]),
            below=Cell(row[2], "text2", role="note", right=Cell("今天 17:00", "warn", role="note")),
        )

    made = Table([Column("", lambda row: row, show, stretch=True)], key=lambda row: row[1], words="待我审", row_height=60, head=False, margin=8)
    made.put(
        [
            ("豇豆", "NC2026-00412", "青春路农贸市场 · 10 项", "bad"),
            Section("已退回", 2),
            ("玉米", "LS2026-00192", "桃山库 8 号仓 · 3 项", "done"),
            ("<b>名字</b> & 记号", "SP2026-01027", "照写", "warn"),
        ]
    )
    made.select("LS2026-00192")
    return made


def _list() -> QWidget:
    widget, column = card("两行列表")
    made = two_lines()
    made.setFixedHeight(242)
    column.addWidget(made)
    return widget


def main(folder: Path) -> None:
    """Write the pictures."""
    app = QApplication.instance() or QApplication([])
    i18n.use("zh_CN")
    theme.start(app, "light")
    for look in ("light", "dark", "contrast-light", "contrast-dark"):
        theme.use(look)
        shown = page()
        shown.show()
        app.processEvents()
        shown.grab().save(str(folder / f"gallery-{look}-{app.devicePixelRatio():g}.png"))
        shown.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

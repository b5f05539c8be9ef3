"""The whole standards library: headings of each classification, placements, panels, scope; limits stand under headings and say in words what they demand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "heading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("classification", sa.String(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heading")),
        sa.UniqueConstraint("code", name=op.f("uq_heading_code")),
    )
    with op.batch_alter_table("heading") as table:
        table.create_index(table.f("ix_heading_classification"), ["classification"], unique=False)
    op.create_table(
        "sum_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("shares", "total", name="sumkind", native_enum=False, length=20), nullable=False),
        sa.Column("parts", sa.String(), nullable=False),
        sa.Column("not_found", sa.Enum("nothing", "half", "whole", name="notfound", native_enum=False, length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_sum_rule_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sum_rule")),
        sa.UniqueConstraint("code", name=op.f("uq_sum_rule_code")),
    )
    with op.batch_alter_table("sum_rule") as table:
        table.create_index(table.f("ix_sum_rule_item_id"), ["item_id"], unique=False)
    op.create_table(
        "method",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("analyte", sa.Text(), nullable=False),
        sa.Column("technique", sa.Text(), nullable=False),
        sa.Column("rapid", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method")),
        sa.UniqueConstraint("code", name=op.f("uq_method_code")),
    )
    op.create_table(
        "panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("heading_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("bases", sa.Text(), nullable=False),
        sa.Column("methods", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["heading_id"], ["heading.id"], name=op.f("fk_panel_heading_id_heading")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_panel_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("code", name=op.f("uq_panel_code")),
    )
    with op.batch_alter_table("panel") as table:
        table.create_index(table.f("ix_panel_heading_id"), ["heading_id"], unique=False)
        table.create_index(table.f("ix_panel_item_id"), ["item_id"], unique=False)
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("classification", sa.String(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_placement_person_id_person")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_placement_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    with op.batch_alter_table("placement") as table:
        table.create_index(table.f("ix_placement_product_id"), ["product_id"], unique=False)
    op.create_table(
        "scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("restriction", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_scope_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope")),
    )
    with op.batch_alter_table("scope") as table:
        table.create_index(table.f("ix_scope_item_id"), ["item_id"], unique=False)
    op.create_table(
        "basis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("limit_id", sa.Integer(), nullable=True),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["analysis_id"], ["analysis.id"], name=op.f("fk_basis_analysis_id_analysis")),
        sa.ForeignKeyConstraint(["limit_id"], ["limit.id"], name=op.f("fk_basis_limit_id_limit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basis")),
    )
    with op.batch_alter_table("basis") as table:
        table.create_index(table.f("ix_basis_analysis_id"), ["analysis_id"], unique=False)
    with op.batch_alter_table("analysis") as table:
        table.add_column(sa.Column("limit_cause", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("confirmation") as table:
        table.add_column(sa.Column("placement_id", sa.Integer(), nullable=True))
        table.alter_column("limit_id", existing_type=sa.INTEGER(), nullable=True)
        table.drop_constraint(table.f("uq_confirmation_limit_id"), type_="unique")
        table.create_index(table.f("ix_confirmation_limit_id"), ["limit_id"], unique=False)
        table.create_index(table.f("ix_confirmation_placement_id"), ["placement_id"], unique=False)
        table.create_foreign_key(table.f("fk_confirmation_placement_id_placement"), "placement", ["placement_id"], ["id"])
    with op.batch_alter_table("item") as table:
        table.add_column(sa.Column("group", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("aliases", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("standard") as table:
        table.add_column(sa.Column("classification", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("issued", sa.Date(), nullable=True))
        table.add_column(sa.Column("replaces", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("evidence", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("confidence", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("limit") as table:
        table.add_column(sa.Column("heading_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("level", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("requirement", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("comparison", sa.Enum("full", "rounded", name="comparison", native_enum=False, length=20), nullable=True))
        table.add_column(sa.Column("rounding", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("confidence", sa.Text(), nullable=False, server_default=""))
    _take_over(op.get_bind())
    with op.batch_alter_table("limit") as table:
        table.alter_column("heading_id", existing_type=sa.Integer(), nullable=False)
        table.drop_index(table.f("ix_limit_product_id"))
        table.create_index(table.f("ix_limit_heading_id"), ["heading_id"], unique=False)
        table.create_index(table.f("ix_limit_standard_id"), ["standard_id"], unique=False)
        table.drop_constraint(table.f("fk_limit_product_id_product"), type_="foreignkey")
        table.create_foreign_key(table.f("fk_limit_heading_id_heading"), "heading", ["heading_id"], ["id"])
        table.drop_column("operator")
        table.drop_column("classification")
        table.drop_column("product_id")
        table.drop_column("limit")
    with op.batch_alter_table("procedure") as table:
        table.add_column(sa.Column("matrix", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("technique", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("rapid", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("uncertainty", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("coverage", sa.String(length=80), nullable=False, server_default="2"))
        table.add_column(
            sa.Column("decision", sa.Enum("simple", "guarded", "quoted", name="decide", native_enum=False, length=20), nullable=False, server_default="simple")
        )
        table.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("confidence", sa.Text(), nullable=False, server_default=""))


HEADINGS = {
    "gb2763-h111": ("GB 2763", "蔬菜", "", "豇豆", "2026 年各省监督抽检通告，由第三方汇编", "official_bulletin", "high"),
    "gb2761-h1": ("GB 2761", "谷物及其制品", "", "玉米、玉米面(渣、片)及玉米制品", "凭行业常识，没有文件", "knowledge", "high"),
    "gb2761-h20": ("GB 2761", "谷物及其制品", "", "玉米、玉米面(渣、片)", "凭行业常识，没有文件", "knowledge", "high"),
    "gb1353-h1": ("GB 1353", "玉米", "", "各类玉米", "公开网页（收获质量报告：霉变粒≤2.0 %的比例）", "third_party_transcription", "high"),
    "gb2760-h43": ("GB 2760", "", "15.03.01", "葡萄酒", "凭行业常识（GB 2760-2024），没有文件", "knowledge", "high"),
}
"""The headings under which the limits of the first library stand: classification, group, number, name, source, evidence, confidence."""

PLACES = {
    "gb2763-2021-carbofuran-cowpea": "gb2763-h111",
    "gb2763-2021-thiamethoxam-cowpea": "gb2763-h111",
    "gb2761-2017-aflatoxin-b1-maize": "gb2761-h1",
    "gb2761-2017-deoxynivalenol-maize": "gb2761-h20",
    "gb1353-2018-moisture-maize": "gb1353-h1",
    "gb2760-2024-sulphur-dioxide-wine": "gb2760-h43",
}
"""Limits of the first library and their headings."""

GROUPS = {
    "carbofuran": "pesticide",
    "thiamethoxam": "pesticide",
    "aflatoxin-b1": "mycotoxin",
    "deoxynivalenol": "mycotoxin",
    "moisture": "quality",
    "sulphur-dioxide": "additive",
}


def _take_over(connection: sa.Connection) -> None:
    """Put the limits a laboratory has under headings of their standards. Where products stand under them is for a person to say anew."""
    for code, group in GROUPS.items():
        connection.execute(sa.text('UPDATE item SET "group" = :group WHERE code = :code'), {"group": group, "code": code})
    for (code,) in connection.execute(sa.text("SELECT code FROM standard")).all():
        connection.execute(sa.text("UPDATE standard SET classification = :tree WHERE code = :code"), {"tree": code.rpartition("-")[0] or code, "code": code})
    query = (
        'SELECT l.id, l.code, l.operator, l."limit", l.classification, s.classification FROM "limit" l JOIN standard s ON s.id = l.standard_id ORDER BY l.id'
    )
    for key, code, operator, figure, words, tree in connection.execute(sa.text(query)).all():
        heading = PLACES.get(code, f"kept-{key}")
        known = HEADINGS.get(heading, (tree, "", "", words, "", "", ""))
        said = {"requirement": f"{operator}{figure}" if figure is not None else operator, "heading": _heading(connection, heading, known), "key": key}
        connection.execute(sa.text('UPDATE "limit" SET heading_id = :heading, requirement = :requirement WHERE id = :key'), said)


def _heading(connection: sa.Connection, code: str, known: tuple[str, ...]) -> int:
    found = connection.scalar(sa.text("SELECT id FROM heading WHERE code = :code"), {"code": code})
    if found is None:
        names = ("classification", "group", "number", "name", "source", "evidence", "confidence")
        columns = 'code, parent, note, classification, "group", number, name, source, evidence, confidence'
        values = ":code, '', '', :classification, :group, :number, :name, :source, :evidence, :confidence"
        connection.execute(sa.text(f"INSERT INTO heading ({columns}) VALUES ({values})"), {"code": code, **dict(zip(names, known, strict=True))})  # noqa: S608
        found = connection.scalar(sa.text("SELECT id FROM heading WHERE code = :code"), {"code": code})
    return int(found or 0)

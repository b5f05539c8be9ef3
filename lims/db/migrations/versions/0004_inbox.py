"""The whole inbox: causes with their facts, raw channels, bytes read anew, codes and kit lots of an instrument, weighings from a balance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

CAUSES = (
    "broken",
    "again",
    "not_final",
    "control",
    "control_failed",
    "unstable",
    "no_result",
    "unknown_sample",
    "unknown_test",
    "outside_range",
    "out_of_bounds",
    "unfit",
    "twice",
    "differs",
)


def upgrade() -> None:
    """Make the step."""
    op.create_table(
        "instrument_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("sent", sa.String(length=200), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"], name=op.f("fk_instrument_code_instrument_id_instrument")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_code")),
        sa.UniqueConstraint("instrument_id", "sent", name=op.f("uq_instrument_code_instrument_id_sent")),
    )
    with op.batch_alter_table("instrument_code") as table:
        table.create_index(table.f("ix_instrument_code_instrument_id"), ["instrument_id"], unique=False)
    op.create_table(
        "kit_lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("cutoff", sa.String(length=80), nullable=True),
        sa.Column("curve", sa.JSON(), nullable=False),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["instrument_id"], ["instrument.id"], name=op.f("fk_kit_lot_instrument_id_instrument")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_lot")),
        sa.UniqueConstraint("instrument_id", "item", "number", name=op.f("uq_kit_lot_instrument_id_item_number")),
    )
    with op.batch_alter_table("kit_lot") as table:
        table.create_index(table.f("ix_kit_lot_instrument_id"), ["instrument_id"], unique=False)
    with op.batch_alter_table("determination") as table:
        table.add_column(sa.Column("weighed", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("instrument") as table:
        table.add_column(sa.Column("automatic_by", sa.Integer(), nullable=True))
        table.create_foreign_key(table.f("fk_instrument_automatic_by_person"), "person", ["automatic_by"], ["id"])
    with op.batch_alter_table("reading") as table:
        for name in ("sent_test", "result", "outcome", "position", "lot"):
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("stable", sa.Boolean(), nullable=True))
        for name in ("raw", "because", "facts"):
            table.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("cause", sa.Enum(*CAUSES, name="cause", native_enum=False, length=20), nullable=True))
        table.add_column(sa.Column("control_held", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("pass_no", sa.Integer(), nullable=False, server_default="1"))

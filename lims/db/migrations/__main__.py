"""Write the next migration from what differs between the migrated and the mapped shape: python -m lims.db.migrations NAME."""

from __future__ import annotations

import re
import sys

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from lims import domain  # noqa: F401
from lims.clock import system_clock
from lims.db.upgrade import MIGRATIONS, scripts, upgrade
from lims.domain.thing import Thing

HEAD = '''"""{title}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}


def upgrade() -> None:
    """Make the step."""
'''

PLAIN = {
    r"thing\.Exact\(\S*?\)": "sa.String(length=80)",
    r"thing\.Moment\(\S*?\)": "sa.DateTime(timezone=True)",
    r"thing\.Roles\(\S*?\)": "sa.String(length=200)",
}
"""Our column types by what the database keeps: a migration must not change when the program's classes do."""


def main(name: str) -> None:
    """Write versions/NNNN_name.py."""
    engine = create_engine("sqlite://")
    present = scripts().get_current_head()
    revision = f"{int(present or 0) + 1:04}"
    if present:
        upgrade(engine, None, system_clock)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": Thing.metadata})
        steps = produce_migrations(context, Thing.metadata).upgrade_ops
    assert steps is not None
    code = render_python_code(steps, render_as_batch=bool(present), user_module_prefix="thing.")
    for pattern, plain in PLAIN.items():
        code = re.sub(pattern, plain, code)
    lines = [line for line in code.splitlines() if not line.strip().startswith("# ###")]
    body = "\n".join(line if line.startswith("    ") else f"    {line}" for line in lines if line.strip())
    path = MIGRATIONS / "versions" / f"{revision}_{name}.py"
    path.write_text(HEAD.format(title=name.replace("_", " ").capitalize(), revision=revision, down=present) + body + "\n", "utf-8")
    print(path)


if __name__ == "__main__":
    main(sys.argv[1])

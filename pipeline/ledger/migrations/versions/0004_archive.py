"""Replays from the archive, bodies that are archived once, and tombstones of what was forgotten"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("entries") as entries:
        entries.add_column(sa.Column("replay_unit", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("units") as units:
        units.add_column(sa.Column("kind", sa.String(length=10), server_default="pass", nullable=False))
    with op.batch_alter_table("captures") as captures:
        captures.add_column(sa.Column("sha256", sa.Text(), server_default="", nullable=False))
        captures.create_index("captures_by_sha256", ["sha256"], unique=False)
    _fill_digests()
    op.create_table(
        "tombstones",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Float(), server_default="0", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("readings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
    )
    with op.batch_alter_table("tombstones") as tombstones:
        tombstones.create_index("tombstones_by_url", ["url"], unique=False)


def _fill_digests() -> None:
    """The digests stand in the pages' JSON."""
    captures = sa.table("captures", *(sa.column(name) for name in ("entry_id", "unit_id", "page", "sha256")))
    mine = (captures.c.entry_id == sa.bindparam("e")) & (captures.c.unit_id == sa.bindparam("u"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(captures.c.entry_id, captures.c.unit_id, captures.c.page)).all()
    filled = [{"e": r.entry_id, "u": r.unit_id, "d": json.loads(r.page)["sha256"]} for r in rows]
    if filled:
        connection.execute(sa.update(captures).where(mine).values(sha256=sa.bindparam("d")), filled)


def downgrade() -> None:
    op.drop_table("tombstones")
    with op.batch_alter_table("captures") as captures:
        captures.drop_index("captures_by_sha256")
        captures.drop_column("sha256")
    with op.batch_alter_table("units") as units:
        units.drop_column("kind")
    with op.batch_alter_table("entries") as entries:
        entries.drop_column("replay_unit")

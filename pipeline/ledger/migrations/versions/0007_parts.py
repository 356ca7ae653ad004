"""A capture has further parts: the pages of an article that its site shows in several"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = ("entry_id", "unit_id", "page", "sha256", "registered_at")


def _table(*key: str) -> None:
    op.create_table(
        "captures",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        *([sa.Column("part", sa.Integer(), server_default="0", nullable=False)] if "part" in key else []),
        sa.Column("page", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("registered_at", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(*key),
    )


def _anew(where: str, *key: str) -> None:
    """A key that stands in another order of columns is a new table, on SQLite as on PostgreSQL."""
    op.drop_index("captures_by_sha256", table_name="captures")
    op.rename_table("captures", "captures_before")
    if op.get_bind().dialect.name == "postgresql":  # the key keeps its name, which the new one takes
        op.execute("ALTER TABLE captures_before RENAME CONSTRAINT captures_pkey TO captures_before_pkey")
    _table(*key)
    names = ", ".join(COLUMNS)
    op.execute(f"INSERT INTO captures ({names}) SELECT {names} FROM captures_before {where}")
    op.drop_table("captures_before")
    op.create_index("captures_by_sha256", "captures", ["sha256"], unique=False)


def upgrade() -> None:
    _anew("", "entry_id", "unit_id", "part")


def downgrade() -> None:
    _anew("WHERE part = 0", "entry_id", "unit_id")

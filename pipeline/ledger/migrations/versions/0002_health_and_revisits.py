"""The health of feeds is a record of its own, and entries say when they are visited again"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feeds") as feeds:
        feeds.add_column(sa.Column("state", sa.Text(), server_default="", nullable=False))
        feeds.add_column(sa.Column("health", sa.Text(), server_default="", nullable=False))
        feeds.add_column(sa.Column("marks", sa.Text(), server_default="", nullable=False))
        feeds.drop_column("errors")
    with op.batch_alter_table("entries") as entries:
        entries.add_column(sa.Column("revisit_at", sa.Float(), server_default="0", nullable=False))
        entries.create_index("entries_by_revisit", ["state", "revisit_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("entries") as entries:
        entries.drop_index("entries_by_revisit")
        entries.drop_column("revisit_at")
    with op.batch_alter_table("feeds") as feeds:
        feeds.add_column(sa.Column("errors", sa.Integer(), server_default="0", nullable=False))
        feeds.drop_column("marks")
        feeds.drop_column("health")
        feeds.drop_column("state")

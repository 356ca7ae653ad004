"""Dead letters are open until what they tell of succeeds; an index of sitemaps remembers its documents"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dead_letters") as letters:
        letters.add_column(sa.Column("tries", sa.Integer(), server_default="1", nullable=False))
        letters.add_column(sa.Column("failed_at", sa.Float(), server_default="0", nullable=False))
        letters.add_column(sa.Column("closed_at", sa.Float(), server_default="0", nullable=False))
        letters.create_index("dead_letters_by_entry", ["entry_id"], unique=False)
        letters.create_index("dead_letters_by_subject", ["subject_id"], unique=False)
    op.execute("UPDATE dead_letters SET closed_at = replayed_at, failed_at = at")  # a replay used to close a letter
    with op.batch_alter_table("feeds") as feeds:
        feeds.add_column(sa.Column("parts", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("feeds") as feeds:
        feeds.drop_column("parts")
    with op.batch_alter_table("dead_letters") as letters:
        letters.drop_index("dead_letters_by_subject")
        letters.drop_index("dead_letters_by_entry")
        letters.drop_column("closed_at")
        letters.drop_column("failed_at")
        letters.drop_column("tries")

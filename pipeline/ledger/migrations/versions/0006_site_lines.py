"""Lines that sites repeat from article to article"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_lines",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("witnesses", sa.Text(), server_default="", nullable=False),
        sa.Column("articles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("learned_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("last_seen", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("site", "line"),
    )


def downgrade() -> None:
    op.drop_table("site_lines")

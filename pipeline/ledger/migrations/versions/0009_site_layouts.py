"""How the layouts of sites fare"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_layouts",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("site", "layout"),
    )


def downgrade() -> None:
    op.drop_table("site_layouts")

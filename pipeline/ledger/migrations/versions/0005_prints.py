"""Copies are found by prints; articles keep the evidence of who had a text first. Samples are made anew"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("shingles")  # of another sampling: `reindex` makes them of the texts
    op.create_table(
        "prints",
        sa.Column("doc", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.Column("sampling", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.Float(), server_default="0", nullable=False),
        sa.Column("sample", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("doc"),
    )
    with op.batch_alter_table("prints") as prints:
        prints.create_index("prints_by_article", ["article_id"], unique=True)
        prints.create_index("prints_by_at", ["at"], unique=False)
    op.create_table(
        "shingles",
        sa.Column("shingle", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("doc", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("shingle", "doc"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("articles") as articles:
        for name in ("source_by", "agency", "first_seen"):
            articles.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("articles") as articles:
        for name in ("first_seen", "agency", "source_by"):
            articles.drop_column(name)
    op.drop_table("shingles")
    op.drop_table("prints")
    op.create_table(
        "shingles",
        sa.Column("shingle", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("shingle", "article_id"),
    )
    with op.batch_alter_table("shingles") as shingles:
        shingles.create_index("shingles_by_article", ["article_id"], unique=False)

"""Statements, stories, changes of claims and notices, and what they are found by"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "read_notices", "read_claim_changes", "read_stories", "read_statements", "article_keys", "related_articles",
    "claim_clashes", "claim_keys", "related_claims",
)  # fmt: skip


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _instant(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "related_claims",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        _id("claim_id"),
        _id("article_id"),
        _id("statement_id"),
        _text("speaker"),
        sa.Column("current", sa.Boolean(), nullable=False),
        _instant("placed_at"),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("posted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index("related_claims_by_claim", "related_claims", ["claim_id"], unique=True)
    op.create_index("related_claims_by_article", "related_claims", ["article_id"])
    op.create_index("related_claims_by_statement", "related_claims", ["statement_id"])
    op.create_index("related_claims_by_placed_at", "related_claims", ["placed_at"])
    op.create_table(
        "claim_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "claim_clashes",
        _id("claim_id"),
        _id("other_claim_id"),
        _text("kind"),
        _text("figures"),
        sa.PrimaryKeyConstraint("claim_id", "other_claim_id"),
    )
    op.create_index("claim_clashes_by_other", "claim_clashes", ["other_claim_id"])
    op.create_table(
        "related_articles",
        _id("article_id"),
        sa.Column("n", sa.BigInteger(), nullable=False),
        _id("story_id"),
        _id("revision_id"),
        _text("site"),
        _text("title"),
        _instant("at"),
        _instant("placed_at"),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id"),
    )
    op.create_index("related_articles_by_n", "related_articles", ["n"], unique=True)
    op.create_index("related_articles_by_story", "related_articles", ["story_id"])
    op.create_index("related_articles_by_placed_at", "related_articles", ["placed_at"])
    op.create_table(
        "article_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "n"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "read_statements",
        _id("statement_id"),
        _id("first_claim_id"),
        _number("outlets"),
        _number("conflicts"),
        _text("last_seen"),
        _text("record"),
        sa.PrimaryKeyConstraint("statement_id"),
    )
    op.create_index("read_statements_by_conflicts", "read_statements", ["conflicts"])
    op.create_table(
        "read_stories", _id("story_id"), _text("last_seen"), _text("record"), sa.PrimaryKeyConstraint("story_id")
    )
    op.create_table(
        "read_claim_changes",
        _id("change_id"),
        _id("article_id"),
        _text("kind"),
        _text("record"),
        sa.PrimaryKeyConstraint("change_id"),
    )
    op.create_index("read_claim_changes_by_article", "read_claim_changes", ["article_id"])
    op.create_table(
        "read_notices",
        _id("notice_id"),
        _id("article_id"),
        _text("corrects_article_id"),
        _text("record"),
        sa.PrimaryKeyConstraint("notice_id"),
    )
    op.create_index("read_notices_by_article", "read_notices", ["article_id"])
    op.create_index("read_notices_by_corrected", "read_notices", ["corrects_article_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)

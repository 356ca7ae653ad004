"""The first ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("revision_id", sa.Text(), server_default="", nullable=False),
        sa.Column("reading_id", sa.Text(), server_default="", nullable=False),
        sa.Column("text_key", sa.Text(), server_default="", nullable=False),
        sa.Column("copy_of", sa.Text(), server_default="", nullable=False),
        sa.Column("source_url", sa.Text(), server_default="", nullable=False),
        sa.Column("published", sa.Text(), server_default="", nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("article_id"),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index("articles_by_url", ["url"], unique=False)

    op.create_table(
        "captures",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("page", sa.Text(), server_default="", nullable=False),
        sa.Column("registered_at", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "unit_id"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("dead_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("letter", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Float(), server_default="0", nullable=False),
        sa.Column("replayed_at", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("dead_id"),
    )
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("feed_id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("entry", sa.Text(), server_default="", nullable=False),
        sa.Column("first_seen", sa.Float(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", sa.Float(), server_default="0", nullable=False),
        sa.Column("deaths", sa.Integer(), server_default="0", nullable=False),
        sa.Column("again", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("disposition", sa.Text(), server_default="", nullable=False),
        sa.Column("article_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index("entries_by_article", ["article_id"], unique=False)
        batch_op.create_index("entries_by_state", ["state", "deaths", "first_seen"], unique=False)
        batch_op.create_index("entries_by_unit", ["unit_id"], unique=False)
        batch_op.create_index("entries_by_url", ["url"], unique=False)

    op.create_table(
        "events",
        sa.Column("event_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Float(), server_default="0", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_id", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "feeds",
        sa.Column("feed_id", sa.String(length=32), nullable=False),
        sa.Column("configured_url", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("last_modified", sa.Text(), server_default="", nullable=False),
        sa.Column("body_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("next_check", sa.Float(), server_default="0", nullable=False),
        sa.Column("last_success", sa.Float(), server_default="0", nullable=False),
        sa.Column("last_result", sa.Text(), server_default="", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moves", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved_to", sa.Text(), server_default="", nullable=False),
        sa.Column("unit_id", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("feed_id"),
    )
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("host"),
    )
    op.create_table(
        "read_claims",
        sa.Column("claim_id", sa.String(length=32), nullable=False),
        sa.Column("reading_id", sa.String(length=32), nullable=False),
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("speaker", sa.Text(), server_default="", nullable=False),
        sa.Column("speaker_status", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("claim_id"),
    )
    with op.batch_alter_table("read_claims", schema=None) as batch_op:
        batch_op.create_index("read_claims_by_article", ["article_id"], unique=False)
        batch_op.create_index("read_claims_by_speaker", ["speaker"], unique=False)

    op.create_table(
        "read_entities",
        sa.Column("entity_id", sa.String(length=32), nullable=False),
        sa.Column("reading_id", sa.String(length=32), nullable=False),
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id"),
    )
    with op.batch_alter_table("read_entities", schema=None) as batch_op:
        batch_op.create_index("read_entities_by_article", ["article_id"], unique=False)
        batch_op.create_index("read_entities_by_name", ["name"], unique=False)

    op.create_table(
        "read_lineage",
        sa.Column("lineage_id", sa.String(length=32), nullable=False),
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.Column("original_article_id", sa.String(length=32), nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("lineage_id"),
    )
    with op.batch_alter_table("read_lineage", schema=None) as batch_op:
        batch_op.create_index("read_lineage_by_article", ["article_id"], unique=False)
        batch_op.create_index("read_lineage_by_original", ["original_article_id"], unique=False)

    op.create_table(
        "read_revisions",
        sa.Column("revision_id", sa.String(length=32), nullable=False),
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.Column("reading_id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("published", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("revision_id"),
    )
    with op.batch_alter_table("read_revisions", schema=None) as batch_op:
        batch_op.create_index("read_revisions_by_article", ["article_id"], unique=False)

    op.create_table(
        "segments",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.Integer(), server_default="0", nullable=False),
        sa.Column("registered_at", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )
    op.create_table(
        "shingles",
        sa.Column("shingle", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("shingle", "article_id"),
    )
    with op.batch_alter_table("shingles", schema=None) as batch_op:
        batch_op.create_index("shingles_by_article", ["article_id"], unique=False)

    op.create_table(
        "sightings",
        sa.Column("feed_id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("guid", sa.Text(), server_default="", nullable=False),
        sa.Column("fingerprint", sa.Text(), server_default="", nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("sighting", sa.Text(), server_default="", nullable=False),
        sa.Column("seen_at", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "entry_id"),
    )
    op.create_table(
        "units",
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.Float(), server_default="0", nullable=False),
        sa.Column("leased", sa.Integer(), server_default="0", nullable=False),
        sa.Column("prepared_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("done_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("settled", sa.LargeBinary(), nullable=True),
        sa.Column("counts", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("unit_id"),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index("units_by_seq", ["seq"], unique=False)
        batch_op.create_index("units_by_state", ["state"], unique=False)

    op.create_table(
        "visits",
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Float(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("disposition", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("article_id", sa.Text(), server_default="", nullable=False),
        sa.Column("reading_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("visit_id"),
    )
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.create_index("visits_by_entry", ["entry_id", "at"], unique=False)
        batch_op.create_index("visits_by_unit", ["unit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_index("visits_by_unit")
        batch_op.drop_index("visits_by_entry")

    op.drop_table("visits")
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_index("units_by_state")
        batch_op.drop_index("units_by_seq")

    op.drop_table("units")
    op.drop_table("sightings")
    with op.batch_alter_table("shingles", schema=None) as batch_op:
        batch_op.drop_index("shingles_by_article")

    op.drop_table("shingles")
    op.drop_table("segments")
    with op.batch_alter_table("read_revisions", schema=None) as batch_op:
        batch_op.drop_index("read_revisions_by_article")

    op.drop_table("read_revisions")
    with op.batch_alter_table("read_lineage", schema=None) as batch_op:
        batch_op.drop_index("read_lineage_by_original")
        batch_op.drop_index("read_lineage_by_article")

    op.drop_table("read_lineage")
    with op.batch_alter_table("read_entities", schema=None) as batch_op:
        batch_op.drop_index("read_entities_by_name")
        batch_op.drop_index("read_entities_by_article")

    op.drop_table("read_entities")
    with op.batch_alter_table("read_claims", schema=None) as batch_op:
        batch_op.drop_index("read_claims_by_speaker")
        batch_op.drop_index("read_claims_by_article")

    op.drop_table("read_claims")
    op.drop_table("hosts")
    op.drop_table("feeds")
    op.drop_table("events")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index("entries_by_url")
        batch_op.drop_index("entries_by_unit")
        batch_op.drop_index("entries_by_state")
        batch_op.drop_index("entries_by_article")

    op.drop_table("entries")
    op.drop_table("dead_letters")
    op.drop_table("counters")
    op.drop_table("captures")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index("articles_by_url")

    op.drop_table("articles")

"""The ledger's tables. Instants are epoch seconds (UTC); records that are not searched travel as JSON.

feeds ─ sightings ─ entries ─ visits            what is watched, seen, and how each visit ended
units ─ hosts ─ segments ─ captures             work in hand, and what it archived
articles ─ prints ─ shingles                    the committed index that Dedupe reads
dead_letters ─ events ─ counters                failures, the log, and where a walk stands
tombstones                                      what was forgotten and is not taken in again
site_lines                                      lines that a site repeats from article to article
site_layouts                                    how the rules of sites fare on their pages
read_*                                          the read model: what committed manifests say
related_* ─ *_keys ─ claim_clashes              statements and stories in the making
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()
Id = String(32)


def _id(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Id, nullable=False, primary_key=primary_key)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _number(name: str, default: str = "0") -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=default)


def _instant(name: str) -> Column[float]:
    """Epoch seconds; 0 is never."""
    return Column(name, Float, nullable=False, server_default="0")


feeds = Table(
    "feeds",
    metadata,
    _id("feed_id", primary_key=True),
    _text("configured_url"),
    _text("url"),  # where it is now
    _text("title"),
    _text("site"),
    _text("etag"),
    _text("last_modified"),
    _text("body_hash"),
    _instant("checked_at"),
    _instant("next_check"),
    _instant("last_success"),
    _text("last_result"),
    _text("last_error"),
    _text("state"),  # FeedState
    _text("health"),  # JSON of Health
    _text("marks"),  # of the items of its last document, eight bytes in hex each
    _text("parts"),  # JSON of the documents that it names, where it is an index
    _number("moves"),
    _text("moved_to"),
    _text("unit_id"),  # that polls it now
    _instant("lease_until"),
)

sightings = Table(
    "sightings",
    metadata,
    _id("feed_id", primary_key=True),
    _id("entry_id", primary_key=True),
    _text("guid"),
    _text("fingerprint"),
    Column("taken", Boolean, nullable=False),
    _text("sighting"),  # JSON of Sighting
    _instant("seen_at"),
)

entries = Table(
    "entries",
    metadata,
    _id("entry_id", primary_key=True),
    _id("feed_id"),  # that showed it first
    _text("url"),
    _text("host"),
    _text("entry"),  # JSON of FeedEntry
    _instant("first_seen"),
    Column("state", String(10), nullable=False),
    Column("why", String(10), nullable=False),
    _text("unit_id"),
    _instant("lease_until"),
    _number("deaths"),  # units that died with it, in a row
    Column("again", Boolean, nullable=False, server_default="0"),  # it changed while it was in hand
    _text("disposition"),  # of its last visit
    _text("article_id"),
    _instant("revisit_at"),
    _text("replay_unit"),  # whose capture its next visit reads, in the place of a request
    Index("entries_by_revisit", "state", "revisit_at"),
    Index("entries_by_state", "state", "deaths", "first_seen"),
    Index("entries_by_url", "url"),
    Index("entries_by_unit", "unit_id"),
    Index("entries_by_article", "article_id"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    _text("unit_id"),
    _instant("lease_until"),
)

units = Table(
    "units",
    metadata,
    _id("unit_id", primary_key=True),
    _text("holder"),
    Column("kind", String(10), nullable=False, server_default="pass"),  # UnitKind
    Column("state", String(10), nullable=False),
    _instant("opened_at"),
    _instant("lease_until"),
    _number("leased"),  # entries, counted at Lease
    _instant("prepared_at"),
    _instant("done_at"),
    _number("seq"),  # commit order, from 1
    Column("settled", LargeBinary),  # msgpack of Settled, from `prepared` on
    _text("counts"),  # JSON: visits by disposition
    Index("units_by_state", "state"),
    Index("units_by_seq", "seq"),
)

visits = Table(
    "visits",
    metadata,
    _id("visit_id", primary_key=True),
    _id("entry_id"),
    _id("unit_id"),
    _text("url"),
    _instant("at"),
    _text("why"),
    _text("disposition"),
    _text("step"),
    _text("reason"),
    _text("article_id"),
    _text("reading_id"),
    Index("visits_by_entry", "entry_id", "at"),
    Index("visits_by_unit", "unit_id"),
)

segments = Table(
    "segments",
    metadata,
    Column("path", Text, primary_key=True),
    _id("unit_id"),
    Column("bytes", BigInteger, nullable=False),
    _number("records"),
    _instant("registered_at"),
)

captures = Table(
    "captures",
    metadata,
    _id("entry_id", primary_key=True),
    _id("unit_id", primary_key=True),
    Column(
        "part", Integer, primary_key=True, server_default="0"
    ),  # 0: the page; from 1 on: further parts of the article
    _text("page"),  # JSON of RawPage
    _text("sha256"),  # of its body
    _instant("registered_at"),
    Index("captures_by_sha256", "sha256"),
)

articles = Table(
    "articles",
    metadata,
    _id("article_id", primary_key=True),
    _text("url"),
    _text("site"),
    _id("entry_id"),  # that first led to it
    _text("revision_id"),
    _text("reading_id"),
    _text("text_key"),
    _text("copy_of"),
    _text("source_url"),
    _text("source_by"),  # Reason
    _text("agency"),
    _text("published"),
    _text("first_seen"),
    _id("unit_id"),
    Index("articles_by_url", "url"),
)

# What copies are found by. Keys have no index of their own but their table: a print says which are its.
prints = Table(
    "prints",
    metadata,
    Column("doc", Integer, primary_key=True),
    _id("article_id"),
    _number("sampling"),  # how its sample was made
    _instant("at"),  # when its article was last written
    Column("sample", LargeBinary, nullable=False),
    Index("prints_by_article", "article_id", unique=True),
    Index("prints_by_at", "at"),
)

shingles = Table(
    "shingles",
    metadata,
    Column("shingle", BigInteger, primary_key=True, autoincrement=False),
    Column("doc", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

dead_letters = Table(
    "dead_letters",
    metadata,
    _id("dead_id", primary_key=True),
    _text("subject"),
    _id("subject_id"),
    _text("entry_id"),
    _text("url"),
    _text("step"),
    _text("kind"),
    _text("error"),
    _text("letter"),  # JSON of DeadLetter: the newest failure
    _instant("at"),  # of the first failure
    _instant("replayed_at"),
    _number("tries", "1"),  # failures so far
    _instant("failed_at"),  # of the newest failure
    _instant("closed_at"),  # when it succeeded at last
    Index("dead_letters_by_entry", "entry_id"),
    Index("dead_letters_by_subject", "subject_id"),
)

events = Table(
    "events",
    metadata,
    Column("event_id", Integer, primary_key=True, autoincrement=True),
    _instant("at"),
    _text("kind"),
    _text("subject_id"),
    _text("words"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("kind", String(10), primary_key=True),  # TombstoneKind
    Column("key", Text, primary_key=True),  # an entry's id, an article's id, or a registrable domain
    _text("url"),
    _instant("at"),
    _text("who"),
    _text("why"),
    _number("readings"),  # that went
    _number("pages"),
    _instant("done_at"),  # 0: what it names is still being removed
    Index("tombstones_by_url", "url"),
)

# Lines that a site repeats, by their hashes (`pipeline/ledger/lines.py`).
site_lines = Table(
    "site_lines",
    metadata,
    Column("site", Text, primary_key=True),  # registrable domain
    _id("line", primary_key=True),
    _text("witnesses"),  # marks of the articles that showed it, until it is learned
    _number("articles"),
    _instant("learned_at"),  # 0: not yet boilerplate
    _instant("last_seen"),
)

# How the rules of sites fare (`pipeline/ledger/drift.py`).
site_layouts = Table(
    "site_layouts",
    metadata,
    Column("site", Text, primary_key=True),
    Column("layout", Text, primary_key=True),
    _text("health"),  # JSON of LayoutHealth
)

# The read model: filled from committed manifests by the walk, rebuilt by `newsbeam reindex`.
read_revisions = Table(
    "read_revisions",
    metadata,
    _id("revision_id", primary_key=True),
    _id("article_id"),
    _id("reading_id"),
    _text("url"),
    _text("site"),
    _text("title"),
    _text("published"),
    _text("language"),
    Column("current", Boolean, nullable=False),
    _text("record"),  # JSON of Revision
    _number("seq"),
    Index("read_revisions_by_article", "article_id"),
)

read_claims = Table(
    "read_claims",
    metadata,
    _id("claim_id", primary_key=True),
    _id("reading_id"),
    _id("article_id"),
    _text("kind"),
    _text("speaker"),
    _text("speaker_status"),
    _text("record"),  # JSON of Claim
    Column("current", Boolean, nullable=False),
    Index("read_claims_by_article", "article_id"),
    Index("read_claims_by_speaker", "speaker"),
)

read_entities = Table(
    "read_entities",
    metadata,
    _id("entity_id", primary_key=True),
    _id("reading_id"),
    _id("article_id"),
    _text("name"),
    _text("label"),
    _text("record"),  # JSON of Entity
    Column("current", Boolean, nullable=False),
    Index("read_entities_by_article", "article_id"),
    Index("read_entities_by_name", "name"),
)

read_lineage = Table(
    "read_lineage",
    metadata,
    _id("lineage_id", primary_key=True),
    _id("article_id"),
    _id("original_article_id"),
    _text("record"),  # JSON of Lineage
    Index("read_lineage_by_article", "article_id"),
    Index("read_lineage_by_original", "original_article_id"),
)

READ_MODEL = (read_revisions, read_claims, read_entities, read_lineage)

# What `relate` makes of committed readings. Of claims and articles within the window it holds what they are compared
# by (`facts`, `terms`, and keys in tables of their own: the bounded state); past the window these are emptied.
related_claims = Table(
    "related_claims",
    metadata,
    Column(
        "n", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    ),  # order of placing
    _id("claim_id"),
    _id("article_id"),
    _id("statement_id"),
    _text("speaker"),  # as written
    Column("current", Boolean, nullable=False),
    _instant("placed_at"),  # when its unit was done; 0 past the window
    Column("facts", LargeBinary, nullable=False),  # msgpack of Facts
    Column("posted", LargeBinary, nullable=False),  # its keys in `claim_keys`, eight bytes each
    Index("related_claims_by_claim", "claim_id", unique=True),
    Index("related_claims_by_article", "article_id"),
    Index("related_claims_by_statement", "statement_id"),
    Index("related_claims_by_placed_at", "placed_at"),
)

claim_keys = Table(
    "claim_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

claim_clashes = Table(
    "claim_clashes",
    metadata,
    _id("claim_id", primary_key=True),
    _id("other_claim_id", primary_key=True),
    _text("kind"),
    _text("figures"),  # JSON of the two Amounts, "" where no figures clash
    Index("claim_clashes_by_other", "other_claim_id"),
)

related_articles = Table(
    "related_articles",
    metadata,
    _id("article_id", primary_key=True),
    Column("n", BigInteger, nullable=False),  # order of placing
    _id("story_id"),
    _id("revision_id"),
    _text("site"),
    _text("title"),
    _instant("at"),  # of publication
    _instant("placed_at"),  # 0 past the window
    Column("terms", LargeBinary, nullable=False),  # msgpack of Told
    Index("related_articles_by_n", "n", unique=True),
    Index("related_articles_by_story", "story_id"),
    Index("related_articles_by_placed_at", "placed_at"),
)

article_keys = Table(
    "article_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

read_statements = Table(
    "read_statements",
    metadata,
    _id("statement_id", primary_key=True),
    _id("first_claim_id"),
    _number("outlets"),
    _number("conflicts"),
    _text("last_seen"),
    _text("record"),  # JSON of Statement; "" when none of its claims stands any more
    Index("read_statements_by_conflicts", "conflicts"),
)

read_stories = Table(
    "read_stories",
    metadata,
    _id("story_id", primary_key=True),
    _text("last_seen"),
    _text("record"),  # JSON of Story
)

read_claim_changes = Table(
    "read_claim_changes",
    metadata,
    _id("change_id", primary_key=True),
    _id("article_id"),
    _text("kind"),
    _text("record"),  # JSON of ClaimChange
    Index("read_claim_changes_by_article", "article_id"),
)

read_notices = Table(
    "read_notices",
    metadata,
    _id("notice_id", primary_key=True),
    _id("article_id"),
    _text("corrects_article_id"),
    _text("record"),  # JSON of Notice
    Index("read_notices_by_article", "article_id"),
    Index("read_notices_by_corrected", "corrects_article_id"),
)

RELATED = (
    related_claims, claim_keys, claim_clashes, related_articles, article_keys,
    read_statements, read_stories, read_claim_changes, read_notices,
)  # fmt: skip

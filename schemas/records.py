"""The records newsbeam writes, as typed, frozen objects.

Spans are Unicode code-point offsets into the revision's `text`; `text[start:end] == exact` holds for every
span we write. Instants are ISO 8601 strings in UTC. Every record that reaches a sink carries `schema_version`
and the ids that join it to the others. New fields are added with a default, so that an old file stays readable.
"""

from __future__ import annotations

import msgspec

SCHEMA_VERSION = 1


class Record(msgspec.Struct, frozen=True):
    """Base of every record: immutable, compared by value, encodes to an object with its field names."""


class Span(Record, frozen=True):
    start: int
    end: int
    exact: str


class Paragraph(Record, frozen=True, kw_only=True):
    """One line of a text, where it stands in it, and where its element stands in the page as archived."""

    start: int
    end: int
    kind: str  # `p`, `head`, `item`, `quote`, `row`
    path: str  # XPath of the element
    page_id: str = ""  # of a further part, where the line stands there; "": the revision's own page


class Removal(Record, frozen=True, kw_only=True):
    """Text that was taken out: by which rule, why, and where it stood in the text as extracted.

    Of stage `extract` it is what the rules of a site leave out of a page. It was never in that text: `start == end` is
    the place where it would stand, and of a long one the beginning is kept.
    """

    rule: str
    stage: str
    exact: str
    start: int
    end: int
    reason: str = ""


class Change(Record, frozen=True, kw_only=True):
    """One paragraph that differs between two revisions. Numbers count from 1; 0 where there is none on that side."""

    kind: str  # `added`, `removed`, `changed`
    before: str = ""
    after: str = ""
    before_at: int = 0
    after_at: int = 0


class DateValue(Record, frozen=True, kw_only=True):
    """A moment with its precision (`year`, `month`, `day`, `minute`, `second`) and the origin it came from."""

    value: str
    precision: str
    source: str
    zone: str = ""  # the offset from UTC that was written with it: `+02:00`, `+00:00`; "" if none was


class Contradiction(Record, frozen=True, kw_only=True):
    """What another origin says of a field, and why the record's own value stands all the same."""

    field: str
    value: str
    origin: str
    reason: str


class FeedEntry(Record, frozen=True, kw_only=True):
    """What a feed says of one article. Identity: canonical link, else feed + guid, else feed + title and summary."""

    entry_id: str
    link: str  # canonical; "" if the item has none
    url: str  # the link as written (made absolute): this is what is fetched
    title: str = ""
    summary: str = ""  # plain text
    content: str = ""  # the feed's own full text as sanitised HTML; "" if it has none
    authors: tuple[str, ...] = ()
    published: DateValue | None = None
    updated: DateValue | None = None
    categories: tuple[str, ...] = ()
    language: str = ""
    fingerprint: str = ""  # changes when the item changes
    first_seen: str = ""


class Sighting(Record, frozen=True, kw_only=True):
    """One feed shows one entry. A feed's title and date count only for links of its own site."""

    entry_id: str
    feed_id: str
    guid: str
    title: str
    published: DateValue | None
    seen_at: str


class RawPage(Record, frozen=True, kw_only=True):
    """A page as it was fetched. Identity: url and SHA-256 of its body."""

    page_id: str
    url: str
    final_url: str
    redirects: tuple[str, ...] = ()
    status: int = 200
    headers: dict[str, str] = {}
    fetched_at: str
    sha256: str
    segment: str  # archive segment: its path below the archive's root
    offset: int  # byte offset of the record in the segment
    robots: str = ""  # `allowed`, `no_robots`, `not_asked` (a feed's own text)
    rights: dict[str, str] = {}  # opt-out and paywall signals as found
    # `meta refresh`, `rel=canonical`: by which the last of `redirects` named this page; `part`: a further part of an
    # article, which the part before it named
    via: str = ""
    payload: str = ""  # `segment@offset` of the record that holds the body, where this one is a `revisit` record
    schema_version: int = SCHEMA_VERSION


class Lineage(Record, frozen=True, kw_only=True):
    """`article_id` holds the text of `original_article_id`; written instead of a second article."""

    lineage_id: str
    article_id: str
    url: str
    original_article_id: str
    original_url: str
    kind: str  # `syndicated`, `cut`, `scraper`
    containment: float  # share of this text's sampled shingles that the original holds
    resemblance: float = 0.0  # shared shingles of all that either has
    covered: float = 0.0  # share of this text that the original holds, edited words included
    reason: str = ""  # code: by what evidence the original is the original
    evidence: tuple[str, ...] = ()
    visit_id: str = ""
    unit_id: str = ""
    schema_version: int = SCHEMA_VERSION


class Article(Record, frozen=True, kw_only=True):
    """Identity: canonical URL. Holds the newest revision."""

    article_id: str
    url: str
    site: str
    revision_id: str
    schema_version: int = SCHEMA_VERSION


class Revision(Record, frozen=True, kw_only=True):
    """One text of one article, cleaned. Identity: article and text."""

    revision_id: str
    article_id: str
    url: str
    site: str
    title: str
    authors: tuple[str, ...]  # persons; where none is named, the team or house that the page names instead
    agency: str = ""  # a news agency among the bylines, as written
    published: DateValue | None
    modified: DateValue | None = None
    language: str
    text: str
    headings: tuple[Span, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()  # of lines that were found on the page; none where the text is not its own
    captions: tuple[str, ...] = ()  # of pictures in the article; they are no part of `text`
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""  # address of the picture that stands for the article
    image_caption: str = ""
    licence: str = ""
    is_accessible_for_free: bool | None = None  # as the page states it
    contributors: tuple[str, ...] = ()
    removals: tuple[Removal, ...] = ()
    source_url: str = ""  # where a "Source link" pointed, or a canonical link to another site
    word_count: int = 0
    origins: dict[str, str] = {}  # field -> where its value came from
    contradictions: tuple[Contradiction, ...] = ()  # what other origins say of these fields
    flags: tuple[str, ...] = ()  # `paywalled`, ...
    page_id: str = ""
    part_ids: tuple[str, ...] = ()  # pages of its further parts, in order
    follows: str = ""  # the revision before it
    changes: tuple[Change, ...] = ()  # that its site made since then
    schema_version: int = SCHEMA_VERSION


class Versions(Record, frozen=True, kw_only=True):
    """What a reading was made with, so that exactly the affected records can be made again."""

    code: str
    model: str
    rules: str
    schema: int = SCHEMA_VERSION


class Reading(Record, frozen=True, kw_only=True):
    """What was derived from a revision. Identity: revision and versions."""

    reading_id: str
    revision_id: str
    article_id: str
    versions: Versions
    supersedes: str = ""
    visit_id: str = ""
    unit_id: str = ""
    entry_id: str = ""
    read_at: str = ""
    unverified: tuple[Unverified, ...] = ()
    schema_version: int = SCHEMA_VERSION


class Entity(Record, frozen=True, kw_only=True):
    """One named thing of one reading. `label` is an OntoNotes name."""

    entity_id: str
    reading_id: str
    article_id: str
    name: str
    label: str
    aliases: tuple[str, ...]
    mentions: tuple[Span, ...]
    salience: float = 0.0
    notes: tuple[str, ...] = ()
    schema_version: int = SCHEMA_VERSION


class Quantity(Record, frozen=True, kw_only=True):
    """A number with what it counts. `span` is where it stands; words such as "about" stand before it."""

    value: float
    unit: str
    what: str
    span: Span
    upper: float | None = None  # the end of a range that begins with `value`
    limit: str = ""  # `about`, `least`, `more`, `most`, `less`; "" where the number is said as it is
    per: str = ""  # of a rate: `day`, `hour`, ...


class TimeWords(Record, frozen=True, kw_only=True):
    """Words that tell a time, and the time that they mean, counted from `basis`."""

    value: str  # ISO 8601: `2024`, `2024-05`, `2024-W18`, `2024-05-03`, `1990/1999`; "" where it cannot be told
    precision: str  # `decade`, `year`, `season`, `month`, `week`, `day`
    span: Span
    relation: str = ""  # `since`, `until`, `by`, `before`, `after`, `from`
    sure: bool = True  # no: the words allow another reading, or what they count from is not known
    basis: str = ""  # the day that they were counted from, and why that one; "" where the words need none


class Place(Record, frozen=True, kw_only=True):
    """Where something was said: a place that its sentence names, or that of the article's dateline."""

    name: str
    span: Span
    basis: str  # `words`, `dateline`


class Negation(Record, frozen=True, kw_only=True):
    """A word that denies, and the words that it denies."""

    word: Span
    scope: Span


class Evidence(Record, frozen=True, kw_only=True):
    """Where a part of a claim stands, so that it is found again in another copy of the text.

    `start:end` are a TextPositionSelector, `exact` with `prefix` and `suffix` a TextQuoteSelector of the W3C Web
    Annotation Data Model; `path` is an XPathSelector of the page in the archive.
    """

    part: str  # `content`, `cue`, `source`
    start: int
    end: int
    exact: str
    prefix: str
    suffix: str
    path: str = ""  # "" where the text is not the page's own


class Unverified(Record, frozen=True, kw_only=True):
    """A claim that was not written, because its evidence does not stand in the text."""

    claim_id: str
    reason: str  # in words


class Claim(Record, frozen=True, kw_only=True):
    """Who said what, in which words. Identity: reading and bounds of the content."""

    claim_id: str
    reading_id: str
    article_id: str
    kind: str  # `direct`, `indirect`, `mixed`
    type: str  # `speech`, `belief`, `intent`, `finding`, `denial`
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    source: tuple[Span, ...] = ()
    speaker: str | None = None  # canonical name of an entity, only when `speaker_status` is `named`
    speaker_entity_id: str = ""
    speaker_status: str  # `named`, `anonymous`, `unresolved`
    speaker_role: str = ""  # as written
    best_guess: str | None = None
    reason: str = ""  # reason code: how the speaker was found, or why not
    confidence: float = 0.0
    stated_at: DateValue | None = None
    negated: bool = False
    modality: str = ""
    quantities: tuple[Quantity, ...] = ()
    about: tuple[str, ...] = ()  # entity ids
    cue_lemma: str = ""
    cue_class: str = ""  # what the cue does with the content: `neutral`, `admit`, `accuse`, ...
    stated_words: tuple[Span, ...] = ()  # that say when it was said; none where that is the date of publication
    stated_in: tuple[Place, ...] = ()
    tense: str = ""  # `past`, `present`, `future`, of the content's first verb, as written
    negations: tuple[Negation, ...] = ()
    conditions: tuple[Span, ...] = ()  # "if ...", "unless ..."
    hedges: tuple[Span, ...] = ()  # "probably", "reportedly", "appears to"
    times: tuple[TimeWords, ...] = ()  # in the content
    inside: str = ""  # the claim in whose words this one is reported
    notes: tuple[str, ...] = ()  # what a reader should know before trusting it
    evidence: tuple[Evidence, ...] = ()
    schema_version: int = SCHEMA_VERSION


class Variant(Record, frozen=True, kw_only=True):
    """One wording of a statement, by the claim that had it first; `drift` compares it with the first one of all."""

    claim_id: str
    article_id: str
    site: str
    at: str
    words: str
    drift: tuple[str, ...] = ()  # `reworded`, `shortened`, `lengthened`, `figure`
    figures: tuple[str, ...] = ()  # as written


class Conflict(Record, frozen=True, kw_only=True):
    """Two claims of which one must be wrong. `span` stands in the text of `article_id`'s current revision."""

    kind: str  # `quantity`, `negation`, `speaker`
    claim_id: str
    article_id: str
    site: str
    span: Span
    other_claim_id: str
    other_article_id: str
    other_site: str
    other_span: Span
    other_statement_id: str = ""  # where the other claim belongs, if that is another statement


class Statement(Record, frozen=True, kw_only=True):
    """A cluster of claims that say the same. Identity: the cluster's first claim."""

    statement_id: str
    first_claim_id: str
    first_seen: str  # when an outlet published it first, as far as is known
    claim_ids: tuple[str, ...]
    articles: int
    outlets: int  # those that hold a whole copy of an article among them
    independent_outlets: int
    variants: tuple[Variant, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    speaker: str = ""
    words: str = ""  # of the first claim
    sites: tuple[str, ...] = ()  # in the order in which they had it
    last_seen: str = ""
    schema_version: int = SCHEMA_VERSION


class Story(Record, frozen=True, kw_only=True):
    """A cluster of articles on one event. Identity: the cluster's first article."""

    story_id: str
    lead_article_id: str
    article_ids: tuple[str, ...]
    originals: dict[str, str] = {}  # article -> the original that it copies; of copies only
    sites: tuple[str, ...] = ()
    title: str = ""  # of the lead article
    first_seen: str = ""
    last_seen: str = ""
    schema_version: int = SCHEMA_VERSION


class ClaimChange(Record, frozen=True, kw_only=True):
    """What became of a claim from one revision of its article to the next. Identity: revision and both claims."""

    change_id: str
    article_id: str
    revision_id: str
    follows: str  # the revision before
    kind: str  # `added`, `reworded`, `number`, `speaker`, `withdrawn`
    claim_id: str = ""  # "" of one that was withdrawn
    before_claim_id: str = ""  # "" of one that was added
    words: str = ""
    before_words: str = ""
    speaker: str = ""
    before_speaker: str = ""
    at: str = ""
    schema_version: int = SCHEMA_VERSION


class Notice(Record, frozen=True, kw_only=True):
    """An outlet says that something it published was wrong. Identity: revision and place of the words."""

    notice_id: str
    article_id: str
    revision_id: str
    kind: str  # `correction`, `clarification`, `retraction`
    span: Span  # the words; of a title at 0, and not of the text
    corrects_article_id: str = ""  # "" where it is not known of which article it speaks
    claim_ids: tuple[str, ...] = ()  # claims that it speaks of, as far as they are found
    at: str = ""
    schema_version: int = SCHEMA_VERSION


class Visit(Record, frozen=True, kw_only=True):
    """One try at an entry, and the one way in which it ended."""

    visit_id: str
    entry_id: str
    unit_id: str
    url: str
    at: str
    why: str  # `new`, `revisit`, `replay`
    disposition: str
    step: str
    reason: str  # in words
    article_id: str = ""
    reading_id: str = ""
    schema_version: int = SCHEMA_VERSION


class DeadLetter(Record, frozen=True, kw_only=True):
    """A failure of ours: the input or its reference, the step, the error in words. Can be replayed."""

    dead_id: str
    subject: str  # `visit` or `poll`
    subject_id: str  # visit id or feed id
    unit_id: str
    url: str
    step: str
    kind: str  # class of the error
    error: str  # in words
    trace: str
    input: str  # JSON, never a pickle
    at: str
    schema_version: int = SCHEMA_VERSION


TABLES: dict[str, type[Record]] = {
    "pages": RawPage,
    "articles": Article,
    "revisions": Revision,
    "readings": Reading,
    "entities": Entity,
    "claims": Claim,
    "lineage": Lineage,
    "visits": Visit,
    "dead_letters": DeadLetter,
}
"""What sinks receive, by table name."""

RELATED: dict[str, type[Record]] = {
    "statements": Statement,
    "stories": Story,
    "claim_changes": ClaimChange,
    "notices": Notice,
}
"""What `relate` makes of committed readings, by table name. It stands in the read model and is made anew from them."""

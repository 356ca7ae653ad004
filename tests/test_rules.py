"""Rules are data that people write: each proves itself, and every mistake is named with its line and the way out."""

import pickle
from pathlib import Path

import pytest

from schemas.errors import ConfigError
from schemas.rulefile import parse_rules
from schemas.rules import RuleBook, bare, check_examples

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "seeds" / "rules", ROOT / "seeds" / "sites")
GOOD = """\
[pieces]
thing = 'boat|ferry'
[[rule]]
id = "boat_line"
action = "drop"
pattern = 'our %thing%'
why = "an example"
removes = ["Our boat", "OUR FERRY", "— our boat", "• Our ferry.", "𝗢𝘂𝗿 𝗯𝗼𝗮𝘁"]
keeps = ["Our boat sank", "A boat", "Hour boat"]
"""
SITE = GOOD.replace("[pieces]", 'site = "daily.test"\n[pieces]').replace("boat_line", "daily_line")


def seeds() -> RuleBook:
    files = [file for folder in FOLDERS for file in sorted(folder.glob("*.toml"))]
    return parse_rules({str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files})


def test_every_rule_that_we_bring_is_proven_by_its_own_examples() -> None:
    book = seeds()
    assert len(book.rules) >= 20
    assert check_examples(book) == []


def test_no_example_of_a_kept_line_is_taken_by_another_rule_that_reaches_everywhere() -> None:
    book = seeds()
    taken = [
        (rule.id, line)
        for rule in book.rules
        if not rule.first and not rule.last
        for other in book.rules
        for line in other.keeps
        if "\n" not in line and rule.match(line)
    ]
    assert taken == []


def test_a_rule_sees_plain_letters_without_ornaments() -> None:
    assert bare("  ►► 𝗥𝗲𝗮𝗱 𝗺𝗼𝗿𝗲: “it’s over”… ") == 'Read more: "it\'s over"'
    assert bare("— Ana Ruiz (Tarrow).") == "Ana Ruiz (Tarrow)"
    assert bare("* * *") == ""


def test_a_rule_that_its_examples_disprove_is_reported_with_its_place() -> None:
    wrong = GOOD.replace('"A boat"', '"our boat"').replace('"Our boat",', '"Our raft",')
    problems = check_examples(parse_rules({"boats.toml": wrong}))
    assert [str(problem) for problem in problems] == [
        "boats.toml:3: rule 'boat_line' keeps its example 'Our raft' (widen the pattern)",
        "boats.toml:3: rule 'boat_line' removes its example 'our boat' (narrow the pattern, or say `unless`)",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('action = "drop"', 'action = "dorp"', 5, "one of drop, cut_after"),
        ('why = "an', 'wyh = "an', 7, "did you mean 'why'?"),
        ("[pieces]", "[peices]", 1, "did you mean 'pieces'?"),
        ("%thing%'", "%thign%'", 6, "no piece %thign%"),
        ("our %thing%'", "(our %thing%'", 6, "not RE2: missing )"),
        ("our %thing%'", "our(?= boat)'", 6, "no look-around"),
        ('removes = ["Our boat", ', "removes = [", 8, "write at least 5"),
        ('keeps = ["Our boat sank", ', "keeps = [", 9, "write at least 3"),
        ('keeps = ["Our boat sank", "A boat", "Hour boat"]', "", 3, "has no keeps"),
        ("why =", 'valid_from = "May"\nwhy =', 7, "a day such as"),
        ("why =", "valid_from = 2024-05-01\nvalid_until = 2024-04-30\nwhy =", 8, "ends before it begins"),
        ("why =", 'scope = "last"\nwhy =', 7, '"first N" or "last N"'),
        ("why =", 'scope = "last 400"\nwhy =', 7, "N to 40"),
        ("why =", "block = true\nwhy =", 7, "a whole number"),
        ("why =", 'fold = "no"\nwhy =', 7, "true or false"),
        ("why =", 'rest = "x"\nwhy =', 7, "means nothing to drop"),
        ('action = "drop"', 'action = "cut_after"', 3, "may not reach into an article"),
        ('action = "drop"', 'action = "cut_after"\nscope = "last 9"', 3, "what may go with its line"),
        ('action = "drop"', 'action = "metadata"', 3, "names the field it fills"),
        ('action = "drop"', 'action = "metadata"\nfield = "contributors"', 7, "(?P<value>...)"),
        ("our %thing%'", "(?P<cut>our) %thing%'", 6, "add fold = false"),
        ('id = "boat_line"', 'id = "Boat line"', 4, "small letters"),
        ("[[rule]]", "[rule]", 3, "[[rule]]"),
        ("why =", "why", 7, "mend this line"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_remedy(old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        parse_rules({"boats.toml": GOOD.replace(old, new, 1)})
    assert str(caught.value).startswith(f"boats.toml:{line}: ")
    assert says in str(caught.value)
    assert caught.value.remedy


def test_one_id_names_one_rule_in_all_files() -> None:
    with pytest.raises(ConfigError, match=r"b\.toml:4: the id 'boat_line' is taken \(the rule at a\.toml:3"):
        parse_rules({"a.toml": GOOD, "b.toml": GOOD})


def test_a_file_for_a_site_names_a_site_and_needs_one_example_of_each_kind() -> None:
    lines = [line for line in SITE.split("\n") if not line.startswith(("removes", "keeps"))]
    short = "\n".join([*lines, 'removes = ["our boat"]', 'keeps = ["A boat"]'])
    assert check_examples(parse_rules({"daily.toml": short})) == []
    with pytest.raises(ConfigError, match="registrable domain"):
        parse_rules({"daily.toml": short.replace("daily.test", "https://daily.test/")})


def test_a_site_gets_its_own_rules_and_those_for_every_site() -> None:
    book = parse_rules({"a.toml": GOOD, "daily.toml": SITE})
    assert [rule.id for rule in book.for_site("daily.test", "2024-05-01").rules] == ["boat_line", "daily_line"]
    assert [rule.id for rule in book.for_site("other.test", "2024-05-01").rules] == ["boat_line"]
    assert [rule.id for rule in book.for_site("", "2024-05-01").rules] == ["boat_line"]


def test_a_page_is_read_by_the_rules_of_its_day() -> None:
    dated = GOOD.replace("why =", "valid_from = 2024-05-01\nvalid_until = '2024-05-31'\nwhy =", 1)
    book = parse_rules({"a.toml": dated})
    days = ["2024-04-30", "2024-05-01", "2024-05-31", "2024-06-01"]
    assert [len(book.for_site("", day).rules) for day in days] == [0, 1, 1, 0]


def test_the_hash_is_of_what_cleaning_depends_on_and_of_the_rules_that_apply() -> None:
    book = parse_rules({"a.toml": GOOD})
    words = parse_rules({"elsewhere.toml": "# moved\n" + GOOD.replace("an example", "a reason")})
    assert words.hash == book.hash
    assert parse_rules({"a.toml": GOOD.replace("ferry'", "raft'")}).hash != book.hash
    both = parse_rules({"a.toml": GOOD, "daily.toml": SITE})
    assert both.hash != book.hash
    assert both.for_site("other.test", "2024-05-01").hash == book.hash


def test_a_book_travels_between_processes() -> None:
    book = seeds()
    assert pickle.loads(pickle.dumps(book)) == book

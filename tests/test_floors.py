"""Accuracy on development data stays above its floors, and the floors themselves are watched."""

from __future__ import annotations

import pytest

from benchmarks import copies, extraction, fields, floors, footers, model, seed

BOUNDS = floors.stated()
FOUND = {"a": {"F": 0.8, "wrong": 3.0}}


def holds(part: str, figures: floors.Figures) -> None:
    assert floors.broken({part: figures}, {part: BOUNDS["development"][part]}) == []


@pytest.mark.skipif(not seed.FOLDER.is_dir(), reason=f"the seed article is not here: {seed.FOLDER}")
def test_the_seed_is_read_as_well_as_ever() -> None:
    holds("seed", floors.seed_figures())


@pytest.mark.skipif(not (extraction.SHARED / "pages").is_dir(), reason="the recorded pages are not here")
def test_extraction_of_development_pages_is_as_good_as_ever() -> None:
    holds("extraction", floors.extraction_figures())


@pytest.mark.skipif(not (extraction.SHARED / "pages").is_dir(), reason="the recorded pages are not here")
def test_title_authors_and_day_are_right_as_often_as_ever() -> None:
    holds("fields", fields.figures(limit=floors.PAGES))


@pytest.mark.skipif(not (extraction.SHARED / "pages").is_dir(), reason="the recorded pages are not here")
def test_boilerplate_around_development_pages_goes_as_well_as_ever() -> None:
    holds("footers", footers.figures("dev"))


def test_wordings_are_split_once_and_none_is_in_both_parts() -> None:
    parts = {part: [wording for _, _, wording in footers.wordings(part)] for part in ("dev", "test")}
    assert len({*parts["dev"], *parts["test"]}) == len(parts["dev"]) + len(parts["test"]) >= 150
    assert len({kind for kind, _, _ in footers.wordings("test")}) == 12


@pytest.mark.skipif(not (extraction.SHARED / "pages").is_dir(), reason="the recorded pages are not here")
def test_copies_are_told_from_what_is_none_as_well_as_ever() -> None:
    holds("copies", copies.score(floors.PAGES))


@pytest.mark.skipif(not model.CORPORA.is_dir(), reason="the open corpora are not here")
def test_the_model_finds_names_attributions_and_trees_as_well_as_ever() -> None:
    holds("model", floors.model_figures())


def test_reading_of_development_articles_is_as_good_as_ever() -> None:
    holds("reading", floors.reading_figures())


def test_statements_and_conflicts_of_the_written_set_are_found_as_well_as_ever() -> None:
    holds("statements", floors.statement_figures())


def test_a_figure_on_its_bound_holds_and_one_outside_is_named() -> None:
    assert floors.broken(FOUND, {"a": {"F": {"least": 0.8}, "wrong": {"most": 3}}}) == []
    assert floors.broken(FOUND, {"a": {"F": {"least": 0.81}, "wrong": {"most": 2}}}) == [
        "a: F is 0.8, under its floor of 0.81",
        "a: wrong is 3, over its ceiling of 2",
    ]


def test_a_bound_without_a_figure_is_no_pass() -> None:
    assert floors.broken(FOUND, {"a": {"recall": {"least": 0.5}}}) == ["a: recall was not measured"]
    assert floors.broken({}, {"b": {"F": {"least": 0.5}}}) == ["b: F was not measured"]


def test_what_was_logged_at_a_release_meets_the_floors_that_stand_now() -> None:
    logged = {part: {name: row["logged"] for name, row in rows.items()} for part, rows in BOUNDS["release"].items()}
    assert floors.broken(logged, BOUNDS["release"]) == []

"""Checks of citations, DOIs, and of what was covered before."""

from __future__ import annotations

from newsletter.checks.check import Check
from newsletter.checks.scholarship.covered import (
    like_title_before,
    same_doi_before,
    same_study_twice,
    same_title_before,
)
from newsletter.checks.scholarship.dois import doi_in_citation, doubtful_doi, other_doi_in_citation
from newsletter.checks.scholarship.form import incomplete_citation
from newsletter.checks.scholarship.presence import missing_citation, no_way_to_the_study
from newsletter.checks.scholarship.years import (
    citation_without_year,
    other_year_in_text,
    year_to_come,
)

CHECKS = (
    Check("N201", "warning", "Missing citation", missing_citation),
    Check("N202", "note", "No DOI and no link", no_way_to_the_study),
    Check("N203", "warning", "Doubtful DOI", doubtful_doi),
    Check("N204", "warning", "Citation without a year", citation_without_year),
    Check("N205", "warning", "Year to come", year_to_come),
    Check("N206", "warning", "Incomplete citation", incomplete_citation),
    Check("N207", "note", "DOI in the citation", doi_in_citation),
    Check("N208", "warning", "Another DOI in the citation", other_doi_in_citation),
    Check("N209", "warning", "Another year in the text", other_year_in_text),
    Check("N210", "warning", "Covered before", same_doi_before),
    Check("N211", "warning", "Title of an earlier month", same_title_before),
    Check("N212", "warning", "Same study twice", same_study_twice),
    Check("N213", "note", "Title like another study's", like_title_before),
)

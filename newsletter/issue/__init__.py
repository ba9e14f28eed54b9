"""What the editor writes: one month's file, its model, and finding it."""

from newsletter.issue.archive import Archive, Covered, archive_of, studies_of
from newsletter.issue.files import find_issue, issue_paths
from newsletter.issue.load import IssueFile, load_issue
from newsletter.issue.model import Issue, Summary
from newsletter.issue.planned import planned_at

__all__ = [
    "Archive",
    "Covered",
    "Issue",
    "IssueFile",
    "Summary",
    "archive_of",
    "find_issue",
    "issue_paths",
    "load_issue",
    "planned_at",
    "studies_of",
]

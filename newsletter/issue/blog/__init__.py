"""Saved pages of the network's old blog → issue files."""

from newsletter.issue.blog.articles import Article
from newsletter.issue.blog.gather import Gathered, Stray, gather
from newsletter.issue.blog.page import Page, read_page
from newsletter.issue.blog.plan import MonthPlan, plan

__all__ = ["Article", "Gathered", "MonthPlan", "Page", "Stray", "gather", "plan", "read_page"]

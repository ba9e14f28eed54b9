"""Alembic's migrations, run by `newsletter.store.migrate`."""

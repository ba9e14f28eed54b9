"""When issues go out by themselves, and word to those who run the publication.

The truth is in the files and the ledger: what is due is worked out from them each time, so that
a restart, a missed night or a second scheduler can neither double nor lose a mailing.
"""

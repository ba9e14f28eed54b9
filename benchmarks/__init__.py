"""The measures of the README; run by `make bench`, never as tests."""

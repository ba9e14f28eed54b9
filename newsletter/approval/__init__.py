"""What was approved by whom, and whether it still holds.

An approval is a record, not an authentication: whoever may write to the database may write any
name into it. What it proves is that the content is the one that was looked at.

`evidence` and `standing` load no database; `record` does.
"""

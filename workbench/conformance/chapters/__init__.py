"""The chapters of the printed statement, in the structure of PS3.2; each renders data that stands elsewhere."""

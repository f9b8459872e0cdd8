"""Use cases, one transaction each: check in, claim, store, cancel, complete."""

"""A batch: many pairs from a jobs file, each recorded, so that a rerun does what is missing."""

"""The report of a run: a page to look at, and a trace to compute with."""

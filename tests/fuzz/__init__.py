"""Fuzzers: forged files and requests, each of which must end in a clear error or a right result."""

from tests.fuzz import checkpoints, http, looks, models, records, traces

KINDS = {
    "checkpoints": checkpoints.fuzz,
    "http": http.fuzz,
    "looks": looks.fuzz,
    "models": models.fuzz,
    "records": records.fuzz,
    "traces": traces.fuzz,
}
"""By name: fuzz(count, seed) tries as many cases, and raises AssertionError where one does harm."""

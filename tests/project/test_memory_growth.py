"""One process runs many pairs and holds nothing of those that are done."""

import pytest

from benchmarks.memory_growth import STATUS, measure

WARM_UP = 6  # pairs after which nothing may grow
NUM_PAIRS = 16
SIZE = 640  # of the photos, a larger one is 3.7 MB; they are solved much smaller
BOUND = 18.0  # MB in all: half of what one photo a pair would make


@pytest.mark.long
@pytest.mark.skipif(not STATUS.exists(), reason="needs /proc, to read the resident memory")
def test_memory_does_not_grow_from_pair_to_pair(tmp_path):
    flags = {"solve_size": "48", "max_evaluations": "2", "segmentation": "none"}
    memory = measure(tmp_path, NUM_PAIRS, SIZE, **flags)
    assert memory[-1] - memory[WARM_UP - 1] < BOUND, memory

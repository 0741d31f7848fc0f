"""The extractor that sessions share."""

import dpst
from dpst.studio.extractor import SharedExtractor


def test_warming_up_leaves_the_extractor_ready_and_traces_for_all_sizes(photo_pair, traces) -> None:
    shared_extractor = SharedExtractor()
    shared_extractor.preload().join()
    assert shared_extractor.get() is shared_extractor.get()
    assert len(traces) == 1
    config = dpst.TransferConfig(max_evaluations=2)
    dpst.stylize(*(image[:40] for image in photo_pair), shared_extractor.get(), config)
    assert len(traces) == 1

"""What the solve of a photo departs from."""

import numpy as np

from dpst import Stylizer, TransferConfig
from dpst.methods.photo import transfer
from dpst.methods.photo.plan import PhotoPlan
from dpst.segmentation import single_segment


def test_what_the_solve_departs_from_is_within_the_gamut(extractor, photo_pair, monkeypatch):
    content, style = photo_pair[0], (photo_pair[1] > 0.5).astype(np.float32)
    anchors = []

    def watched(extractor, content_image, style_image, anchor, *rest):
        anchors.append(anchor)
        return objective(extractor, content_image, style_image, anchor, *rest)

    objective = transfer.photo_objective
    monkeypatch.setattr(transfer, "photo_objective", watched)
    Stylizer(TransferConfig(segmentation="none", max_evaluations=2), extractor=extractor)(
        content, style
    )
    pairing = single_segment(content.shape[:2], style.shape[:2])
    matched = PhotoPlan.from_pairing(pairing, False).anchor(content, style).apply(content)
    assert matched.min() < -0.01 or matched.max() > 1.01
    assert anchors and all(each.min() >= 0 and each.max() <= 1 for each in anchors)

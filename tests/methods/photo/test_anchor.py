"""What the solve of a photo departs from."""

import numpy as np
import skimage.data

from dpst import Stylizer, TransferConfig, images
from dpst.images.luma import LUMA
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
    anchor = PhotoPlan.from_pairing(pairing, False).anchor(content, style)
    matched = anchor.color_map.apply(content)
    assert matched.min() < -0.01 or matched.max() > 1.01
    assert anchors and all(each.min() >= 0 and each.max() <= 1 for each in anchors)


def test_skin_keeps_its_hue_where_the_style_shows_no_people(extractor):
    portrait = images.resize(skimage.data.astronaut() / 255, (256, 256))
    night = images.resize(skimage.data.rocket() / 255, (160, 240))
    config = TransferConfig(max_evaluations=20, solve_size=256)
    result = Stylizer(config, extractor=extractor)(portrait, night)
    cheek, suit = (slice(59, 69), slice(105, 115)), (slice(205, 215), slice(65, 75))
    for place, is_held in ((cheek, True), (suit, False)):
        own, new = (each[place].mean((0, 1)) for each in (portrait, result.output_image))
        own, new = own - own @ LUMA, new - new @ LUMA
        turn = np.arccos(own @ new / np.linalg.norm(own) / np.linalg.norm(new))
        assert (turn < np.radians(20)) == is_held
    assert any("skin" in note for note in result.notes)


def test_what_somebody_chose_is_not_held(extractor):
    portrait = images.resize(skimage.data.astronaut() / 255, (96, 96))
    labels = np.zeros((96, 96), np.uint8)
    config = TransferConfig(max_evaluations=2, solve_size=96)
    result = Stylizer(config, extractor=extractor)(portrait, portrait[::-1], labels, labels)
    assert not any("skin" in note for note in result.notes)

"""The example that trained the parser: what of it needs no GPU and no teachers."""

from __future__ import annotations

import numpy as np
import pytest

from dpst.segmentation.parsing.groups import GROUPS
from dpst.segmentation.parsing.network import parser_network, set_weights, weight_shapes
from examples.embedded_parser.export import package_weights


def test_normalisation_is_folded_into_the_package_weights() -> None:
    generator = np.random.default_rng(0)
    shapes = weight_shapes(parser_network())
    trained = {}
    for part, name in package_parts().items():
        kernel = shapes[f"{name}/kernel"]
        order = (2, 3, 0, 1) if name.endswith("_depthwise") else (3, 2, 0, 1)
        trained[f"{part}.0.weight"] = generator.random([kernel[axis] for axis in order])
        channels = shapes[f"{name}/bias"]
        for statistic in ("weight", "bias", "running_mean", "running_var"):
            trained[f"{part}.1.{statistic}"] = 0.5 + generator.random(channels)
    trained["dec.head.weight"] = generator.random((16, 64, 1, 1))
    trained["dec.head.bias"] = generator.random(16)
    arrays = package_weights(trained)
    set_weights(parser_network(), arrays)
    assert {name: array.shape for name, array in arrays.items()} == shapes

    x = generator.random(32)
    gain = trained["b.0.ex.1.weight"] / np.sqrt(trained["b.0.ex.1.running_var"] + 1e-3)
    convolved = trained["b.0.ex.0.weight"][:, :, 0, 0] @ x
    expected = (convolved - trained["b.0.ex.1.running_mean"]) * gain + trained["b.0.ex.1.bias"]
    actual = x @ arrays["block0_expand/kernel"][0, 0] + arrays["block0_expand/bias"]
    np.testing.assert_allclose(actual, expected, rtol=5e-3)


def package_parts() -> dict[str, str]:
    """The package's layers by the trained network's parts."""
    from examples.embedded_parser import export

    return {part: name for name, part in export._PARTS.items()}


def test_relighting_keeps_shape_and_range() -> None:
    torch = pytest.importorskip("torch", reason="the parser is trained with PyTorch")
    from examples.embedded_parser.relighting import relight

    torch.manual_seed(0)
    photos = torch.rand(8, 3, 24, 32)
    relit = relight(photos, kept=0)
    assert relit.shape == photos.shape and 0 <= relit.min() and relit.max() <= 1
    assert (relit - photos).abs().mean() > 0.05


def test_persons_are_shared_out_among_skin_clothes_and_hair() -> None:
    torch = pytest.importorskip("torch", reason="the parser is trained with PyTorch")
    from examples.embedded_parser.teachers import CLASSES, group_scores

    classes = torch.zeros(1, 32, 1, 2)
    classes[0, CLASSES.index("person")] = torch.tensor([[0.8, 0.0]])
    classes[0, CLASSES.index("sea")] = torch.tensor([[0.2, 1.0]])
    groups = group_scores(classes, torch.tensor([1.0, 0, 0]).view(1, 3, 1, 1).expand(1, 3, 1, 2))
    assert groups[0, GROUPS.index("skin"), 0, 0] > 0.75
    np.testing.assert_allclose(groups[0, GROUPS.index("water")], [[0.2, 1.0]], atol=1e-6)
    np.testing.assert_allclose(groups.sum(1), 1, atol=1e-5)

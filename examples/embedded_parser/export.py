"""From the trained PyTorch network to the package's file: normalisation folded, float16."""

from __future__ import annotations

import numpy as np

_EPSILON = 1e-3  # of the batch normalisation

# The trained network's parts by the names of the package's layers.
_PARTS = {
    "stem": "stem",
    "pixels": "dec.ctx.x",
    "whole": "dec.ctx.g",
    "context": "dec.ctx.out",
    **{f"window{size}": f"dec.ctx.p.{index}" for index, size in enumerate((8, 4, 2))},
    **{f"window{size}_depthwise": f"dec.ctx.d.{index}" for index, size in enumerate((8, 4, 2))},
    **{f"up{stride}": f"dec.u{stride}" for stride in (8, 4)},
    **{f"skip{stride}": f"dec.l{stride}" for stride in (8, 4)},
    **{f"fuse{stride}_depthwise": f"dec.f{stride}.dw" for stride in (8, 4)},
    **{f"fuse{stride}": f"dec.f{stride}.pw" for stride in (8, 4)},
    **{
        f"block{index}_{ours}": f"b.{index}.{theirs}"
        for index in range(16)
        for ours, theirs in (("expand", "ex"), ("depthwise", "dw"), ("project", "pr"))
    },
}


def package_weights(trained: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights of `dpst.segmentation.parsing.network.parser_network`.

    Args:
        trained: the PyTorch network's state, floats by name.

    Returns:
        float16 arrays by layer and name; what only the training needs is left out.
    """
    arrays = {
        "scores/kernel": trained["dec.head.weight"].transpose(2, 3, 1, 0),
        "scores/bias": trained["dec.head.bias"],
    }
    for name, part in _PARTS.items():
        scale = trained[f"{part}.1.weight"] / np.sqrt(trained[f"{part}.1.running_var"] + _EPSILON)
        kernel = trained[f"{part}.0.weight"] * scale[:, None, None, None]
        is_depthwise = name.endswith("_depthwise")
        arrays[f"{name}/kernel"] = kernel.transpose((2, 3, 0, 1) if is_depthwise else (2, 3, 1, 0))
        arrays[f"{name}/bias"] = (
            trained[f"{part}.1.bias"] - trained[f"{part}.1.running_mean"] * scale
        )
    return {name: array.astype(np.float16) for name, array in arrays.items()}

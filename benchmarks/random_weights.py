"""Seeded random weight files in the layout of the published ones, to test without them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

# Name in the file, and shape of the kernel [height, width, channels in, channels out].
KernelShapes = dict[str, tuple[int, int, int, int]]


def squeezenet_kernels() -> KernelShapes:
    """Return the kernels of SqueezeNet v1.1 (Iandola et al. 2016), as its file names them."""
    kernels: KernelShapes = {"conv1": (3, 3, 3, 64)}
    channels = 64
    modules = [(2, 16, 64), (3, 16, 64), (4, 32, 128), (5, 32, 128)]
    modules += [(6, 48, 192), (7, 48, 192), (8, 64, 256), (9, 64, 256)]
    for i, squeeze, expand in modules:
        kernels[f"fire{i}/squeeze1x1"] = (1, 1, channels, squeeze)
        kernels[f"fire{i}/expand1x1"] = (1, 1, squeeze, expand)
        kernels[f"fire{i}/expand3x3"] = (3, 3, squeeze, expand)
        channels = 2 * expand
    return kernels


def vgg19_kernels() -> KernelShapes:
    """Return the kernels of VGG19 (Simonyan and Zisserman 2015), as Keras names them."""
    kernels: KernelShapes = {}
    channels = 3
    for block, (count, out) in enumerate([(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)], 1):
        for i in range(1, count + 1):
            kernels[f"block{block}_conv{i}"] = (3, 3, channels, out)
            channels = out
    return kernels


def write_weights(path: Path, kernels: KernelShapes, seed: int = 0, group: str = "/") -> Path:
    """Write He-normal kernels and small biases in the classic Keras layout.

    The weights sit deeper than their layer's group, under a name with a suffix, as in the published
    SqueezeNet file; a layer without weights is listed too.
    """
    generator = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        root = file.require_group(group)
        root.attrs["layer_names"] = [b"input_1", *(name.encode() for name in kernels)]
        root.create_group("input_1").attrs["weight_names"] = np.zeros(0)
        for name, shape in kernels.items():
            deviation = np.sqrt(2 / np.prod(shape[:3]))
            kernel = generator.standard_normal(shape, np.float32) * np.float32(deviation)
            bias = generator.standard_normal(shape[-1:], np.float32) * np.float32(0.1)
            layer = root.create_group(name)
            layer.attrs["weight_names"] = [f"{name}_3/{w}:0".encode() for w in ("kernel", "bias")]
            layer[f"{name}_3/kernel:0"] = kernel
            layer[f"{name}_3/bias:0"] = bias
    return path

"""What the teachers answer: three scene parsers run as floats in PyTorch, and one for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from dpst.segmentation.parsing.groups import GROUPS

# The scene parsers' 32 scores.
CLASSES = (
    *("other", "wall", "building", "sky", "floor", "tree", "ceiling", "road", "bed", "window"),
    *("grass", "cabinet", "sidewalk", "person", "earth", "door", "table", "mountain", "plant"),
    *("curtain", "chair", "car", "water", "painting", "sofa", "shelf", "house", "sea", "mirror"),
    *("rug", "field", "armchair"),
)
_MEMBERS = {
    "sky": ("sky",),
    "water": ("water", "sea"),
    "vegetation": ("tree", "grass", "plant", "field"),
    "building": ("building", "house"),
    "ground": ("road", "sidewalk", "earth"),
    "mountain": ("mountain",),
    "ceiling": ("ceiling",),
    "wall": ("wall",),
    "opening": ("window", "door"),
    "floor": ("floor", "rug"),
    "furniture": ("bed", "cabinet", "table", "chair", "sofa", "shelf", "armchair"),
    "vehicle": ("car",),
}
GROUP_OF_CLASS = {name: group for group, names in _MEMBERS.items() for name in names}
_LEAST_PERSON = 0.3  # of probability, somewhere: less is no person, and stays "other"


@dataclass(frozen=True)
class Graph:
    """A quantised TFLite graph: its operations, and its constants as floats."""

    operations: list[dict[str, Any]]
    constants: dict[int, np.ndarray]
    ranges: dict[int, tuple[float, float]]  # what uint8 activations can hold
    shapes: dict[int, list[int]]
    input: int
    output: int


def read_graph(path: Path) -> Graph:
    """Read a TFLite file of convolutions, sums, means, concatenations and enlargements."""
    from tensorflow.lite.python import schema_py_generated as schema

    names = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
    root = schema.Model.GetRootAsModel(path.read_bytes(), 0)
    model = schema.ModelT.InitFromObj(root)
    graph = model.subgraphs[0]
    operations = []
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        options = vars(operator.builtinOptions) if operator.builtinOptions else {}
        operations.append(
            {
                "name": names[max(code.builtinCode, code.deprecatedBuiltinCode)],
                "inputs": [int(i) for i in operator.inputs],
                "outputs": [int(i) for i in operator.outputs],
                **options,
            }
        )
    constants, ranges = {}, {}
    for number, tensor in enumerate(graph.tensors):
        data = model.buffers[tensor.buffer].data
        if data is not None and len(data):
            constants[number] = _floats(tensor, bytes(bytearray(data)))
        elif tensor.type == schema.TensorType.UINT8:
            scale, zero = tensor.quantization.scale[0], tensor.quantization.zeroPoint[0]
            ranges[number] = (-zero * scale, (255 - zero) * scale)
    shapes = {k: list(t.shape) for k, t in enumerate(graph.tensors) if t.shape is not None}
    return Graph(operations, constants, ranges, shapes, graph.inputs[0], graph.outputs[0])


def _floats(tensor: Any, data: bytes) -> np.ndarray:
    """Return a constant, its quantisation undone."""
    kind = {0: np.float32, 2: np.int32, 3: np.uint8}[tensor.type]
    array = np.frombuffer(data, kind).reshape(() if tensor.shape is None else tensor.shape)
    quantization = tensor.quantization
    if quantization is None or quantization.scale is None or not len(quantization.scale):
        return array
    shape = [1] * array.ndim
    if len(quantization.scale) > 1:
        shape[quantization.quantizedDimension] = -1
    scale = np.reshape(quantization.scale, shape).astype(np.float32)
    zero = np.reshape(quantization.zeroPoint, shape).astype(np.float32)
    return (array - zero) * scale


class SceneTeacher:
    """A graph in PyTorch: floats, each activation clipped to what uint8 could hold."""

    def __init__(self, graph: Graph, device: str, dtype: torch.dtype) -> None:
        """Move the graph's constants to a device."""
        self._graph = graph
        self._dtype = dtype
        self._constants = {}
        for operation in graph.operations:
            if "CONV" in operation["name"]:
                _, kernel, bias = operation["inputs"]
                order = (3, 0, 1, 2) if operation["name"].startswith("D") else (0, 3, 1, 2)
                for number, array in (
                    (kernel, graph.constants[kernel].transpose(order)),
                    (bias, graph.constants[bias]),
                ):
                    values = torch.tensor(np.ascontiguousarray(array, np.float32))
                    self._constants[number] = values.to(device, dtype)

    @torch.no_grad()
    def __call__(self, images: torch.Tensor) -> dict[int, torch.Tensor]:
        """Return all activations of [batch, 3, 512, 512] in [0, 1] by their numbers."""
        low, high = self._graph.ranges[self._graph.input]
        values = {self._graph.input: (images * (high - low) + low).to(self._dtype)}
        for operation in self._graph.operations:
            for number, answer in zip(
                operation["outputs"], self._run(operation, values), strict=True
            ):
                bounds = self._graph.ranges.get(number)
                values[number] = answer.clamp(*bounds) if bounds else answer
        return values

    def scores(self, activations: dict[int, torch.Tensor]) -> torch.Tensor:
        """Return the probabilities [batch, 32, 128, 128]."""
        return torch.softmax(activations[self._graph.output].float(), 1)

    def _run(self, operation: dict[str, Any], values: dict[int, torch.Tensor]) -> tuple:
        name, inputs = operation["name"], operation["inputs"]
        if "CONV" in name:
            return (self._convolution(operation, values[inputs[0]]),)
        if name == "ADD":
            return (values[inputs[0]] + values[inputs[1]],)
        if name == "AVERAGE_POOL_2D":
            return (F.avg_pool2d(values[inputs[0]], operation["filterHeight"]),)
        if name == "SPLIT":
            return values[inputs[1]].chunk(2, 1)
        if name == "STRIDED_SLICE":  # The mask tells the first half of the channels.
            return (values[inputs[0]].chunk(2, 1)[0 if operation["beginMask"] == 15 else 1],)
        if name == "CONCATENATION":
            return (torch.cat([values[number] for number in inputs], 1),)
        if name == "RESIZE_BILINEAR":
            return (_enlarged(values[inputs[0]], self._graph.shapes[operation["outputs"][0]]),)
        if name == "QUANTIZE":
            return (values[inputs[0]],)
        raise ValueError(f"the teacher's operation '{name}' is not known here; add it")

    def _convolution(self, operation: dict[str, Any], x: torch.Tensor) -> torch.Tensor:
        _, kernel, bias = (self._constants.get(number) for number in operation["inputs"])
        strides, dilation = operation["strideH"], operation["dilationHFactor"]
        if operation["padding"] == 0:  # "same"
            reach = (kernel.shape[-1] - 1) * dilation + 1
            height, width = (
                max((-(-side // strides) - 1) * strides + reach - side, 0) for side in x.shape[2:]
            )
            x = F.pad(x, (width // 2, width - width // 2, height // 2, height - height // 2))
        groups = len(kernel) if operation["name"].startswith("D") else 1
        y = F.conv2d(x, kernel, bias, strides, 0, dilation, groups)
        limits = {0: (None, None), 1: (0, None), 3: (0, 6)}[operation["fusedActivationFunction"]]
        return y if limits == (None, None) else y.clamp(*limits)


def _enlarged(x: torch.Tensor, shape: list[int]) -> torch.Tensor:
    """Return x enlarged bilinearly without half-pixel centres, as TFLite does it."""
    for axis, side in ((2, shape[1]), (3, shape[2])):
        place = torch.arange(side, device=x.device) * (x.shape[axis] / side)
        low = place.floor().long()
        high = (low + 1).clamp(max=x.shape[axis] - 1)
        share = (place - low).to(x.dtype).view([-1 if i == axis else 1 for i in range(4)])
        x = x.index_select(axis, low) * (1 - share) + x.index_select(axis, high) * share
    return x


def group_scores(classes: torch.Tensor, people: torch.Tensor) -> torch.Tensor:
    """Return the probabilities of our groups.

    Args:
        classes: [batch, 32, height, width], probabilities, the mean of the scene parsers'.
        people: [batch, 3, height, width], how much skin, clothes and hair the fourth teacher sees.

    Returns:
        [batch, 16, height, width], summing to 1: persons are shared out among skin, hair, clothes.
    """
    groups = classes.new_zeros(len(classes), len(GROUPS), *classes.shape[2:])
    person = classes[:, CLASSES.index("person")]
    for number, name in enumerate(CLASSES):
        if name != "person":
            groups[:, GROUPS.index(GROUP_OF_CLASS.get(name, "other"))] += classes[:, number]
    shares = people + 1e-3
    shares = shares / shares.sum(1, keepdim=True).clamp(min=0.2)
    shares = shares + (1 - shares.sum(1, keepdim=True)) / 3
    is_there = (person.amax((1, 2), keepdim=True) > _LEAST_PERSON).float()
    for name, share in zip(("skin", "clothes", "hair"), shares.unbind(1), strict=True):
        groups[:, GROUPS.index(name)] += person * share * is_there
    groups[:, GROUPS.index("other")] += person * (1 - is_there)
    return groups


class PersonTeacher:
    """The network for skin, clothes and hair."""

    def __init__(self, path: Path) -> None:
        """Load an ONNX file."""
        import onnxruntime

        self._session = onnxruntime.InferenceSession(str(path))

    def __call__(self, photo: np.ndarray) -> np.ndarray:
        """Return float32 [3, 128, 128], skin, clothes and hair, of uint8 [512, 512, 3]."""
        x = (photo / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
        x = x.astype(np.float32).transpose(2, 0, 1)[None]
        scores = self._session.run(None, {self._session.get_inputs()[0].name: x})[0][0]
        if scores.min() < -0.01 or scores.max() > 1.01:
            scores = 1 / (1 + np.exp(-scores))
        return scores.reshape(3, 128, 4, 128, 4).mean((2, 4))

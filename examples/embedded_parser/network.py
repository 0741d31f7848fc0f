"""The parser as PyTorch trains it, with normalisation and what only the training needs."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from dpst.segmentation.parsing.groups import GROUPS
from dpst.segmentation.parsing.network import BLOCKS

NUM_CLASSES = 32  # of the teachers

# The activations of MOSAIC, round 4, by their numbers in its TFLite file, that the parts imitate:
# what a block reads, and what it gives before x is added.
STEM_ACTIVATION = 74
BLOCK_INPUTS = (74, 80, 87, 93, 100, 107, 114, 120, 127, 134, 141, 147, 154, 160, 166, 173)
BLOCK_BRANCHES = (80, 86, 93, 99, 106, 113, 120, 126, 133, 140, 147, 153, 160, 166, 172, 179)
BLOCK_OUTPUTS = (80, 87, 93, 100, 107, 114, 120, 127, 134, 141, 147, 154, 160, 166, 173, 180)
CONTEXT_ACTIVATION = 229


class Convolution(nn.Sequential):
    """A convolution that keeps the size, batch normalisation, and a ReLU if asked for."""

    def __init__(self, inputs, outputs, size=1, strides=1, groups=1, dilation=1, relu=True):
        super().__init__(
            nn.Conv2d(inputs, outputs, size, strides, 0, dilation, groups, bias=False),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
        )
        reach = (size - 1) * dilation // 2
        # At stride 2, even sides: as TensorFlow pads "same".
        self.padding = (0, 1, 0, 1) if strides == 2 else (reach,) * 4
        self.relu = relu

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the layers' answer to x."""
        x = self[1](self[0](F.pad(x, self.padding)))
        return F.relu(x) if self.relu else x


class Block(nn.Module):
    """An inverted residual block."""

    def __init__(self, inputs, block):
        super().__init__()
        wide = block.expanded
        self.ex = Convolution(inputs, wide)
        self.dw = Convolution(wide, wide, 3, block.strides, wide, block.dilation)
        self.pr = Convolution(wide, block.channels, relu=False)
        self.adds = block.strides == 1 and inputs == block.channels

    def branch(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's answer before x is added."""
        return self.pr(self.dw(self.ex(x)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's answer."""
        return x + self.branch(x) if self.adds else self.branch(x)


def _enlarged(x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


class Context(nn.Module):
    """Means over windows of 8, 4 and 2 positions and over all, beside the positions."""

    def __init__(self, inputs=96, width=80, outputs=128):
        super().__init__()
        self.windows = (8, 4, 2)
        self.p = nn.ModuleList([Convolution(inputs, width) for _ in self.windows])
        self.d = nn.ModuleList([Convolution(width, width, 3, 1, width) for _ in self.windows])
        self.g = Convolution(inputs, width)
        self.x = Convolution(inputs, 192)
        self.out = Convolution(192 + 4 * width, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x in its context."""
        parts = [self.x(x)]
        for size, narrowed, filtered in zip(self.windows, self.p, self.d, strict=True):
            parts.append(_enlarged(filtered(narrowed(F.avg_pool2d(x, size))), x))
        parts.append(self.g(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:]))
        return self.out(torch.cat(parts, 1))


class Separable(nn.Module):
    """Each channel filtered, then all mixed."""

    def __init__(self, channels):
        super().__init__()
        self.dw = Convolution(channels, channels, 3, 1, channels)
        self.pw = Convolution(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the layers' answer to x."""
        return self.pw(self.dw(x))


class Decoder(nn.Module):
    """The context and two steps back up; `aux`, for the training only, tells all 32 classes."""

    def __init__(self):
        super().__init__()
        self.ctx = Context()
        self.u8, self.l8, self.f8 = Convolution(128, 80), Convolution(64, 80), Separable(80)
        self.u4, self.l4, self.f4 = Convolution(80, 64), Convolution(32, 64), Separable(64)
        self.head = nn.Conv2d(64, len(GROUPS), 1)
        self.aux = nn.Conv2d(64, NUM_CLASSES, 1)

    def forward(self, at4, at8, at16):
        """Return the groups' scores, the classes' scores and the context."""
        context = self.ctx(at16)
        x = self.f8(_enlarged(self.u8(context), at8) + self.l8(at8))
        x = self.f4(_enlarged(self.u4(x), at4) + self.l4(at4))
        return self.head(x), self.aux(x), context


class Parser(nn.Module):
    """The whole network."""

    def __init__(self):
        super().__init__()
        self.stem = Convolution(3, 32, 3, 2)
        inputs = [32, *(block.channels for block in BLOCKS)]
        self.b = nn.ModuleList([Block(i, block) for i, block in zip(inputs, BLOCKS, strict=False)])
        self.dec = Decoder()

    def forward(self, images: torch.Tensor):
        """Return scores of groups and of classes, and the imitated activations by number."""
        x = self.stem(images * 2 - 1)
        activations = {STEM_ACTIVATION: x}
        for block, number in zip(self.b, BLOCK_OUTPUTS, strict=True):
            x = activations[number] = block(x)
        scores, classes, context = self.dec(activations[87], activations[114], x)
        return scores, classes, activations | {CONTEXT_ACTIVATION: context}

    def parts(self, images: torch.Tensor, given: dict[int, torch.Tensor]):
        """Return the same with each part fed with the teacher's activations; blocks' branches."""
        answers = {STEM_ACTIVATION: self.stem(images * 2 - 1)}
        for block, before, branch in zip(self.b, BLOCK_INPUTS, BLOCK_BRANCHES, strict=True):
            answers[branch] = block.branch(given[before])
        scores, classes, context = self.dec(given[87], given[114], given[180])
        return scores, classes, answers | {CONTEXT_ACTIVATION: context}

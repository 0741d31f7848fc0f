"""The matting Laplacian as a linear operator: one matrix in three forms.

Source: Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting", 2008,
eq. 12.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
import tensorflow as tf

from matting.stencil import DEFAULT_EPSILON, laplacian_stencil, stencil_offsets


@dataclass(frozen=True, eq=False)
class MattingLaplacian:
    """Matting Laplacian L of one image: symmetric and positive semi-definite.

    `x^T L x` is the summed residual of the best regularised local affine fit of x to the image over
    all windows. Instances may be arguments of a `tf.function`, even of one traced for all sizes.

    Attributes:
        stencil: float32 [num_offsets, height, width], see `matting.laplacian_stencil`.
        radius: half a window's side in pixels.
    """

    stencil: tf.Tensor
    radius: int = 1

    @classmethod
    def from_image(
        cls, content_image: np.ndarray, epsilon: float = DEFAULT_EPSILON, radius: int = 1
    ) -> "MattingLaplacian":
        """Build the Laplacian of an image.

        Args:
            content_image: float [height, width, 3], RGB in [0, 1].
            epsilon: regularisation of a window's colour covariance, above 0.
            radius: half a window's side in pixels, at least 1.

        Returns:
            The operator.

        Raises:
            ValueError: the image is not a finite [height, width, 3], smaller than a window, or a
                parameter is out of range.
        """
        stencil = laplacian_stencil(np.asarray(content_image), epsilon, radius)
        # Shares memory if it can: tf.constant makes two copies, of 1.2 GB each at 12 MP.
        shared = tf.experimental.dlpack.from_dlpack(stencil.__dlpack__())
        return cls(tf.identity(shared), radius)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the image."""
        return self.stencil.shape[1], self.stencil.shape[2]

    def matvec(self, x: tf.Tensor) -> tf.Tensor:
        """Return L x for each channel, by the compiled stencil.

        Args:
            x: float32 [height, width, channels].

        Returns:
            float32 [height, width, channels].

        Raises:
            ValueError: x has another height or width than the image.
        """
        x = tf.convert_to_tensor(x)
        if x.shape.rank != 3 or not x.shape[:2].is_compatible_with(self.stencil.shape[1:]):
            raise ValueError(
                f"x has shape {tuple(x.shape)}, must be [height, width, channels] with (height, "
                f"width) = {self.size}; build the Laplacian from an image of x's size."
            )
        return _stencil_matvec(self.stencil, x, self.radius)

    def quadratic_form(self, x: tf.Tensor) -> tf.Tensor:
        """Return x^T L x summed over channels, with the gradient 2 L x from the same product.

        Args:
            x: float32 [height, width, channels].

        Returns:
            float32 scalar, at least 0 up to rounding.

        Raises:
            ValueError: x has another height or width than the image.
        """

        @tf.custom_gradient
        def energy(x: tf.Tensor) -> Any:
            product = self.matvec(x)
            return tf.reduce_sum(x * product), lambda upstream: upstream * 2 * product

        return energy(x)

    def to_scipy(self) -> scipy.sparse.csr_array:
        """Return the matrix as float64 CSR, [pixels, pixels], pixels in row-major order."""
        rows, columns, entries = self._coordinates()
        num_pixels = self.size[0] * self.size[1]
        return scipy.sparse.csr_array((entries, (rows, columns)), shape=(num_pixels, num_pixels))

    def to_sparse_tensor(self) -> tf.SparseTensor:
        """Return the matrix as a canonically ordered float32 `tf.SparseTensor`, [pixels, pixels].

        For `tf.sparse.sparse_dense_matmul(laplacian.to_sparse_tensor(), x)`, with x
        [pixels, channels], which does not compile under XLA and is several times slower than
        `matvec` on a CPU.
        """
        rows, columns, entries = self._coordinates()
        num_pixels = self.size[0] * self.size[1]
        return tf.sparse.reorder(
            tf.SparseTensor(
                np.stack([rows, columns], 1), entries.astype(np.float32), (num_pixels, num_pixels)
            )
        )

    def _coordinates(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (rows, columns, entries) inside the image, the diagonal included."""
        height, width = self.size
        stencil = self.stencil.numpy().astype(np.float64)
        index = np.arange(height * width).reshape(height, width)
        rows, columns, entries = [index.ravel()], [index.ravel()], [-stencil.sum(0).ravel()]
        y, x = np.mgrid[:height, :width]
        for plane, (dy, dx) in zip(stencil, stencil_offsets(self.radius), strict=True):
            inside = (y + dy >= 0) & (y + dy < height) & (x + dx >= 0) & (x + dx < width)
            rows.append(index[inside])
            columns.append(index[inside] + dy * width + dx)
            entries.append(plane[inside])
        return np.concatenate(rows), np.concatenate(columns), np.concatenate(entries)

    def __tf_flatten__(self) -> tuple[tuple[int], tuple[tf.Tensor]]:
        """Split into static metadata and tensors, for `tf.nest` and `tf.function`."""
        return (self.radius,), (self.stencil,)

    @classmethod
    def __tf_unflatten__(cls, metadata: tuple[int], components: tuple) -> "MattingLaplacian":
        """Inverse of `__tf_flatten__`."""
        return cls(components[0], metadata[0])


@tf.function(jit_compile=True, autograph=False)
def _stencil_matvec(stencil: tf.Tensor, x: tf.Tensor, radius: int) -> tf.Tensor:
    """Sum entry * (x_neighbour - x) over the offsets: exact on constants even in float32."""
    reach = 2 * radius
    height, width = tf.unstack(tf.shape(stencil)[1:])
    padded = tf.pad(x, [[reach, reach], [reach, reach], [0, 0]])
    total = tf.zeros_like(x)
    for k, (dy, dx) in enumerate(stencil_offsets(radius)):
        y0, x0 = reach + dy, reach + dx
        neighbour = padded[y0 : y0 + height, x0 : x0 + width]
        total += stencil[k][..., None] * (neighbour - x)
    return total

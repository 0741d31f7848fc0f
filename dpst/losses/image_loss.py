"""The frame that the Keras losses of the library share."""

import keras


class ImageLoss(keras.losses.Loss):
    """A Keras loss that gives one value for each image of a batch.

    Attributes:
        default_name: name of a loss that is given none.
        option_names: attributes of the class that are options of its constructor.
    """

    default_name: str
    option_names: tuple[str, ...] = ()

    def __init__(self, name: str | None = None, **options: object) -> None:
        """Create the loss; the default reduction is None, one value for each image.

        Args:
            name: name of the loss; None takes `default_name`.
            options: further options of `keras.losses.Loss`.
        """
        super().__init__(name=name or self.default_name, **{"reduction": None, **options})

    def get_config(self) -> dict:
        """Return the options, for saving."""
        own = {name: getattr(self, name) for name in self.option_names}
        return {**super().get_config(), **own}

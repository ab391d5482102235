"""Normalization by the statistics of the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import SharedTensor, shared
from brickyard.bricks.application import application
from brickyard.bricks.calls import ApplicationCall
from brickyard.bricks.checks import as_float, describe, require_tensor
from brickyard.bricks.creation import Initializer
from brickyard.bricks.initialization import Constant
from brickyard.bricks.interfaces import Feedforward, RNGMixin
from brickyard.bricks.lazy import UNSET, lazy
from brickyard.bricks.naming import BRICK_DELIMITER
from brickyard.graph.annotations import add_annotation
from brickyard.graph.batch_normalization import (
    BatchNormalizationAnnotation,
    tag_centred,
    tag_statistic,
)
from brickyard.graph.roles import (
    BATCH_NORM_DIVISOR,
    BATCH_NORM_OFFSET,
    BATCH_NORM_POPULATION_MEAN,
    BATCH_NORM_POPULATION_STDEV,
    BATCH_NORM_SCALE_PARAMETER,
    BATCH_NORM_SHIFT_PARAMETER,
    add_role,
)

STATISTICS = {
    "population_mean": (0, BATCH_NORM_POPULATION_MEAN),
    "population_stdev": (1, BATCH_NORM_POPULATION_STDEV),
}


class BatchNormalization(RNGMixin, Feedforward, BatchNormalizationAnnotation):
    r"""Subtract a mean, divide by a standard deviation, scale and shift.

    .. math:: y = \frac{x - \mu}{\sigma} \odot s + b, \qquad
        \sigma = \sqrt{\operatorname{var}(x) + \epsilon}

    An application gives the graph for inference, where :math:`\mu` and :math:`\sigma`
    are population statistics: state of the brick, at first 0 and 1. In the graph for
    training, built inside of `brickyard.graph.batch_normalization` or made by
    `brickyard.graph.apply_batch_normalization`, they are the mean and the standard
    deviation of the batch. `brickyard.graph.get_batch_normalization_updates` finds
    these, for updates of the population statistics.

    Parameters
    ----------
    input_dim
        The number of features, or the shape of an example, such as
        ``(channels, height, width)``. Lengths along which statistics are shared may
        be None.
    broadcastable
        For each axis of an example whether statistics, scale and shift are shared
        along it: ``(False, True, True)`` for one of each per channel. None for no
        axis.
    conserve_memory
        Not needed; accepted so that older scripts run.
    epsilon
        What is added to the variance, greater than 0.
    scale_init
        The initializer of the scale, ``Constant(1)`` by default.
    shift_init
        The initializer of the shift, ``Constant(0)`` by default.
    mean_only
        Whether only the mean is normalized and nothing is divided.
    learn_scale
        Whether there is a scale :math:`s`.
    learn_shift
        Whether there is a shift :math:`b`.
    seed
        The seed of the initial values; see `RNGMixin`.
    **kwargs
        ``name``: see `Brick`.

    Raises
    ------
    ValueError
        If `epsilon` is not greater than 0, or `broadcastable` has more or fewer
        entries than an example has axes.

    Notes
    -----
    Parameters: ``scale``, of role ``BATCH_NORM_SCALE_PARAMETER``, and ``shift``, of
    role ``BATCH_NORM_SHIFT_PARAMETER``. Not parameters, for no gradient trains them,
    but saved with them: `population_mean` and `population_stdev`. All have the shape of
    an example with 1 for the axes along which they are shared.

    The variance divides by the number of elements, and :math:`\epsilon` is part of the
    standard deviation, so that an average over batches is one of :math:`\sigma`.

    References
    ----------
    S. Ioffe and C. Szegedy (2015), Batch Normalization: Accelerating Deep Network
    Training by Reducing Internal Covariate Shift, section 3. For `mean_only`:
    T. Salimans and D. P. Kingma (2016), Weight Normalization, section 4.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> from brickyard.graph import ComputationGraph, apply_batch_normalization
    >>> brick = BatchNormalization(2)
    >>> brick.initialize()
    >>> x = pt.matrix("x")
    >>> y = brick.apply(x)
    >>> training = apply_batch_normalization(ComputationGraph(y)).outputs[0]
    >>> evaluate([y, training], {x: [[1, 2], [3, 6]]})[1].round(2)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    """

    @lazy(allocation=["input_dim"])
    def __init__(
        self,
        input_dim: int | Sequence[int | None],
        broadcastable: Sequence[bool] | None = None,
        conserve_memory: bool = True,
        epsilon: float = 1e-4,
        scale_init: Initializer | None = None,
        shift_init: Initializer | None = None,
        mean_only: bool = False,
        learn_scale: bool = True,
        learn_shift: bool = True,
        *,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not epsilon > 0:
            raise ValueError(
                f"{self.path}: epsilon must be greater than 0, got {epsilon}"
            )
        self.input_dim: Any = input_dim
        self.broadcastable = broadcastable
        self.conserve_memory = conserve_memory
        self.epsilon = epsilon
        self.scale_init = Constant(1) if scale_init is None else scale_init
        self.shift_init = Constant(0) if shift_init is None else shift_init
        self.mean_only = mean_only
        self.learn_scale = learn_scale
        self.learn_shift = learn_shift
        self.seed = seed

    def _reset(self) -> None:
        super()._reset()
        self._statistics: dict[str, SharedTensor] = {}

    @property
    def population_mean(self) -> SharedTensor:
        """What is subtracted in the graph for inference."""
        return self._statistic("population_mean")

    @property
    def population_stdev(self) -> SharedTensor:
        """What is divided by in the graph for inference."""
        return self._statistic("population_stdev")

    @property
    def scale(self) -> SharedTensor:
        """What is multiplied by."""
        return self.parameters["scale"]

    @property
    def shift(self) -> SharedTensor:
        """What is added."""
        return self.parameters["shift"]

    def _statistic(self, name: str) -> SharedTensor:
        if name not in self._statistics:
            raise ValueError(
                f"{self.path} has no {name} yet: it is not allocated; call its "
                "allocate() or initialize() first"
            )
        return self._statistics[name]

    @property
    def output_dim(self) -> Any:
        """The shape of an example of the output, `input_dim`."""
        return self.input_dim

    @output_dim.setter
    def output_dim(self, dim: Any) -> None:
        self.input_dim = dim

    @property
    def num_channels(self) -> int | None:
        """The length of the first axis of an example, None if it is not known."""
        dims = self._dims()
        return dims[0] if dims else None

    @num_channels.setter
    def num_channels(self, num_channels: int | None) -> None:
        self.input_dim = (num_channels, *self.image_size)

    @property
    def num_output_channels(self) -> int | None:
        """The number of output channels, `num_channels`."""
        return self.num_channels

    @property
    def image_size(self) -> tuple[int | None, ...]:
        """The lengths of the axes after the first, None where they are not known."""
        return self._dims()[1:] if self._dims() else (None, None)

    @image_size.setter
    def image_size(self, image_size: Sequence[int | None]) -> None:
        self.input_dim = (self.num_channels, *image_size)

    @property
    def normalization_axes(self) -> tuple[int, ...]:
        """The axes of a batch over which statistics are taken, the first among them."""
        shared_along = enumerate(self._shared_axes(), start=1)
        return (0, *(axis for axis, is_shared in shared_along if is_shared))

    def _dims(self) -> tuple[int | None, ...]:
        dim = self.input_dim
        if dim is UNSET or dim is None:
            return ()
        return (dim,) if isinstance(dim, int) else tuple(dim)

    def _shared_axes(self) -> tuple[bool, ...]:
        dims, axes = self._dims(), self.broadcastable
        if axes is None:
            return (False,) * len(dims)
        if len(axes) != len(dims):
            raise ValueError(
                f"{self.path}: broadcastable needs an entry for each axis of an "
                f"example of shape {dims}, got {tuple(axes)!r}"
            )
        return tuple(axes)

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing; lengths that no parameter depends on never are."""
        missing = super().missing_arguments(phase)
        if missing == ["input_dim"]:
            return missing
        needless = {
            f"input_dim[{axis}]"
            for axis, is_shared in enumerate(self._shared_axes())
            if is_shared
        }
        return [name for name in missing if name not in needless]

    def _allocate(self) -> None:
        pairs = zip(self._dims(), self._shared_axes(), strict=True)
        shape: Any = tuple(1 if is_shared else dim for dim, is_shared in pairs)
        if self.learn_scale:
            self.add_parameter(
                self.scale_init, shape, "scale", BATCH_NORM_SCALE_PARAMETER
            )
        if self.learn_shift:
            self.add_parameter(
                self.shift_init, shape, "shift", BATCH_NORM_SHIFT_PARAMETER
            )
        self._statistics = {}
        for name, (value, role) in STATISTICS.items():
            statistic = shared(np.full(shape, value), name=name, dtype="floatX")
            add_annotation(statistic, self)
            add_role(statistic, role)
            self._statistics[name] = statistic

    def _initialize(self) -> None:
        for name, (value, _) in STATISTICS.items():
            statistic = self._statistics[name]
            statistic.set_value(np.full(statistic.type.shape, value, statistic.dtype))

    def get_hierarchical_name(
        self, parameter: Variable, delimiter: str = BRICK_DELIMITER
    ) -> str:
        """Return the full name of a parameter or of a population statistic.

        Parameters
        ----------
        parameter
            One of this brick itself; another one raises ValueError.
        delimiter
            What stands between the names of the bricks.
        """
        for name, statistic in self._statistics.items():
            if statistic is parameter:
                return f"{self.path.replace(BRICK_DELIMITER, delimiter)}.{name}"
        return super().get_hierarchical_name(parameter, delimiter)

    @application(inputs=["input_"], outputs=["output"])
    def apply(
        self, input_: TensorVariable, application_call: ApplicationCall
    ) -> TensorVariable:
        """Return the normalized batch.

        Parameters
        ----------
        input_
            A batch of examples, ``(batch, *input_dim)``.

        Returns
        -------
        TensorVariable
            Of the input's shape and the parameters' dtype.

        Raises
        ------
        TypeError
            If the dtype does not fit: see `as_float`.
        ValueError
            If the number of axes or a length is known to be another one.
        """
        batch = self._batch(input_)
        training = self.training_mode
        application_call.metadata["training_mode"] = training
        if training:
            offset, divisor = self.batch_statistics(batch)
        else:
            offset = self._spread(self.population_mean)
            divisor = None if self.mean_only else self._spread(self.population_stdev)
        tag_statistic(offset, BATCH_NORM_OFFSET, application_call, training)
        output = batch - offset
        tag_centred(output)
        factor = self._spread(self.scale) if self.learn_scale else None
        if divisor is not None:
            tag_statistic(divisor, BATCH_NORM_DIVISOR, application_call, training)
            factor = (1 if factor is None else factor) / divisor
        if factor is not None:
            output = output * factor
        if self.learn_shift:
            output = output + self._spread(self.shift)
        return output

    def batch_statistics(self, input_: Any) -> tuple[Any, Any]:
        """Return the mean and the standard deviation of a batch.

        Parameters
        ----------
        input_
            A batch of examples, ``(batch, *input_dim)``.

        Returns
        -------
        tuple of TensorVariable
            ``(1, *shape)`` with the shape of the population statistics; None for the
            standard deviation if `mean_only`.
        """
        reduced = self.normalization_axes
        kept = [axis for axis in range(input_.ndim) if axis not in reduced]
        # Convolutions have the channels last: there the reordering cancels.
        ordered = input_.dimshuffle(*reduced, *kept)
        first = tuple(range(len(reduced)))
        mean = self._known(ordered.mean(axis=first), kept)
        places = [
            kept.index(axis) if axis in kept else "x" for axis in range(input_.ndim)
        ]
        offset = mean.dimshuffle(*places)
        if self.mean_only:
            return offset, None
        variance = self._known(pt.sqr(ordered - mean).mean(axis=first), kept)
        return offset, pt.sqrt(variance + self.epsilon).dimshuffle(*places)

    def _known(self, statistic: Any, kept: Sequence[int]) -> Any:
        """Return a statistic with the static shape that the brick knows."""
        dims = self._dims()
        return pt.specify_shape(statistic, tuple(dims[axis - 1] for axis in kept))

    def _batch(self, input_: Any) -> Any:
        tensor = require_tensor(self, input_)
        wanted = (None, *self._dims())
        pairs = zip(wanted, tensor.type.shape, strict=False)
        if tensor.ndim != len(wanted) or any(
            None not in pair and pair[0] != pair[1] for pair in pairs
        ):
            axes = ["any" if length is None else str(length) for length in wanted[1:]]
            raise ValueError(
                f"{self.path} needs a batch of shape (batch, {', '.join(axes)}), got "
                f"{describe(tensor)}; change input_dim, or transpose or reshape the "
                "input"
            )
        return as_float(self, tensor, self._statistics["population_mean"].dtype)

    def _spread(self, variable: Any) -> Any:
        """Return a parameter or statistic with the axis of the batch."""
        return variable.dimshuffle("x", *range(variable.ndim))

    def get_dim(self, name: str) -> Any:
        """Return the shape of an example of ``input_`` or ``output``, `input_dim`."""
        if name in ("input_", "output"):
            return self.input_dim
        return super().get_dim(name)

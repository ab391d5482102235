"""A softmax over many words in two steps: the class of the word, then the word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.special import log_softmax, softmax
from pytensor.tensor.variable import TensorVariable

from brickyard.backends import SharedTensor
from brickyard.bricks.application import application
from brickyard.bricks.checks import describe, features_of
from brickyard.bricks.class_factored_softmax.blocks import class_blocks
from brickyard.bricks.interfaces import LinearLike, Random
from brickyard.bricks.lazy import lazy
from brickyard.bricks.linear import Linear
from brickyard.bricks.targets import has_class_indices, target_value
from brickyard.graph.averages import average
from brickyard.graph.roles import BIAS, COST, WEIGHT, VariableRole


class ClassFactoredSoftmax(LinearLike, Random):
    r"""Probabilities of the words of a large vocabulary, factored through classes.

    .. math:: p(w \mid x) = p(c_w \mid x) \, p(w \mid c_w, x), \qquad
       p(\cdot \mid x) = \mathrm{softmax}(x V + a), \qquad
       p(\cdot \mid c, x) = \mathrm{softmax}(x W_c + b_c)

    The linear maps to the scores are part of the brick. The cost of a target looks at
    the scores of all classes and at those of the words in the target's class alone:
    with ``sqrt(words)`` classes of as many words each, at ``2 sqrt(words)`` scores
    instead of one for each word.

    Parameters
    ----------
    input_dim
        The number of features of the input, at least 1.
    word_classes
        The class of each word, integers from 0 on without a gap, ``(words,)``; such
        as `equal_size_classes` returns. Memory grows with the number of classes times
        the size of the largest.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`; ``graph_seed``: see `Random`.

    Raises
    ------
    TypeError
        If `word_classes` are not integers.
    ValueError
        If they are not numbered from 0 without a gap.

    Notes
    -----
    Parameters: ``W`` of shape ``(classes, input_dim, largest class)`` and ``b`` of
    shape ``(classes, largest class)``, the maps to the words of each class in the
    order of their indices, each initialized as a matrix of its own; and those of the
    child ``class_scores``, a `Linear`. In classes smaller than the largest the places
    at the end are not used.

    References
    ----------
    J. Goodman (2001), *Classes for fast maximum entropy training*, ICASSP, section 2.
    T. Mikolov et al. (2011), *Extensions of recurrent neural network language model*,
    ICASSP, section 3.

    Examples
    --------
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks.initialization import Constant
    >>> words = ClassFactoredSoftmax(2, [0, 1, 1], weights_init=Constant(0),
    ...                              biases_init=Constant(0))
    >>> words.initialize()
    >>> x = pt.matrix("x")
    >>> evaluate(pt.exp(words.log_probabilities(x)), {x: [[1, 2]]}).tolist()
    [[0.5, 0.25, 0.25]]
    """

    @lazy(allocation=["input_dim"])
    def __init__(
        self, input_dim: int, word_classes: Sequence[int] | np.ndarray, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.input_dim = input_dim
        self.word_classes = self._check_classes(word_classes)
        self.class_sizes = np.bincount(self.word_classes)
        self.num_words = len(self.word_classes)
        self.num_classes = len(self.class_sizes)
        self.largest_class = int(self.class_sizes.max())
        order = np.argsort(self.word_classes, kind="stable")
        firsts = np.cumsum(self.class_sizes) - self.class_sizes
        # The number of each word within its class, and the word of each such number.
        self._numbers = np.empty(self.num_words, "int64")
        self._numbers[order] = np.arange(self.num_words) - np.repeat(
            firsts, self.class_sizes
        )
        self._words = np.zeros((self.num_classes, self.largest_class), "int64")
        self._words[self.word_classes, self._numbers] = np.arange(self.num_words)
        self.class_scores = Linear(name="class_scores")
        self.children.append(self.class_scores)

    def _check_classes(self, word_classes: Any) -> np.ndarray:
        classes = np.asarray(word_classes)
        if classes.dtype.kind not in "iu":
            raise TypeError(
                f"{self.path}: word_classes must be integers, got {classes.dtype}; "
                "equal_size_classes makes them out of counts"
            )
        if classes.ndim != 1 or not len(classes):
            raise ValueError(
                f"{self.path}: word_classes must have one class for each word, got an "
                f"array of shape {classes.shape}"
            )
        found = np.unique(classes)
        if found[0] != 0 or found[-1] != len(found) - 1:
            raise ValueError(
                f"{self.path}: word_classes must be numbered from 0 without a gap, got "
                f"{len(found)} different ones from {found[0]} to {found[-1]}; renumber "
                "them by np.unique(classes, return_inverse=True)[1]"
            )
        return classes.astype("int64")

    def output_roles(self, application_name: str, output: Any) -> list[VariableRole]:
        """Return ``COST`` for the output of `cost`.

        Parameters
        ----------
        application_name
            The name of the application.
        output
            What the application returned.
        """
        return [COST] if application_name == "cost" else []

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        self.class_scores.input_dim = self.input_dim
        self.class_scores.output_dim = self.num_classes

    def _allocate(self) -> None:
        shape = (self.num_classes, self.input_dim, self.largest_class)
        self.add_parameter(None, shape, "W", WEIGHT)
        if self.use_bias:
            self.add_parameter(None, (shape[0], shape[2]), "b", BIAS)

    def _fill(self, parameter: SharedTensor, initializer: Any) -> None:
        # Class by class: initializers scale by the sizes of one matrix.
        shape = parameter.get_value().shape
        values = [initializer.generate(self.rng, shape[1:]) for _ in range(shape[0])]
        parameter.set_value(np.stack(values))

    @application(inputs=["readouts", "outputs"], outputs=["cost"])
    def cost(self, readouts: TensorVariable, outputs: TensorVariable) -> TensorVariable:
        """Return the cost of the words averaged over all of them.

        Parameters
        ----------
        readouts
            Features, ``(..., input_dim)``.
        outputs
            The words, any integer dtype, ``(...)``.

        Returns
        -------
        TensorVariable
            A scalar, in nats per word.
        """
        costs = self.cost_matrix(readouts, outputs)
        return average(costs.sum(), costs.size)

    @application(inputs=["readouts", "outputs"], outputs=["cost_matrix"])
    def cost_matrix(
        self, readouts: TensorVariable, outputs: TensorVariable
    ) -> TensorVariable:
        r"""Return the cost of every word, :math:`-\log p(w \mid x)`.

        Parameters
        ----------
        readouts
            Features, ``(..., input_dim)``.
        outputs
            The words, any integer dtype, ``(...)``.

        Returns
        -------
        TensorVariable
            ``(...)``, at least 0, in nats; NaN where a word is not in
            [0, words - 1].

        Raises
        ------
        TypeError
            If the words are not integers.
        ValueError
            If the number of axes or a size known beforehand does not fit.
        """
        x = self._features(readouts)
        has_class_indices(f"{self.path}.cost_matrix", outputs, x, soft=False)
        words = outputs.astype("int64").flatten()
        x = x.reshape((words.shape[0], self.input_dim))
        exists = pt.ge(words, 0) & pt.lt(words, self.num_words)
        words = pt.switch(exists, words, 0)
        classes = pt.constant(self.word_classes)[words]
        of_class = log_softmax(self.class_scores.apply(x), axis=-1)
        costs = self._cost_within(x, classes, pt.constant(self._numbers)[words])
        costs = costs - target_value(classes, of_class)
        nan = pt.constant(np.array(np.nan, dtype=costs.dtype))
        return pt.switch(exists, costs, nan).reshape(outputs.shape)

    def _cost_within(
        self, x: TensorVariable, classes: TensorVariable, numbers: TensorVariable
    ) -> TensorVariable:
        """Return the costs of words given their classes, (rows,)."""
        blocks = class_blocks(classes, self.num_classes)
        scores = pt.matmul(x[blocks.rows], self.W[blocks.classes])
        offsets = self._offsets()
        if offsets is not None:
            scores = scores + offsets[blocks.classes][:, None, :]
        log_probabilities = log_softmax(scores, axis=-1)
        chosen = target_value(numbers[blocks.rows], log_probabilities)
        return -chosen.flatten()[blocks.places]

    def _offsets(self) -> TensorVariable | None:
        """Return what is added to the scores, (classes, largest class).

        The biases; at unused places a number so low that the probability is exactly 0.
        """
        lowest = np.finfo(self.W.dtype).min / 2
        used = np.arange(self.largest_class) < self.class_sizes[:, None]
        if used.all():
            return self.b if self.use_bias else None
        biases = self.b if self.use_bias else pt.zeros(used.shape, dtype=self.W.dtype)
        return pt.switch(
            pt.constant(used), biases, pt.constant(lowest, dtype=self.W.dtype)
        )

    @application(inputs=["readouts"], outputs=["log_probabilities"])
    def log_probabilities(self, readouts: TensorVariable) -> TensorVariable:
        """Return the log-probabilities of all words, at the cost of a full softmax.

        Parameters
        ----------
        readouts
            Features, ``(..., input_dim)``.

        Returns
        -------
        TensorVariable
            ``(..., words)``, at most 0. The probabilities sum to 1.
        """
        x = self._features(readouts)
        flat = x.reshape((-1, self.input_dim))
        of_class = log_softmax(self.class_scores.apply(flat), axis=-1)
        places = self.num_classes * self.largest_class
        W = self.W.transpose(1, 0, 2).reshape((self.input_dim, places))
        scores = pt.dot(flat, W).reshape((-1, self.num_classes, self.largest_class))
        offsets = self._offsets()
        if offsets is not None:
            scores = scores + offsets
        joint = of_class[:, :, None] + log_softmax(scores, axis=-1)
        place_of_word = self.word_classes * self.largest_class + self._numbers
        found = joint.reshape((-1, places))[:, pt.constant(place_of_word)]
        leading = [x.shape[axis] for axis in range(x.ndim - 1)]
        return found.reshape((*leading, self.num_words))

    @application(inputs=["readouts"], outputs=["outputs"])
    def sample(self, readouts: TensorVariable) -> TensorVariable:
        """Draw words: a class, then one of its words.

        Parameters
        ----------
        readouts
            Features, ``(..., input_dim)``.

        Returns
        -------
        TensorVariable
            Words, int64, ``(...)``.
        """
        x = self._features(readouts)
        flat = x.reshape((-1, self.input_dim))
        of_class = softmax(self.class_scores.apply(flat), axis=-1)
        classes = self.graph_rng.categorical(of_class)
        scores = (flat[:, :, None] * self.W[classes]).sum(axis=1)
        offsets = self._offsets()
        if offsets is not None:
            scores = scores + offsets[classes]
        numbers = self.graph_rng.categorical(softmax(scores, axis=-1))
        # Probabilities that add up to a little less than 1 must not lead too far.
        numbers = pt.minimum(numbers, pt.constant(self.class_sizes)[classes] - 1)
        words = pt.constant(self._words)[classes, numbers]
        return words.reshape([x.shape[axis] for axis in range(x.ndim - 1)])

    def _features(self, readouts: TensorVariable) -> TensorVariable:
        x = features_of(self, readouts, self.input_dim, self.W.dtype)
        if x.ndim < 2:
            raise ValueError(
                f"{self.path} needs readouts (batch, ..., {self.input_dim}), got "
                f"{describe(x)}; add an axis, x[None]"
            )
        return x

    def get_dim(self, name: str) -> Any:
        """Return the number of features of ``readouts`` or ``outputs`` (0)."""
        dims = {"readouts": self.input_dim, "outputs": 0}
        return dims[name] if name in dims else super().get_dim(name)

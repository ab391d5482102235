"""The emitter of words of a large vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.class_factored_softmax import ClassFactoredSoftmax
from brickyard.bricks.sequence_generators.integer_emitter import IntegerEmitter


class ClassFactoredSoftmaxEmitter(IntegerEmitter):
    r"""An emitter of words, drawn class first.

    .. math:: p(w) = p(c_w) \, p(w \mid c_w)

    The readouts are features, usually a few hundred, from which the brick computes
    the scores itself; see `ClassFactoredSoftmax`.

    Parameters
    ----------
    word_classes
        The class of each word, integers from 0 on without a gap, ``(words,)``; such
        as `equal_size_classes` returns.
    initial_output
        The word that stands in for the output before the first one, at least 0.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`; ``graph_seed``: see `Random`.

    Notes
    -----
    The child ``words`` is the `ClassFactoredSoftmax`.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks.class_factored_softmax import equal_size_classes
    >>> emitter = ClassFactoredSoftmaxEmitter(equal_size_classes([5, 4, 3, 2, 1]))
    >>> emitter.readout_dim = 8
    >>> emitter.cost(pt.tensor3("readouts"), pt.lmatrix("outputs")).type.shape
    (None, None)
    """

    def __init__(
        self,
        word_classes: Sequence[int] | np.ndarray,
        initial_output: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(initial_output, **kwargs)
        self.words = ClassFactoredSoftmax(word_classes=word_classes, name="words")
        self.children.append(self.words)

    @property
    def readout_dim(self) -> int:
        """The number of features of the readouts."""
        return self.words.input_dim

    @readout_dim.setter
    def readout_dim(self, dim: int) -> None:
        self.words.input_dim = dim

    @application(outputs=["log_probabilities"])
    def log_probabilities(self, readouts: TensorVariable) -> TensorVariable:
        """Return the log-probabilities of all words.

        Parameters
        ----------
        readouts
            ``(..., readout_dim)``

        Returns
        -------
        TensorVariable
            ``(..., words)``
        """
        return self.words.log_probabilities(readouts)

    @application(outputs=["outputs"])
    def emit(self, readouts: TensorVariable) -> TensorVariable:
        """Return words, drawn with their probabilities.

        Parameters
        ----------
        readouts
            ``(..., readout_dim)``

        Returns
        -------
        TensorVariable
            int64, ``(...)``.
        """
        return self.words.sample(readouts)

    @application(outputs=["cost"])
    def cost(self, readouts: TensorVariable, outputs: TensorVariable) -> TensorVariable:
        r"""Return the cost of each word, :math:`-\log p(w)`.

        Parameters
        ----------
        readouts
            ``(..., readout_dim)``
        outputs
            Words, any integer dtype, ``(...)``.

        Returns
        -------
        TensorVariable
            ``(...)``, in nats; NaN for words that do not exist.
        """
        return self.words.cost_matrix(readouts, outputs)

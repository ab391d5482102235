"""Readouts made of separate parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.bricks.application import application
from brickyard.bricks.bias import Bias
from brickyard.bricks.interfaces import Feedforward
from brickyard.bricks.lazy import lazy
from brickyard.bricks.merge import Merge
from brickyard.bricks.parallel import require_inputs
from brickyard.bricks.sequence_generators.abstract_readout import AbstractReadout
from brickyard.bricks.sequence_generators.emitter import AbstractEmitter
from brickyard.bricks.sequence_generators.feedback import AbstractFeedback
from brickyard.bricks.sequence_generators.trivial_emitter import TrivialEmitter
from brickyard.bricks.sequence_generators.trivial_feedback import TrivialFeedback


class Readout(AbstractReadout):
    r"""A readout out of an emitter, a feedback, a merge and what follows the merge.

    .. math:: r = g\Big(\sum_i f_i(s_i)\Big)

    Parameters
    ----------
    source_names
        The names of the sources :math:`s_i`: see `AbstractReadout`.
    readout_dim
        The number of features of the readouts :math:`r`.
    emitter
        What turns readouts into outputs; `TrivialEmitter` by default.
    feedback_brick
        What turns outputs into feedback; `TrivialFeedback` by default.
    merge
        What merges the sources, with the sources as its inputs; by default a `Merge`.
    merge_prototype
        The `Feedforward` brick :math:`f_i` of that `Merge`; a `Linear` without biases
        by default.
    post_merge
        The `Feedforward` brick :math:`g`; `Bias` by default.
    merged_dim
        The number of features of what is merged; `readout_dim` by default.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If the emitter or the feedback is no such brick.
    ValueError
        If `merged_dim` is not `readout_dim` and there is no `post_merge` to change it,
        or if both `merge` and `merge_prototype` are given.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.bricks.sequence_generators import LookupFeedback, SoftmaxEmitter
    >>> readout = Readout(["states", "feedback"], 10, emitter=SoftmaxEmitter(),
    ...                   feedback_brick=LookupFeedback(10, 4))
    >>> readout.source_dims = [5, 4]
    >>> feedback = readout.feedback(pt.lvector("outputs"))
    >>> readouts = readout.readout(states=pt.matrix("states"), feedback=feedback)
    >>> readouts.type.shape
    (None, 10)
    """

    @lazy(allocation=["readout_dim"])
    def __init__(
        self,
        source_names: Sequence[str],
        readout_dim: int,
        emitter: AbstractEmitter | None = None,
        feedback_brick: AbstractFeedback | None = None,
        merge: Merge | None = None,
        merge_prototype: Feedforward | None = None,
        post_merge: Feedforward | None = None,
        merged_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(source_names, readout_dim, **kwargs)
        self.emitter = TrivialEmitter() if emitter is None else emitter
        self.feedback_brick: Any = (
            TrivialFeedback() if feedback_brick is None else feedback_brick
        )
        self._require("emitter", self.emitter, AbstractEmitter)
        self._require("feedback_brick", self.feedback_brick, AbstractFeedback)
        if merge is not None and merge_prototype is not None:
            raise ValueError(
                f"{self.path}: give either merge or merge_prototype, which is for the "
                "Merge that is made otherwise"
            )
        if merge is None:
            merge = Merge(self.source_names, prototype=merge_prototype, name="merge")
        self.merge = merge
        self.has_default_post_merge = post_merge is None
        self.post_merge = Bias(name="post_merge") if post_merge is None else post_merge
        self.merged_dim = merged_dim
        self.children.extend(
            [self.emitter, self.feedback_brick, self.merge, self.post_merge]
        )

    def _require(self, argument: str, brick: Any, kind: type) -> None:
        if not isinstance(brick, kind):
            raise TypeError(
                f"{self.path}: {argument} must be a brick derived from "
                f"{kind.__name__}, got {brick!r} of type {type(brick).__name__}"
            )

    def _push_allocation_config(self) -> None:
        super()._push_allocation_config()
        merged_dim = self.readout_dim if self.merged_dim is None else self.merged_dim
        if self.has_default_post_merge and merged_dim != self.readout_dim:
            raise ValueError(
                f"{self.path}: merged_dim is {merged_dim} and readout_dim "
                f"{self.readout_dim}; a post_merge, such as Linear() or an MLP, must "
                "turn the one into the other"
            )
        self.emitter.readout_dim = self.readout_dim
        if isinstance(self.feedback_brick, TrivialFeedback):
            self.feedback_brick.output_dim = self.emitter.get_dim("outputs")
        self.merge.input_dims = self.source_dims
        self.merge.output_dim = merged_dim
        self.post_merge.input_dim = merged_dim
        self.post_merge.output_dim = self.readout_dim

    @application(outputs=["readouts"])
    def readout(self, **kwargs: TensorVariable) -> TensorVariable:
        """Return readouts.

        Parameters
        ----------
        **kwargs
            Exactly the sources by name, each ``(..., batch, features)``.

        Returns
        -------
        TensorVariable
            ``(..., batch, readout_dim)``

        Raises
        ------
        TypeError
            If a source is missing or has an unknown name.
        """
        require_inputs(f"{self.path}.readout", kwargs, self.source_names)
        return self.post_merge.apply(self.merge.apply(**kwargs))  # type: ignore[attr-defined]

    @readout.property("inputs")
    def readout_inputs(self) -> list[str]:
        """Return the names of the sources."""
        return self.source_names

    @application(outputs=["outputs"])
    def emit(self, readouts: TensorVariable) -> TensorVariable:
        """Return what the emitter emits.

        Parameters
        ----------
        readouts
            ``(batch, readout_dim)``

        Returns
        -------
        TensorVariable
            Outputs, ``(batch, ...)``.
        """
        return self.emitter.emit(readouts)

    @application(outputs=["cost"])
    def cost(self, readouts: TensorVariable, outputs: TensorVariable) -> TensorVariable:
        """Return what the emitter says that outputs cost.

        Parameters
        ----------
        readouts
            ``(..., batch, readout_dim)``
        outputs
            ``(..., batch)``, with another axis if they have features.

        Returns
        -------
        TensorVariable
            ``(..., batch)``
        """
        return self.emitter.cost(readouts, outputs)

    @application(outputs=["outputs"])
    def initial_outputs(self, batch_size: Any) -> TensorVariable:
        """Return the initial outputs of the emitter.

        Parameters
        ----------
        batch_size
            The number of sequences.

        Returns
        -------
        TensorVariable
            ``(batch, ...)``
        """
        return self.emitter.initial_outputs(batch_size)

    @application(outputs=["log_probabilities"])
    def log_probabilities(self, readouts: TensorVariable) -> TensorVariable:
        """Return the log-probabilities of all possible outputs, as the emitter does.

        Parameters
        ----------
        readouts
            ``(..., batch, readout_dim)``

        Returns
        -------
        TensorVariable
            ``(..., batch, outputs)``
        """
        return self.emitter.log_probabilities(readouts)

    @application(outputs=["feedback"])
    def feedback(self, outputs: TensorVariable) -> TensorVariable:
        """Return the features of outputs.

        Parameters
        ----------
        outputs
            ``(..., batch)``, with another axis if they have features.

        Returns
        -------
        TensorVariable
            ``(..., batch, feedback_dim)``
        """
        return self.feedback_brick.feedback(outputs)

    def get_dim(self, name: str) -> Any:
        """Return the number of features of readouts, outputs or feedback."""
        if name == "readouts":
            return self.readout_dim
        if name == "outputs":
            return self.emitter.get_dim(name)
        if name == "feedback":
            return self.feedback_brick.get_dim(name)
        return super().get_dim(name)

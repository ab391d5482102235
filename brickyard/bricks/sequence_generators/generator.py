"""The generator that is put together from its parts."""

from __future__ import annotations

from typing import Any

from brickyard.bricks.attention import (
    AbstractAttention,
    AbstractAttentionRecurrent,
    AttentionRecurrent,
)
from brickyard.bricks.fork import Fork
from brickyard.bricks.recurrent import BaseRecurrent
from brickyard.bricks.sequence_generators.abstract_readout import AbstractReadout
from brickyard.bricks.sequence_generators.base import BaseSequenceGenerator
from brickyard.bricks.sequence_generators.fake_attention import FakeAttentionRecurrent


class SequenceGenerator(BaseSequenceGenerator):
    """A generator of sequences, with or without attention.

    The transition is an `AttentionRecurrent` named ``att_trans``, or without attention
    a `FakeAttentionRecurrent` named ``with_fake_attention``.

    Parameters
    ----------
    readout
        What says outputs, and what they cost.
    transition
        The recurrent brick. All its sequences but masks are fed by the last output.
    attention
        What the transition looks at things with; None for no attention.
    add_contexts
        Whether the attended and its mask are contexts in addition to those of the
        transition.
    fork
        What turns feedback into the inputs of the transition; by default a `Fork` with
        a `Linear` for each.
    **kwargs
        ``weights_init``, ``biases_init``, ``use_bias``, ``seed``, ``name``: see
        `Initializable`.

    Raises
    ------
    TypeError
        If a part is not a brick of its kind.

    Examples
    --------
    >>> from pytensor import tensor as pt
    >>> from brickyard.backends import evaluate
    >>> from brickyard.bricks.initialization import Constant, Orthogonal
    >>> from brickyard.bricks.recurrent import GatedRecurrent
    >>> from brickyard.bricks.sequence_generators import (
    ...     LookupFeedback, Readout, SoftmaxEmitter)
    >>> readout = Readout(["states"], 5, emitter=SoftmaxEmitter(),
    ...                   feedback_brick=LookupFeedback(5, 4))
    >>> generator = SequenceGenerator(readout, GatedRecurrent(8), seed=1,
    ...     weights_init=Orthogonal(), biases_init=Constant(0))
    >>> generator.initialize()
    >>> text = pt.lmatrix("text")
    >>> cost = generator.cost(text)
    >>> float(evaluate(cost, {text: [[3, 1], [4, 1]]})) > 0
    True
    >>> states, outputs, costs = generator.generate(n_steps=6, batch_size=2)
    >>> evaluate(outputs).shape
    (6, 2)
    """

    def __init__(
        self,
        readout: AbstractReadout,
        transition: BaseRecurrent,
        attention: AbstractAttention | None = None,
        add_contexts: bool = True,
        fork: Fork | None = None,
        **kwargs: Any,
    ) -> None:
        if fork is None:
            names = [n for n in transition.apply.sequences if "mask" not in n]
            fork = Fork(names)
        with_attention: AbstractAttentionRecurrent
        if attention is None:
            with_attention = FakeAttentionRecurrent(
                transition, name="with_fake_attention"
            )
        else:
            with_attention = AttentionRecurrent(
                transition, attention, add_contexts=add_contexts, name="att_trans"
            )
        super().__init__(readout, with_attention, fork, **kwargs)

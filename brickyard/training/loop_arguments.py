"""What a main loop is made of: checks that every part is one."""

from __future__ import annotations

from typing import Any

_OF_ALGORITHMS = ("initialize", "process_batch", "flush", "get_state", "set_state")


def check_algorithm(algorithm: Any) -> None:
    """Raise unless a main loop can train with something.

    Parameters
    ----------
    algorithm
        What was passed as the algorithm.

    Raises
    ------
    TypeError
        If it is none.

    Examples
    --------
    >>> from brickyard.training import Adam
    >>> check_algorithm(Adam())
    Traceback (most recent call last):
        ...
    TypeError: the algorithm of a MainLoop must be a training algorithm, got ...
    """
    lacking = _lacking(algorithm, _OF_ALGORITHMS)
    if not lacking:
        return
    rule = hasattr(algorithm, "compute_steps")
    hint = (
        "a step rule is a part of one: GradientDescent(cost=cost, "
        "parameters=ComputationGraph(cost).parameters, step_rule=...)"
        if rule
        else "derive it from TrainingAlgorithm, or use GradientDescent"
    )
    raise TypeError(
        "the algorithm of a MainLoop must be a training algorithm, got "
        f"{_describe(algorithm)}, which has no {' or '.join(lacking)}; {hint}"
    )


def check_data_stream(data_stream: Any, owner: str = "a MainLoop") -> None:
    """Raise unless something gives epochs of batches.

    Parameters
    ----------
    data_stream
        What was passed as the stream.
    owner
        Whose stream it is, for the message.

    Raises
    ------
    TypeError
        If it is none.

    Examples
    --------
    >>> check_data_stream([1, 2])
    Traceback (most recent call last):
        ...
    TypeError: the data stream of a MainLoop must be a stream, got list; ...
    """
    if not _lacking(data_stream, ["get_epoch_iterator"]):
        if not hasattr(data_stream, "epoch"):
            raise TypeError(
                f"the data stream of {owner} has no epoch counter: "
                f"{type(data_stream).__name__}.__init__ must call super().__init__(...)"
            )
        return
    dataset = hasattr(data_stream, "get_example_stream")
    name = "dataset" if dataset else "IndexableDataset({'features': ..., ...})"
    raise TypeError(
        f"the data stream of {owner} must be a stream, got {_describe(data_stream)}; "
        f"make one: DataStream({name}, SequentialScheme(num_examples, batch_size))"
    )


def check_model(model: Any) -> None:
    """Raise unless something names parameters; None is fine.

    Parameters
    ----------
    model
        What was passed as the model.

    Raises
    ------
    TypeError
        If it is none.

    Examples
    --------
    >>> from brickyard.bricks import Linear
    >>> check_model(Linear())
    Traceback (most recent call last):
        ...
    TypeError: the model of a MainLoop must be a Model, got Linear; make it from ...
    """
    if model is None or not _lacking(model, ["get_parameter_dict"]):
        return
    raise TypeError(
        f"the model of a MainLoop must be a Model, got {_describe(model)}; make it "
        "from the cost, Model(cost), or leave it out"
    )


def _lacking(thing: Any, methods: Any) -> list[str]:
    """Name the methods that an object does not have; a class has none of them."""
    if isinstance(thing, type):
        return list(methods)
    return [name for name in methods if not callable(getattr(thing, name, None))]


def _describe(thing: Any) -> str:
    if isinstance(thing, type):
        return f"the class {thing.__name__}, not an instance of it"
    return type(thing).__name__

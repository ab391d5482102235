"""Randomness inside graphs, and the state of the generators it comes from.

A draw advances its generator only through the generator's update, which `compile`
collects. On numba the state is NumPy's own generator; XLA works with a key that is
derived from it at the first use, lives on the device and replaces it from then on.
Both are part of the state that checkpoints save.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor
from pytensor import tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.random.type import RandomType
from pytensor.tensor.variable import TensorVariable

from brickyard.state import State, require_keys

Size = TensorVariable | Sequence[int | TensorVariable] | None


class RandomStream:
    """A source of random variables, each drawn from a generator of its own.

    The k-th draw of a stream with one seed is the same in every process, whatever
    else is drawn elsewhere.

    Parameters
    ----------
    seed
        A non-negative integer.

    Raises
    ------
    TypeError
        If `seed` is not an integer.
    ValueError
        If it is negative.

    Examples
    --------
    >>> from brickyard.backends import compile
    >>> noise = compile([], random_stream(1).normal(size=(2,)))
    >>> bool((noise() == noise()).all())
    False
    """

    def __init__(self, seed: int) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise TypeError(
                f"a random stream needs an integer seed, got {type(seed).__name__}"
            )
        if seed < 0:
            raise ValueError(f"a random stream needs a seed of 0 or more, got {seed}")
        self.seed = int(seed)
        self._sequence = np.random.SeedSequence(self.seed)

    def _draw(self, distribution: str, *parameters: Any, **options: Any) -> Any:
        (sequence,) = self._sequence.spawn(1)
        generator = pt.random.shared_rng(
            np.random.default_rng(sequence), name="generator"
        )
        advanced, drawn = getattr(generator, distribution)(*parameters, **options)
        generator.tag.default_update = advanced
        return drawn

    def uniform(
        self, low: Any = 0.0, high: Any = 1.0, size: Size = None, dtype: str = "floatX"
    ) -> TensorVariable:
        """Draw from the uniform distribution over [low, high).

        Parameters
        ----------
        low, high
            The ends of the interval, numbers or variables.
        size
            The shape of the result; None takes that of the parameters.
        dtype
            A floating-point dtype.

        Returns
        -------
        TensorVariable
            The draws.
        """
        return self._draw("uniform", low, high, size=size, dtype=_float(dtype))

    def normal(
        self, mean: Any = 0.0, std: Any = 1.0, size: Size = None, dtype: str = "floatX"
    ) -> TensorVariable:
        """Draw from the normal distribution.

        Parameters
        ----------
        mean, std
            Its mean and standard deviation, numbers or variables.
        size
            The shape of the result; None takes that of the parameters.
        dtype
            A floating-point dtype.

        Returns
        -------
        TensorVariable
            The draws.
        """
        return self._draw("normal", mean, std, size=size, dtype=_float(dtype))

    def bernoulli(
        self, p: Any = 0.5, size: Size = None, dtype: str = "floatX"
    ) -> TensorVariable:
        """Draw ones with probability `p`, else zeros.

        Parameters
        ----------
        p
            The probability of a one, in [0, 1], a number or a variable.
        size
            The shape of the result; None takes that of `p`.
        dtype
            The dtype of the result.

        Returns
        -------
        TensorVariable
            The draws.
        """
        p = pt.as_tensor_variable(p, dtype=_float("floatX") if np.isscalar(p) else None)
        if not p.dtype.startswith("float"):
            p = p.astype(_float("floatX"))
        if size is None:
            size = p.shape
        drawn = self._draw("uniform", 0.0, 1.0, size=size, dtype=p.dtype) < p
        return drawn.astype(_float(dtype))

    def categorical(self, probabilities: TensorVariable) -> TensorVariable:
        """Draw class indices.

        Parameters
        ----------
        probabilities
            Probabilities that sum to one along the last axis, ``(..., classes)``.

        Returns
        -------
        TensorVariable
            Indices in [0, classes), int64, ``(...)``.
        """
        # By inversion of the distribution function: PyTensor's own operation draws
        # from odds instead of probabilities on JAX.
        p = pt.as_tensor_variable(probabilities)
        uniform = self._draw("uniform", 0.0, 1.0, size=p.shape[:-1], dtype=p.dtype)
        passed = uniform[..., None] >= pt.cumsum(p, axis=-1)[..., :-1]
        return passed.sum(axis=-1, dtype="int64")


def random_stream(seed: int) -> RandomStream:
    """Make a source of random variables.

    Parameters
    ----------
    seed
        A non-negative integer.

    Returns
    -------
    RandomStream
        A stream at its beginning.
    """
    return RandomStream(seed)


def _float(dtype: str) -> str:
    return pytensor.config.floatX if dtype == "floatX" else dtype


def is_generator(variable: Variable) -> bool:
    """Tell whether a variable is a shared random generator.

    Parameters
    ----------
    variable
        Any variable.

    Returns
    -------
    bool
        True for shared variables of a random type.
    """
    return isinstance(variable, SharedVariable) and isinstance(
        variable.type, RandomType
    )


def default_update_of(variable: SharedVariable) -> Variable | None:
    """Return what a shared variable becomes whenever a function that uses it runs.

    Parameters
    ----------
    variable
        A shared variable.

    Returns
    -------
    Variable or None
        The advanced state of a generator made by a `RandomStream`, or the variable's
        own ``default_update``; None if it has neither.
    """
    update = getattr(variable.tag, "default_update", None)
    return variable.default_update if update is None else update


def generators_of(outputs: Iterable[Variable]) -> list[SharedVariable]:
    """Return the random generators a graph draws from.

    Parameters
    ----------
    outputs
        The outputs of the graph.

    Returns
    -------
    list of SharedVariable
        Each generator once, in the order of the graph.
    """
    roots = dict.fromkeys(graph_inputs(list(outputs)))
    return [v for v in roots if isinstance(v, SharedVariable) and is_generator(v)]


@dataclass(frozen=True)
class DeviceKey:
    """The state of one generator as XLA threads it through calls.

    Parameters
    ----------
    generator
        The NumPy generator the key was derived from. Replacing the value of the
        shared variable makes the key void, so it is remembered.
    cell
        A list whose one element is the key, two words of 32 bits. Every compiled
        function reads the key from it and stores the advanced one in it.
    """

    generator: np.random.Generator
    cell: list[Any]


def device_key(variable: SharedVariable) -> DeviceKey:
    """Return the key of a generator, derived from its value if there is none yet.

    Parameters
    ----------
    variable
        A shared random generator.

    Returns
    -------
    DeviceKey
        The one key of this variable, shared by all compiled functions.
    """
    generator = variable.container.storage[0]
    key: DeviceKey | None = getattr(variable.tag, "device_key", None)
    if key is None or key.generator is not generator:
        twin = np.random.Generator(type(generator.bit_generator)())
        twin.bit_generator.state = generator.bit_generator.state
        words = twin.integers(0, 2**32, size=2, dtype=np.uint32)
        key = variable.tag.device_key = DeviceKey(generator, [words])
    return key


def get_generator_state(variable: SharedVariable) -> State:
    """Return the state of a random generator.

    Parameters
    ----------
    variable
        A shared random generator.

    Returns
    -------
    dict
        ``generator``, the state of NumPy's bit generator, and ``device_key``, two
        words of 32 bits, None before the first use on XLA.
    """
    generator = variable.container.storage[0]
    key: DeviceKey | None = getattr(variable.tag, "device_key", None)
    words = None
    if key is not None and key.generator is generator:
        words = np.array(key.cell[0])
    return {"generator": generator.bit_generator.state, "device_key": words}


def set_generator_state(variable: SharedVariable, state: State) -> None:
    """Bring a random generator back to a saved state.

    Parameters
    ----------
    variable
        A shared random generator.
    state
        What `get_generator_state` returned.

    Raises
    ------
    ValueError
        If the state does not fit the generator.
    """
    owner = f"random generator {variable.name!r}"
    require_keys(state, ("generator", "device_key"), owner)
    current = variable.container.storage[0]
    bits = type(current.bit_generator)()
    try:
        bits.state = state["generator"]
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(
            f"{owner} is a {type(bits).__name__}; its saved state is of another kind"
        ) from error
    words = state["device_key"]
    if words is not None:
        words = np.array(words, dtype=np.uint32)
        if words.shape != (2,):
            raise ValueError(f"{owner}: device_key has shape {words.shape}, not (2,)")
    generator = np.random.Generator(bits)
    variable.container.storage[0] = generator
    if words is not None:
        variable.tag.device_key = DeviceKey(generator, [words])
    elif hasattr(variable.tag, "device_key"):
        del variable.tag.device_key

"""What bricks have in common beyond being bricks."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from brickyard.backends import RandomStream, SharedTensor, random_stream
from brickyard.bricks.application import application
from brickyard.bricks.base import Brick
from brickyard.bricks.creation import Initializer, is_initializer
from brickyard.bricks.seeds import DEFAULT_SEED, check_seed, graph_seed_for


class Activation(Brick):
    """A brick that works on each element by itself: output and input shape agree.

    Subclasses define `apply`.
    """

    @application(inputs=["input_"], outputs=["output"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the activation of every element.

        Parameters
        ----------
        input_
            A tensor of any shape, floating-point, boolean or of small integers.

        Returns
        -------
        TensorVariable
            Of the same shape; of the same dtype if that is a floating-point one, else
            of dtype ``floatX``.

        Raises
        ------
        TypeError
            If the dtype of `input_` is another one.
        """
        raise NotImplementedError(f"{type(self).__name__}.apply is abstract")


class Feedforward(Brick):
    """A brick with one input and one output, each of a known size.

    Subclasses define an application ``apply(input_)`` with one output, and the
    attributes or properties below, which a container assigns and reads.

    Attributes
    ----------
    input_dim : int or tuple of int
        The number of features of the input, or the shape of an image.
    output_dim : int or tuple of int
        The same of the output.
    """

    input_dim: Any
    output_dim: Any


class RNGMixin:
    """A brick that can be given a seed. To be listed before `Brick` among the bases.

    The seed holds for the brick's children too, unless they have one of their own. It
    may be given late, before initialization.
    """

    _seed: int | None = None

    @property
    def seed(self) -> int:
        """The seed: this brick's own, that of the nearest owner, or the default, 1."""
        seed = self.nearest_seed()
        return DEFAULT_SEED if seed is None else seed

    @seed.setter
    def seed(self, seed: int | None) -> None:
        self._seed = check_seed(seed, self.path)  # type: ignore[attr-defined]

    def nearest_seed(self) -> int | None:
        """Return this brick's seed, or that of the nearest owner that has one."""
        if self._seed is not None:
            return self._seed
        return super().nearest_seed()  # type: ignore[misc]


class Initializable(RNGMixin, Brick):
    """A brick whose parameters get their values from initializers.

    What it is given holds for all its `Initializable` children: it is pushed to them,
    and from there on, before allocation (`use_bias`) and before initialization (the
    initializers), and takes the place of what they were given. To make an exception
    for a child, push first, then change the child.

    Parameters
    ----------
    weights_init
        The initializer of weights, such as ``IsotropicGaussian(0.01)``.
    biases_init
        The initializer of biases, such as ``Constant(0)``.
    use_bias
        Whether to have biases; yes unless someone says no.
    seed
        The seed of the initial values, at least 0. See `seed`.
    **kwargs
        ``name`` and ``children``, see `Brick`.

    Raises
    ------
    TypeError
        If an initializer, `use_bias` or `seed` is of another kind.
    ValueError
        If `seed` is negative.

    Examples
    --------
    >>> from brickyard.bricks import MLP, Tanh
    >>> from brickyard.bricks.initialization import Constant, IsotropicGaussian
    >>> mlp = MLP([Tanh(), Tanh()], [3, 4, 2], weights_init=IsotropicGaussian(0.1))
    >>> mlp.biases_init = Constant(0)
    >>> mlp.push_initialization_config()
    >>> mlp.children[0].biases_init = Constant(1)
    >>> mlp.initialize()
    >>> mlp.children[0].b.get_value()
    array([1., 1., 1., 1.], dtype=float32)
    """

    def __init__(
        self,
        weights_init: Initializer | None = None,
        biases_init: Initializer | None = None,
        use_bias: bool | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._weights_init = self._biases_init = None
        self._use_bias: bool | None = None
        self.weights_init = weights_init
        self.biases_init = biases_init
        self.use_bias = use_bias
        self.seed = seed

    @property
    def weights_init(self) -> Initializer | None:
        """The initializer of weights, or None as long as it is not given."""
        return self._weights_init

    @weights_init.setter
    def weights_init(self, initializer: Initializer | None) -> None:
        self._weights_init = self._check("weights_init", initializer)

    @property
    def biases_init(self) -> Initializer | None:
        """The initializer of biases, or None as long as it is not given."""
        return self._biases_init

    @biases_init.setter
    def biases_init(self, initializer: Initializer | None) -> None:
        self._biases_init = self._check("biases_init", initializer)

    @property
    def use_bias(self) -> bool:
        """Whether there are biases."""
        return self._use_bias is not False

    @use_bias.setter
    def use_bias(self, use_bias: bool | None) -> None:
        if use_bias is not None and not isinstance(use_bias, bool):
            raise TypeError(
                f"{self.path}: use_bias must be True or False, got {use_bias!r}"
            )
        self._use_bias = use_bias

    def _check(self, argument: str, initializer: Any) -> Any:
        if initializer is None or is_initializer(initializer):
            return initializer
        raise TypeError(
            f"{self.path}: {argument} must be an initializer such as "
            f"IsotropicGaussian(0.01) or Constant(0), got {initializer!r} of type "
            f"{type(initializer).__name__}"
        )

    def _push_allocation_config(self) -> None:
        for child in self._initializable_children():
            if self._use_bias is not None:
                child.use_bias = self._use_bias

    def _push_initialization_config(self) -> None:
        for child in self._initializable_children():
            if self.weights_init is not None:
                child.weights_init = self.weights_init
            if self.biases_init is not None:
                child.biases_init = self.biases_init

    def _fill(self, parameter: SharedTensor, initializer: Any) -> None:
        """Give a parameter the values of an initializer, drawn with `rng`."""
        initializer.initialize(parameter, self.rng)

    def _initializable_children(self) -> list[Initializable]:
        return [c for c in self.owned_children if isinstance(c, Initializable)]


class LinearLike(Initializable):
    """A brick with weights ``W`` and, unless ``use_bias=False``, biases ``b``.

    Subclasses allocate the parameters under these names; they are initialized here.
    """

    @property
    def W(self) -> SharedTensor:
        """The weights."""
        return self.parameters["W"]

    @property
    def b(self) -> SharedTensor:
        """The biases.

        Raises
        ------
        AttributeError
            If the brick has none.
        """
        if not self.use_bias:
            raise AttributeError(
                f"{self.path} has no b: it was made with use_bias=False"
            )
        return self.parameters["b"]

    def missing_arguments(self, phase: str) -> list[str]:
        """Return what is missing, the initializers of W and b included."""
        missing = super().missing_arguments(phase)
        if phase == "initialization":
            if self.weights_init is None:
                missing.append("weights_init")
            if self.use_bias and self.biases_init is None:
                missing.append("biases_init")
        return missing

    def _initialize(self) -> None:
        self._fill(self.W, self.weights_init)
        if self.use_bias:
            self._fill(self.b, self.biases_init)


class Random(Brick):
    """A brick that draws random numbers inside of graphs.

    Parameters
    ----------
    graph_seed
        The seed of these numbers, at least 0. By default that of the nearest owner
        that is `Random` and has one, or 1. It is mixed with the brick's path: two
        bricks never draw the same numbers.
    **kwargs
        ``name`` and ``children``, see `Brick`.

    Raises
    ------
    TypeError
        If `graph_seed` is not an integer.
    ValueError
        If it is negative.

    Examples
    --------
    >>> noise = Random(graph_seed=3, name="noise")
    >>> noise.graph_rng.uniform(size=(2,)).type.dtype
    'float32'
    """

    def __init__(self, graph_seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.graph_seed = graph_seed

    def _reset(self) -> None:
        super()._reset()
        self._graph_rng: RandomStream | None = None

    @property
    def graph_seed(self) -> int | None:
        """The seed given to this brick or to the nearest owner, or None."""
        for brick in reversed(self.get_unique_path()):
            if isinstance(brick, Random) and brick._graph_seed is not None:
                return brick._graph_seed
        return None

    @graph_seed.setter
    def graph_seed(self, seed: int | None) -> None:
        self._graph_seed = check_seed(seed, self.path)

    @property
    def graph_rng(self) -> RandomStream:
        """The stream of this brick; each draw adds a random variable to a graph."""
        if self._graph_rng is None:
            self._graph_rng = random_stream(graph_seed_for(self, self.graph_seed))
        return self._graph_rng

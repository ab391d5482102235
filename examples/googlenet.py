"""GoogLeNet: 22 layers with weights, and two auxiliary classifiers while it trains.

The network of Szegedy et al. (2015), as bricks. Run as a script it takes training
steps at 224x224 on generated images, each of one colour plus noise, and prints the time
of each step; the first one includes compilation. A cost that is not finite is an error.

    python examples/googlenet.py
    python examples/googlenet.py --num-steps 20 --batch-size 16
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from pytensor import tensor as pt
from pytensor.tensor.variable import TensorVariable

from brickyard.bricks import (
    AveragePooling,
    Convolutional,
    ConvolutionalSequence,
    Flattener,
    GlobalAveragePooling,
    ImageBrick,
    Inception,
    Linear,
    LocalResponseNormalization,
    MaxPooling,
    Rectifier,
    Softmax,
    application,
)
from brickyard.bricks.compositions.image_brick import output_shape_of, set_image_shape
from brickyard.bricks.conv.images import ImageSize
from brickyard.bricks.cost import CategoricalCrossEntropy
from brickyard.bricks.initialization import Constant, HeNormal
from brickyard.bricks.lazy import lazy
from brickyard.graph import INPUT, ComputationGraph, VariableFilter, apply_dropout
from brickyard.training import GradientDescent, Momentum

# The columns "#1x1" to "pool proj" of table 1.
INCEPTIONS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
POOLED_AFTER = ("3b", "4e")
AUXILIARY_AFTER = ("4a", "4d")
AUXILIARY_WEIGHT = 0.3
DROPOUT, AUXILIARY_DROPOUT = 0.4, 0.7


class AuxiliaryClassifier(ImageBrick):
    """Classes from the images in the middle of the network.

    Pooling, a 1x1 convolution with 128 filters, 1024 hidden units, a softmax.

    Parameters
    ----------
    num_classes
        The number of classes.
    num_channels
        The number of channels of the images.
    image_size
        Their two lengths, which must be known.
    **kwargs
        As for `ImageBrick`.
    """

    @lazy(allocation=["num_channels"])
    def __init__(
        self,
        num_classes: int,
        num_channels: int,
        image_size: ImageSize = (None, None),
        **kwargs: Any,
    ) -> None:
        super().__init__(num_channels, image_size, **kwargs)
        self.num_classes = num_classes
        self.reduction = ConvolutionalSequence(
            [AveragePooling((5, 5), step=3), Convolutional((1, 1), 128), Rectifier()],
            name="reduction",
        )
        self.flattener = Flattener()
        self.hidden = Linear(output_dim=1024, name="hidden")
        self.rectifier = Rectifier()
        self.output = Linear(1024, num_classes, name="output")
        self.softmax = Softmax()
        self.children.extend(
            [
                self.reduction,
                self.flattener,
                self.hidden,
                self.rectifier,
                self.output,
                self.softmax,
            ]
        )

    @application(inputs=["input_"], outputs=["probabilities"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the probabilities of the classes.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, height, width)``.

        Returns
        -------
        TensorVariable
            ``(batch, num_classes)``.
        """
        features = self.flattener.apply(self.reduction.apply(input_))
        hidden = self.rectifier.apply(self.hidden.apply(features))
        return self.softmax.apply(self.output.apply(hidden))

    def _configure(self) -> None:
        set_image_shape(self.reduction, self.input_dim)
        shape = self.reduction.get_dim("output")
        if None not in shape:
            self.hidden.input_dim = int(np.prod(shape))

    def _output_shape(self) -> Any:
        return (self.num_classes,)


class GoogLeNet(ImageBrick):
    """The network of 22 layers with weights, for the classification of images.

    Parameters
    ----------
    num_classes
        The number of classes.
    num_channels
        The number of channels of the images.
    image_size
        Their two lengths, at least 79: the auxiliary classifiers pool 5x5 windows.
    **kwargs
        ``weights_init``, ``biases_init``, ``seed``, ``name``: see `Initializable`.

    Attributes
    ----------
    modules : list of Brick
        What the images go through one after the other, with the names of table 1.
    auxiliary : dict
        The auxiliary classifiers by the name of the module they come after.

    References
    ----------
    C. Szegedy, W. Liu, Y. Jia, P. Sermanet, S. Reed, D. Anguelov, D. Erhan,
    V. Vanhoucke and A. Rabinovich (2015), Going Deeper with Convolutions, section 5,
    figure 3 and table 1.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        num_channels: int = 3,
        image_size: ImageSize = (224, 224),
        **kwargs: Any,
    ) -> None:
        super().__init__(num_channels, image_size, **kwargs)
        self.num_classes = num_classes
        self.modules: list[Any] = stem()
        for name, filters in INCEPTIONS.items():
            self.modules.append(Inception(*filters, name=f"inception_{name}"))
            if name in POOLED_AFTER:
                self.modules.append(halving(f"pooling_{name[0]}"))
        self.modules.append(GlobalAveragePooling(name="average"))
        self.auxiliary = {
            f"inception_{name}": AuxiliaryClassifier(
                num_classes, name=f"auxiliary_{name}"
            )
            for name in AUXILIARY_AFTER
        }
        self.output = Linear(output_dim=num_classes, name="output")
        self.softmax = Softmax()
        self.children.extend(
            [*self.modules, *self.auxiliary.values(), self.output, self.softmax]
        )

    @application(inputs=["input_"], outputs=["probabilities"])
    def apply(self, input_: TensorVariable) -> TensorVariable:
        """Return the probabilities of the classes, without auxiliary classifiers.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, height, width)``.

        Returns
        -------
        TensorVariable
            ``(batch, num_classes)``.
        """
        for module in self.modules:
            input_ = module.apply(input_)
        return self.softmax.apply(self.output.apply(input_))

    @application(inputs=["input_"], outputs=["probabilities", "lower", "upper"])
    def classify(self, input_: TensorVariable) -> list[TensorVariable]:
        """Return the probabilities of the classes, and those of the auxiliary ones.

        Parameters
        ----------
        input_
            Images, ``(batch, num_channels, height, width)``.

        Returns
        -------
        list of TensorVariable
            Three of shape ``(batch, num_classes)``: of the network, of the classifier
            after 4a, of the one after 4d.
        """
        auxiliary = []
        for module in self.modules:
            input_ = module.apply(input_)
            if module.name in self.auxiliary:
                auxiliary.append(self.auxiliary[module.name].apply(input_))
        return [self.softmax.apply(self.output.apply(input_)), *auxiliary]

    def module_shapes(self) -> dict[str, Any]:
        """Return the shape of an image of the output of each module, by name."""
        shapes = {}
        shape: Any = self.input_dim
        for module in self.modules:
            set_image_shape(module, shape)
            shape = output_shape_of(module, shape)
            shapes[module.name] = shape
        return shapes

    def _configure(self) -> None:
        shapes = self.module_shapes()
        for name, classifier in self.auxiliary.items():
            set_image_shape(classifier, shapes[name])
        self.output.input_dim = shapes["average"]

    def _output_shape(self) -> Any:
        return (self.num_classes,)


def stem() -> list[Any]:
    """Return what comes before the inception modules."""
    # The paper does not say how responses are normalized; this is what its authors'
    # contemporaries took: the sum over 5 channels divided by 5, and 1 added.
    normalize = {"n": 5, "alpha": 1e-4 / 5, "beta": 0.75, "k": 1}
    first = [
        Convolutional((7, 7), 64, step=2, border_mode="half", name="convolution"),
        Rectifier(),
    ]
    second = [
        Convolutional((1, 1), 64, name="reduce"),
        Rectifier(),
        Convolutional((3, 3), 192, border_mode="half", name="convolution"),
        Rectifier(),
    ]
    return [
        ConvolutionalSequence(first, name="convolution_1"),
        halving("pooling_1"),
        LocalResponseNormalization(name="normalization_1", **normalize),
        ConvolutionalSequence(second, name="convolution_2"),
        LocalResponseNormalization(name="normalization_2", **normalize),
        halving("pooling_2"),
    ]


def halving(name: str) -> MaxPooling:
    """Return pooling that halves the lengths of images, rounded up."""
    return MaxPooling((3, 3), step=2, ignore_border=False, name=name)


def training_graph(
    network: GoogLeNet, images: TensorVariable, targets: TensorVariable, seed: int = 1
) -> ComputationGraph:
    """Return the graph of the cost: with dropout, and 0.3 of each auxiliary cost.

    Parameters
    ----------
    network
        The network.
    images
        ``(batch, channels, height, width)``.
    targets
        The classes, ``(batch,)``, integers.
    seed
        The seed of dropout.
    """
    costs = [
        CategoricalCrossEntropy().apply(targets, probabilities)
        for probabilities in network.classify(images)
    ]
    cost = costs[0] + AUXILIARY_WEIGHT * sum(costs[1:])
    graph = ComputationGraph(cost.copy(name="cost"))
    auxiliary = [classifier.output for classifier in network.auxiliary.values()]
    for bricks, drop_prob in (
        ([network.output], DROPOUT),
        (auxiliary, AUXILIARY_DROPOUT),
    ):
        inputs = VariableFilter(roles=[INPUT], bricks=bricks)(graph.variables)
        graph = apply_dropout(graph, inputs, drop_prob, seed=seed)
        seed += 1
    return graph


def generated_batch(
    rng: np.random.Generator, batch_size: int, image_size: ImageSize, num_classes: int
) -> dict[str, np.ndarray]:
    """Return noisy images of one colour each, which tells their class."""
    targets = rng.integers(0, num_classes, batch_size)
    colours = np.random.default_rng(0).normal(size=(num_classes, 3, 1, 1))
    noise = rng.normal(size=(batch_size, 3, *image_size))
    return {
        "features": (colours[targets] + noise).astype("float32"),
        "targets": targets,
    }


def main() -> None:
    """Take training steps and print how many seconds each took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--num-steps", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=8)
    options = parser.parse_args()
    network = GoogLeNet(weights_init=HeNormal(), biases_init=Constant(0), seed=1)
    network.initialize()
    size = network.image_size
    images = pt.tensor("features", shape=(None, 3, *size), dtype="float32")
    graph = training_graph(network, images, pt.lvector("targets"))
    (cost,) = graph.outputs
    algorithm = GradientDescent(cost, graph.parameters, Momentum(0.001, 0.9))
    rng = np.random.default_rng(1)
    num_parameters = sum(parameter.get_value().size for parameter in graph.parameters)
    print(f"{num_parameters:,} parameters")
    for step in range(options.num_steps):
        batch = generated_batch(rng, options.batch_size, size, network.num_classes)
        start = time.perf_counter()
        algorithm.process_batch(batch)
        algorithm.flush()
        print(f"step {step + 1}: {time.perf_counter() - start:.2f} s", flush=True)


if __name__ == "__main__":
    main()

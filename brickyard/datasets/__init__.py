"""Datasets, the order they are read in, and streams of named sources."""

from brickyard.datasets.adult import Adult
from brickyard.datasets.base import Dataset
from brickyard.datasets.billion import OneBillionWord
from brickyard.datasets.binarized_mnist import BinarizedMNIST
from brickyard.datasets.caltech101_silhouettes import CalTech101Silhouettes
from brickyard.datasets.celeba import CelebA
from brickyard.datasets.cifar10 import CIFAR10
from brickyard.datasets.cifar100 import CIFAR100
from brickyard.datasets.device_stream import OnDevice
from brickyard.datasets.digits import Digits
from brickyard.datasets.dogs_vs_cats import DogsVsCats
from brickyard.datasets.fashion_mnist import FashionMNIST
from brickyard.datasets.hdf5 import H5PYDataset
from brickyard.datasets.ilsvrc2010 import ILSVRC2010
from brickyard.datasets.ilsvrc2012 import ILSVRC2012
from brickyard.datasets.indexable import IndexableDataset
from brickyard.datasets.iris import Iris
from brickyard.datasets.iterable import IterableDataset
from brickyard.datasets.iterator import DataIterator
from brickyard.datasets.mnist import MNIST
from brickyard.datasets.schemes import (
    BatchScheme,
    BatchSizeScheme,
    ConcatenatedScheme,
    ConstantScheme,
    IndexScheme,
    IterationScheme,
    SequentialExampleScheme,
    SequentialScheme,
    ShuffledExampleScheme,
    ShuffledScheme,
    cross_validation,
)
from brickyard.datasets.server_stream import ServerDataStream
from brickyard.datasets.streams import AbstractDataStream, DataStream
from brickyard.datasets.subset import Subset
from brickyard.datasets.svhn import SVHN
from brickyard.datasets.text import TextFile
from brickyard.datasets.toy import Spiral, SwissRoll

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "ILSVRC2010",
    "ILSVRC2012",
    "MNIST",
    "SVHN",
    "AbstractDataStream",
    "Adult",
    "BatchScheme",
    "BatchSizeScheme",
    "BinarizedMNIST",
    "CalTech101Silhouettes",
    "CelebA",
    "ConcatenatedScheme",
    "ConstantScheme",
    "DataIterator",
    "DataStream",
    "Dataset",
    "Digits",
    "DogsVsCats",
    "FashionMNIST",
    "H5PYDataset",
    "IndexScheme",
    "IndexableDataset",
    "Iris",
    "IterableDataset",
    "IterationScheme",
    "OnDevice",
    "OneBillionWord",
    "SequentialExampleScheme",
    "SequentialScheme",
    "ServerDataStream",
    "ShuffledExampleScheme",
    "ShuffledScheme",
    "Spiral",
    "Subset",
    "SwissRoll",
    "TextFile",
    "cross_validation",
]

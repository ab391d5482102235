"""Converters: original files of data sets in, one HDF5 file with named sources out."""

from brickyard.datasets.converters.adult import convert_adult, convert_to_one_hot
from brickyard.datasets.converters.atomic import atomic_hdf5_file
from brickyard.datasets.converters.base import check_exists, fill_hdf5_file
from brickyard.datasets.converters.binarized_mnist import convert_binarized_mnist
from brickyard.datasets.converters.caltech101_silhouettes import convert_silhouettes
from brickyard.datasets.converters.celeba import (
    convert_celeba,
    convert_celeba_64,
    convert_celeba_aligned_cropped,
)
from brickyard.datasets.converters.cifar10 import convert_cifar10
from brickyard.datasets.converters.cifar100 import convert_cifar100
from brickyard.datasets.converters.digits import convert_digits, split_digits
from brickyard.datasets.converters.dogs_vs_cats import convert_dogs_vs_cats
from brickyard.datasets.converters.fashion_mnist import convert_fashion_mnist
from brickyard.datasets.converters.ilsvrc2010 import convert_ilsvrc2010
from brickyard.datasets.converters.ilsvrc2012 import convert_ilsvrc2012
from brickyard.datasets.converters.iris import convert_iris
from brickyard.datasets.converters.mnist import (
    convert_mnist,
    read_mnist_images,
    read_mnist_labels,
)
from brickyard.datasets.converters.progress import (
    open_tracked,
    report_progress,
    track_progress,
)
from brickyard.datasets.converters.provenance import sha256_of_file, write_provenance
from brickyard.datasets.converters.svhn import convert_svhn, convert_svhn_format_2
from brickyard.datasets.converters.svhn_format_1 import convert_svhn_format_1

__all__ = [
    "atomic_hdf5_file",
    "check_exists",
    "convert_adult",
    "convert_binarized_mnist",
    "convert_celeba",
    "convert_celeba_64",
    "convert_celeba_aligned_cropped",
    "convert_cifar10",
    "convert_cifar100",
    "convert_digits",
    "convert_dogs_vs_cats",
    "convert_fashion_mnist",
    "convert_ilsvrc2010",
    "convert_ilsvrc2012",
    "convert_iris",
    "convert_mnist",
    "convert_silhouettes",
    "convert_svhn",
    "convert_svhn_format_1",
    "convert_svhn_format_2",
    "convert_to_one_hot",
    "fill_hdf5_file",
    "open_tracked",
    "read_mnist_images",
    "read_mnist_labels",
    "report_progress",
    "sha256_of_file",
    "split_digits",
    "track_progress",
    "write_provenance",
]

"""The original files of the data sets: addresses, digests and sizes.

The digests are those that TensorFlow Datasets publishes for the same addresses (its
folder url_checksums). None stands where nobody publishes one that we know of.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from brickyard.datasets.downloaders.by_hand import BY_HAND
from brickyard.datasets.downloaders.remote_files import DatasetDownload, RemoteFile

_UCI = "https://archive.ics.uci.edu/ml/machine-learning-databases/"
_TORONTO = "https://www.cs.toronto.edu/"
_STANFORD = "http://ufldl.stanford.edu/housenumbers/"
_AMHERST = "https://people.cs.umass.edu/~marlin/data/"
_MNIST_MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
_FASHION_MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
)


def _file(
    filename: str, folders: str | tuple[str, ...], sha256: str | None, size: int | None
) -> RemoteFile:
    folders = (folders,) if isinstance(folders, str) else folders
    urls = tuple(folder + filename for folder in folders)
    return RemoteFile(filename, urls, sha256, size)


_MNIST = (
    _file(
        "train-images-idx3-ubyte.gz",
        _MNIST_MIRRORS,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        9_912_422,
    ),
    _file(
        "train-labels-idx1-ubyte.gz",
        _MNIST_MIRRORS,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28_881,
    ),
    _file(
        "t10k-images-idx3-ubyte.gz",
        _MNIST_MIRRORS,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1_648_877,
    ),
    _file(
        "t10k-labels-idx1-ubyte.gz",
        _MNIST_MIRRORS,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4_542,
    ),
)
_FASHION_MNIST = (
    _file(
        "train-images-idx3-ubyte.gz",
        _FASHION_MIRRORS,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        26_421_880,
    ),
    _file(
        "train-labels-idx1-ubyte.gz",
        _FASHION_MIRRORS,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        29_515,
    ),
    _file(
        "t10k-images-idx3-ubyte.gz",
        _FASHION_MIRRORS,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        4_422_102,
    ),
    _file(
        "t10k-labels-idx1-ubyte.gz",
        _FASHION_MIRRORS,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        5_148,
    ),
)
_BINARIZED_MNIST = tuple(
    _file(
        f"binarized_mnist_{split}.amat",
        "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/",
        sha256,
        size,
    )
    for split, sha256, size in (
        (
            "train",
            "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d",
            78_400_000,
        ),
        (
            "valid",
            "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2",
            15_680_000,
        ),
        (
            "test",
            "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c",
            15_680_000,
        ),
    )
)
_SVHN_CROPPED = (
    _file(
        "train_32x32.mat",
        _STANFORD,
        "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
        182_040_794,
    ),
    _file(
        "test_32x32.mat",
        _STANFORD,
        "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
        64_275_384,
    ),
    _file(
        "extra_32x32.mat",
        _STANFORD,
        "a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3",
        1_329_278_602,
    ),
)
_SVHN_WHOLE = tuple(
    _file(f"{split}.tar.gz", _STANFORD, None, None)
    for split in ("train", "test", "extra")
)

DOWNLOADS: Mapping[str, DatasetDownload] = MappingProxyType(
    {
        **BY_HAND,
        "adult": DatasetDownload(
            "Adult, two files",
            {
                "": (
                    _file(
                        "adult.data",
                        _UCI + "adult/",
                        "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c8660"
                        "3d",
                        3_974_305,
                    ),
                    _file(
                        "adult.test",
                        _UCI + "adult/",
                        "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c"
                        "05",
                        2_003_153,
                    ),
                )
            },
        ),
        "binarized_mnist": DatasetDownload(
            "binarized MNIST, three .amat files", {"": _BINARIZED_MNIST}
        ),
        "caltech101_silhouettes": DatasetDownload(
            "CalTech 101 Silhouettes, a .mat file",
            {
                size: (
                    _file(
                        f"caltech101_silhouettes_{size}_split1.mat",
                        _AMHERST,
                        None,
                        None,
                    ),
                )
                for size in ("16", "28")
            },
            "--size",
            "28",
        ),
        "cifar10": DatasetDownload(
            "CIFAR-10, the binary version",
            {
                "": (
                    _file(
                        "cifar-10-binary.tar.gz",
                        _TORONTO + "~kriz/",
                        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1"
                        "dd",
                        170_052_171,
                    ),
                )
            },
        ),
        "cifar100": DatasetDownload(
            "CIFAR-100, the binary version",
            {
                "": (
                    _file(
                        "cifar-100-binary.tar.gz",
                        _TORONTO + "~kriz/",
                        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8"
                        "ec",
                        168_513_733,
                    ),
                )
            },
        ),
        "fashion_mnist": DatasetDownload(
            "Fashion-MNIST, four idx files", {"": _FASHION_MNIST}
        ),
        "iris": DatasetDownload(
            "Iris, one file",
            {
                "": (
                    _file(
                        "iris.data",
                        _UCI + "iris/",
                        "6f608b71a7317216319b4d27b4d9bc84e6abd734eda7872b71a458569e2656"
                        "c0",
                        4_551,
                    ),
                )
            },
        ),
        "mnist": DatasetDownload("MNIST, four idx files", {"": _MNIST}),
        "one_billion_word": DatasetDownload(
            "the One Billion Word benchmark, an archive",
            {
                "": (
                    _file(
                        "1-billion-word-language-modeling-benchmark-r13output.tar.gz",
                        "http://www.statmt.org/lm-benchmark/",
                        "01ba60381110baf7f189dfd2b8374de371e8c9a340835793f190bdae9e90a3"
                        "4e",
                        1_792_209_805,
                    ),
                )
            },
            note="unpack it in the data path, and call its folder 1-billion-word",
        ),
        "svhn": DatasetDownload(
            "Street View House Numbers, .mat files (2) or archives (1)",
            {"1": _SVHN_WHOLE, "2": _SVHN_CROPPED},
            "--which-format",
            "2",
        ),
    }
)
"""The downloads by the name of the data set."""

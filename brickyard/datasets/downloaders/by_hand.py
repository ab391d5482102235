"""Original files without a free address: who wants them signs in or fills in a form.

The digests are those that TensorFlow Datasets publishes (its folder url_checksums).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from brickyard.datasets.downloaders.remote_files import DatasetDownload, RemoteFile

_CELEBA = (
    RemoteFile(
        "img_align_celeba.zip",
        sha256="46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
        size=1_443_490_838,
    ),
    RemoteFile(
        "list_attr_celeba.txt",
        sha256="f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0",
        size=26_721_026,
    ),
    RemoteFile(
        "list_eval_partition.txt",
        sha256="fc955bcb3ef8fbdf7d5640d9a8693a8431b5f2ee291a5c1449a1549e7e073fe7",
        size=2_836_386,
    ),
)
_DOGS_VS_CATS = (
    RemoteFile("dogs_vs_cats.train.zip"),
    RemoteFile("dogs_vs_cats.test1.zip"),
)
_ILSVRC2010 = (
    RemoteFile("ILSVRC2010_images_train.tar"),
    RemoteFile("ILSVRC2010_images_val.tar"),
    RemoteFile("ILSVRC2010_images_test.tar"),
    RemoteFile("ILSVRC2010_devkit-1.0.tar.gz"),
    RemoteFile("ILSVRC2010_test_ground_truth.txt"),
    RemoteFile("patch_images.tar"),
)
_ILSVRC2012 = (
    RemoteFile("ILSVRC2012_img_train.tar"),
    RemoteFile("ILSVRC2012_img_val.tar"),
    RemoteFile("ILSVRC2012_img_test.tar"),
    RemoteFile("ILSVRC2012_devkit_t12.tar.gz"),
)
_IMAGENET = "register at https://image-net.org and download them there"

BY_HAND: Mapping[str, DatasetDownload] = MappingProxyType(
    {
        "celeba": DatasetDownload(
            "CelebA, an archive of images and two lists",
            {"": _CELEBA},
            by_hand="it is in the folders that "
            "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html leads to",
        ),
        "dogs_vs_cats": DatasetDownload(
            "Dogs vs. Cats, two archives",
            {"": _DOGS_VS_CATS},
            by_hand="sign in at https://www.kaggle.com/c/dogs-vs-cats, download "
            "train.zip and test1.zip, and put dogs_vs_cats. before their names",
        ),
        "ilsvrc2010": DatasetDownload(
            "ImageNet's challenge of 2010, its archives",
            {"": _ILSVRC2010},
            by_hand=_IMAGENET,
        ),
        "ilsvrc2012": DatasetDownload(
            "ImageNet's challenge of 2012, its archives",
            {"": _ILSVRC2012},
            by_hand=_IMAGENET,
        ),
    }
)
"""The downloads that need ``--url-prefix``, by the name of the data set."""

"""Transformers: streams that read another stream and change what it gives."""

from brickyard.datasets.transformers.axis_labels import ExpectsAxisLabels
from brickyard.datasets.transformers.base import AgnosticTransformer, Transformer
from brickyard.datasets.transformers.batch import Batch
from brickyard.datasets.transformers.bucket_batch import BucketBatch
from brickyard.datasets.transformers.cache import Cache
from brickyard.datasets.transformers.cast import Cast, ForceFloatX
from brickyard.datasets.transformers.defaults import (
    rgb_images_from_encoded_bytes,
    uint8_pixels_to_floatX,
)
from brickyard.datasets.transformers.filter import Filter
from brickyard.datasets.transformers.filter_sources import FilterSources
from brickyard.datasets.transformers.flatten import Flatten
from brickyard.datasets.transformers.images_from_bytes import ImagesFromBytes
from brickyard.datasets.transformers.mapping import Mapping, SortMapping
from brickyard.datasets.transformers.merge import Merge
from brickyard.datasets.transformers.minimum_image_dimensions import (
    MinimumImageDimensions,
)
from brickyard.datasets.transformers.multi_processing import MultiProcessing
from brickyard.datasets.transformers.ngrams import NGrams
from brickyard.datasets.transformers.padding import Padding
from brickyard.datasets.transformers.prefetch import Prefetch
from brickyard.datasets.transformers.random_2d_rotation import Random2DRotation
from brickyard.datasets.transformers.random_fixed_size_crop import RandomFixedSizeCrop
from brickyard.datasets.transformers.random_flip import (
    RandomHorizontalFlip,
    RandomVerticalFlip,
)
from brickyard.datasets.transformers.random_sourcewise import (
    RandomSourcewiseTransformer,
)
from brickyard.datasets.transformers.rename import Rename
from brickyard.datasets.transformers.scale_and_shift import ScaleAndShift
from brickyard.datasets.transformers.shuffle_buffer import ShuffleBuffer
from brickyard.datasets.transformers.sourcewise import (
    AgnosticSourcewiseTransformer,
    SourcewiseTransformer,
)
from brickyard.datasets.transformers.to_bytes import ToBytes
from brickyard.datasets.transformers.to_device import ToDevice
from brickyard.datasets.transformers.unpack import Unpack
from brickyard.datasets.transformers.window import Window

__all__ = [
    "AgnosticSourcewiseTransformer",
    "AgnosticTransformer",
    "Batch",
    "BucketBatch",
    "Cache",
    "Cast",
    "ExpectsAxisLabels",
    "Filter",
    "FilterSources",
    "Flatten",
    "ForceFloatX",
    "ImagesFromBytes",
    "Mapping",
    "Merge",
    "MinimumImageDimensions",
    "MultiProcessing",
    "NGrams",
    "Padding",
    "Prefetch",
    "Random2DRotation",
    "RandomFixedSizeCrop",
    "RandomHorizontalFlip",
    "RandomSourcewiseTransformer",
    "RandomVerticalFlip",
    "Rename",
    "ScaleAndShift",
    "ShuffleBuffer",
    "SortMapping",
    "SourcewiseTransformer",
    "ToBytes",
    "ToDevice",
    "Transformer",
    "Unpack",
    "Window",
    "rgb_images_from_encoded_bytes",
    "uint8_pixels_to_floatX",
]

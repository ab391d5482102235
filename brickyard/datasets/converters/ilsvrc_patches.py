"""Images that replace those of ImageNet's challenges that are blank or damaged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from brickyard.datasets.converters.archives import iterate_archive
from brickyard.datasets.exceptions import DatasetFileError

MAX_IMAGE_SIZE = 2**26
# They are in memory together.
MAX_TOTAL_SIZE = 2**30


@dataclass
class Patches:
    """Images that replace those in the archives, which are damaged there.

    Parameters
    ----------
    path
        The archive that they are in; None if there is none.
    folder
        The folder of the split within it.
    images
        The images by their names without folders; all of that folder by default.

    Examples
    --------
    >>> Patches().apply("a.JPEG", b"damaged")
    b'damaged'
    """

    path: Path | None = None
    folder: str = ""
    images: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path is not None:

            def is_wanted(name: str) -> bool:
                place = PurePosixPath(name)
                return place.parent.name == self.folder and place.suffix == ".JPEG"

            for name, content in iterate_archive(
                self.path,
                is_wanted,
                max_member_size=MAX_IMAGE_SIZE,
                max_total_size=MAX_TOTAL_SIZE,
            ):
                self.images[PurePosixPath(name).name] = content

    def apply(self, name: str, content: bytes) -> bytes:
        """Return the image to use under a name, each replacement once.

        Parameters
        ----------
        name
            The name of an image, without folders.
        content
            What is in the archive.
        """
        return self.images.pop(name, content)

    def check_used(self, path: Path) -> None:
        """Raise if there are replacements for images that were not there.

        Parameters
        ----------
        path
            The archive that was read.

        Raises
        ------
        DatasetFileError
            If there is one.
        """
        if self.images:
            raise DatasetFileError(
                f"the archive {str(path)!r} lacks {len(self.images)} of the images for "
                f"which {str(self.path)!r} has others, such as "
                f"{next(iter(self.images))!r}; fetch it again"
            )

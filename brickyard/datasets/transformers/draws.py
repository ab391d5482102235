"""Random numbers that belong to the examples of an epoch."""

from __future__ import annotations

import zlib

import numpy as np

DRAWS_PER_EXAMPLE = 4


class Draws:
    r"""Uniform numbers, four for every example, each a function of its index.

    Example :math:`i` of epoch :math:`e` gets block :math:`i` of a counter-based
    generator whose key is a hash of the seed, :math:`e` and the user's name, so that
    its numbers depend neither on the size of batches nor on what was read before, and
    users with one seed and different names get unrelated numbers.

    Parameters
    ----------
    seed
        Non-negative integer.
    epoch
        The number of the epoch, from 0.
    user
        What the numbers are for, such as the name of a transformer's class.

    Attributes
    ----------
    index : int
        The index of the example whose numbers come next.

    References
    ----------
    Salmon, J. K., Moraes, M. A., Dror, R. O. and Shaw, D. E. (2011). Parallel random
    numbers: as easy as 1, 2, 3. SC '11, section 3 (Philox).

    Examples
    --------
    >>> draws = Draws(seed=1, epoch=0, user="crop")
    >>> numbers = draws.take(3)
    >>> numbers.shape, draws.index
    ((3, 4), 3)
    >>> draws.seek(1)
    >>> np.array_equal(draws.take(2), numbers[1:])
    True
    """

    def __init__(self, seed: int, epoch: int, user: str) -> None:
        entropy = [seed, epoch, zlib.crc32(user.encode())]
        self._key = np.random.SeedSequence(entropy).generate_state(2, np.uint64)
        self.seek(0)

    def seek(self, index: int) -> None:
        """Go to an example.

        Parameters
        ----------
        index
            The index of the example in the epoch, from 0.
        """
        self.index = index
        # made when needed: skipped examples are many
        self._generator: np.random.Generator | None = None

    def take(self, count: int) -> np.ndarray:
        """Return the numbers of the next examples.

        Parameters
        ----------
        count
            How many examples.

        Returns
        -------
        numpy.ndarray
            float64 in [0, 1), shape ``(count, 4)``.
        """
        if self._generator is None:
            # one step of the counter gives four words, of which a double takes one each
            philox = np.random.Philox(key=self._key, counter=self.index)
            self._generator = np.random.Generator(philox)
        self.index += count
        return self._generator.random((count, DRAWS_PER_EXAMPLE))

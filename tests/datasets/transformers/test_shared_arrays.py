import errno
import os
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from brickyard.datasets.transformers import shared_arrays
from brickyard.datasets.transformers.shared_arrays import (
    SharedBlock,
    SlotReader,
    SlotWriter,
)
from brickyard.testing.streams import same


@pytest.fixture
def name():
    return f"brickyard_test_{secrets.token_hex(4)}_"


def batch(seed, rows=100):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, 9)), rng.integers(0, 9, rows), [rng.normal(size=600)]


def names_of(name):
    return [each for each in os.listdir("/dev/shm") if each.startswith(name)]


def test_round_trip(name):
    writer, reader = SlotWriter(name, 4), SlotReader(name, 10)
    for seed in range(10):
        assert same(reader.unwrap(writer.wrap(batch(seed))), batch(seed))


def test_arrays_are_on_shared_memory_and_may_be_written_to(name):
    writer, reader = SlotWriter(name, 4), SlotReader(name, 10)
    parcel = writer.wrap(batch(0))
    array, _, _ = reader.unwrap(parcel)
    block = np.asarray(writer.blocks[0])
    before = block[parcel.place.start : parcel.place.start + array.nbytes].copy()
    array += 1
    after = block[parcel.place.start : parcel.place.start + array.nbytes]
    assert not np.array_equal(before, after)


def test_small_things_take_no_shared_memory(name):
    writer, reader = SlotWriter(name, 4), SlotReader(name, 10)
    parcel = writer.wrap((np.arange(3), "text"))
    assert parcel.place is None
    assert not writer.blocks
    assert same(reader.unwrap(parcel), (np.arange(3), "text"))


def test_a_slot_is_given_back_with_the_last_array_on_it(name):
    writer, reader = SlotWriter(name, 4), SlotReader(name, 10)
    first, _, (second,) = reader.unwrap(writer.wrap(batch(0)))
    part = first[3:5]
    del first
    assert not reader.given_back
    del second
    assert not reader.given_back
    assert same(part.copy(), batch(0)[0][3:5])
    del part
    assert list(reader.given_back) == [(0, 0)]


def test_slots_are_used_again(name):
    writer, reader = SlotWriter(name, 2), SlotReader(name, 10)
    for seed in range(20):
        result = reader.unwrap(writer.wrap(batch(seed)))
        assert same(result, batch(seed))
        del result
        writer.give_back(*reader.given_back.popleft())
    assert len(writer.blocks) == 1


def test_batches_of_any_size(name):
    writer, reader = SlotWriter(name, 3), SlotReader(name, 100)
    sizes = np.random.default_rng(0).integers(1, 3000, 40).tolist()
    kept = [reader.unwrap(writer.wrap(batch(size, size))) for size in sizes]
    assert same(kept, [batch(size, size) for size in sizes])


def test_too_many_kept_are_copied(name):
    writer, reader = SlotWriter(name, 4), SlotReader(name, 2)
    kept = []
    for seed in range(6):
        kept.append(reader.unwrap(writer.wrap(batch(seed))))
        while reader.given_back:
            writer.give_back(*reader.given_back.popleft())
    assert same(kept, [batch(seed) for seed in range(6)])
    assert len(writer.blocks) == 1


def test_names_are_gone_once_both_sides_have_the_memory(name):
    writer, reader = SlotWriter(name, 4), SlotReader(name, 10)
    parcel = writer.wrap(batch(0))
    assert len(names_of(name)) == 1
    data = reader.unwrap(parcel)
    assert not names_of(name)
    del writer, reader
    assert same(data, batch(0))


def test_sweeping_what_an_ended_writer_left(name):
    writer, reader = SlotWriter(name, 1), SlotReader(name, 10)
    for seed in range(3):
        writer.wrap(batch(seed))
    assert len(names_of(name)) == 3
    reader.sweep()
    assert not names_of(name)


def test_a_discarded_parcel_gives_its_slot_back(name):
    writer, reader = SlotWriter(name, 4), SlotReader(name, 10)
    reader.discard(writer.wrap(batch(0)))
    reader.discard(writer.wrap(np.arange(3)))
    assert list(reader.given_back) == [(0, 0)]


def test_without_room_arrays_travel_by_themselves(name, monkeypatch):
    def no_room(file, start, size):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    writer, reader = SlotWriter(name, 4), SlotReader(name, 10)
    parcel = writer.wrap(batch(0))
    assert parcel.place is None
    result = reader.unwrap(parcel)
    assert same(result, batch(0))
    assert result[0].flags.writeable
    reader.sweep()


def test_without_room_for_a_block(name, monkeypatch):
    writer, reader = SlotWriter(name, 4), SlotReader(name, 10)
    monkeypatch.setattr(writer, "name", "brickyard/no/such/")
    assert same(reader.unwrap(writer.wrap(batch(0))), batch(0))
    assert not writer.blocks


def test_a_block_stays_as_long_as_its_arrays(name):
    block = SharedBlock(name, 8192)
    array = np.asarray(block)
    array[:] = 7
    block.unlink()
    del block
    assert array.sum() == 7 * 8192


def test_a_block_that_is_not_there(name):
    with pytest.raises(FileNotFoundError, match="No such file"):
        SharedBlock(name)


def test_several_threads_meet_a_new_block_at_once(monkeypatch):
    """Each block is found once: its name is gone after that."""
    found = []

    class Found:
        def __init__(self, name):
            found.append(name)
            threading.Event().wait(0.01)

        def unlink(self):
            assert found.count(found[-1]) == 1

    monkeypatch.setattr(shared_arrays, "SharedBlock", Found)
    reader = SlotReader("block_", 4)
    with ThreadPoolExecutor(8) as threads:
        blocks = list(threads.map(reader._block, [0, 1, 2, 1, 0, 2, 1, 2]))
    assert found == ["block_0", "block_1", "block_2"]
    assert len(set(map(id, blocks))) == 3

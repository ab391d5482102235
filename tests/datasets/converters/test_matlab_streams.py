import io
import zlib

import pytest

from brickyard.datasets.converters.matlab_streams import Inflated, Plain

CONTENT = bytes(range(256)) * 20


def stream_of(kind, content, cut=None):
    stored = content if kind is Plain else zlib.compress(content)
    return kind(io.BytesIO(b"head" + stored[:cut] + b"tail"), len(stored[:cut]))


@pytest.fixture(params=[Plain, Inflated])
def kind(request):
    return request.param


def opened(kind, content, cut=None):
    stream = stream_of(kind, content, cut)
    stream.file.seek(4)
    return stream


def test_pieces_come_in_order(kind):
    stream = opened(kind, CONTENT)
    place = bytearray(3000)
    assert stream.read(10) == CONTENT[:10]
    stream.read_into(memoryview(place))
    assert bytes(place) == CONTENT[10:3010]
    assert stream.read(0) == b""
    assert stream.read(2103) == CONTENT[3010:5113]
    stream.finish()


@pytest.mark.parametrize("size", [1, 100])
def test_no_more_than_there_is(kind, size):
    stream = opened(kind, CONTENT)
    stream.read(len(CONTENT))
    with pytest.raises(EOFError, match="an element ends too early"):
        stream.read(size)
    with pytest.raises(EOFError, match="an element ends too early"):
        stream.read_into(memoryview(bytearray(size)))


def test_more_than_padding(kind):
    stream = opened(kind, CONTENT)
    stream.read(len(CONTENT) - 8)
    with pytest.raises(EOFError, match=r"goes on after its end|not end where it shoul"):
        stream.finish()


@pytest.mark.parametrize("read", ["read", "read_into"])
def test_files_shorter_than_they_say(kind, read):
    stream = opened(kind, CONTENT)
    stream.file.truncate(20)
    wanted = 5000 if read == "read" else memoryview(bytearray(5000))
    with pytest.raises(EOFError, match="the file ends too early"):
        getattr(stream, read)(wanted)


def test_checksums_are_verified():
    content = bytearray(zlib.compress(CONTENT))
    content[-1] ^= 1
    stream = Inflated(io.BytesIO(content), len(content))
    with pytest.raises(zlib.error, match="incorrect data check"):
        stream.read(len(CONTENT))
        stream.finish()
    stream = opened(Inflated, CONTENT, cut=-2)
    stream.read(len(CONTENT))
    with pytest.raises(EOFError, match="does not end where it should"):
        stream.finish()

import pytest

from brickyard.datasets.text_lines import LineReader, check_encoding

# U+0A0A and U+0A3F hold the byte of a line feed, U+010A as its low byte.
LINES = ["first", "\u0a0a \u010a\u0a3f", "", "ähnlich €", "last"]


def read_all(reader):
    """Each line with the position before it."""
    found = []
    while True:
        position = reader.file, reader.offset, reader.line
        try:
            found.append((position, reader.read_line()))
        except StopIteration:
            return found


ENCODINGS = ["utf-8", "utf-8-sig", "utf-7", "utf-16", "utf-16-le", "utf-16-be"]
ENCODINGS += ["utf-32", "utf-32-le", "utf-32-be", "gb18030"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last_end", [True, False])
def test_any_encoding_from_any_line(tmp_path, encoding, end, last_end):
    paths = [tmp_path / "a", tmp_path / "b"]
    content = end.join(LINES) + end * last_end
    for path in paths:
        path.write_bytes(content.encode(encoding))
    reader = LineReader(paths, check_encoding(encoding, "test"))
    found = read_all(reader)
    assert [line for _, line in found] == LINES * 2
    assert [position[2] for position, _ in found][:5] == [0, 1, 2, 3, 4]
    for index, (position, _) in enumerate(found):
        reader.seek(*position)
        assert [line for _, line in read_all(reader)] == (LINES * 2)[index:]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("latin-1", "né"), ("shift_jis", "日本"), ("iso2022_jp", "日本"), ("big5", "中")],
)
def test_other_encodings(tmp_path, encoding, text):
    (tmp_path / "a").write_bytes(f"{text}\nx\n{text}\n".encode(encoding))
    reader = LineReader([tmp_path / "a"], check_encoding(encoding, "test"))
    assert [line for _, line in read_all(reader)] == [text, "x", text]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b""])
def test_byte_order_marks_of_utf_16(tmp_path, mark):
    order = "be" if mark == b"\xfe\xff" else "le"
    (tmp_path / "a").write_bytes(mark + "a\nb".encode(f"utf-16-{order}"))
    reader = LineReader([tmp_path / "a"], "utf-16")
    if mark:
        assert [line for _, line in read_all(reader)] == ["a", "b"]
    else:
        expected = (tmp_path / "a").read_bytes().decode("utf-16").split("\n")
        assert [line for _, line in read_all(reader)] == expected


def test_files_without_lines(tmp_path):
    for name, content in (("a", b""), ("b", b"x"), ("c", b"")):
        (tmp_path / name).write_bytes(content)
    reader = LineReader([tmp_path / name for name in "abca"], "utf-8")
    assert [line for _, line in read_all(reader)] == ["x"]
    assert reader.file == 4
    with pytest.raises(StopIteration):
        reader.read_line()


def test_no_change_of_the_line_feed_alone(tmp_path):
    (tmp_path / "a").write_bytes(b"a\rb\x0b\xc2\x85\n")
    reader = LineReader([tmp_path / "a"], "utf-8")
    assert [line for _, line in read_all(reader)] == ["a\rb\x0b\x85"]


def test_closed_in_the_middle_reads_on(tmp_path):
    (tmp_path / "a").write_bytes(b"one\ntwo\n")
    reader = LineReader([tmp_path / "a"], "utf-8")
    assert reader.read_line() == "one"
    reader.close()
    reader.close()
    assert reader.read_line() == "two"
    assert reader.where() == f"{str(tmp_path / 'a')!r}, line 2"


@pytest.mark.parametrize("offset", [1, 2, 9, 100])
def test_offsets_inside_of_lines_are_refused(tmp_path, offset):
    (tmp_path / "a").write_bytes(b"one\ntwo\n")
    reader = LineReader([tmp_path / "a"], "utf-8")
    with pytest.raises(ValueError, match=f"a' starts at byte {offset} of 8; the file"):
        reader.seek(0, offset, 1)


def test_offset_before_the_mark_is_refused(tmp_path):
    (tmp_path / "a").write_bytes("a\nb".encode("utf-8-sig"))
    with pytest.raises(ValueError, match="starts at byte 2 of 6"):
        LineReader([tmp_path / "a"], "utf-8-sig").seek(0, 2, 0)


def test_a_line_in_another_encoding(tmp_path):
    (tmp_path / "a").write_bytes(b"one\nn\xe9\nthree")
    reader = LineReader([tmp_path / "a"], "utf-8")
    reader.read_line()
    for _ in range(2):
        with pytest.raises(ValueError, match="a', line 2, is not in the encoding 'utf"):
            reader.read_line()


def test_a_cut_character(tmp_path):
    (tmp_path / "a").write_bytes("a\nb".encode("utf-16-le")[:-1])
    reader = LineReader([tmp_path / "a"], "utf-16-le")
    reader.read_line()
    with pytest.raises(ValueError, match="line 2, is not in the encoding 'utf-16-le'"):
        reader.read_line()


@pytest.mark.parametrize("encoding", ["utf-9", "base64", "undefined", "punycode"])
def test_unknown_encodings(encoding):
    with pytest.raises(ValueError, match=r"test (does not know|cannot find)"):
        check_encoding(encoding, "test")


def test_encodings_with_other_line_feeds():
    with pytest.raises(
        ValueError, match=r"cannot find the lines .* 'cp037', which wri"
    ):
        check_encoding("cp037", "test")

import pytest

from brickyard.datasets.downloaders import DOWNLOADS, fetch_files
from brickyard.datasets.downloaders.by_hand import BY_HAND
from brickyard.datasets.exceptions import NeedURLPrefix


@pytest.mark.parametrize("name", BY_HAND)
def test_they_need_a_prefix_and_say_where_to_go(name, tmp_path):
    assert DOWNLOADS[name] is BY_HAND[name]
    assert "https://" in BY_HAND[name].by_hand
    with pytest.raises(NeedURLPrefix, match="has no free address"):
        fetch_files(tmp_path, BY_HAND[name].files)


def test_others_do_not():
    assert not any(DOWNLOADS[name].by_hand for name in set(DOWNLOADS) - set(BY_HAND))

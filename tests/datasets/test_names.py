from brickyard.datasets.names import near_match


def test_nearest_and_all():
    hint = near_match("tset", ["train", "test"])
    assert hint == "; did you mean 'test'? There are: train, test"


def test_nothing_near():
    assert near_match("zzz", ["train"]) == ". There are: train"
    assert near_match("a", []) == ". There are: none"


def test_long_lists_are_cut():
    listed = near_match("zzz", [f"name{i}" for i in range(25)])
    assert listed.endswith("name19 and 5 more")

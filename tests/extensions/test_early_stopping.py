"""Early stopping as a whole."""

from __future__ import annotations

import pytest

from brickyard.extensions import (
    Checkpoint,
    EarlyStopping,
    FinishAfter,
    TrainingExtension,
)
from brickyard.testing.extensions import WriteRecords, check_extension, idle_main_loop
from brickyard.training import read_checkpoint

ERRORS = [3.0, 1.0, 2.0, 2.0, 0.5]


def loop_with(*extensions):
    return idle_main_loop(
        [WriteRecords({"error": ERRORS}), *extensions, FinishAfter(after_n_epochs=5)]
    )


def test_stops_without_improvement():
    loop = loop_with(EarlyStopping("error", epochs=2))
    loop.run()
    assert loop.status["epochs_done"] == 4
    assert loop.status["best_error"] == 1.0


def test_best_is_saved_elsewhere(tmp_path):
    last, best = tmp_path / "last.ckpt", tmp_path / "best.ckpt"
    loop = loop_with(EarlyStopping("error", Checkpoint(last), best, epochs=2))
    loop.run()
    assert read_checkpoint(best).parts["loop"]["epochs_done"] == 2
    assert read_checkpoint(last).parts["loop"]["epochs_done"] == 4
    rows = [e for e in range(1, 5) if str(best) in loop.log[4 * e].get("saved_to", "")]
    assert rows == [1, 2]


def test_best_before_the_first_epoch_is_saved_once(tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr(Checkpoint, "save", lambda self, path, **_: saved.append(path))
    stopping = EarlyStopping("error", Checkpoint(tmp_path / "x"), epochs=9)

    class Before(WriteRecords):
        def before_training(self):
            self.main_loop.log.current_row["error"] = 5.0

    loop = idle_main_loop(
        [Before({"error": [6.0, 7.0]}), stopping, FinishAfter(after_n_epochs=2)]
    )
    loop.run()
    assert len(saved) == 2  # the best one, and the end


def test_resumes_exactly():
    check_extension(
        lambda: EarlyStopping("error", epochs=2, choose_best=max),
        records={"error": [1, 2, 1, 1, 1]},
        num_epochs=6,
    )


def test_errors(tmp_path):
    with pytest.raises(ValueError, match="'b' but no checkpoint_extension"):
        EarlyStopping("error", checkpoint_filename="b", epochs=1)
    with pytest.raises(TypeError, match="checkpoint_extension is an extension such"):
        EarlyStopping("error", TrainingExtension(), epochs=1)
    with pytest.raises(
        ValueError, match="EarlyStopping needs either iterations or epochs"
    ):
        EarlyStopping("error")
    checkpoint = Checkpoint(tmp_path / "x")
    loop = loop_with(EarlyStopping("error", checkpoint, epochs=1), checkpoint)
    with pytest.raises(ValueError, match="extension that is also in the list"):
        loop.run()

"""The loop that brings algorithm, data stream and extensions together."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from brickyard.state import State
from brickyard.training.errors import LogError, TrainingFinish
from brickyard.training.extension_list import checked_extensions, find_extension
from brickyard.training.hooks import Hook, Hooks, run_hooks
from brickyard.training.interrupts import TERMINATED_EXIT_CODE, Interrupts
from brickyard.training.log import TrainingLogBase
from brickyard.training.log.choice import make_log
from brickyard.training.loop_arguments import (
    check_algorithm,
    check_data_stream,
    check_model,
)
from brickyard.training.loop_state import LoopState
from brickyard.training.model import Model
from brickyard.training.parameters import check_initialized
from brickyard.training.records import FINISH_RECORD, check_records

logger = logging.getLogger(__name__)


class TrainingInterrupted(Exception):
    """A signal asked to stop, and the loop has come to a point where it can."""


class MainLoop:
    """Train: feed the batches of a stream to an algorithm, epoch after epoch.

    Extensions are told about every step and end the training by setting the record
    ``training_finish_requested`` of the log's current row. Everything that the
    training run is, is in `get_state`; a loop that is built in the same way and given
    that state by `set_state` continues with the same bits.

    Parameters
    ----------
    algorithm : TrainingAlgorithm
        What a batch is handed to.
    data_stream : AbstractDataStream
        Where batches come from, as dictionaries of arrays by source name.
    model : Model, optional
        What is trained. It names the parameters in checkpoints; without it the
        parameters of the algorithm are named by their bricks.
    log : TrainingLogBase, optional
        Where records are kept; a new one in memory if not given.
    log_backend : str, optional
        The kind of log to make: ``"memory"``, ``"sqlite"`` or the name of a plugin.
    extensions : sequence of TrainingExtension, optional
        What hooks into the loop, in the order in which they run.

    Attributes
    ----------
    status : dict
        The status of the log: ``iterations_done``, ``epochs_done``,
        ``training_started``, ``epoch_started`` and others.

    Raises
    ------
    TypeError
        If the algorithm, the stream, the model or an extension is not one.
    ValueError
        If an extension is given twice, or both `log` and `log_backend`, or
        `log_backend` is unknown.

    Notes
    -----
    The first Ctrl-C ends training after the current epoch, the second after the
    current batch, the third at once with `KeyboardInterrupt`. SIGTERM ends it after
    the current batch with exit code 143. Stopped in this way, training is not over:
    extensions get ``on_interrupt`` and not ``after_training``, which in many of them
    writes records or resets averages, so that the resumed run would differ.

    Examples
    --------
    >>> import numpy as np
    >>> from brickyard.datasets import IndexableDataset
    >>> from brickyard.datasets.schemes import SequentialScheme
    >>> from brickyard.datasets.streams import DataStream
    >>> from brickyard.extensions import FinishAfter
    >>> from brickyard.training.algorithms import TrainingAlgorithm
    >>> class Sum(TrainingAlgorithm):
    ...     total = 0
    ...     def initialize(self):
    ...         self.total = 0
    ...     def process_batch(self, batch):
    ...         self.total += int(batch["x"].sum())
    >>> data = DataStream(IndexableDataset({"x": np.arange(4)}), SequentialScheme(4, 2))
    >>> loop = MainLoop(Sum(), data, extensions=[FinishAfter(after_n_epochs=2)])
    >>> loop.run()
    >>> loop.algorithm.total, loop.status["iterations_done"]
    (12, 4)
    """

    def __init__(
        self,
        algorithm: Any,
        data_stream: Any,
        model: Any = None,
        log: TrainingLogBase | None = None,
        log_backend: str | None = None,
        extensions: Sequence[Any] | None = None,
    ) -> None:
        if log is not None and log_backend is not None:
            raise ValueError(
                "MainLoop was given both a log and a log_backend; give one of them"
            )
        check_algorithm(algorithm)
        check_data_stream(data_stream)
        check_model(model)
        self.algorithm = algorithm
        self.data_stream = data_stream
        self.model = model
        self.log = make_log(log_backend) if log is None else log
        self.extensions = checked_extensions(extensions)
        self._state = LoopState(self)
        self._epoch_iterator: Iterator[Any] | None = None
        self._epoch_number: int | None = None
        # A batch that was drawn but is not processed yet.
        self._in_flight: Any = None
        self._deferred: list[Callable[[], None]] = []
        # Extensions whose setup() and whose restore() are done.
        self._set_up: list[Any] = []
        self._restored: list[Any] = []
        self._algorithm_ready = False
        self._running = False

    @property
    def status(self) -> dict[str, Any]:
        """Where training stands; the status of the log."""
        return self.log.status

    @property
    def iteration_state(self) -> tuple[Any, Any]:
        """The data stream and the iterator of the running epoch (or None)."""
        return self.data_stream, self._epoch_iterator

    def find_extension(self, name: str) -> Any:
        """Return the extension called `name`.

        Parameters
        ----------
        name
            The name of exactly one extension.

        Raises
        ------
        ValueError
            If there is none of that name, or more than one.
        """
        return find_extension(self.extensions, name)

    def at_safe_point(self, action: Callable[[], None]) -> None:
        """Call `action` as soon as the state of the loop is consistent.

        Inside a callback it is not: extensions further down the list have not seen
        the event yet. The action is called when all of them have, and after
        ``before_batch`` when the batch is processed; outside `run` at once.

        Parameters
        ----------
        action
            What to do, typically saving `get_state`.
        """
        if self._running:
            self._deferred.append(action)
        else:
            action()

    def get_state(self) -> State:
        """Return everything that training needs to continue exactly here.

        Returns
        -------
        dict
            ``parameters`` (arrays by path), ``algorithm``, ``generators`` (in the
            order of the graph), ``loop``, ``stream``, ``extensions`` and ``log``.

        Notes
        -----
        While a batch is drawn but not processed the position in the epoch is found by
        drawing its batches once more; `at_safe_point` avoids that.
        """
        self.initialize()
        return self._state.get()

    def set_state(self, state: State) -> None:
        """Continue from what `get_state` returned: all of it, or nothing on an error.

        Parameters
        ----------
        state
            The state of a loop that was built in the same way.

        Raises
        ------
        ValueError
            If a part, a parameter or an extension is missing, unknown or does not fit.
        """
        self.initialize()
        self._state.set(state)

    def initialize(self) -> None:
        """Set up the extensions, then initialize the algorithm; each of them once.

        `run`, `get_state` and `set_state` begin with it: extensions may add updates to
        the algorithm until it is initialized.
        """
        for extension in self.extensions:
            extension.main_loop = self
        for extension in _without(self.extensions, self._set_up):
            extension.setup()
            self._set_up.append(extension)
        if not self._algorithm_ready:
            if isinstance(self.model, Model):
                self.model.check_sanity(self.algorithm)
            self.algorithm.initialize()
            self._algorithm_ready = True

    def run(self) -> None:
        """Train until somebody asks for the end; called again, train on.

        Raises
        ------
        ValueError
            If an extension reads a record that nobody writes before it, parameters
            were never initialized or share a name, or the stream has no batches.
        LogError
            If the log cannot be written.
        RuntimeError
            If the loop runs already.
        SystemExit
            With code 143, if SIGTERM was received and everything is saved.
        """
        if self._running:
            raise RuntimeError("the main loop runs already; run() cannot be nested")
        hooks = self._prepare()
        # A log that cannot be written is found before training rather than behind it.
        self.log.flush()
        self.status["epoch_interrupt_received"] = False
        self.status["batch_interrupt_received"] = False
        self._running = True
        try:
            with Interrupts(self.status) as interrupts:
                self._run_guarded(hooks, interrupts)
        except BaseException:
            self._flush_log()
            raise
        finally:
            self._running = False
            self._deferred.clear()
        self.log.flush()
        if interrupts.terminated:
            raise SystemExit(TERMINATED_EXIT_CODE)

    def _prepare(self) -> Hooks:
        check_records(self.extensions)
        # Wrong callbacks are found before anything is done.
        Hooks(self.extensions)
        self.initialize()
        for extension in _without(self.extensions, self._restored):
            extension.restore()
            self._restored.append(extension)
        return Hooks(self.extensions)

    def _run_guarded(self, hooks: Hooks, interrupts: Interrupts) -> None:
        try:
            try:
                self._start(hooks, interrupts)
                while True:
                    self._run_epoch(hooks, interrupts)
            except TrainingFinish:
                self.status["training_finish_requested"] = False
                self.log.current_row["training_finished"] = True
                self._notify(hooks.after_training)
            except TrainingInterrupted:
                self._notify(hooks.on_interrupt)
        except Exception as error:
            self._report(error, hooks)
            raise

    def _start(self, hooks: Hooks, interrupts: Interrupts) -> None:
        status = self.status
        if status["training_started"]:
            self._forget_honoured_request()
            self._notify(hooks.on_resumption)
        else:
            self._notify(hooks.before_training)
            check_initialized(self.algorithm, self.model)
            if not any(FINISH_RECORD in ext.writes() for ext in self.extensions):
                logger.warning(
                    "No extension ends the training, as FinishAfter(after_n_epochs=20) "
                    "does: it goes on until it is interrupted with Ctrl-C."
                )
            status["training_started"] = True
        self._check_finish(interrupts, epoch_ended=not status["epoch_started"])

    def _forget_honoured_request(self) -> None:
        # A finished training that is run again has been given a new limit, or its
        # extensions will ask for the end once more in on_resumption.
        row = self.log.find_row(self.status["iterations_done"])
        if row is not None and row.get("training_finished", False):
            row.pop("training_finished")
            row.pop("training_finish_requested", None)

    def _run_epoch(self, hooks: Hooks, interrupts: Interrupts) -> None:
        status = self.status
        if not status["epoch_started"]:
            self._epoch_number = self.data_stream.epoch
            iterator = self.data_stream.get_epoch_iterator(as_dict=True)
            self._epoch_iterator = iter(iterator)
            status["epoch_started"] = True
            self._notify(hooks.before_epoch)
        self._run_batches(hooks, interrupts)
        done = status["iterations_done"]
        if done == self._epoch_start():
            self._raise_empty_epoch()
        self.algorithm.flush()
        self._epoch_iterator = self._epoch_number = None
        status["epoch_started"] = False
        status["epochs_done"] += 1
        status["_epoch_ends"].append(done)
        self._notify(hooks.after_epoch)
        self._flush_log()
        self._check_finish(interrupts, epoch_ended=True)

    def _run_batches(self, hooks: Hooks, interrupts: Interrupts) -> None:
        status, deferred, find_row = self.status, self._deferred, self.log.find_row
        process = self.algorithm.process_batch
        before, after = hooks.before_batch, hooks.after_batch
        iterator: Any = self._epoch_iterator
        seen = 0
        doing = "drawing"
        try:
            while True:
                batch = self._in_flight
                if batch is None:
                    doing = "drawing"
                    batch = self._in_flight = next(iterator, None)
                    if batch is None:
                        break
                if before:
                    doing = "preparing"
                    self._run_before_batch(before, batch)
                doing = "processing"
                process(batch)
                done = status["iterations_done"] = status["iterations_done"] + 1
                self._in_flight = None
                doing = "following up"
                if after:
                    run_hooks(after, batch)
                # The arrays must not stay alive while the next batch is drawn.
                batch = None
                if deferred:
                    self._run_deferred()
                row = find_row(done)
                if (
                    interrupts.received != seen
                    or status["training_finish_requested"]
                    or (row is not None and "training_finish_requested" in row)
                ):
                    self._check_finish(interrupts, epoch_ended=False)
                    seen = interrupts.received
        except TrainingFinish:
            raise
        except Exception as error:
            self._annotate(error, doing)
            raise

    def _run_before_batch(self, before: Sequence[Hook], batch: Any) -> None:
        run_hooks(before, batch)
        # The row of the batches so far is not looked at again after this batch.
        row = self.log.find_row(self.status["iterations_done"])
        if row is not None and row.get("training_finish_requested", False):
            self.status["training_finish_requested"] = True

    def _check_finish(self, interrupts: Interrupts, *, epoch_ended: bool) -> None:
        status = self.status
        row = self.log.find_row(status["iterations_done"])
        if status["training_finish_requested"] or (
            row is not None and row.get("training_finish_requested", False)
        ):
            # Costs are looked at one batch late, but the last ones here or never.
            self.algorithm.flush()
            raise TrainingFinish
        if not interrupts.received:
            return
        if status["batch_interrupt_received"] or epoch_ended:
            raise TrainingInterrupted
        logger.warning(
            "Interrupt received: training stops after this epoch. Press Ctrl-C again "
            "to stop after this batch, a third time to stop at once."
        )

    def _notify(self, hooks: Sequence[Hook], *args: object) -> None:
        run_hooks(hooks, *args)
        if self._deferred:
            self._run_deferred()

    def _run_deferred(self) -> None:
        actions, self._deferred[:] = list(self._deferred), []
        for action in actions:
            action()

    def _flush_log(self) -> None:
        try:
            self.log.flush()
        except LogError as error:
            logger.warning("%s; its rows stay in memory for the next attempt", error)

    def _epoch_start(self) -> int:
        ends = self.status["_epoch_ends"]
        return ends[-1] if ends else 0

    def _raise_empty_epoch(self) -> NoReturn:
        raise ValueError(
            f"the data stream {type(self.data_stream).__name__} gave no batch in epoch "
            f"{self.status['epochs_done']}; check its iteration scheme, and that a "
            "stream over an iterator is not used up by an earlier epoch"
        )

    def _annotate(self, error: Exception, doing: str) -> None:
        done = self.status["iterations_done"]
        number = done - self._epoch_start() + (doing != "following up")
        error.add_note(
            f"while {doing} batch {number} of epoch {self.status['epochs_done'] + 1} "
            f"({done} batches were processed in all)"
        )

    def _report(self, error: Exception, hooks: Hooks) -> None:
        text = "".join(traceback.format_exception_only(error)).strip()
        self.log.current_row["got_exception"] = text
        try:
            self._notify(hooks.on_error, error)
        except Exception as second:
            # The first error is the one to be seen.
            error.add_note(f"and then on_error raised {second!r}")


def _without(extensions: Sequence[Any], done: Sequence[Any]) -> list[Any]:
    """Return the extensions that are not among those that are done."""
    known = {id(extension) for extension in done}
    return [extension for extension in extensions if id(extension) not in known]

"""Trains what is asked for and keeps it: networks by their run, and their scores of test songs."""

from __future__ import annotations

import io
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from earmark.atomic import kept_file, write_atomic
from earmark.errors import DataError, ModelError
from earmark.features.logmel_schluter import SILENCE as SILENT_80
from earmark.features.logmel_schluter import to_grid
from earmark.learn.checkpoint import load_checkpoint, save_checkpoint
from earmark.learn.dense import dense_scores
from earmark.learn.examples import Examples
from earmark.learn.export import export_onnx
from earmark.learn.locking import Busy, locked
from earmark.learn.loop import Draw, fit
from earmark.learn.place import Place
from earmark.learn.recipe import Stage
from earmark.learn.transfer import copy_layers, freeze, trainable
from earmark.nets.blocks import BlockCnn, BlockCrnn
from earmark.nets.crnn import SILENCE, Crnn
from earmark.nets.schluter import SchluterCnn
from earmark.runtime import OnnxModel
from earmark.studies.singing_transfer import material
from earmark.studies.singing_transfer.runs import Run, source
from earmark.studies.singing_transfer.settings import Settings
from earmark.studies.singing_transfer.songs import FILL, Song

Scores = dict[str, NDArray[np.float32]]


class Lab:
    """The bench on which the study's networks are trained.

    Parameters
    ----------
    folder : Path
        Keeps ``KEY.safetensors`` (weights) and ``KEY.npz`` (scores) of every run.
    settings : Settings
    songs : sequence of Song
    mixtures : Examples
        Of the source task's training side.
    progress : callable
        Called with (run, step, steps, loss) after each step.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        songs: Sequence[Song],
        mixtures: Examples,
        progress: Callable[[Run, int, int, float], None] = lambda run, step, steps, loss: None,
    ) -> None:
        self.folder, self.settings = folder, settings
        folder.mkdir(parents=True, exist_ok=True)
        self.songs, self.mixtures, self._progress = songs, mixtures, progress
        self._exported: tuple[Crnn, OnnxModel] | None = None

    def net(self, run: Run) -> nn.Module:
        """The network of a run, trained now or before, in evaluation mode."""
        path = self.folder / f"{run.key}.safetensors"
        if not path.is_file():
            with locked(self.folder / f"{run.key}.lock", wait=True):
                if not path.is_file():  # nobody trained it while this process waited
                    self._train(run, path)
        net = self.build(run)
        try:
            net.load_state_dict(load_checkpoint(path)[0])
        except (ModelError, RuntimeError) as error:
            raise DataError(
                f"{path}: damaged, or weights of another network; remove the file, and it is "
                f"trained again ({' '.join(str(error).split())[:200]})"
            ) from error
        return net.eval()

    def train_all(self, runs: Iterable[Run]) -> None:
        """Train and score what is missing; other processes may share the work by doing the same."""
        pending = [run for run in runs if not (self.folder / f"{run.key}.npz").is_file()]
        while pending:
            waiting = []
            for run in pending:
                try:
                    with locked(self.folder / f"{run.key}.turn"):
                        self.scores(run)
                except Busy:
                    waiting.append(run)
            if len(waiting) == len(pending):
                time.sleep(1)
            pending = waiting

    def info(self, run: Run) -> Mapping[str, float]:
        """What was noted of a training: ``trainable`` parameters, ``seconds``, ``loss``."""
        self.net(run)
        return load_checkpoint(self.folder / f"{run.key}.safetensors")[1]

    def scores(self, run: Run) -> Scores:
        """Scores of the songs that a run is tested on (the source task's: all), by name."""
        path = self.folder / f"{run.key}.npz"
        if not path.is_file():
            net = self.net(run)
            found = {song.name: self.hear(net, song) for song in self.tested(run)}
            write_atomic(path, _npz(found))
        with kept_file(path), np.load(path) as kept:
            return dict(kept)

    def tested(self, run: Run) -> list[Song]:
        """The songs of its fold, or all for a source network, which has heard none."""
        return [song for song in self.songs if run.fold is None or song.fold == run.fold]

    def taught(self, run: Run) -> list[Song]:
        """The songs that a run learns from: other singers', shuffled by its seed when limited."""
        others = [song for song in self.songs if song.fold != run.fold]
        if run.songs is None:
            return others
        rng = np.random.default_rng([run.seed, run.fold or 0])
        return [others[i] for i in rng.permutation(len(others))[: run.songs]]

    def hear(self, net: nn.Module, song: Song) -> NDArray[np.float32]:
        """A network's scores of a song on earmark's frames, shape (T,)."""
        if isinstance(net, SchluterCnn):
            return to_grid(dense_scores(net, song.X80, fill=SILENT_80), len(song.X))
        if isinstance(net, Crnn):
            return self._windows(net).score(song.X)[:, 0]
        return dense_scores(net, song.heard, fill=FILL)

    def _windows(self, net: Crnn) -> OnnxModel:
        """A network that hears long windows as the runtime runs it, exported once."""
        if self._exported is None or self._exported[0] is not net:
            with tempfile.TemporaryDirectory() as own:
                path = Path(own, "windows.onnx")
                export_onnx(net, path, frames=self.settings.long_frames)
                self._exported = net, OnnxModel(path, threads=torch.get_num_threads())
        return self._exported[1]

    def fresh(self, run: Run) -> nn.Module:
        """A run's network as it begins, its convolutions not yet copied.

        Target networks start from other random weights than the source network of their seed:
        otherwise no transfer would begin with what the transfers copy.
        """
        torch.manual_seed(run.seed if run.kind == "source" else 1000 + run.seed)
        return self.build(run)

    def build(self, run: Run) -> nn.Module:
        """A network of a run's form."""
        options = {"filters": self.settings.filters, "dropout": self.settings.dropout}
        if run.kind == "baseline":
            return SchluterCnn()
        if run.kind == "windows":
            return Crnn(**options)
        if run.kind == "source":
            return BlockCnn(length=run.length, **options)
        return BlockCrnn(length=run.length, shift=self.settings.shift, **options)

    def _train(self, run: Run, path: Path) -> None:
        net = self.fresh(run)
        if run.layers:
            copy_layers(self.net(source(self.settings, seed=run.seed)), net, run.layers)
            freeze(net, run.layers if run.fixed else ())
        stage, draw = self._stage(run), self._draw(run, net)
        own = self.folder / run.key
        own.mkdir(parents=True, exist_ok=True)
        last = {"loss": float("nan")}

        def tell(step: int, row: Mapping[str, float]) -> None:
            last.update(loss=row["loss"])
            self._progress(run, step, stage.steps, row["loss"])

        last["seconds"] = fit(
            net, stage, number=0, draw=draw, valid=[], folder=own, seed=run.seed, place=Place(),
            progress=tell,
        )  # fmt: skip
        save_checkpoint(path, net.state_dict(), {"trainable": trainable(net)} | last)
        shutil.rmtree(own)

    def _stage(self, run: Run) -> Stage:
        s = self.settings
        steps = run.steps or (s.source_steps if run.kind == "source" else s.steps)
        batch = s.long_batch if run.kind == "windows" else s.batch
        return Stage(name=run.key, steps=steps, draw={}, batch=batch, lr=s.lr)

    def _draw(self, run: Run, net: nn.Module) -> Draw:
        s, songs = self.settings, self.taught(run)
        if run.kind == "source":
            return material.draw_mixture(self.mixtures, context=net.context, frames=s.frames)
        if run.kind == "windows":
            return material.draw_song(
                songs, view=material.window_view, context=0, fill=SILENCE,
                frames=s.long_frames,
            )  # fmt: skip
        if run.kind == "baseline":
            net.fit_standard([song.X80 for song in songs])
            return material.draw_song(
                songs, view=material.baseline_view, context=net.context, fill=SILENT_80,
                frames=s.frames,
            )  # fmt: skip
        return material.draw_song(
            songs, view=material.block_view, context=net.context, fill=FILL, frames=s.frames,
            shift=s.shift,
        )  # fmt: skip


def _npz(arrays: Mapping[str, NDArray[np.float32]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()

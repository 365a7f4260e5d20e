"""Fits the detector without a network with scikit-learn: seconds, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neural_network import MLPRegressor

from detect.boosted import BoostedSilhouette, descent_windows, quarter
from detect.sight import RATE_HZ
from detect.training.examples import Watched

Array = NDArray[np.float64]
_NOISE = 0.06  # on the pictures' pixels, so that edges may fray


@dataclass(frozen=True)
class BoostingTraining:
    """How the detector without a network is fitted."""

    components: int  # of the pictures
    hidden: int  # of the perceptron
    epochs: int
    trees: int
    most_frames: int  # drawn from all there are


def fit_boosted(how: BoostingTraining, train: Sequence[Watched], seed: int) -> BoostedSilhouette:
    """Everything fitted on training clips."""
    rng = np.random.default_rng(seed)
    pictures, curves, angles = _frames(train, how.most_frames, rng)
    pca = PCA(min(how.components, len(pictures) - 1), random_state=seed).fit(pictures)
    shown = np.concatenate([pca.transform(pictures), curves], axis=1)
    about, spread = shown.mean(axis=0), shown.std(axis=0) + 1e-3
    angle_about, angle_spread = angles.mean(axis=0), angles.std(axis=0) + 1e-3
    net = MLPRegressor(hidden_layer_sizes=(how.hidden,), max_iter=how.epochs, random_state=seed)
    net.set_params(batch_size=min(256, len(shown)), learning_rate_init=2e-3, n_iter_no_change=how.epochs)
    _fit_quietly(net, (shown - about) / spread, (angles - angle_about) / angle_spread)
    unboosted = BoostedSilhouette(
        pca.mean_, pca.components_, about, spread, *_layers(net), angle_about, angle_spread, *_no_trees()
    )
    windows, past = _windows(unboosted, train)
    return _boosted(unboosted, windows, past, how.trees, seed)


def _frames(train: Sequence[Watched], most: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Pictures with noise, curves and true angles of frames in which the person was seen."""
    parts = [(w.sight.pictures[w.example.seen, 0], w.example.curves[w.example.seen]) for w in train]
    truth = np.concatenate([w.example.angles_deg[w.example.seen] for w in train]).astype(np.float64)
    some = rng.permutation(len(truth))[:most]
    pictures = quarter(np.concatenate([p for p, _ in parts])[some])
    curves = np.concatenate([c for _, c in parts])[some].astype(np.float64)
    return pictures + rng.normal(0, _NOISE, pictures.shape), curves, truth[some]


def _fit_quietly(net: MLPRegressor, shown: Array, wanted: Array) -> None:
    """Fit for as many rounds as asked for: that it could go on is no news."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        net.fit(shown, wanted)


def _layers(net: MLPRegressor) -> tuple[Array, Array, Array, Array]:
    return net.coefs_[0], net.intercepts_[0], net.coefs_[1], net.intercepts_[1]


def _no_trees() -> tuple[Any, ...]:
    none = np.zeros((0, 1))
    return none.astype(int), none.astype(int), none.astype(int), none, none, np.zeros(())


def _windows(fitted: BoostedSilhouette, train: Sequence[Watched]) -> tuple[Array, NDArray[np.bool_]]:
    """Windows of all true descents as they were read, and whether the onset is past in them."""
    windows, past = [], []
    for watched in train:
        read, targets = fitted.angles_deg(watched.sight), watched.example.targets
        for repetition in watched.clip.repetitions or ():
            first, last = (round(t * RATE_HZ) for t in (repetition.start_s, repetition.bottom_s))
            part = read[first : last + 1].astype(np.float64)
            if len(part):
                windows.append(descent_windows(part))
                past.append(targets[first : first + len(part), 5] > 0.5)
    return np.concatenate(windows), np.concatenate(past)


def _boosted(
    fitted: BoostedSilhouette, windows: Array, past: NDArray[np.bool_], trees: int, seed: int
) -> BoostedSilhouette:
    """The same with trees; with one class alone there is nothing to tell apart, and no tree."""
    if past.all() or not past.any():
        return replace(fitted, start=np.asarray(4.0 if past.all() else -4.0))
    grown = GradientBoostingClassifier(n_estimators=trees, max_depth=3, subsample=0.5, random_state=seed)
    grown.fit(windows, past)
    made = [tree[0].tree_ for tree in grown.estimators_]
    nodes = max(tree.node_count for tree in made)

    def stacked(name: str, fill: float) -> Any:
        rows = [np.ravel(getattr(tree, name)) for tree in made]
        return np.array([np.pad(row, (0, nodes - len(row)), constant_values=fill) for row in rows])

    share = past.mean()
    return replace(
        fitted,
        left=stacked("children_left", -1),
        right=stacked("children_right", -1),
        feature=np.maximum(stacked("feature", 0), 0),
        edge=stacked("threshold", 0.0),
        value=grown.learning_rate * stacked("value", 0.0),
        start=np.asarray(np.log(share / (1 - share))),
    )

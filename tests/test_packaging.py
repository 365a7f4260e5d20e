"""What must hold of an installation."""

import hashlib
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_exactly_one_opencv_is_installed_and_it_is_the_one_that_runs():
    """Both wheels write the same cv2/ folder, so having both corrupts it."""
    import cv2

    found = [name for name in ("opencv-python", "opencv-python-headless", "opencv-contrib-python") if _installed(name)]
    assert found == ["opencv-python-headless"]
    assert version(found[0]).startswith(cv2.__version__)


def test_every_package_of_the_lock_is_installed_as_locked():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = dict(line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith((" ", "#")))
    assert len(locked) > 50
    assert {name: version(name) for name in ("numpy", "pybullet", "label-studio-sdk", "hydra-core")} == {
        name: locked[name] for name in ("numpy", "pybullet", "label-studio-sdk", "hydra-core")
    }


def test_nothing_shadows_the_hugging_face_package():
    assert not (ROOT / "datasets" / "__init__.py").exists()


@pytest.mark.parametrize("name", ["quadprog", "bpy", "torch"])
def test_neither_gpl_nor_heavy_packages_are_needed(name):
    needed = [r.lower() for r in distribution("winklab").requires or [] if "extra ==" not in r]  # an extra is a wish
    assert needed
    assert not any(r.startswith(name) for r in needed)


def test_committed_files_are_small():
    large = [
        file
        for folder in ("wink", "sim", "annotate", "detect", "configs", "tests", "docs", "scripts")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and file.stat().st_size > 6e6 and file.name != "body.npz"
    ]
    assert large == []


def test_the_wheel_carries_every_file_that_lies_beside_the_modules(monkeypatch):
    from setuptools.command.build_py import build_py
    from setuptools.config.pyprojecttoml import apply_configuration
    from setuptools.dist import Distribution

    monkeypatch.chdir(ROOT)
    project = apply_configuration(Distribution(), "pyproject.toml")
    project.include_package_data = False  # the patterns alone, not what version control would add
    build = build_py(project)
    build.finalize_options()
    carried = {Path(source) / name for _, source, _, names in build.data_files for name in names}
    lying = {
        file.relative_to(ROOT)
        for package in ("wink", "sim", "annotate", "detect", "configs")
        for file in (ROOT / package).rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc")
    }
    assert Path("detect/shipped/boosted.npz") in lying
    assert lying - carried == set()


def test_the_body_is_the_one_whose_licence_is_told():
    digest = hashlib.sha256((ROOT / "sim/body/body.npz").read_bytes()).hexdigest()
    assert digest in (ROOT / "sim/body/LICENSE-body.md").read_text()


def _installed(name):
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True

"""The documentation: its code runs, its commands exist, its links lead somewhere, its names are the code's."""

import re
from pathlib import Path

import pytest
from marked_body import marked, squat_angles
from test_dataset import put_video, shard

from wink.cli import commands
from wink.dataset_writer import DatasetWriter
from wink.errors import RenderError
from wink.onset import DEFINITIONS
from wink.trc import write_trc
from wink.trial import SquatTrial

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "datasets/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


def ids(page):
    return str(page.relative_to(ROOT))


def code_blocks(page):
    text = page.read_text()
    fenced = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    indented = re.findall(r"(?:^    from .*\n(?:    .*\n|\n)*)", text, flags=re.MULTILINE)
    return fenced + [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in indented]


@pytest.fixture
def small_demo(tmp_path, monkeypatch):
    writer = DatasetWriter(tmp_path / "datasets/demo", {})
    writer.add(shard("00000", "aaa"))
    put_video(writer.path, "aaa")
    writer.finish("")
    write_trc(tmp_path / "squat.trc", marked(squat_angles()))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", [page for page in PAGES if code_blocks(page)], ids=ids)
def test_code_runs(page, small_demo, capsys):
    for block in code_blocks(page):
        names: dict[str, object] = {}
        try:
            exec(compile(block, str(page), "exec"), names)
        except RenderError as error:
            pytest.skip(f"nothing to draw with: {error}")
        assert names.keys() > {"__builtins__"}, "the code imports and makes nothing"


def test_there_is_code_to_run(small_demo):
    assert code_blocks(ROOT / "README.md")
    assert code_blocks(ROOT / "datasets/README.md")


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_commands_exist(page):
    verbs = set(re.findall(r"(?:`|^    |\n    )wink ([a-z-]+)", page.read_text()))
    assert verbs <= set(commands())


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_pages_speak_of_the_project_alone(page):
    for word in (
        "shared/",
        "/work/",
        "SCIENCE",
        "PHYSICS.md",
        "RENDERING.md",
        "LABEL_STUDIO.md",
        "DETECTION.md",
        "prototype",
    ):
        assert word not in page.read_text(), word


def test_notation_names_every_angle_of_a_trial():
    notation = (ROOT / "docs/notation.md").read_text()
    for name in SquatTrial.__dataclass_fields__:
        if name.endswith(("_deg", "_nm", "_n")):
            assert name in notation, name


def test_onset_page_names_every_definition():
    assert all(name in (ROOT / "docs/onset.md").read_text() for name in DEFINITIONS)


def test_every_verb_is_in_the_readme_or_has_a_page():
    text = "".join(page.read_text() for page in PAGES)
    assert all(f"wink {verb}" in text for verb in commands())

"""The labelling page of each kind of project, and whether a server still has it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from wink.errors import ServerError

Kind = Literal["blind", "review", "training"]

#: What stands at the top of the form, which scrolls: above the video it would push the labels under the bar with
#: Submit. `$look_again` is what an annotator is asked to mend on a clip; mostly empty.
HEADERS: dict[Kind, str] = {
    "blind": "$look_again",
    "review": "Review: open clips from the list; the tabs hold what each detector, or the simulation, says.",
    "training": "Training: answer, submit, then go back a clip (arrow at the bottom left): what was so stands here.",
}
#: Pages of earlier versions, by the digest of what they say: what was marked on them means the same on this one.
EARLIER_PAGES = (
    "f44c107c560a52c04031a83345e619235194c458371033db14cf9f2181b13311",  # blind, before frames could be typed
    "43ece9f48d043622aafea5268189c272fbd5491398e4d50ca524831a4439190b",  # review, without a curve
    "934a88539bc4b8f6c85e0b981c910c036cdd820018ef281a7b78f4492fc2f934",  # blind, before answers were sent back
    "74e830a036daebc6bbb0b152824ed246dd8fea7f51f7c184aabbff55cd77a711",  # blind, before clips were enlarged
    "aef0830d9c4f398c5b2c4db712d3e833ab878f3ba192105aa4f6f69bb930a145",  # review, the same
    "74ba653dbf52130dcde5aaf9b98af636103dd40051d61ffed218844991541504",  # training, the same
    "a7ebb9d50f4fda995f557f3badb7c1f054e64f4521c01ad76ddbf2645d3a95ef",  # blind, before it fitted low windows
    "e936c884a8b61e0d6f44f7f5a8b67ed06519302efa853d699d7687daa15ef732",  # review, the same
    "a2e446a1145221a622305209b62f0d64e349733bbe987eaa1a8f42b6463bb1a6",  # training, the same
    "107a18bc314d0bfca662c410285dad667f2677f513fd6b2a32af32f9477714f5",  # blind, before numbers had keys out of the way
    "f32f29920fcf9561ddfd114ca68c9ad6cab8fcfb6e2f9881b1bbd0fab0ec72b5",  # review, the same
    "bca0ae83bafc3355f59f7b0f9d443cc3795d57d580b18fbf7111fa11a87e23c3",  # training, the same
    "9a797a9c3d1aacfaa44c632c7407405b9c654ae7517d10b0d836c5222e06fd00",  # blind, with other words on the onset
    "5347470a33b3028b2c64bf775766050cfee52b6e53adcdb1567604111b958711",  # review, the same
    "f919ee8943e36f4cc9905865a4d4e6a38911bdef30764899c03c54333dad622e",  # training, the same
)
#: Height [px] of the row above a review's video in which answers and predictions are chosen (Label Studio 1.23.2).
TABS_PX = 80
#: Pictures of the instructions: just before the onset, and once the wink is plain.
PICTURES = ("before_onset.jpg", "after_onset.jpg")


def labeling_config(kind: Kind) -> str:
    """The labelling page: the same form for all kinds, under a header of their own; in a review with the curve."""
    page = ElementTree.fromstring(files("annotate").joinpath("labeling_config.xml").read_text())
    _, form = page.findall("View/View")
    above = [ElementTree.Element("Header", value=HEADERS[kind], size="5")]
    if kind == "training":
        above.append(ElementTree.Element("Header", value="$lesson", size="4"))
    if kind == "review":
        form.set("style", str(form.get("style")).replace("flex:1;min-width:280px", "flex:2;min-width:420px"))
        above.append(ElementTree.Element("Markdown", value="$curve"))
        _lower(page)
    form[:0] = above
    return ElementTree.tostring(page, encoding="unicode")


def _lower(page: ElementTree.Element) -> None:
    """Let the video shrink in windows that are as much higher as a review's row of answers takes from them."""
    for style in page.iter("Style"):
        style.text = re.sub(r"-height: (\d+)px", lambda found: f"-height: {int(found[1]) + TABS_PX}px", str(style.text))


def instructions(folder_url: str = "clips") -> str:
    """What the page shows an annotator before the first clip.

    Args:
        folder_url: where the server's media folder has the pictures; it strips pictures that are in the text itself.
    """
    return illustrated({name: f"/data/local-files/?d={folder_url}/{name}" for name in PICTURES})


def illustrated(pictures: Mapping[str, str]) -> str:
    """The instructions with their pictures at these addresses, by name; without those that have none."""
    text = " ".join(files("annotate").joinpath("instructions.html").read_text().split())  # line ends are shown
    for name in PICTURES:
        if name in pictures:
            text = text.replace(f'"{name}"', f'"{pictures[name]}"')
        else:
            text = re.sub(rf'<img src="{re.escape(name)}"[^>]*/>', "", text)
    return text


def picture(name: str) -> bytes:
    """One of the pictures of the instructions, as JPEG."""
    return files("annotate").joinpath(name).read_bytes()


def place_pictures(clips: Path) -> None:
    """Put the pictures of the instructions beside the clips, where every project may show them."""
    for name in PICTURES:
        if not (clips / name).exists() or (clips / name).read_bytes() != picture(name):
            (clips / name).write_bytes(picture(name))


def is_earlier_page(theirs: str) -> bool:
    """Whether a labelling page is one of an earlier version, whose annotations this one can go on with."""
    return hashlib.sha256(_canonical(theirs).encode()).hexdigest() in EARLIER_PAGES


def same_page(ours: str, theirs: str) -> bool:
    """Whether two labelling pages differ in nothing but white space and comments."""
    try:
        return _canonical(ours) == _canonical(theirs)
    except ElementTree.ParseError as error:
        raise ServerError(f"the labelling page is no valid XML: {error}") from error


def _canonical(text: str) -> str:
    return ElementTree.canonicalize(text, strip_text=True)

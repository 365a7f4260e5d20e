"""HDR to ordinary colours, against the standards' own numbers."""

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from annotate.clip_file import Cut, write_clips
from annotate.pictures import pictures
from annotate.tone import PEAK_NITS, WHITE_NITS, compressed_nits, light_of_hlg, nits_of_pq, pq_of_nits, to_sdr
from annotate.video import look_at


@pytest.mark.parametrize(("nits", "signal"), [(0, 0.0), (100, 0.508), (203, 0.581), (1000, 0.752), (10000, 1.0)])
def test_pq_is_that_of_the_standard(nits, signal):
    """BT.2408 table 1 tells 203 cd/m2 as 58 %, 1000 as 75 %."""
    assert pq_of_nits(nits) == pytest.approx(signal, abs=6e-4)
    assert nits_of_pq(pq_of_nits(nits)) == pytest.approx(nits, rel=1e-9, abs=1e-3)


def test_hlg_is_that_of_the_standard():
    assert light_of_hlg(0.5) == pytest.approx(1 / 12)
    assert light_of_hlg(1.0) == pytest.approx(1.0, abs=1e-6)
    assert PEAK_NITS * light_of_hlg(0.75) ** 1.2 == pytest.approx(WHITE_NITS, rel=0.005)  # BT.2408: white at 75 %


def test_highlights_are_compressed_and_shadows_left():
    nits = np.geomspace(0.1, PEAK_NITS, 400)
    shown = compressed_nits(nits)
    assert (np.diff(shown) > 0).all()
    np.testing.assert_allclose(shown[nits < 50], nits[nits < 50], rtol=1e-6)
    assert shown[-1] == pytest.approx(WHITE_NITS)


@pytest.mark.parametrize("transfer", ["pq", "hlg"])
def test_grey_stays_grey_and_brighter_stays_brighter(transfer):
    codes = np.linspace(0, 65535, 200).astype(np.uint16)
    shown = to_sdr(np.repeat(codes[:, None], 3, axis=1)[None], transfer)[0].astype(int)
    assert np.ptp(shown, axis=1).max() <= 1
    assert (np.diff(shown[:, 0]) >= 0).all()
    assert (shown[0, 0], shown[-1, 0]) == (0, 255)


def test_a_green_of_the_smaller_gamut_keeps_its_colour():
    """BT.709 green in BT.2020 light (BT.2087): it must come back as green alone."""
    light = np.array([0.3293, 0.9195, 0.0880]) * 50
    shown = to_sdr((pq_of_nits(light) * 65535).astype(np.uint16)[None, None], "pq")[0, 0].astype(int)
    assert shown[1] == pytest.approx(255 * (50 / WHITE_NITS) ** (1 / 2.4), abs=3)
    assert max(shown[0], shown[2]) <= 40


@pytest.mark.parametrize(("transfer", "number"), [("pq", 16), ("hlg", 18)])
def test_an_hdr_film_becomes_an_ordinary_clip(tmp_path, transfer, number):
    if "libx265" not in av.codecs_available:
        pytest.skip("this PyAV cannot write HEVC")
    nits = np.array([10.0, 50.0, 100.0])
    signal = pq_of_nits(nits) if transfer == "pq" else _hlg(nits)
    picture = np.zeros((96, 128, 3), np.uint16)
    for bar, value in enumerate(signal):
        picture[32 * bar : 32 * bar + 32] = round(value * 65535)
    source = write_hdr(tmp_path / "a.mov", picture, number)
    facts = look_at(source)
    assert facts.transfer == transfer
    assert f"HDR ({transfer.upper()}) made ordinary" in facts.mended
    write_clips(pictures(source, facts, (128, 96)), facts, [Cut(0, 3)], [tmp_path / "b.mp4"])
    with av.open(str(tmp_path / "b.mp4")) as container:
        frame = next(container.decode(video=0))
    assert (frame.color_trc, frame.color_primaries, frame.format.name) == (1, 1, "yuv420p")
    shown = frame.to_ndarray(format="rgb24").astype(int)
    for bar, value in enumerate(compressed_nits(nits)):
        assert shown[32 * bar + 16, 64] == pytest.approx(255 * (value / WHITE_NITS) ** (1 / 2.4), abs=5)


def _hlg(nits):
    """HLG signal of a grey of some luminance on a screen of 1000 cd/m2 (BT.2100 table 5)."""
    light = (nits / PEAK_NITS) ** (1 / 1.2)
    codes = np.linspace(0, 1, 100_000)
    return np.interp(light, light_of_hlg(codes), codes)


def write_hdr(path, picture, transfer):
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx265", rate=30)
        stream.width, stream.height, stream.pix_fmt = picture.shape[1], picture.shape[0], "yuv420p10le"
        stream.options = {"x265-params": "log-level=none:pools=1:crf=8", "preset": "ultrafast"}
        context = stream.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 9, 9, transfer
        for k in range(3):
            rgb = av.VideoFrame.from_ndarray(picture, format="rgb48le")
            frame = rgb.reformat(format="yuv420p10le", dst_colorspace=Colorspace.BT2020, dst_color_range=1)
            frame.pts = k
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path

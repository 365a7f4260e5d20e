"""The labelling page in a real browser, as an annotator's hands use it."""

import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright
from videos import BITS, CELL

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: How long a page may take on a busy machine [ms].
PATIENCE_MS = 180_000
#: Width of a frame's cell on the timeline and of the names left of it [px].
CELL_PX, NAMES_PX = 16, 150
COUNTER = ".lsf-frames-control"
TIMELINE = ".lsf-timeline-frames__scroll"
CONTROLS = ", ".join(f".lsf-main-view {what}" for what in ("input", "textarea", "button", ".lsf-label"))
#: Whether the middle of a control belongs to it, so that a click there is meant for it: in sight, and under nothing.
IS_ON_TOP = """e => {
  const box = e.getBoundingClientRect(), seen = e.closest('label') || e;
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return there !== null && (seen.contains(there) || there.contains(e) && !there.querySelector('.lsf-bottombar'));
}"""
READ_NUMBER = f"""() => {{
  const video = document.querySelector('video'), canvas = document.createElement('canvas');
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const context = canvas.getContext('2d'); context.drawImage(video, 0, 0);
  let number = 0;
  for (let bit = 0; bit < {BITS}; bit++)
    if (context.getImageData(bit * {CELL} + {CELL // 2}, {CELL // 2}, 1, 1).data[0] > 128) number += 1 << bit;
  return number;
}}"""


def find_browser():
    """A Chromium on the path, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def signed_in(url, email, password, size=(1700, 1050)):
    """A browser page that is signed in, with the hop size set as the instructions ask."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.add_init_script("localStorage.setItem('labelStudio:settings', JSON.stringify({videoHopSize: 1}))")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(f"{url}/user/login/", wait_until="commit")
        page.wait_for_selector("input[name=email]")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda at: "/user/login" not in at, wait_until="commit")
        try:
            yield LabellingPage(page, url)
        finally:
            browser.close()


class LabellingPage:
    """One clip at a time."""

    def __init__(self, page, url):
        self.page, self.url = page, url

    def open(self, project, task, n_frames):
        """Show a task and wait until its video has all of its frames."""
        self.page.goto(f"{self.url}/projects/{project}/data?task={task}", wait_until="commit")
        self.page.wait_for_selector(COUNTER)
        self.page.wait_for_function(
            f"n => document.querySelector('{COUNTER}').textContent.includes('of ' + n)", arg=n_frames
        )
        self.page.wait_for_timeout(800)

    def begin_labelling(self, project="winklab blind"):
        """Open a project of the list, *Label All Tasks*, and send the instructions away, as an annotator does."""
        self.page.goto(f"{self.url}/projects/", wait_until="commit")
        self.page.get_by_text(project, exact=True).first.click()
        self.page.get_by_text("Label All Tasks").click()
        self.page.wait_for_selector(COUNTER)
        self.close_instructions()

    def close_instructions(self):
        """Send the instructions away, which come up by themselves."""
        title = self.page.get_by_text("Labeling Instructions")
        title.wait_for()
        self.page.keyboard.press("Escape")
        title.wait_for(state="hidden")

    def play(self):
        """Play by the keys the instructions name, until the picture has moved."""
        self.page.wait_for_function("() => document.querySelector('video').readyState >= 3")
        self.page.keyboard.press("Control+Alt+Space")
        self.page.wait_for_function("() => document.querySelector('video').currentTime > 0.1")

    def mark(self, hotkey, first, last=None):
        """Press a label's key, then click a cell of the timeline (frames from 1), or drag to another."""
        self._scroll_to(first)
        self.page.keyboard.press(hotkey)
        self.page.wait_for_timeout(200)
        self.page.mouse.move(*self._cell(first))
        self.page.mouse.down()
        for frame in range(first, (last or first) + 1):
            self.page.mouse.move(*self._cell(frame))
        self.page.mouse.up()
        self.page.wait_for_timeout(500)

    def deselect(self):
        """Leave the region that was just drawn."""
        self.page.keyboard.press("Escape")
        self.page.wait_for_timeout(200)

    def press(self, keys):
        """Press answers' keys one after another."""
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(150)

    def access(self, letter):
        """Press Alt and an access key, as a keyboard sends it; Playwright leaves out the letter when Alt is down."""
        keys = self.page.context.new_cdp_session(self.page)
        code = {"windowsVirtualKeyCode": ord(letter.upper()), "code": f"Key{letter.upper()}", "key": letter}
        keys.send(
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "modifiers": 1, "text": letter, **code} | {"unmodifiedText": letter},
        )
        keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "modifiers": 1, **code})
        self.page.wait_for_timeout(300)

    def number_shown(self):
        """The number the picture under the playhead carries."""
        return self.page.evaluate(READ_NUMBER)

    def frame_counted(self):
        """The frame the page says it shows, from 1."""
        return int(self.page.text_content(COUNTER).split(" of ")[0].strip())

    def enlargement(self):
        """How many pixels of the page a pixel of the player's picture takes."""
        canvas = self.page.query_selector(".lsf-video-canvas canvas")
        return canvas.bounding_box()["width"] / canvas.evaluate("canvas => canvas.width")

    def controls(self):
        """Everything on the page that an annotator uses."""
        there = self.page.query_selector_all(f"{CONTROLS}, {TIMELINE}")
        return [control for control in there if control.is_visible()]

    def out_of_reach(self):
        """Controls that a mouse cannot get at, scrolled to where that is needed."""
        lost = []
        for control in self.controls():
            control.scroll_into_view_if_needed()
            if not control.evaluate(IS_ON_TOP):
                lost.append(control.evaluate("e => e.outerHTML.slice(0, 120)"))
        return lost

    def wheel_over(self, selector):
        """Turn the wheel over something; how far up it goes [px]."""
        before = self.page.query_selector(selector).bounding_box()
        self.page.mouse.move(before["x"] + 5, before["y"] + 5)
        self.page.mouse.wheel(0, 2000)
        self.page.wait_for_timeout(300)
        return before["y"] - self.page.query_selector(selector).bounding_box()["y"]

    def submit(self, keys=None):
        """Send the annotation, by the button or by keys, and wait until the server has taken it."""
        with self.page.expect_response(lambda r: "/annotations" in r.url and r.request.method == "POST") as answer:
            if keys:
                self.page.keyboard.press(keys)
            else:
                self.page.click("[data-testid=bottombar-submit-button]")
        assert answer.value.status == 201
        self.page.wait_for_timeout(300)

    def _scroll_to(self, frame):
        """Bring a cell of the timeline into sight with the wheel, if it is not."""
        box = self.page.query_selector(TIMELINE).bounding_box()
        for _ in range(20):
            x = self._offset(frame)
            if NAMES_PX <= x < box["width"] - CELL_PX:
                return
            self.page.mouse.move(box["x"] + NAMES_PX + 100, box["y"] + 14)
            self.page.mouse.wheel(x - box["width"] / 2, 0)
            self.page.wait_for_timeout(300)

    def _offset(self, frame):
        """Middle of a cell, from the left edge of the timeline [px]."""
        scrolled = self.page.evaluate(f"() => document.querySelector('{TIMELINE}').scrollLeft")
        return NAMES_PX + (frame - 1) * CELL_PX + CELL_PX / 2 - scrolled

    def _cell(self, frame):
        box = self.page.query_selector(TIMELINE).bounding_box()
        x = self._offset(frame)
        assert x < box["width"], f"frame {frame} is off the visible timeline"
        return box["x"] + x, box["y"] + 14

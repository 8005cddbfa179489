"""A new render on the page: checked while it is written, planned before it starts."""

import shutil
from pathlib import Path

import pytest
from browser import enter, seen
from daemon import DaemonProcess
from playwright.sync_api import Page, expect

from framecrew.model.errors import WrongUse
from framecrew.testing import write_scene

PAGES = Path(__file__).parents[1] / "pages"

pytestmark = pytest.mark.slow


def scene(daemon: DaemonProcess, **values: object) -> Path:
    return write_scene(
        Path(daemon.output) / "shot.standin", **({"last": 20, "seconds": 0.1} | values)
    )


def write(page: Page, path: Path) -> None:
    page.get_by_role("textbox", name="File or address of the scene").fill(str(path))
    page.get_by_role("textbox", name="File or address of the scene").press("Tab")


def test_what_the_form_shows_is_what_runs(page: Page, daemon: DaemonProcess) -> None:
    path = scene(daemon)
    enter(page, daemon, "#/new")
    write(page, path)
    expect(page.get_by_text("The scene's own range: 1-20")).to_be_visible()
    expect(page.get_by_label("Output", exact=True)).to_have_value(
        str(path.parent / "renders" / "shot_####.png")
    )
    page.get_by_role("radio", name="Number of renderers").check()
    page.get_by_role("spinbutton", name="Number of renderers").fill("2")
    plan = page.get_by_role("complementary", name="Plan")
    expect(plan).to_contain_text("2 slots × 1 thread")
    expect(plan).to_contain_text("as asked")

    page.get_by_role("button", name="Start render").click()

    expect(page.locator(".job-head")).to_contain_text("2 slots × 1 thread")
    lanes = page.locator(".lanes canvas")
    seen(
        page,
        lambda: (lanes.get_attribute("aria-label") or "").startswith("2 slots"),
        "two lanes",
    )
    assert daemon.client.job(1).spec["slots"] == 2


def test_auto_tells_the_number_that_runs_and_why(page: Page, daemon: DaemonProcess) -> None:
    enter(page, daemon, "#/new")
    write(page, scene(daemon))
    auto = page.locator(".choice").first
    expect(auto).to_contain_text("because:")
    text = auto.inner_text()
    number = int(text.split("(= ")[1].split(")")[0])

    page.get_by_role("button", name="Start render").click()

    expect(page.get_by_role("heading", name="shot")).to_be_visible()
    expect(page.locator(".job-head")).to_contain_text(f"{number} slot")


def test_frames_are_counted_or_refused_at_the_character(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    frames = page.get_by_label("Frames", exact=True)

    frames.fill("1-100x10,!50")
    expect(page.get_by_text("frames, from 1 to")).to_be_visible()
    frames.fill("5")
    expect(page.get_by_text("1 frame: 5", exact=True)).to_be_visible()

    frames.fill("1-10,2:4")
    expect(frames).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".pointer b")).to_have_text(":")


@pytest.mark.skipif(
    shutil.which("chromium-headless-shell") is None, reason="no chromium-headless-shell here"
)
def test_a_web_page_tells_how_it_will_be_rendered_and_what_it_lacks(
    page: Page, daemon: DaemonProcess
) -> None:
    path = Path(daemon.output) / "shot.html"
    path.parent.mkdir(parents=True)
    path.write_text((PAGES / "helios.html").read_text() + '<img src="lost.png">')
    enter(page, daemon, "#/new")
    write(page, path)

    found = page.locator(".scene-facts")
    expect(found).to_contain_text("64 × 36")
    expect(found).to_contain_text("25 fps")
    notes = page.get_by_role("list", name="How the scene will be rendered")
    expect(notes).to_contain_text("contract: helios")
    expect(page.get_by_role("alert").first).to_contain_text("1 file is missing")
    expect(page.get_by_role("alert").first).to_contain_text("lost.png")
    expect(page.get_by_role("button", name="Start render")).to_be_disabled()
    page.get_by_role("checkbox", name="Render nevertheless").check()
    expect(page.get_by_role("button", name="Start render")).to_be_enabled()


@pytest.mark.thorough
def test_a_render_is_begun_by_keys_alone(page: Page, daemon: DaemonProcess) -> None:
    path = scene(daemon, last=3, seconds=0)
    enter(page, daemon)

    page.keyboard.press("n")
    until_focus(page, "File or address of the scene")
    page.keyboard.type(str(path))
    page.keyboard.press("Tab")
    expect(page.get_by_text("The scene's own range: 1-3")).to_be_visible()
    until_focus(page, "Auto", kind="radio")
    page.keyboard.press("Tab")  # Who only passes by chooses nothing.
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("radio", name="Auto")).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Number of renderers")).to_be_checked()
    expect(page.get_by_role("complementary", name="Plan")).to_contain_text("as asked")
    until_focus(page, "Start render")
    page.keyboard.press("Enter")

    expect(page.locator(".job-head .pill")).to_have_text("Done")
    for tab in ("Log", "Film"):
        until_focus(page, tab)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=tab, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
    until_focus(page, "Player", kind="group")
    page.keyboard.press("End")
    expect(page.locator(".frame-now")).to_have_text("Frame 3")


def until_focus(page: Page, name: str, kind: str = "") -> None:
    """Press Tab until that has the focus."""
    for _ in range(80):
        if page.evaluate(FOCUSED, [name, kind]):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {name}")


FOCUSED = """([name, kind]) => {
  const at = document.activeElement;
  const said = at.getAttribute("aria-label") || at.closest("label")?.innerText || at.innerText || "";
  return said.trim().startsWith(name) && (kind === "" || at.type === kind || at.getAttribute("role") === kind);
}"""


@pytest.mark.thorough
def test_a_preset_that_cannot_be_right_is_not_saved(page: Page, daemon: DaemonProcess) -> None:
    with pytest.raises(WrongUse, match="vp9"):
        daemon.client.save_preset("Wrong", {"film": "/films/a.mp4", "film_preset": "vp9"})
    enter(page, daemon, "#/new")
    page.get_by_label("Film", exact=True).fill("/films/shot.webm")
    page.get_by_label("Film preset").select_option("vp9")
    page.get_by_label("Film", exact=True).fill("/films/shot.mp4")
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Wrong")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    expect(page.locator(".toasts")).to_contain_text("vp9")
    assert "Wrong" not in page.get_by_label("Preset", exact=True).inner_text()


def test_a_mistake_keeps_the_render_from_being_started(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    write(page, scene(daemon))
    expect(page.get_by_role("button", name="Start render")).to_be_enabled()

    page.get_by_label("Output", exact=True).fill("/nowhere/at/all/shot.png")

    expect(page.get_by_role("alert")).to_contain_text("Output")
    expect(page.get_by_role("button", name="Start render")).to_be_disabled()


@pytest.mark.thorough
def test_only_presets_that_fit_the_film_can_be_chosen(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    page.get_by_label("Film", exact=True).fill("/films/shot.mp4")
    choices = page.get_by_label("Film preset").locator("option")
    seen(page, lambda: choices.count() > 1, "the presets")
    fitting = choices.all_inner_texts()

    assert not any("vp9" in text.lower() for text in fitting)
    page.get_by_label("Film", exact=True).fill("/films/shot.webm")
    seen(page, lambda: any("vp9" in text.lower() for text in choices.all_inner_texts()), "VP9")


@pytest.mark.thorough
def test_a_preset_is_saved_laid_over_another_form_and_removed(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    write(page, scene(daemon))
    page.get_by_label("Priority").fill("77")
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Urgent")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Preset", exact=True)).to_contain_text("Urgent")

    page.reload()
    expect(page.get_by_label("Priority")).to_have_value("")
    page.get_by_label("Preset", exact=True).select_option("Urgent")

    expect(page.get_by_label("Priority")).to_have_value("77")


@pytest.mark.thorough
def test_what_is_typed_key_by_key_is_what_is_asked_for(
    page: Page, daemon: DaemonProcess
) -> None:
    folder = scene(daemon).parent
    other = write_scene(folder / "other.standin", last=3)
    enter(page, daemon, "#/new")
    field = page.get_by_role("textbox", name="File or address of the scene")
    output = page.get_by_label("Output", exact=True)

    field.press_sequentially(str(folder / "shot.standin"))
    field.press("Tab")
    expect(output).to_have_value(str(folder / "renders" / "shot_####.png"))
    write(page, other)
    expect(output).to_have_value(str(folder / "renders" / "other_####.png"))
    output.fill(str(folder / "own_####.png"))
    write(page, folder / "shot.standin")
    expect(output).to_have_value(str(folder / "own_####.png"))

    page.get_by_text("All settings").click()
    variables = page.get_by_label("Environment", exact=True)
    variables.press_sequentially("PROJECT=sq010\nSHOT=sh 0040")
    variables.press("Tab")
    expect(variables).to_have_value("PROJECT=sq010\nSHOT=sh 0040")
    page.get_by_role("button", name="Start render").click()
    expect(page.locator(".job-head")).to_be_visible()
    spec = daemon.client.job(1).spec
    assert spec["environment"] == {"PROJECT": "sq010", "SHOT": "sh 0040"}
    assert spec["output"] == str(folder / "own_####.png")


@pytest.mark.thorough
def test_a_list_is_typed_with_its_commas(page: Page, daemon: DaemonProcess) -> None:
    enter(page, daemon, "#/new")
    write(page, Path(daemon.output) / "none.blend")
    addons = page.get_by_label("Add-ons", exact=True)

    addons.press_sequentially("cycles, io_scene")
    addons.press("Tab")

    expect(addons).to_have_value("cycles, io_scene")


@pytest.mark.thorough
def test_the_number_that_stands_in_the_field_is_the_one_that_runs(
    page: Page, daemon: DaemonProcess
) -> None:
    most = daemon.client.machine().most_slots
    enter(page, daemon, "#/new")
    write(page, scene(daemon))
    number = page.get_by_role("spinbutton", name="Number of renderers")
    expect(page.get_by_text(f"1 to {most}", exact=True)).to_be_visible()

    number.press_sequentially(f"{most}00")
    expect(number).to_have_value(str(most))
    number.fill("")
    number.press("Tab")
    expect(number).to_have_value(str(most))


@pytest.mark.thorough
def test_a_scene_that_is_taken_away_is_not_inspected_any_more(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    write(page, scene(daemon, start_seconds=20))
    inspecting = page.get_by_text("The renderer opens the scene")
    expect(inspecting).to_be_visible()

    page.get_by_role("textbox", name="File or address of the scene").fill("")

    expect(inspecting).to_have_count(0)


@pytest.mark.thorough
def test_what_went_wrong_covers_nothing_that_is_to_be_pressed(
    page: Page, daemon: DaemonProcess
) -> None:
    enter(page, daemon, "#/new")
    write(page, scene(daemon))
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("n" * 99)
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator(".toasts")).to_contain_text("a name of up to")

    page.get_by_role("button", name="Start render").click(trial=True)


def test_a_scene_is_picked_from_a_folder(page: Page, daemon: DaemonProcess) -> None:
    daemon.client.submit(
        daemon.keys(scene(daemon))
    )  # its folder may be looked into from now on
    enter(page, daemon, "#/new")
    page.get_by_role("button", name="Browse", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("list").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.thorough
def test_a_dropped_scene_is_taken_in(page: Page, daemon: DaemonProcess) -> None:
    enter(page, daemon, "#/new")
    page.locator(".scene").evaluate(
        """area => {
          const data = new DataTransfer();
          data.items.add(new File(['{"last": 5}'], "dropped.standin"));
          area.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
        }"""
    )

    field = page.get_by_role("textbox", name="File or address of the scene")
    seen(page, lambda: field.input_value().endswith("dropped.standin"), "the scene")

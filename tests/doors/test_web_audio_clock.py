"""The clock of Web Audio is that of the page."""

from pathlib import Path

from doors.web import EXACT, WITH_BROWSER, Folder, write_page

pytestmark = WITH_BROWSER

PAGE = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8"><body><script>
  const show = (n) => { document.body.style.background = `rgb(0 0 ${Math.round(n) + 1})`; };
  const context = new AudioContext();
  const sound = new OscillatorNode(context);
  sound.connect(context.destination);
  sound.start();
  let late = 0;
  setTimeout(() => context.suspend(), 200);
  setTimeout(() => { late = 5; context.resume(); }, 400);
  requestAnimationFrame(function draw(now) {
    const at = context.currentTime * 25;
    show(now < 200 ? at : now < 400 ? at + (now - 200) / 40 : at + late);
    requestAnimationFrame(draw);
  });
</script>"""


def test_pages_can_go_by_the_clock_of_their_sound_and_are_told_that_nobody_hears_it(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)

    said = folder.render(write_page(tmp_path, PAGE), "--slots", 2)

    assert said.code == 0, said
    assert folder.shown() == EXACT
    assert "(Web Audio) are not in a film" in said.out

"""Pages of real libraries, unmodified from npm: each shows each frame at its place.

They are fetched into the test's own folder, so this group runs only where it is asked for:
`FRAMECREW_TEST_LIBRARIES=1 pytest tests/doors/test_web_libraries.py`.
"""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from doors.media import heard_in, make_video, write_level
from doors.web import EXACT, SHELL, Folder, greys

NPM = shutil.which("npm") or ""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (os.environ.get("FRAMECREW_TEST_LIBRARIES") and NPM and SHELL),
        reason="asks npm for packages: set FRAMECREW_TEST_LIBRARIES=1, have npm and a browser",
    ),
]

PACKAGES = (
    *("@helios-project/core@5.13.2", "gsap@3.15.0", "three@0.187.0", "animejs@4.5.0"),
    *("d3@7.9.0", "lottie-web@5.13.0"),
)

HEAD = """<!doctype html><meta charset="utf-8">
<meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">
<script type="importmap">{"imports": {"three": "/node_modules/three/build/three.module.js",
  "helios": "/node_modules/@helios-project/core/dist/index.js"}}</script>
<body style="margin: 0; background: rgb(0 0 1)">
"""
SHOW = "const show = (n) => { document.body.style.background = `rgb(0 0 ${Math.round(n)})`; };"

HELIOS = """<script type="module">import {{ Helios }} from "helios"; {show}
const helios = new Helios({{ width: 64, height: 36, fps: 25, duration: 0.8, autoSyncAnimations: true }});
{bind}
helios.subscribe((state) => show(state.currentFrame + 1));
window.helios = helios;</script>"""

PAGES = {
    "helios": HELIOS.format(show=SHOW, bind=""),
    "helios-bound": HELIOS.format(show=SHOW, bind="helios.bindToDocumentTimeline();"),
    "gsap": f"""<script src="/node_modules/gsap/dist/gsap.js"></script><script>{SHOW}
const at = {{ n: 1 }};
gsap.to(at, {{ n: 21, duration: 0.8, ease: "none", onUpdate: () => show(at.n) }});</script>""",
    "anime": f"""<script src="/node_modules/animejs/dist/bundles/anime.umd.min.js"></script>
<script>{SHOW} const at = {{ n: 1 }};
anime.animate(at, {{ n: 21, duration: 800, ease: "linear", onUpdate: () => show(at.n) }});</script>""",
    "d3": """<script src="/node_modules/d3/dist/d3.js"></script><script>
d3.select("body").style("background", "rgb(0,0,1)").transition().duration(800).ease(d3.easeLinear)
  .style("background", "rgb(0,0,21)");</script>""",
    "three": """<script type="module">import * as THREE from "three";
const renderer = new THREE.WebGLRenderer();
renderer.setSize(64, 36); renderer.domElement.style.display = "block";
document.body.append(renderer.domElement);
const scene = new THREE.Scene(), camera = new THREE.OrthographicCamera(-1, 1, 1, -1, 0.1, 10);
camera.position.z = 2;
const material = new THREE.MeshBasicMaterial({ toneMapped: false });
scene.add(new THREE.Mesh(new THREE.PlaneGeometry(2, 2), material));
renderer.setAnimationLoop((now) => {
  material.color.setRGB(0, 0, (Math.round(now / 40) + 1) / 255, THREE.SRGBColorSpace);
  renderer.render(scene, camera);
});</script>""",
    "lottie": """<script src="/node_modules/lottie-web/build/player/lottie.js"></script>
<div id="box" style="width: 64px; height: 36px; background: black"></div><script>
const still = (k) => ({ a: 0, k });
const shade = (t, blue) => ({ t, s: [0, 0, blue / 255, 1], i: { x: [1], y: [1] }, o: { x: [0], y: [0] } });
const shape = { ty: "gr", it: [
  { ty: "rc", p: still([32, 18]), s: still([64, 36]), r: still(0) },
  { ty: "fl", o: still(100), c: { a: 1, k: [shade(0, 1), shade(20, 21)] } },
  { ty: "tr", p: still([0, 0]), a: still([0, 0]), s: still([100, 100]), r: still(0), o: still(100) } ] };
lottie.loadAnimation({ container: document.getElementById("box"), renderer: "svg", loop: false,
  animationData: { v: "5.7.0", fr: 25, ip: 0, op: 20, w: 64, h: 36, assets: [], layers: [
    { ddd: 0, ind: 1, ty: 4, nm: "s", sr: 1, ip: 0, op: 100, st: 0, bm: 0, shapes: [shape],
      ks: { o: still(100), r: still(0), p: still([0, 0, 0]), a: still([0, 0, 0]), s: still([100, 100, 100]) } }] } });
</script>""",
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the libraries in `node_modules`."""
    folder = tmp_path_factory.mktemp("libraries")
    (folder / "package.json").write_text("{}", encoding="utf-8")
    words = ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run([NPM, *words, *PACKAGES], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_a_library_moves_by_our_clock(tmp_path: Path, packages: Path, name: str) -> None:
    page = packages / f"{name}.html"
    page.write_text(HEAD + PAGES[name], encoding="utf-8")
    folder = Folder(tmp_path)

    said = folder.render(page, "--slots", 2, "--chunk-size", 6)

    assert said.code == 0, said
    assert folder.shown() == EXACT


HYPERFRAMES = """<!doctype html><head><script src="/node_modules/gsap/dist/gsap.js"></script>
<script src="/node_modules/animejs/dist/bundles/anime.umd.min.js"></script></head>
<body style="margin: 0"><div data-composition-id="main" data-start="0" data-width="64" data-height="36"
  data-fps="25" data-duration="0.8" style="height: 36px; background: rgb(0 0 1)">
  <div id="host" data-composition-id="part" data-composition-src="LIBRARY-part.html" data-start="0.2"
    data-duration="0.6"></div>
</div><script>
  const line = gsap.timeline({ paused: true });
  line.fromTo("[data-composition-id='main']", { backgroundColor: "rgb(0,0,1)" },
    { backgroundColor: "rgb(0,0,21)", duration: 0.8, ease: "none" });
  window.__timelines["main"] = line;
</script>"""
"""The page's own timeline shows the first frames; those of a part, which covers it, the others."""

PARTS = {
    "gsap": """const line = gsap.timeline({ paused: true });
      line.fromTo(".all", { backgroundColor: "rgb(0,0,6)" },
        { backgroundColor: "rgb(0,0,21)", duration: 0.6, ease: "none" });
      window.__timelines["part"] = line;""",
    "anime": """const line = anime.createTimeline({ autoplay: false });
      const at = { n: 6 }, all = document.querySelector(".all");
      const show = () => { all.style.background = `rgb(0 0 ${Math.round(at.n)})`; };
      line.add(at, { n: [6, 21], duration: 600, ease: "linear", onUpdate: show });
      hyperframesAnime.register("part", line, { labels: {} });""",
}


@pytest.mark.parametrize("library", PARTS)
def test_a_project_of_hyperframes_is_rendered_as_it_is(
    tmp_path: Path, packages: Path, library: str
) -> None:
    page = packages / f"hyperframes-{library}.html"
    page.write_text(HYPERFRAMES.replace("LIBRARY", library), encoding="utf-8")
    part = f"""<template><style>.all {{ width: 64px; height: 36px }}</style>
      <div data-composition-id="part" data-width="64" data-height="36"><div class="all"></div></div>
      <script>{PARTS[library]}</script></template>"""
    (packages / f"{library}-part.html").write_text(part, encoding="utf-8")
    folder = Folder(tmp_path)

    said = folder.render(page, "--slots", 2, "--chunk-size", 6)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_lottie_in_a_project_of_hyperframes_begins_with_its_part(
    tmp_path: Path, packages: Path
) -> None:
    part = 'data-composition-id="part" data-start="0.2"'
    root = '<div data-composition-id="main" data-width="64" data-height="36" data-fps="25" data-duration="0.8">'
    text = PAGES["lottie"].replace("loop: false", "loop: false, autoplay: false")
    text = text.replace('<div id="box"', f'{root}<div id="box" {part}')
    page = packages / "hyperframes-lottie.html"
    page.write_text(
        HEAD + text.replace('black"></div>', 'black"></div></div>'), encoding="utf-8"
    )
    folder = Folder(tmp_path)

    said = folder.render(page, "--slots", 2)

    assert said.code == 0, said
    assert folder.shown() == {frame: max(0, frame - 5) for frame in EXACT}


REMOTION = (
    *("remotion@4.0.529", "@remotion/bundler@4.0.529", "@remotion/media@4.0.529"),
    *("react@19.2.0", "react-dom@19.2.0"),
)
COMPOSITIONS = """
import React from "react";
import { registerRoot, Composition, useCurrentFrame, AbsoluteFill, OffthreadVideo, Html5Video, Html5Audio, Sequence,
  interpolate, staticFile, getInputProps, useRemotionEnvironment } from "remotion";
import { Video, Audio } from "@remotion/media";
const Shot = ({ add }) => {
  const shade = `rgb(0 0 ${useCurrentFrame() + 1 + add})`;
  return <AbsoluteFill style={{ background: useRemotionEnvironment().isRendering ? shade : "red" }} />;
};
const Given = ({ more }) => {
  const shade = `rgb(0 0 ${useCurrentFrame() + 1 + more + (getInputProps().add ?? 0)})`;
  return <AbsoluteFill style={{ background: shade }} />;
};
const calculateMetadata = async ({ props }) => {
  const { more } = await (await fetch(staticFile("more.json"))).json();
  return { width: 64, height: 36, fps: 25, durationInFrames: 20, props: { ...props, more } };
};
const of = (Kind) => () => <AbsoluteFill style={{ background: "red" }}>
  <Kind src={staticFile("video.mp4")} muted />
</AbsoluteFill>;
const rising = (frame) => interpolate(frame, [0, 10], [0, 0.5], { extrapolateRight: "clamp" });
const Heard = () => <AbsoluteFill style={{ background: "navy" }}>
  <Html5Audio src={staticFile("level.wav")} volume={rising} />
  <Sequence from={10} durationInFrames={5}><Audio src={staticFile("level.wav")} volume={0.25} /></Sequence>
</AbsoluteFill>;
const size = { width: 64, height: 36, fps: 25, durationInFrames: 20 };
registerRoot(() => <>
  <Composition id="Other" component={Shot} {...size} durationInFrames={5} defaultProps={{ add: 9 }} />
  <Composition id="Shot" component={Shot} {...size} defaultProps={{ add: 0 }} />
  <Composition id="Given" component={Given} calculateMetadata={calculateMetadata} defaultProps={{ more: 0 }} />
  <Composition id="Offthread" component={of(OffthreadVideo)} {...size} />
  <Composition id="Html5" component={of(Html5Video)} {...size} />
  <Composition id="Media" component={of(Video)} {...size} />
  <Composition id="Heard" component={Heard} {...size} />
</>);
"""
BUNDLE = """
import { bundle } from "@remotion/bundler";
await bundle({ entryPoint: process.cwd() + "/index.jsx", outDir: process.cwd() + "/bundle" });
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a bundle."""
    folder = tmp_path_factory.mktemp("remotion")
    (folder / "package.json").write_text("{}", encoding="utf-8")
    (folder / "index.jsx").write_text(COMPOSITIONS, encoding="utf-8")
    (folder / "bundle.mjs").write_text(BUNDLE, encoding="utf-8")
    public = folder / "public"
    public.mkdir()
    (public / "more.json").write_text('{"more": 5}', encoding="utf-8")
    make_video(public / "video.mp4")
    write_level(public / "level.wav", 8000, 2)
    words = ["install", "--no-save", "--no-audit", "--no-fund"]
    subprocess.run([NPM, *words, *REMOTION], cwd=folder, check=True, capture_output=True)
    node = shutil.which("node") or "node"
    subprocess.run([node, "bundle.mjs"], cwd=folder, check=True, capture_output=True)
    return folder / "bundle" / "index.html"


def test_a_bundle_of_remotion_is_rendered_as_it_is(tmp_path: Path, bundle: Path) -> None:
    folder = Folder(tmp_path)

    said = folder.render(bundle, "--composition", "Shot", "--slots", 2)
    assert said.code == 0, said
    assert folder.shown() == EXACT

    words = ("--frames", "0-2", "--existing", "replace")
    said = folder.render(bundle, "--composition", "Given", "--props", '{"add": 3}', *words)
    assert said.code == 0, said
    assert {frame: folder.shown()[frame] for frame in range(3)} == {0: 8, 1: 9, 2: 10}

    said = folder.render(bundle, "--composition", "Nope")
    assert said.code == 2, said
    assert "Other, Shot" in said.err


@pytest.mark.parametrize("kind", ["Offthread", "Html5", "Media"])
def test_the_videos_of_a_bundle_show_the_picture_of_each_frame(
    tmp_path: Path, bundle: Path, kind: str
) -> None:
    folder = Folder(tmp_path)

    said = folder.render(bundle, "--composition", kind, "--slots", 2)

    assert said.code == 0, said
    shown = greys(folder)
    assert {
        frame: grey for frame, grey in shown.items() if abs(grey - (20 + 8 * frame)) > 2
    } == {}


def test_the_sound_of_a_bundle_is_that_of_its_frames(tmp_path: Path, bundle: Path) -> None:
    film = tmp_path / "film.mkv"

    said = Folder(tmp_path).terminal.run(
        "render", bundle, "--composition", "Heard", "--output", film, "--slots", 2
    )

    assert said.code == 0, said
    frame = 48_000 // 25
    at = np.arange(20 * frame) / frame
    wanted = 8000 * np.interp(at, [0, 10], [0, 0.5])
    wanted[:frame] = 0  # what is not heard at all is not there to Remotion
    wanted[10 * frame : 15 * frame] += 8000 * 0.25
    assert np.abs(heard_in(film) - wanted).max() <= 3

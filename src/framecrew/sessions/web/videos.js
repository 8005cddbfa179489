// The pictures of videos: each is put to a moment, and no frame is captured before it shows its picture of that.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.putVideo) return;
  const { all, hidden, real, sleep, until } = clock;

  const mediaTime = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "currentTime");
  const still = { isStill: true };
  const ROUNDS = 5; // of the compositor, in which a picture that is decoded is drawn, however slow the machine is
  const ASKED = 8; // rounds in which it is asked for, one that the screen took no more of than that before it
  const moved = new Set(); // videos whose time was set, and whose picture of that is not seen yet
  const movedAt = new WeakMap(); // video → the moment of the page at which its time was set last
  const restless = new WeakSet(); // those of which it was set several times within one moment
  const first = new WeakSet(); // those that were put to a time for the first time
  const drawn = new WeakMap();
  const SOON = 60; // milliseconds
  const LATE = [300, 20]; // milliseconds and rounds; of a video of which nothing was drawn yet
  const TRIES = 6; // of such a one, which on a busy machine may be drawn late
  const NEAR = 0.25; // seconds; longer than a picture of most videos lasts
  // Seconds behind the time of a video that is asked for: between two pictures it may be rounded to the one before.
  const BEHIND = 0.0005;
  const asked = new WeakMap(); // video → the time that it was put to
  clock.videoTime = (video) => {
    const at = mediaTime.get.call(video);
    const wanted = asked.get(video);
    return Math.abs(at - wanted - BEHIND) < BEHIND / 2 ? wanted : at;
  };
  // One whose last picture is decoded says that it is at its end.
  clock.isPutTo = (video, at) => {
    const is = mediaTime.get.call(video), near = (one, other) => Math.abs(one - other) < 0.0001;
    return near(is, Math.min(at + BEHIND, video.duration || Infinity))
      || (near(asked.get(video), at) && is === video.duration && at > is - NEAR);
  };
  // One that is to begin again would do so by itself as soon as its last picture is decoded.
  const unlooped = new WeakSet(); // those that are held back from it, until they are shown
  clock.loops = (video) => video.loop || unlooped.has(video);
  clock.putVideo = (video, at) => {
    if (video.loop && at > video.duration - NEAR) {
      video.loop = false;
      unlooped.add(video);
    }
    const isAgain = movedAt.get(video) === clock.now && asked.get(video) !== at;
    if (moved.has(video) || isAgain) restless.add(video);
    asked.set(video, at);
    if (!video.readyState || !of(video).isKnown) first.add(video);
    // Who begins to listen afterwards is told nothing of a picture that is there at once.
    watch(video);
    mediaTime.set.call(video, at + BEHIND);
  };

  const videos = HTMLVideoElement.prototype;
  const { requestVideoFrameCallback, cancelVideoFrameCallback } = videos;
  // What is known of a video as long as its source is the same: whether a picture of it was drawn at any time, what the browser told
  // of the latest, and the seconds that one lasts: the least between two that were told of.
  const facts = new WeakMap();
  function of(video) {
    const source = video.currentSrc;
    if (facts.get(video)?.source !== source) {
      facts.set(video, { source, isKnown: false, latest: null, lasting: Infinity });
    }
    return facts.get(video);
  }
  function onPicture(video, action) {
    return requestVideoFrameCallback.call(video, (_, picture) => {
      const its = of(video);
      const between = Math.abs(picture.mediaTime - its.latest?.mediaTime);
      if (between > 0) its.lasting = Math.min(between, its.lasting);
      its.latest = picture;
      action(picture);
    });
  }
  // Whether the latest picture is not that of the time at which the video stands, as far as is known.
  function isStale(video) {
    const { latest, lasting } = of(video), since = mediaTime.get.call(video) - latest.mediaTime;
    return since < -BEHIND || since > lasting + BEHIND / 2;
  }
  function watch(video) {
    moved.add(video);
    movedAt.set(video, clock.now);
    drawn.set(video, false);
    onPicture(video, function look(picture) {
      // One that is first seen, or on a busy machine, may show what it stood at before.
      const isFar = Math.abs(picture.mediaTime - mediaTime.get.call(video)) > NEAR;
      if (isFar || !video.readyState || isStale(video)) onPicture(video, look);
      else {
        drawn.set(video, true);
        of(video).isKnown = true;
      }
    });
  }
  // While it is asked for pictures, the browser draws it in every round, and so gives to the screen what could not be given before.
  function askFor(video) {
    let number;
    const ask = () => { number = onPicture(video, ask); };
    ask();
    return () => cancelVideoFrameCallback.call(video, number);
  }
  clock.askForPictures = () => {
    const ends = [...all("video").map(askFor), ...clock.children().map((child) => child.askForPictures())];
    return () => ends.forEach((end) => end());
  };
  // Decoded is not yet drawn. The same picture as before is not always drawn anew, so waiting for it has an early end.
  function drawing(ms, least = ROUNDS) {
    const end = real.now() + ms;
    let rounds = 0;
    const count = () => { if (++rounds < least) real.requestAnimationFrame(count); };
    real.requestAnimationFrame(count);
    return () => rounds >= least && real.now() > end;
  }
  // A page is told on its own clock; and for certain once it has set a time, even within one picture.
  const told = new Map(); // number → what forgets it
  hidden(videos, "requestVideoFrameCallback", function requestVideoFrameCallback(action) {
    let isOver = false;
    const tell = (picture) => {
      forget();
      action(clock.now, { ...picture, presentationTime: clock.now, expectedDisplayTime: clock.now });
    };
    const tellAgain = async () => {
      for (const isDrawn = drawing(SOON); !isOver && !isDrawn(); ) await sleep(4);
      const { latest } = of(this);
      if (!isOver && latest) tell(latest);
    };
    const number = onPicture(this, (picture) => { if (!isOver) tell(picture); });
    const forget = () => {
      isOver = true;
      told.delete(number);
      this.removeEventListener("seeked", tellAgain);
    };
    told.set(number, forget);
    this.addEventListener("seeked", tellAgain, { once: true });
    return number;
  });
  hidden(videos, "cancelVideoFrameCallback", function (number) {
    told.get(number)?.();
    cancelVideoFrameCallback.call(this, number);
  });

  // Every video whose time was set, by us or by the page, shows its picture.
  clock.videosShown = async () => {
    for (const video of clock.videos().filter((one) => !clock.isGone(one))) {
      if (isUntouched(video)) {
        first.add(video);
        of(video).isKnown = of(video).latest !== null; // the browser tells of no picture twice
        seekAgain(video);
      }
      await isShown(video);
      if (!moved.has(video)) continue;
      // After several pictures within one frame the screen may stay behind, but not where one more comes when all is still.
      if (clock.isShown(video) && (restless.has(video) || first.has(video))) {
        restless.delete(video);
        first.delete(video);
        seekAgain(video);
        await isShown(video);
        await isGiven(video);
      }
      moved.delete(video);
      if (unlooped.delete(video)) video.loop = true;
    }
  };
  // One that is seen for the first time, and that nobody put anywhere: nothing else tells when its picture is there. One that begins
  // by itself is put to where it is.
  function isUntouched(video) {
    const hasPicture = video.videoWidth > 0 && !video.poster && !video.srcObject && !video.error;
    return hasPicture && !video.autoplay && !of(video).isKnown && !moved.has(video) && clock.isShown(video);
  }
  // A picture that comes while the screen still takes the one before is not given to it, unless it is asked for then.
  async function isGiven(video) {
    const end = askFor(video);
    for (const isOver = drawing(0, ASKED); !isOver(); ) await sleep(2);
    end();
  }
  function seekAgain(video) {
    watch(video);
    mediaTime.set.call(video, mediaTime.get.call(video));
  }
  async function isShown(video) {
    const name = `the video ${video.currentSrc || video.src}`;
    for (let tries = 1; ; tries++) {
      if (video.seeking || (video.readyState >= 1 && video.readyState < 2)) {
        await until(name, () => (!video.seeking && video.readyState >= 2) || video.error, still);
      }
      if (!moved.has(video)) return;
      const isNew = !of(video).isKnown && clock.isShown(video);
      const isLate = isNew ? drawing(...LATE) : drawing(SOON);
      await until(name, () => drawn.get(video) || isLate(), still);
      if (drawn.get(video) || !isNew || tries === TRIES) break;
      seekAgain(video);
    }
    // One of few pictures shows none that is near; it is not waited for so long again.
    if (clock.isShown(video)) of(video).isKnown = true;
  }
})();

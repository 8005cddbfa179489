// Videos and sounds of a page: they stand still, and are put to the moment of each frame.
(() => {
  const clock = globalThis.__framecrew;
  if (!globalThis.document || clock.pinVideos) return;
  const { all, hidden, real, sleep, until } = clock;

  const media = new Map();
  const mediaTime = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "currentTime");
  const isPaused = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "paused");
  const still = { isStill: true };
  const ROUNDS = 5; // of the compositor, in which a picture that is decoded is drawn, however slow the machine is
  const moved = new Set(); // videos whose time was set for this frame
  const restless = new WeakSet(); // those of which it was set several times
  const first = new WeakSet(); // those that were put to a time for the first time
  const drawn = new WeakMap();
  const SOON = 60; // milliseconds
  const LATE = [300, 20]; // milliseconds and rounds; of a video of which nothing was drawn yet
  const TRIES = 6; // of such a one, which on a busy machine may be drawn late
  const NEAR = 0.25; // seconds; longer than a picture of most videos lasts
  const known = new WeakSet(); // those of which a picture was drawn at any time
  // Seconds behind the time of a video that is asked for: between two pictures it may be rounded to the one before.
  const BEHIND = 0.0005;
  const asked = new WeakMap(); // video → the time that the page has put it to
  Object.defineProperty(HTMLMediaElement.prototype, "currentTime", {
    ...mediaTime,
    get() {
      const at = mediaTime.get.call(this);
      const wanted = asked.get(this);
      return Math.abs(at - wanted - BEHIND) < BEHIND / 2 ? wanted : at;
    },
    set(value) {
      if (!(this instanceof HTMLVideoElement)) return void mediaTime.set.call(this, value);
      mediaTime.set.call(this, Number(value) + BEHIND);
      asked.set(this, Number(value));
      if (moved.has(this)) restless.add(this);
      if (!known.has(this)) first.add(this);
      watch(this);
    },
  });

  // ── pictures of videos ────────────────────────────────────────────────────────────────────────

  const videos = HTMLVideoElement.prototype;
  const { requestVideoFrameCallback, cancelVideoFrameCallback } = videos;
  const latest = new WeakMap(); // video → what the browser told of the picture it shows
  function onPicture(video, action) {
    return requestVideoFrameCallback.call(video, (_, picture) => {
      latest.set(video, picture);
      action(picture);
    });
  }
  function watch(video) {
    moved.add(video);
    drawn.set(video, false);
    onPicture(video, function look(picture) {
      // One that is first seen may show what it stood at before.
      if (Math.abs(picture.mediaTime - mediaTime.get.call(video)) > NEAR) onPicture(video, look);
      else {
        drawn.set(video, true);
        known.add(video);
      }
    });
  }
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
      if (!isOver && latest.has(this)) tell(latest.get(this));
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

  // ── what plays, and where it is ───────────────────────────────────────────────────────────────

  const stopMedia = HTMLMediaElement.prototype.pause;
  hidden(HTMLMediaElement.prototype, "play", function () {
    media.set(this, { born: clock.now, at: this.currentTime });
    if (clock.isOpen && !this.muted && this.volume && this.dataset.start === undefined) {
      clock.tell(`a sound begins by itself at ${clock.now / 1000} s: ${this.currentSrc || this.src}; a film has only what `
        + "plays from its start, or says when it is heard");
    }
    return Promise.resolve();
  });
  hidden(HTMLMediaElement.prototype, "pause", function () { media.set(this, null); stopMedia.call(this); });
  Object.defineProperty(HTMLMediaElement.prototype, "paused", {
    ...isPaused,
    get() { return media.has(this) ? media.get(this) === null : isPaused.get.call(this); },
  });

  function mediaAt(element) {
    const since = media.get(element);
    let at = since.at + ((clock.now - since.born) / 1000) * element.playbackRate;
    const length = element.duration;
    if (length > 0 && Number.isFinite(length)) at = element.loop ? at % length : Math.min(at, length - 0.001);
    return Math.max(0, at);
  }

  // Sounds that play without being anywhere in the page.
  clock.loose = () => [...media.keys()].filter((one) => !one.isConnected && media.get(one));

  // Since when it plays, and from where; nothing where it does not.
  clock.playing = (element) =>
    media.get(element) || (element.autoplay && !media.has(element) ? { born: 0, at: 0 } : null);

  clock.lengthsKnown = async (elements) => {
    for (const one of elements) {
      if (!one.currentSrc && !one.src) continue;
      if (one.preload === "none") one.preload = "auto";
      await until(`the length of ${one.currentSrc || one.src}`, () => one.readyState >= 1 || one.error, still);
    }
  };

  clock.pinVideos = async () => {
    for (const video of all("video")) {
      if (video.autoplay && !media.has(video)) media.set(video, { born: 0, at: 0 });
      if (!isPaused.get.call(video)) stopMedia.call(video);
      const name = `the video ${video.currentSrc || video.src || "without a source"}`;
      if (video.readyState < 1 && (video.currentSrc || video.src) && !video.error) {
        video.preload = "auto";
        await until(name, () => video.readyState >= 1 || video.error, still);
      }
      if (video.error) throw new Error(`${name} cannot be shown: ${video.error.message}`);
      if (media.get(video)) {
        const at = mediaAt(video);
        if (Math.abs(mediaTime.get.call(video) - at - BEHIND) > 0.0001) video.currentTime = at;
      }
    }
    await videosShown();
  };

  // Every video whose time was set, by us or by the page, shows its picture.
  async function videosShown() {
    for (const video of all("video")) {
      await isShown(video);
      if (!moved.has(video)) continue;
      // After several pictures within one frame the screen may stay behind, but not where one more comes when all is still.
      if (restless.has(video) || first.delete(video)) {
        seekAgain(video);
        await isShown(video);
      }
      moved.delete(video);
    }
  }
  function seekAgain(video) {
    mediaTime.set.call(video, mediaTime.get.call(video));
    watch(video);
  }
  async function isShown(video) {
    const name = `the video ${video.currentSrc || video.src}`;
    for (let tries = 1; ; tries++) {
      if (video.seeking || (video.readyState >= 1 && video.readyState < 2)) {
        await until(name, () => (!video.seeking && video.readyState >= 2) || video.error, still);
      }
      if (!moved.has(video)) return;
      const isNew = !known.has(video) && clock.isShown(video);
      const isLate = isNew ? drawing(...LATE) : drawing(SOON);
      await until(name, () => drawn.get(video) || isLate(), still);
      if (drawn.get(video) || !isNew || tries === TRIES) break;
      seekAgain(video);
    }
    // One of few pictures shows none that is near; it is not waited for so long again.
    if (clock.isShown(video)) known.add(video);
  }
  clock.videosShown = videosShown;
})();

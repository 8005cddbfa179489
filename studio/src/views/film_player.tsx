/** Plays a film, or its frames as they are on disk, one by one if wanted, with a timecode. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { files } from "../api/http";
import { timecode } from "../model/format";
import type { Grid } from "../model/grid";
import { Icon } from "../parts/icon";
import type { OpenJob } from "../state/open_job";
import { words } from "../words";

interface ControlProps {
  at: number;
  total: number;
  fps: number;
  /** Number of the frame that is shown. */
  frame: number;
  isPlaying: boolean;
  onPlay: () => void;
  onSeek: (to: number) => void;
  children: ComponentChildren;
}

function Controls({ at, total, fps, frame, isPlaying, onPlay, onSeek, children }: ControlProps) {
  const onKey = (event: KeyboardEvent) => {
    const actions: Record<string, () => void> = {
      " ": onPlay,
      k: onPlay,
      ArrowLeft: () => onSeek(at - (event.shiftKey ? Math.round(fps) : 1)),
      ArrowRight: () => onSeek(at + (event.shiftKey ? Math.round(fps) : 1)),
      Home: () => onSeek(0),
      End: () => onSeek(total - 1),
    };
    const isField = event.target instanceof HTMLSelectElement || event.target instanceof HTMLButtonElement;
    const action = isField ? undefined : actions[event.key];
    if (action === undefined) return;
    action();
    event.preventDefault();
  };
  return (
    <div class="player" role="group" tabIndex={0} aria-label={words.player} onKeyDown={onKey}>
      <div class="screen">{children}</div>
      <div class="controls">
        <button class="button bare square" aria-label={words.firstFrame} onClick={() => onSeek(0)}><Icon name="first" /></button>
        <button class="button bare square" aria-label={words.frameBack} onClick={() => onSeek(at - 1)}><Icon name="left" /></button>
        <button class="button square" aria-label={isPlaying ? words.pause : words.play} onClick={onPlay}>
          <Icon name={isPlaying ? "pause" : "play"} />
        </button>
        <button class="button bare square" aria-label={words.frameOn} onClick={() => onSeek(at + 1)}><Icon name="right" /></button>
        <button class="button bare square" aria-label={words.lastFrame} onClick={() => onSeek(total - 1)}><Icon name="last" /></button>
        <code class="timecode">{timecode(at, fps)}</code>
        <input
          class="grow"
          type="range"
          min={0}
          max={Math.max(0, total - 1)}
          value={at}
          aria-label={words.position}
          aria-valuetext={words.frame(frame)}
          onInput={(event) => onSeek(Number(event.currentTarget.value))}
        />
        <span class="frame-now">{words.frame(frame)}</span>
        <span class="faint">{words.fps(String(Math.round(fps * 1000) / 1000))}</span>
      </div>
    </div>
  );
}

export function FilmPlayer({ job, task, fps, first }: { job: number; task: string; fps: number; first: number }) {
  const video = useRef<HTMLVideoElement>(null);
  const at = useSignal(0);
  const total = useSignal(1);
  const isPlaying = useSignal(false);
  const isBroken = useSignal(false);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    let turn = 0;
    const onFrame = (_now: number, facts: VideoFrameCallbackMetadata) => {
      at.value = Math.min(total.value - 1, Math.floor(facts.mediaTime * fps + 0.01));
      turn = element.requestVideoFrameCallback(onFrame);
    };
    if ("requestVideoFrameCallback" in element) turn = element.requestVideoFrameCallback(onFrame);
    return () => element.cancelVideoFrameCallback?.(turn);
  }, []);
  const seek = (to: number) => {
    const element = video.current;
    if (element === null) return;
    element.pause();
    at.value = Math.max(0, Math.min(total.value - 1, to));
    // The middle of the frame: its borders round to either side.
    element.currentTime = (at.value + 0.5) / fps;
  };
  return (
    <Controls
      at={at.value}
      total={total.value}
      fps={fps}
      frame={first + at.value}
      isPlaying={isPlaying.value}
      onPlay={() => (video.current?.paused ? void video.current.play() : video.current?.pause())}
      onSeek={seek}
    >
      {isBroken.value && <p class="notice held"><Icon name="info" />{words.cannotPlay}</p>}
      <video
        ref={video}
        src={files.film(job, task)}
        preload="auto"
        muted
        playsInline
        onLoadedMetadata={(event) => (total.value = Math.max(1, Math.round(event.currentTarget.duration * fps)))}
        onPlay={() => (isPlaying.value = true)}
        onPause={() => (isPlaying.value = false)}
        onError={() => (isBroken.value = true)}
        onClick={(event) => (event.currentTarget.paused ? void event.currentTarget.play() : event.currentTarget.pause())}
      />
    </Controls>
  );
}

/** GIF and WebP move by themselves: a browser shows them as pictures, and steps through none of them. */
export function AnimationPlayer({ job, task, name }: { job: number; task: string; name: string }) {
  return (
    <div class="player">
      <div class="screen"><img src={files.film(job, task)} alt={words.animation(name)} /></div>
    </div>
  );
}

interface FramesProps {
  job: OpenJob;
  grid: Grid;
  places: readonly number[];
  fps: number;
  width: number;
}

/** Frames from the disk, fetched ahead; shown in step with the clock, so that none is hurried over. */
export function FramesPlayer({ job, grid, places, fps, width }: FramesProps) {
  const at = useSignal(0);
  const isPlaying = useSignal(false);
  const image = useRef<HTMLImageElement>(null);
  const kept = useRef(new Map<number, HTMLImageElement>());
  const wide = Math.min(1280, width);
  const source = (index: number) => {
    const place = places[index] ?? 0;
    return files.thumbnail(job.id, grid.task, grid.frames.at(place), wide, grid.edition[place]);
  };
  const fetchAhead = (from: number) => {
    for (let index = from; index < Math.min(places.length, from + 24); index++) {
      if (kept.current.has(index)) continue;
      const next = new Image();
      next.src = source(index);
      kept.current.set(index, next);
      const oldest = kept.current.keys().next().value;
      if (kept.current.size > 240 && oldest !== undefined) kept.current.delete(oldest);
    }
  };
  useEffect(() => {
    fetchAhead(at.value);
  }, [at.value]);
  useEffect(() => {
    if (!isPlaying.value) return;
    let before = performance.now();
    let turn = requestAnimationFrame(function step(now) {
      const next = (at.value + 1) % places.length;
      fetchAhead(next);
      if (now - before >= 1000 / fps && kept.current.get(next)?.complete === true) {
        before = now;
        at.value = next;
      }
      turn = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(turn);
  }, [isPlaying.value, places.length]);
  const frame = grid.frames.at(places[at.value] ?? 0);
  return (
    <Controls
      at={at.value}
      total={places.length}
      fps={fps}
      frame={frame}
      isPlaying={isPlaying.value}
      onPlay={() => (isPlaying.value = !isPlaying.value)}
      onSeek={(to) => {
        isPlaying.value = false;
        at.value = Math.max(0, Math.min(places.length - 1, to));
      }}
    >
      <img ref={image} src={source(at.value)} alt={words.pictureOf(frame)} />
    </Controls>
  );
}

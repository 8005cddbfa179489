/** The one WebSocket of the page. Cut off, it comes back by itself and asks for what it missed. */
import { signal } from "@preact/signals";
import type { Event, JobRow, LogLine, SlotRow } from "./answers";
import { ROOT } from "./http";

export interface Batch {
  type: "batch";
  event: number;
  events?: readonly Event[];
  jobs?: readonly JobRow[];
  slots?: readonly SlotRow[];
  warnings?: readonly { attempt: string; frame: number | null; text: string; level: string }[];
  gone?: readonly number[];
  lines?: { attempt: string; lines: readonly LogLine[]; is_new: boolean; is_over: boolean };
}

interface Hello {
  type: "hello";
  event: number;
  version: string;
  started: number;
}

export type Link = "waiting" | "open" | "cut";

export const link = signal<Link>("waiting");
export const version = signal("");

/** Number of the newest event the page knows. */
export const newest = signal(0);

/** Grows each time the connection comes back. */
export const returns = signal(0);

const listeners = new Set<(batch: Batch) => void>();
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5000;
let socket: WebSocket | null = null;
let followed: string | null = null;
let pause = FIRST_PAUSE;
let again = 0;

export function listen(listener: (batch: Batch) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begin, or begin again, with what comes after an event. */
export function open(after: number): void {
  newest.value = after;
  connect();
}

/** Be sent the lines of one attempt as they come. */
export function follow(attempt: string | null): void {
  followed = attempt;
  say();
}

function say(): void {
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ type: "follow", attempt: followed }));
  }
}

function connect(): void {
  clearTimeout(again);
  socket?.close();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const mine = new WebSocket(`${scheme}://${location.host}${ROOT}/events?after=${newest.value}`);
  socket = mine;
  mine.onopen = () => {
    pause = FIRST_PAUSE;
    if (link.value === "cut") returns.value++;
    link.value = "open";
    if (followed !== null) say();
  };
  mine.onmessage = (message: MessageEvent<string>) => {
    const said = JSON.parse(message.data) as Batch | Hello;
    if (said.type === "hello") {
      version.value = said.version;
      return;
    }
    if (said.type !== "batch") return;
    if (said.event > newest.value) newest.value = said.event;
    for (const listener of listeners) listener(said);
  };
  mine.onclose = () => {
    if (socket !== mine) return;
    link.value = "cut";
    again = setTimeout(connect, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };
}

// A machine that slept, or a cable plugged in again: do not wait for the timer.
addEventListener("online", () => link.value === "cut" && connect());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && link.value === "cut") connect();
});

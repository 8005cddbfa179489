/** Numbers as people read them. */
import { language, words } from "../words";

const whole = new Intl.NumberFormat(language);
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exactClock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(language, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

export function count(value: number): string {
  return whole.format(value);
}

/** A text that reads as it is: what turns the direction of writing is shown as a sign of its own. */
export function plain(text: string): string {
  return text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** 0.42 s · 8.1 s · 3:05 · 1:02:09 · 2 d 4 h */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const all = Math.round(seconds);
  const hours = Math.floor(all / 3600);
  const two = (value: number) => String(value).padStart(2, "0");
  if (hours >= 48) return words.days(Math.floor(hours / 24), hours % 24);
  if (hours > 0) return `${hours}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return `${Math.floor(all / 60)}:${two(all % 60)}`;
}

/** About how long: 40 s · 1.4 min · 12 min · 3.5 h · 2 d 4 h */
export function about(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const rough = (value: number) => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
  const minutes = seconds / 60;
  if (minutes < 90) return `${rough(minutes)} min`;
  const hours = Math.round(minutes / 60);
  if (hours >= 48) return words.days(Math.floor(hours / 24), hours % 24);
  return `${rough(minutes / 60)} h`;
}

/** The time left as a range; one value where both ends would read the same. */
export function range(soonest: number, latest: number): string {
  const low = about(soonest);
  const high = about(latest);
  if (low === high) return low;
  const [lowNumber, lowUnit, ...more] = low.split(" ");
  const sameUnit = more.length === 0 && high.split(" ").length === 2 && high.endsWith(` ${lowUnit}`);
  return sameUnit ? `${lowNumber}–${high}` : `${low} – ${high}`;
}

export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let shown = value;
  while (shown >= 1000 && unit < units.length - 1) {
    shown /= 1024;
    unit++;
  }
  return `${shown.toFixed(unit === 0 || shown >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** Never 100 % before the end: the server sends 1 only when all is proved. */
export function percent(part: number): string {
  if (part > 0 && part < 0.1) return `${(Math.floor(part * 1000) / 10).toFixed(1)} %`;
  return `${Math.floor(part * 100)} %`;
}

/** The hour today, else the day too. */
export function moment(at: number): string {
  if (at === 0) return "";
  const date = new Date(at * 1000);
  const isToday = date.toDateString() === new Date().toDateString();
  return (isToday ? clock : day).format(date);
}

export function instant(at: number): string {
  return exactClock.format(new Date(at * 1000));
}

/** 00:00:12:07 at 24 frames a second. */
export function timecode(frame: number, fps: number): string {
  const rate = Math.max(1, Math.round(fps));
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = Math.floor(frame / rate);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frame % rate]
    .map(two)
    .join(":");
}

/** `25` or `30000/1001` as a number. */
export function rate(text: string): number {
  const [over, under] = text.split("/").map(Number);
  return (over || 24) / (under || 1);
}

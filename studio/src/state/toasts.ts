/** Short messages in the corner, and the browser's own when the page is not looked at. */
import { signal } from "@preact/signals";
import { words } from "../words";

export interface Toast {
  id: number;
  tone: "plain" | "done" | "failed" | "incomplete";
  title: string;
  text: string;
  href: string | null;
}

const SECONDS = 8;
/** What went wrong is to be read and thought about, but does not lie there for ever. */
const FAILED_SECONDS = 60;
const KEPT_AS = "framecrew.notify";
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

/** Whether the person wants to be told outside the page. */
export const notifies = signal(localStorage.getItem(KEPT_AS) === "yes");

export function tell(toast: Omit<Toast, "id">): void {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-3), { ...toast, id }];
  setTimeout(() => dismiss(id), (toast.tone === "failed" ? FAILED_SECONDS : SECONDS) * 1000);
}

export function tellProblem(problem: unknown): void {
  const text = problem instanceof Error ? problem.message : String(problem);
  tell({ tone: "failed", title: words.problem, text, href: null });
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Tell of a job's end: a toast, and a notification where that was asked for. */
export function tellEnd(toast: Omit<Toast, "id">): void {
  tell(toast);
  if (!notifies.value || !document.hidden || !("Notification" in window)) return;
  if (Notification.permission !== "granted") return;
  const notification = new Notification(toast.title, { body: toast.text });
  notification.onclick = () => {
    window.focus();
    if (toast.href !== null) location.hash = toast.href;
  };
}

export async function toggleNotifications(): Promise<void> {
  if (notifies.value) {
    notifies.value = false;
  } else if ("Notification" in window) {
    notifies.value = (await Notification.requestPermission()) === "granted";
    if (!notifies.value) tell({ tone: "plain", title: words.notifyRefused, text: "", href: null });
  }
  localStorage.setItem(KEPT_AS, notifies.value ? "yes" : "no");
}

/** This computer, looked at while somebody looks; what was seen is kept for the charts. */
import { signal } from "@preact/signals";
import type { MachineNow } from "../api/answers";
import { api } from "../api/http";

export interface Moment {
  at: number;
  cpu: number;
  memory: number;
}

/** What the daemon takes at most, as long as the machine has not told its own limit. */
export const MOST_SLOTS = 1000;
const PAUSE = 2000;
/** An hour. */
const MOST = 1800;

export const machine = signal<MachineNow | null>(null);
export const history = signal<readonly Moment[]>([]);

export async function readMachine(fresh = false): Promise<void> {
  try {
    const now = await api.machine(fresh);
    const total = Number(now.memory.total ?? 0);
    const used = total - Number(now.memory.free ?? 0);
    machine.value = now;
    history.value = [
      ...history.value.slice(-MOST),
      { at: Date.now() / 1000, cpu: now.cpu_percent, memory: total === 0 ? 0 : (used / total) * 100 },
    ];
  } catch {
    // The link in the corner tells that the daemon is away.
  }
}

/** Look every two seconds, but not while the page is hidden. */
export function watchMachine(): () => void {
  void readMachine();
  const timer = setInterval(() => {
    if (!document.hidden) void readMachine();
  }, PAUSE);
  return () => clearInterval(timer);
}

/** Thumbnails that were fetched: a few at a time, the newest wish first, the longest unseen dropped. */

const MOST = 800;
const AT_A_TIME = 6;

type Entry = { image: HTMLImageElement; isReady: boolean };

export class Pictures {
  readonly #kept = new Map<string, Entry>();
  readonly #failed = new Set<string>();
  #wanted: string[] = [];
  #loading = 0;

  /** `onReady`: a picture arrived, draw again. */
  constructor(readonly onReady: () => void) {}

  /** The picture if it is here; else it is asked for. */
  get(url: string): HTMLImageElement | null {
    const entry = this.#kept.get(url);
    if (entry !== undefined) {
      // The order of a map is that of insertion: what was just seen goes to its end.
      this.#kept.delete(url);
      this.#kept.set(url, entry);
      return entry.isReady ? entry.image : null;
    }
    if (!this.#failed.has(url) && !this.#wanted.includes(url)) {
      this.#wanted.push(url);
      if (this.#wanted.length > 200) this.#wanted = this.#wanted.slice(-200);
      this.#next();
    }
    return null;
  }

  #next(): void {
    while (this.#loading < AT_A_TIME) {
      const url = this.#wanted.pop();
      if (url === undefined) return;
      const entry: Entry = { image: new Image(), isReady: false };
      this.#kept.set(url, entry);
      this.#loading++;
      const end = () => {
        this.#loading--;
        this.#next();
      };
      entry.image.onload = () => {
        entry.isReady = true;
        end();
        this.onReady();
      };
      entry.image.onerror = () => {
        this.#kept.delete(url);
        this.#failed.add(url);
        end();
      };
      entry.image.src = url;
      const oldest = this.#kept.keys().next().value;
      if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    }
  }
}

/** Where the page is, kept in the address after `#`, so that a reload and a bookmark come back to it. */
import { signal } from "@preact/signals";

export const JOB_TABS = ["frames", "table", "log", "film", "details"] as const;
export type JobTab = (typeof JOB_TABS)[number];

export type Route =
  | { view: "queue" }
  | { view: "new"; like: number | null }
  | { view: "machine" }
  | { view: "job"; job: number; tab: JobTab };

export const route = signal<Route>(read(location.hash));

addEventListener("hashchange", () => {
  route.value = read(location.hash);
});

export function read(hash: string): Route {
  const parts = hash.replace(/^#\/?/, "").split("/");
  const number = Number(parts[1]);
  const isNumber = Number.isSafeInteger(number) && number > 0;
  if (parts[0] === "new") return { view: "new", like: isNumber ? number : null };
  if (parts[0] === "machine") return { view: "machine" };
  if (parts[0] === "job" && isNumber) {
    const tab = JOB_TABS.find((known) => known === parts[2]) ?? "frames";
    return { view: "job", job: number, tab };
  }
  return { view: "queue" };
}

export function address(to: Route): string {
  switch (to.view) {
    case "queue":
      return "#/";
    case "new":
      return to.like === null ? "#/new" : `#/new/${to.like}`;
    case "machine":
      return "#/machine";
    case "job":
      return to.tab === "frames" ? `#/job/${to.job}` : `#/job/${to.job}/${to.tab}`;
  }
}

export function go(to: Route): void {
  location.hash = address(to);
}

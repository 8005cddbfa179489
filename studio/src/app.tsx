/** The frame around every view: rail, top bar, toasts, and the list of keys. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { link, version } from "./api/stream";
import { bytes } from "./model/format";
import { CommandLine } from "./parts/command";
import { Dialog } from "./parts/dialog";
import { Icon, type IconName } from "./parts/icon";
import { Bar } from "./parts/status";
import { Toasts } from "./parts/toasts";
import { look } from "./state/open_job";
import { barrier, rows } from "./state/queue";
import { machine, watchMachine } from "./state/machine";
import { type Route, address, go, route } from "./state/route";
import { nextTheme, theme } from "./state/theme";
import { notifies, toggleNotifications } from "./state/toasts";
import { JobView } from "./views/job";
import { MachineView } from "./views/machine";
import { NewRenderView } from "./views/new_render";
import { QueueView } from "./views/queue";
import { words } from "./words";

const PLACES: readonly { view: Route["view"]; to: Route; icon: IconName; text: string }[] = [
  { view: "queue", to: { view: "queue" }, icon: "queue", text: words.queue },
  { view: "new", to: { view: "new", like: null }, icon: "add", text: words.newShort },
  { view: "machine", to: { view: "machine" }, icon: "machine", text: words.machine },
];
const THEME_ICONS = { system: "auto", dark: "moon", light: "sun" } as const;

export function App() {
  const showsKeys = useSignal(false);
  const isLinked = link.value !== "waiting";
  useEffect(() => (isLinked ? watchMachine() : undefined), [isLinked]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const field = event.target;
      const isWriting =
        field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement;
      if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
      const actions: Record<string, () => void> = {
        "?": () => (showsKeys.value = true),
        n: () => go({ view: "new", like: null }),
        q: () => go({ view: "queue" }),
        m: () => go({ view: "machine" }),
      };
      const action = actions[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const here = route.value;
  useEffect(() => {
    if (here.view !== "job") look(null);
    document.title =
      here.view === "job" ? `${rows.peek().get(here.job)?.name ?? here.job} · ${words.title}` : words.title;
  }, [here]);
  if (barrier.value !== null) return <Barrier />;
  return (
    <div class="shell">
      <a class="button skip" href="#main" onClick={(event) => skip(event)}>{words.skip}</a>
      <nav class="rail" aria-label={words.places}>
        <span class="brand"><img src="./icon.svg" alt="framecrew" width="24" height="24" /></span>
        {PLACES.map((place) => (
          <a
            href={address(place.to)}
            {...(here.view === place.view || (place.view === "queue" && here.view === "job") ? { "aria-current": "page" as const } : {})}
          >
            <Icon name={place.icon} />
            {place.text}
          </a>
        ))}
        <div class="foot">
          <button aria-label={words.keys} title={words.keys} onClick={() => (showsKeys.value = true)}><Icon name="keys" /></button>
          <button
            aria-pressed={notifies.value}
            aria-label={words.notify}
            title={notifies.value ? words.notifyOn : words.notifyOff}
            onClick={() => void toggleNotifications()}
          >
            <Icon name={notifies.value ? "bell" : "belloff"} />
          </button>
          <button aria-label={words.themeNow(words.themes[theme.value])} title={words.themeNow(words.themes[theme.value])} onClick={nextTheme}>
            <Icon name={THEME_ICONS[theme.value]} />
          </button>
        </div>
      </nav>
      <Top />
      {here.view === "queue" && <QueueView />}
      {here.view === "job" && <JobView key={here.job} id={here.job} tab={here.tab} />}
      {here.view === "new" && <NewRenderView key={here.like} like={here.like} />}
      {here.view === "machine" && <MachineView />}
      <Toasts />
      {showsKeys.value && <Keys onClose={() => (showsKeys.value = false)} />}
    </div>
  );
}

function skip(event: MouseEvent): void {
  event.preventDefault();
  const main = document.getElementById("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus();
}

function Top() {
  const now = machine.value;
  const all = [...rows.value.values()];
  const running = all.filter((row) => row.status === "running");
  const waiting = all.filter((row) => row.status === "queued").length;
  const total = Number(now?.memory.total ?? 0);
  const used = total - Number(now?.memory.free ?? 0);
  return (
    <header class="top">
      <span class="soft">{words.runningNow(running.length, waiting)}</span>
      <div class="meters">
        {now !== null && (
          <>
            <Meter name={words.cpuShort} part={now.cpu_percent / 100} text={`${Math.round(now.cpu_percent)} %`} />
            <Meter name={words.memoryShort} part={total === 0 ? 0 : used / total} text={bytes(used)} />
          </>
        )}
        <span class={`link ${link.value === "cut" ? "cut" : ""}`} role="status" title={version.value}>
          {words.links[link.value]}
        </span>
      </div>
    </header>
  );
}

function Meter({ name, part, text }: { name: string; part: number; text: string }) {
  return (
    <span class="meter">
      {name}
      <Bar part={Math.min(1, part)} tone="plain" label={name} />
      {text}
    </span>
  );
}

/** Without a cookie or a daemon there is nothing to show but the way to one. */
function Barrier() {
  const problem = barrier.value;
  const isClosed = problem?.status === 401;
  return (
    <main id="main" class="barrier">
      <img src="./icon.svg" alt="" width="44" height="44" />
      <h1>{isClosed ? words.closedTitle : words.awayTitle}</h1>
      <p class="soft">{problem?.message}</p>
      <CommandLine text={isClosed ? "framecrew studio" : "framecrew daemon start"} />
    </main>
  );
}

function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={words.keys} onClose={onClose}>
      <dl class="keys">
        {words.keyList.map(([keys, text]) => (
          <>
            <dt>{keys.split(" ").map((key) => <kbd>{key}</kbd>)}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  );
}

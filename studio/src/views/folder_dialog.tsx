/** Picks a scene from the folders that may be looked into. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { FolderList } from "../api/answers";
import { api } from "../api/http";
import { bytes, moment } from "../model/format";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { words } from "../words";

const KEPT_AS = "framecrew.folder";

export function FolderDialog({ onChoose, onClose }: { onChoose: (path: string) => void; onClose: () => void }) {
  const list = useSignal<FolderList | null>(null);
  const problem = useSignal("");
  const open = async (path: string) => {
    try {
      list.value = await api.folders(path);
      problem.value = "";
      localStorage.setItem(KEPT_AS, path);
    } catch (refused) {
      problem.value = refused instanceof Error ? refused.message : String(refused);
      if (list.value === null && path !== "") await open("");
    }
  };
  useEffect(() => void open(localStorage.getItem(KEPT_AS) ?? ""), []);
  const here = list.value;
  const entries = here?.entries.filter((entry) => entry.is_folder || entry.renderer !== "") ?? [];
  return (
    <Dialog title={words.pickScene} onClose={onClose}>
      {problem.value !== "" && <p class="wrong">{problem.value}</p>}
      {here !== null && (
        <>
          <div class="row wrap">
            {here.roots.map((root) => (
              <button type="button" class="button bare" onClick={() => void open(root)}>{root}</button>
            ))}
          </div>
          <div class="row path">
            <button type="button" class="button square" disabled={here.parent === ""} aria-label={words.parentFolder} onClick={() => void open(here.parent)}>
              <Icon name="up" />
            </button>
            <code class="clip">{here.path}</code>
          </div>
          <ul class="entries" aria-label={here.path}>
            {entries.map((entry) => (
              <li key={entry.path}>
                <button type="button" onClick={() => (entry.is_folder ? void open(entry.path) : onChoose(entry.path))}>
                  <Icon name={entry.is_folder ? "folder" : "file"} />
                  <span class="grow clip">{entry.name}</span>
                  <span class="faint">{entry.is_folder ? "" : bytes(entry.bytes)}</span>
                  <span class="faint">{entry.changed === 0 ? "" : moment(entry.changed)}</span>
                </button>
              </li>
            ))}
          </ul>
          {entries.length === 0 && <p class="faint">{words.noScenesHere}</p>}
          {here.is_cut && <p class="faint">{words.listIsCut}</p>}
        </>
      )}
    </Dialog>
  );
}

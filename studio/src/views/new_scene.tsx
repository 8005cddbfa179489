/** The scene of a new job: named, picked or dropped, and what the renderer found in it. */
import { useSignal } from "@preact/signals";
import { api } from "../api/http";
import { bytes } from "../model/format";
import { mistakeText } from "../parts/field";
import { Icon } from "../parts/icon";
import { facts, inspected, isInspecting, mistakesOf, renderer, renderers, set, values } from "../state/form";
import { tellProblem } from "../state/toasts";
import { words } from "../words";
import { FolderDialog } from "./folder_dialog";

const LISTED = ["targets", "layers", "cameras"] as const;

export function ScenePart() {
  const isOver = useSignal(false);
  const isPicking = useSignal(false);
  const sending = useSignal("");
  const scene = String(values.value.scene ?? "");
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    isOver.value = false;
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    sending.value = `${file.name} (${bytes(file.size)})`;
    try {
      choose((await api.upload(file)).path);
    } catch (problem) {
      tellProblem(problem);
    }
    sending.value = "";
  };
  return (
    <section
      class={`card scene ${isOver.value ? "over" : ""}`}
      aria-labelledby="part-scene"
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => void drop(event)}
    >
      <header>
        <h2 id="part-scene">{words.scene}</h2>
        <span class="grow" />
        <label class="row">
          <span class="soft">{words.renderer}</span>
          <select class="input" value={String(values.value.renderer ?? "")} onChange={(event) => set("renderer", event.currentTarget.value)}>
            <option value="">{words.usual(renderer.value?.title ?? words.byEnding)}</option>
            {renderers.value?.renderers.map((each) => <option value={each.name}>{each.title}</option>)}
          </select>
        </label>
      </header>
      <div class="body column">
        <div class="row">
          <input
            id="scene"
            class="input mono grow"
            spellcheck={false}
            placeholder={words.sceneHint}
            aria-label={words.sceneField}
            aria-invalid={mistakesOf("scene").length > 0}
            value={scene}
            onInput={(event) => set("scene", event.currentTarget.value)}
            onChange={(event) => choose(event.currentTarget.value)}
          />
          <button type="button" class="button" onClick={() => (isPicking.value = true)}>
            <Icon name="folder" /> {words.browse}
          </button>
        </div>
        {mistakesOf("scene").map((mistake) => <p class="wrong">{mistakeText(mistake)}</p>)}
        {sending.value !== "" && <p class="help" role="status">{words.sending(sending.value)}</p>}
        {scene === "" && sending.value === "" && (
          <div class="drop-zone"><Icon name="file" /> {words.dropHere}</div>
        )}
        <Found />
      </div>
      {isPicking.value && (
        <FolderDialog
          onClose={() => (isPicking.value = false)}
          onChoose={(path) => {
            isPicking.value = false;
            choose(path);
          }}
        />
      )}
    </section>
  );
}

/** Where the frames of the scene before would have gone: nobody wrote that. */
let proposed = "";

/** Take a scene, and propose where its frames go if a person has said nothing of it. */
function choose(path: string): void {
  set("scene", path);
  const said = values.value.output;
  if (path === "" || (said && said !== proposed)) return;
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const separator = path.includes("\\") && !path.includes("/") ? "\\" : "/";
  const name = path.slice(cut + 1).replace(/\.[^.]+$/, "");
  const ending = renderer.value?.picture_formats.includes(".png") === false ? renderer.value.picture_formats[0] : ".png";
  proposed = `${path.slice(0, cut)}${separator}renders${separator}${name}_####${ending ?? ".png"}`;
  set("output", proposed);
}

function Found() {
  const known = facts.value;
  const answer = inspected.value;
  if (isInspecting.value) return <p class="help" role="status">{words.inspecting}</p>;
  if (answer === null) return null;
  if (known === null) {
    const text = answer.reason || answer.mistakes.map(mistakeText).join(" ");
    return text === "" ? null : (
      <div class="notice failed" role="alert">
        <Icon name="warning" />
        <span><strong>{text}</strong> {answer.advice}</span>
      </div>
    );
  }
  const missing = known.missing ?? [];
  return (
    <>
      <dl class="scene-facts">
        <Fact name={words.range} value={`${known.first}–${known.last}`} />
        {known.width != null && <Fact name={words.size} value={`${known.width} × ${known.height}`} />}
        <Fact name={words.rate} value={words.fps(known.fps ?? "")} />
        {LISTED.map((name) => {
          const all = known[name];
          return Array.isArray(all) && all.length > 0 ? <Fact name={words.listed[name]} value={all.join(", ")} /> : null;
        })}
        <Fact name={words.program} value={known.program_version ?? ""} />
      </dl>
      {missing.length > 0 && (
        <div class="notice held" role="alert">
          <Icon name="warning" />
          <div class="column">
            <strong>{words.missingFiles(missing.length)}</strong>
            <ul>{missing.slice(0, 12).map((each) => <li><code>{each.path}</code> <span class="soft">{each.user}{each.found ? ` (${each.found})` : ""}</span></li>)}</ul>
            <label class="row">
              <input type="checkbox" checked={values.value.allow_missing === true} onChange={(event) => set("allow_missing", event.currentTarget.checked || undefined)} />
              {words.allowMissing}
            </label>
          </div>
        </div>
      )}
      {(known.warnings ?? []).map((warning) => (
        <div class="notice"><Icon name="info" /><span>{warning}</span></div>
      ))}
      {known.notes !== undefined && known.notes.length > 0 && (
        <ul class="scene-notes soft" aria-label={words.sceneNotes}>
          {known.notes.map((note) => <li>{note}</li>)}
        </ul>
      )}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

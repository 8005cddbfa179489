/** A new job: the form on the left, what it would do on the right. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { FieldRow } from "../api/answers";
import { Refused, api } from "../api/http";
import { count } from "../model/format";
import { Dialog } from "../parts/dialog";
import { Field, mistakeText, title } from "../parts/field";
import { Icon } from "../parts/icon";
import { SlotsNumber, mostSlots } from "../parts/slots_number";
import {
  facts,
  fill,
  frames,
  isPlanning,
  jobFile,
  lay,
  loadForm,
  mistakesOf,
  note,
  options,
  plan,
  presets,
  renderer,
  renderers,
  set,
  setOption,
  values,
  watch,
} from "../state/form";
import { readMachine } from "../state/machine";
import { go } from "../state/route";
import { tellProblem } from "../state/toasts";
import { words } from "../words";
import { PlanPanel } from "./plan_panel";
import { ScenePart } from "./new_scene";

/** Fields with a place of their own; the others stand under "All settings". */
const OWN_PLACE = new Set([
  "version", "scene", "renderer", "frames", "output", "film", "film_preset", "film_fps", "slots", "options",
]);
/** Of the others, those most people want to see. */
const NEAR = ["name", "priority", "existing", "order", "threads"];

export function NewRenderView({ like }: { like: number | null }) {
  const isStarting = useSignal(false);
  useEffect(() => {
    void loadForm(like);
    void readMachine();
    return watch();
  }, [like]);

  const start = async () => {
    isStarting.value = true;
    try {
      const { job } = await api.submit(jobFile.value, note.value);
      fill({});
      note.value = "";
      go({ view: "job", job, tab: "frames" });
    } catch (problem) {
      const first = problem instanceof Refused ? problem.mistakes[0] : undefined;
      tellProblem(first === undefined ? problem : new Error(mistakeText(first)));
    }
    isStarting.value = false;
  };

  const fields = renderers.value?.fields ?? [];
  const others = fields.filter((field) => !OWN_PLACE.has(field.name));
  const near = NEAR.flatMap((name) => others.find((field) => field.name === name) ?? []);
  const far = others.filter((field) => !NEAR.includes(field.name));
  return (
    <main id="main" class="view fixed">
      <form
        class="new"
        onSubmit={(event) => {
          event.preventDefault();
          if (plan.value !== null && !isStarting.value) void start();
        }}
      >
        <div class="new-form">
          <div class="row">
            <h1>{words.newRender}</h1>
            <span class="grow" />
            <Presets />
          </div>
          <ScenePart />
          <section class="card" aria-labelledby="part-frames">
            <header><h2 id="part-frames">{words.framesAndOutput}</h2></header>
            <div class="body fields">
              <FramesField />
              <OutputField fields={fields} />
            </div>
          </section>
          <section class="card" aria-labelledby="part-concurrency">
            <header><h2 id="part-concurrency">{words.concurrency}</h2></header>
            <div class="body fields"><Concurrency /></div>
          </section>
          {renderer.value !== null && renderer.value.options.length > 0 && (
            <section class="card" aria-labelledby="part-options">
              <header><h2 id="part-options">{words.optionsOf(renderer.value.title)}</h2></header>
              <div class="body fields two">
                {renderer.value.options.map((field) => (
                  <Field
                    key={field.name}
                    field={field}
                    value={options.value[field.name]}
                    mistakes={mistakesOf(field.name)}
                    listed={listedBy(field)}
                    onChange={(value) => setOption(field.name, value)}
                  />
                ))}
              </div>
            </section>
          )}
          <section class="card" aria-labelledby="part-job">
            <header><h2 id="part-job">{words.job}</h2></header>
            <div class="body fields two">
              {near.map(jobField)}
              <div class="field">
                <label for="job-note">{words.note}</label>
                <div class="column">
                  <input id="job-note" class="input" value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
                  <p class="help">{words.noteHint}</p>
                </div>
              </div>
            </div>
            <details class="more-fields">
              <summary>{words.allSettings(far.length)}</summary>
              <div class="body fields two">{far.map(jobField)}</div>
            </details>
          </section>
        </div>
        <PlanPanel isStarting={isStarting.value} />
      </form>
    </main>
  );
}

function jobField(field: FieldRow) {
  return (
    <Field
      key={field.name}
      field={field}
      value={values.value[field.name]}
      mistakes={mistakesOf(field.name)}
      listed={[]}
      onChange={(value) => set(field, value)}
    />
  );
}

function listedBy(field: FieldRow): readonly string[] {
  const found = field.listed === "" ? undefined : facts.value?.[field.listed];
  return Array.isArray(found) ? (found as string[]) : [];
}

/** The frames text with its count, or the mistake under the very character. */
function FramesField() {
  const text = String(values.value.frames ?? "");
  const checked = frames.value;
  const known = facts.value;
  const range =
    known?.first === undefined ? "" : `${known.first}-${known.last}${(known.step ?? 1) > 1 ? `x${known.step}` : ""}`;
  const isWrong = text.trim() !== "" && checked !== null && checked.message !== "";
  return (
    <div class="field">
      <label for="frames">{title("frames")}</label>
      <div class="column">
        <input
          id="frames"
          class="input mono"
          spellcheck={false}
          placeholder={range === "" ? words.sceneRange : range}
          aria-describedby="frames-said"
          aria-invalid={isWrong}
          value={text}
          onInput={(event) => set("frames", event.currentTarget.value)}
        />
        {isWrong && checked.position !== null && (
          <pre class="pointer" aria-hidden="true">{text.slice(0, checked.position)}<b>{text[checked.position] ?? "⌃"}</b>{text.slice(checked.position + 1)}</pre>
        )}
        <p id="frames-said" class={isWrong ? "wrong" : "help"} role="status">
          {isWrong
            ? checked.message
            : text.trim() === ""
              ? range === "" ? words.framesHint : words.sceneRangeIs(range)
              : checked === null
                ? words.framesHint
                : words.framesCount(checked.count, checked.first ?? 0, checked.last ?? 0)}
        </p>
      </div>
    </div>
  );
}

function OutputField({ fields }: { fields: readonly FieldRow[] }) {
  const film = String(values.value.film ?? "");
  const output = String(values.value.output ?? "");
  const ending = /\.[a-z0-9]+$/i.exec(film || output)?.[0].toLowerCase() ?? "";
  const fitting = presets.value?.films.filter((each) => each.endings.includes(ending)) ?? [];
  const usual = presets.value?.by_ending[ending];
  const named = (name: string) => fields.find((field) => field.name === name);
  const rows = ["output", "film"].flatMap((name) => named(name) ?? []);
  const fps = named("film_fps");
  return (
    <>
      {rows.map(jobField)}
      {fitting.length > 0 && (
        <div class="field">
          <label for="film-preset">{title("film_preset")}</label>
          <div class="column">
            <select id="film-preset" class="input" value={String(values.value.film_preset ?? "")} onChange={(event) => set("film_preset", event.currentTarget.value)}>
              <option value="">{words.usual(usual ?? "")}</option>
              {fitting.map((each) => (
                <option value={each.name}>{each.name} · {each.title}</option>
              ))}
            </select>
            {mistakesOf("film_preset").map((mistake) => <p class="wrong">{mistakeText(mistake)}</p>)}
            <p class="help">{words.presetsFor(ending)}</p>
          </div>
        </div>
      )}
      {fitting.length > 0 && fps !== undefined && jobField(fps)}
      {plan.value !== null && (
        <div class="field">
          <span class="label">{words.files}</span>
          <ul class="file-list">
            {plan.value.tasks.flatMap((task) =>
              task.files.map((each) => (
                <li><code>{each.first}</code>{each.count > 1 && <><span class="faint"> … </span><code>{each.last}</code> <span class="faint">({count(each.count)})</span></>}</li>
              )),
            )}
            {plan.value.films.map((each) => <li><code>{each.film}</code></li>)}
          </ul>
        </div>
      )}
    </>
  );
}

/** What is shown is what runs: the daemon's own number for auto, or the person's. */
function Concurrency() {
  const slots = values.value.slots as number | undefined;
  const wanted = plan.value;
  const isAuto = slots === undefined;
  const said =
    wanted === null
      ? isPlanning.value ? words.autoThinking : words.autoUnknown
      : words.autoIs(wanted.slots, wanted.threads, wanted.reason);
  return (
    <fieldset class="concurrency">
      <legend class="unseen">{words.concurrency}</legend>
      <label class={`choice ${isAuto ? "on" : ""}`}>
        <input type="radio" name="concurrency" checked={isAuto} onChange={() => set("slots", undefined)} />
        <span class="column">
          <strong>{isAuto && wanted !== null ? words.autoNumber(wanted.slots) : words.autoChoice}</strong>
          {isAuto && <span class="help">{said}</span>}
        </span>
      </label>
      <label class={`choice ${isAuto ? "" : "on"}`}>
        <input type="radio" name="concurrency" checked={!isAuto} onChange={() => set("slots", wanted?.slots ?? 1)} />
        <span class="column">
          <strong>{words.fixedChoice}</strong>
          <SlotsNumber
            value={slots ?? null}
            most={mostSlots()}
            start={wanted?.slots ?? 1}
            onChange={(number) => set("slots", number)}
          />
          {!isAuto && wanted !== null && <span class="help">{words.runsAs(wanted.slots, wanted.threads, wanted.reason)}</span>}
          {mistakesOf("slots").map((mistake) => <span class="wrong">{mistakeText(mistake)}</span>)}
        </span>
      </label>
    </fieldset>
  );
}

function Presets() {
  const asks = useSignal(false);
  const name = useSignal("");
  const saved = presets.value?.saved ?? [];
  const save = async () => {
    asks.value = false;
    const { scene: _scene, ...job } = jobFile.value;
    try {
      await api.savePreset(name.value.trim(), job);
      presets.value = await api.presets();
    } catch (problem) {
      const first = problem instanceof Refused ? problem.mistakes[0] : undefined;
      tellProblem(first === undefined ? problem : new Error(mistakeText(first)));
    }
  };
  return (
    <>
      <select
        class="input"
        aria-label={words.preset}
        value=""
        onChange={(event) => {
          const chosen = saved.find((each) => each.name === event.currentTarget.value);
          if (chosen !== undefined) lay({ ...chosen.job });
          event.currentTarget.value = "";
        }}
      >
        <option value="">{words.choosePreset}</option>
        {saved.map((each) => <option value={each.name}>{each.name}</option>)}
      </select>
      <button type="button" class="button" onClick={() => (asks.value = true)}>{words.savePreset}</button>
      {asks.value && (
        <Dialog
          title={words.savePreset}
          onClose={() => (asks.value = false)}
          footer={
            <>
              <button type="button" class="button" onClick={() => (asks.value = false)}>{words.close}</button>
              <button type="button" class="button first" disabled={name.value.trim() === ""} onClick={() => void save()}>{words.save}</button>
            </>
          }
        >
          <label class="column">
            <span class="soft">{words.presetHint}</span>
            <input class="input" autofocus value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} />
          </label>
          {saved.some((each) => !each.is_ours) && (
            <ul class="preset-list">
              {saved.filter((each) => !each.is_ours).map((each) => (
                <li class="row">
                  <span class="grow">{each.name}</span>
                  <button
                    type="button"
                    class="button bare square"
                    aria-label={words.forgetPreset(each.name)}
                    onClick={async () => {
                      await api.forgetPreset(each.name).catch(tellProblem);
                      presets.value = await api.presets();
                    }}
                  >
                    <Icon name="cancel" />
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Dialog>
      )}
    </>
  );
}

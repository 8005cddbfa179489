/** One field of a form, made from what the daemon tells of it: the same source as the CLI's flags. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { FieldRow, Mistake } from "../api/answers";
import { words } from "../words";

interface Props {
  field: FieldRow;
  value: unknown;
  mistakes: readonly Mistake[];
  /** What may be named, where the inspected scene lists it. */
  listed: readonly string[];
  onChange: (value: unknown) => void;
}

export function Field({ field, value, mistakes, listed, onChange }: Props) {
  const id = useId();
  const help = `${id}-help`;
  return (
    <div class="field">
      <label for={id}>{title(field.name)}</label>
      <div class="column">
        <Control id={id} help={help} field={field} value={value} listed={listed} isWrong={mistakes.length > 0} onChange={onChange} />
        {mistakes.map((mistake) => <p class="wrong">{mistakeText(mistake)}</p>)}
        <p id={help} class="help">{field.help}</p>
      </div>
    </div>
  );
}

export function mistakeText(mistake: Mistake): string {
  return words.mistake(mistake.wanted, mistake.found, mistake.advice);
}

/** `film_preset` → `Film preset`; a translation may name it otherwise. */
export function title(name: string): string {
  const known = words.fields[name];
  if (known !== undefined) return known;
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface ControlProps extends Omit<Props, "mistakes"> {
  id: string;
  help: string;
  isWrong: boolean;
}

function Control({ id, help, field, value, listed, isWrong, onChange }: ControlProps) {
  const shared = { id, class: "input", "aria-describedby": help, "aria-invalid": isWrong };
  const usual = field.default === null ? words.auto : String(field.default);
  const typed = useSignal<string | null>(null);
  /** For a text that means something only when it is whole: until then it stays as it is typed. */
  const whole = (text: string, onText: (text: string) => void) => ({
    value: typed.value ?? text,
    onInput: (event: { currentTarget: { value: string } }) => (typed.value = event.currentTarget.value),
    onBlur: () => {
      if (typed.value !== null) onText(typed.value);
      typed.value = null;
    },
  });
  if (field.type === "switch" && !field.may_be_absent) {
    return (
      <input
        id={id}
        type="checkbox"
        aria-describedby={help}
        checked={Boolean(value ?? field.default)}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (field.type === "switch") {
    return (
      <select
        {...shared}
        value={value === true ? "yes" : value === false ? "no" : ""}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onChange(chosen === "" ? undefined : chosen === "yes");
        }}
      >
        <option value="">{words.auto}</option>
        <option value="yes">{words.yes}</option>
        <option value="no">{words.no}</option>
      </select>
    );
  }
  if (field.type === "choice") {
    return (
      <select
        {...shared}
        value={String(value ?? "")}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      >
        <option value="">{words.usual(usual)}</option>
        {field.choices.filter((choice) => choice !== "").map((choice) => <option value={choice}>{choice}</option>)}
      </select>
    );
  }
  if (field.type === "number" || field.type === "whole number") {
    return (
      <input
        {...shared}
        type="number"
        step={field.type === "number" ? "any" : 1}
        {...(field.at_least === null ? {} : { min: field.at_least })}
        {...(field.at_most === null ? {} : { max: field.at_most })}
        placeholder={usual}
        value={value === undefined || value === null ? "" : String(value)}
        onInput={(event) => onChange(event.currentTarget.value === "" ? undefined : Number(event.currentTarget.value))}
      />
    );
  }
  if (field.type === "table") {
    return (
      <textarea
        {...shared}
        rows={2}
        spellcheck={false}
        placeholder="NAME=value"
        {...whole(
          Object.entries((value ?? {}) as object).map(([name, text]) => `${name}=${text}`).join("\n"),
          (text) => onChange(tableOf(text)),
        )}
      />
    );
  }
  if (field.type === "list") {
    return (
      <input
        {...shared}
        spellcheck={false}
        placeholder={words.listHint}
        {...whole(Array.isArray(value) ? value.join(", ") : "", (text) => onChange(listOf(text, field.items)))}
      />
    );
  }
  return (
    <>
      <input
        {...shared}
        spellcheck={false}
        placeholder={usual}
        list={listed.length > 0 ? `${id}-list` : undefined}
        value={String(value ?? "")}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {listed.length > 0 && (
        <datalist id={`${id}-list`}>{listed.map((each) => <option value={each} />)}</datalist>
      )}
    </>
  );
}

function tableOf(text: string): Record<string, string> | undefined {
  const pairs = text.split("\n").filter((line) => line.includes("="));
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((line) => [line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1)]),
  );
}

function listOf(text: string, items: string): unknown[] | undefined {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) return undefined;
  return items.includes("number") ? parts.map(Number) : parts;
}

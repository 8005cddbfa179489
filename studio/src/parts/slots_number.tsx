/** A number of renderers: what stands in the field is what runs. */
import { MOST_SLOTS, machine } from "../state/machine";
import { words } from "../words";

interface Props {
  /** Null: none was chosen; the field shows what it would begin with. */
  value: number | null;
  most: number;
  start: number;
  isFocused?: boolean;
  onChange: (value: number) => void;
}

export function SlotsNumber({ value, most, start, isFocused = false, onChange }: Props) {
  return (
    <span class="row">
      <input
        class="input slots-number"
        type="number"
        autofocus={isFocused}
        min={1}
        max={most}
        aria-label={words.fixedChoice}
        value={value ?? ""}
        placeholder={String(start)}
        onPointerDown={() => value === null && onChange(start)}
        onInput={(event) => {
          const field = event.currentTarget;
          const typed = Math.round(Number(field.value));
          if (typed < 1) return;
          if (typed > most) field.value = String(most);
          onChange(Math.min(most, typed));
        }}
        // Left empty or with a fraction: what was chosen is written there again.
        onChange={(event) => (event.currentTarget.value = String(value ?? ""))}
      />
      {machine.value !== null && <span class="help">{words.fromOneTo(most)}</span>}
    </span>
  );
}

/** The machine's own limit, as soon as it has told it. */
export function mostSlots(): number {
  return machine.value?.most_slots ?? MOST_SLOTS;
}

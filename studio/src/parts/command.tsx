/** A command line to copy: one click, and it is said that it was copied. */
import { useSignal } from "@preact/signals";
import { plain } from "../model/format";
import { words } from "../words";
import { Icon } from "./icon";

export function CommandLine({ text }: { text: string }) {
  const copied = useSignal(false);
  return (
    <div class="command">
      <code tabIndex={0} aria-label={words.command}>{plain(text)}</code>
      <button
        class="button bare"
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          copied.value = true;
          setTimeout(() => (copied.value = false), 1500);
        }}
      >
        <Icon name={copied.value ? "check" : "copy"} />
        {copied.value ? words.copied : words.copy}
      </button>
    </div>
  );
}

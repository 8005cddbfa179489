/** The corner where toasts arrive; a live region, so they are read aloud too. */
import { dismiss, toasts } from "../state/toasts";
import { words } from "../words";
import { Icon } from "./icon";

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.tone}`}>
          <div class="grow">
            <strong>{toast.href === null ? toast.title : <a href={toast.href}>{toast.title}</a>}</strong>
            {toast.text !== "" && <p class="soft pre">{toast.text}</p>}
          </div>
          <button class="button bare square" aria-label={words.dismiss} onClick={() => dismiss(toast.id)}>
            <Icon name="cancel" />
          </button>
        </div>
      ))}
    </div>
  );
}

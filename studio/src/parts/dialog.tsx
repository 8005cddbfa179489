/** A modal question. The browser's own `dialog` keeps the focus inside, and gives it back. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../words";
import { Icon } from "./icon";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
  isWide?: boolean;
}

export function Dialog({ title, onClose, children, footer, isWide = false }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the browser takes the next key: who types fast would answer nobody. Only a dialog that
  // is closed, not just taken away, gives the focus back.
  useLayoutEffect(() => {
    const shown = box.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={isWide ? "wide" : ""}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button class="button bare square" aria-label={words.close} onClick={onClose}>
          <Icon name="cancel" />
        </button>
      </header>
      <div class="body">{children}</div>
      {footer !== undefined && <footer>{footer}</footer>}
    </dialog>
  );
}

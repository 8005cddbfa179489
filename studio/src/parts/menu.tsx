/** A menu at a point: arrow keys walk, Escape and a click elsewhere close it. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon";

export interface MenuItem {
  label: string;
  icon: IconName;
  shortcut?: string;
  isDisabled?: boolean;
  onChoose: () => void;
}

interface Props {
  label: string;
  at: { x: number; y: number };
  items: readonly (MenuItem | null)[];
  onClose: () => void;
}

export function Menu({ label, at, items, onClose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = document.activeElement;
    element.style.left = `${Math.min(at.x, innerWidth - element.offsetWidth - 8)}px`;
    element.style.top = `${Math.min(at.y, innerHeight - element.offsetHeight - 8)}px`;
    element.querySelector("button")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    const away = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) onClose();
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, []);
  const walk = (step: number) => {
    const all = [...(box.current?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];
    const here = all.indexOf(document.activeElement as HTMLButtonElement);
    all[(here + step + all.length) % all.length]?.focus();
  };
  return (
    <div
      ref={box}
      class="menu"
      role="menu"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === "Escape" || event.key === "Tab") onClose();
        else if (event.key === "ArrowDown") walk(1);
        else if (event.key === "ArrowUp") walk(-1);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {items.map((item) =>
        item === null ? (
          <hr />
        ) : (
          <button
            role="menuitem"
            disabled={item.isDisabled ?? false}
            onClick={() => {
              onClose();
              item.onChoose();
            }}
          >
            <Icon name={item.icon} />
            {item.label}
            {item.shortcut !== undefined && <kbd>{item.shortcut}</kbd>}
          </button>
        ),
      )}
    </div>
  );
}

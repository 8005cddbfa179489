/** A list of which only the rows in sight exist: two thousand jobs, or a million lines. */
import { useSignal } from "@preact/signals";
import type { CSSProperties, ComponentChildren, HTMLAttributes } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Chromium draws no element taller than about 33 million pixels; beyond this we stretch the scroll. */
const TALLEST = 16_000_000;
const SPARE = 8;
const AWAY = new Set(["ArrowUp", "PageUp", "Home"]);

interface Props {
  count: number;
  height: number;
  /** The row with this number; given `style`, which puts it in its place. */
  row: (index: number, style: CSSProperties) => ComponentChildren;
  /** Keep the end in sight while it grows. */
  follows?: boolean;
  onFollow?: (follows: boolean) => void;
  /** Told where the rows in sight begin and end. */
  onSight?: (first: number, last: number) => void;
  /** Scrolls so that this row is in sight, whenever `at` or `turn` changes. */
  show?: { at: number; turn: number } | null;
  attributes?: HTMLAttributes<HTMLDivElement>;
}

export function Virtual(props: Props) {
  const { count, height, follows = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const room = useSignal(600);
  const self = useRef(props);
  self.current = props;

  const whole = Math.min(count * height, TALLEST);
  // Where all rows do not fit, a pixel of the scroll bar stands for more than one of the list.
  const stretch = whole > room.value ? (count * height - room.value) / (whole - room.value) : 1;
  const begin = top.value * stretch;
  const first = Math.max(0, Math.floor(begin / height) - SPARE);
  const last = Math.min(count, Math.ceil((begin + room.value) / height) + SPARE);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => {
      room.value = element.clientHeight;
      // A head above the list is made as wide as its rows by this.
      const bar = element.offsetWidth - element.clientWidth;
      element.parentElement?.style.setProperty("--scroll-bar", `${bar}px`);
    });
    watch.observe(element);
    room.value = element.clientHeight;
    return () => watch.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || !follows) return;
    element.scrollTop = element.scrollHeight;
    // Without waiting for the browser to tell of the scroll: the rows would be drawn out of sight.
    top.value = element.scrollTop;
  }, [follows, count, room.value]);

  useLayoutEffect(() => {
    const element = box.current;
    const show = props.show;
    if (element === null || show === undefined || show === null) return;
    const from = show.at * height;
    const seen = element.scrollTop * stretch;
    if (from < seen) element.scrollTop = from / stretch;
    else if (from + height > seen + element.clientHeight) {
      element.scrollTop = (from + height - element.clientHeight) / stretch;
    }
  }, [props.show?.at, props.show?.turn]);

  useLayoutEffect(() => {
    props.onSight?.(first, last);
  }, [first, last]);

  // Who scrolls away says so before anything has moved, and new rows must not pull the list back.
  const leave = () => self.current.follows && self.current.onFollow?.(false);

  const rows: ComponentChildren[] = [];
  for (let index = first; index < last; index++) {
    const at = index * height - begin + top.value;
    rows.push(
      props.row(index, { position: "absolute", insetInline: 0, top: 0, height: `${height}px`, transform: `translateY(${at}px)` }),
    );
  }

  return (
    <div
      {...props.attributes}
      ref={box}
      class={`virtual ${props.attributes?.class ?? ""}`}
      onScroll={(event) => {
        const element = event.currentTarget;
        const isUpwards = element.scrollTop < top.value;
        top.value = element.scrollTop;
        const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - height;
        const now = isAtEnd && (self.current.follows === true || !isUpwards);
        if (now !== self.current.follows) self.current.onFollow?.(now);
      }}
      onWheel={(event) => event.deltaY < 0 && leave()}
      onKeyDown={(event) => AWAY.has(event.key) && leave()}
      onPointerDown={(event) => event.target === box.current && leave()}
    >
      <div role="presentation" style={{ position: "relative", height: `${whole}px` }}>
        {rows}
      </div>
    </div>
  );
}

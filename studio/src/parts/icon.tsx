/** Line icons, drawn here: the page asks no network for them. */

const PATHS = {
  queue: "M3 5h14M3 10h14M3 15h9",
  add: "M10 4v12M4 10h12",
  machine: "M5 5h10v10H5zM8 2v3M12 2v3M8 15v3M12 15v3M2 8h3M2 12h3M15 8h3M15 12h3",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM13 13l4 4",
  cancel: "M5 5l10 10M15 5L5 15",
  hold: "M7 4v12M13 4v12",
  release: "M6 4l10 6-10 6z",
  retry: "M4 10a6 6 0 1 0 2-4.5M6 2v4h4",
  up: "M10 16V4M5 9l5-5 5 5",
  down: "M10 4v12M5 11l5 5 5-5",
  left: "M12 4l-6 6 6 6",
  right: "M8 4l6 6-6 6",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  copy: "M7 7h9v9H7zM4 13V4h9",
  folder: "M3 5h5l2 2h7v9H3z",
  file: "M5 3h7l3 3v11H5zM12 3v3h3",
  film: "M3 5h14v10H3zM7 5v10M13 5v10M3 10h4M13 10h4",
  play: "M6 4l10 6-10 6z",
  pause: "M7 4v12M13 4v12",
  first: "M5 4v12M16 4l-8 6 8 6z",
  last: "M15 4v12M4 4l8 6-8 6z",
  warning: "M10 3l8 14H2zM10 8v4M10 14.5h.01",
  info: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 9v5M10 6.5h.01",
  check: "M4 10.5l4 4 8-9",
  sun: "M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4",
  moon: "M16 12.5A7 7 0 0 1 7.5 4 6.5 6.5 0 1 0 16 12.5z",
  auto: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
  bell: "M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13zM8.5 17.5h3",
  belloff: "M5 14V9a5 5 0 0 1 8-4M15 9v5l1.5 1.5h-13M8.5 17.5h3M3 3l14 14",
  keys: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6 11.5h8",
  grid: "M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z",
  table: "M3 4h14v12H3zM3 8h14M3 12h14M8 4v12",
  log: "M4 5h12M4 8.5h8M4 12h12M4 15.5h6",
  note: "M4 4h12v9l-3 3H4zM7 8h6M7 11h4",
  grip: "M8 5h.01M12 5h.01M8 10h.01M12 10h.01M8 15h.01M12 15h.01",
  clock: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 6v4l3 2",
  sliders: "M3 6h8M15 6h2M13 4v4M3 14h2M9 14h8M7 12v4",
  wiper: "M3 4h14v12H3zM10 2v16M7 10H5M15 10h-2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

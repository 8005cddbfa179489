/** Light or dark: as the system says, or as the person chose on this machine. */
import { effect, signal } from "@preact/signals";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const KEPT_AS = "framecrew.theme";

const known = new Map<string, string>();

export const theme = signal<Theme>(
  THEMES.find((known) => known === localStorage.getItem(KEPT_AS)) ?? "system",
);

/** Grows whenever colours change, so that canvases draw again. */
export const colours = signal(0);

effect(() => {
  const root = document.documentElement;
  if (theme.value === "system") delete root.dataset.theme;
  else root.dataset.theme = theme.value;
  localStorage.setItem(KEPT_AS, theme.value);
  known.clear();
  colours.value = colours.peek() + 1;
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  known.clear();
  colours.value += 1;
});

/** The colour a token has now, as a canvas wants it. */
export function colour(token: string): string {
  const found = known.get(token);
  if (found !== undefined) return found;
  const probe = document.createElement("i");
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  known.set(token, value);
  return value;
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
}

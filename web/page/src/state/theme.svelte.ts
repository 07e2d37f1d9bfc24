// Light or dark: what the system says, until the visitor says otherwise.

export type Theme = "system" | "light" | "dark";

const KEY = "vismatch-theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];

let chosen = $state<Theme>(ORDER.find((theme) => theme === localStorage.getItem(KEY)) ?? "system");

function apply(): void {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

apply();

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  /** Goes on to the next of the three. */
  turn(): void {
    chosen = ORDER[(ORDER.indexOf(chosen) + 1) % ORDER.length]!;
    localStorage.setItem(KEY, chosen);
    apply();
  },
};

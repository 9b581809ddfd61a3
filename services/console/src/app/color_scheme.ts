// Imported before everything else, so that the first paint has the chosen scheme.
// The key is the one under which the component library keeps the choice.
const key = "mantine-color-scheme-value";

function chosen(): "light" | "dark" {
  try {
    const stored = window.localStorage.getItem(key);
    if (stored === "light" || stored === "dark") return stored;
  } catch {
    // Storage may be closed to us; the system's wish decides then.
  }
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

document.documentElement.setAttribute("data-mantine-color-scheme", chosen());

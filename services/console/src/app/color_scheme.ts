// Imported before everything else, so that the first paint has the chosen color scheme.
// Mantine stores the choice under this key.
const key = "mantine-color-scheme-value";

function colorScheme(): "light" | "dark" {
  try {
    const stored = window.localStorage.getItem(key);
    if (stored === "light" || stored === "dark") return stored;
  } catch {
    // Without access to storage, the setting of the operating system decides.
  }
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

document.documentElement.setAttribute("data-mantine-color-scheme", colorScheme());

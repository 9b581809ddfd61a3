/** An address from outside, if it is one that a browser may be sent to. */
export function webAddress(url: string | null | undefined): string | null {
  if (!url) return null;
  try {
    const parsed = new URL(url);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : null;
  } catch {
    return null;
  }
}

/** Leaves the console for another site. */
export function leave(url: string): void {
  window.location.assign(url);
}

/** Where to go after signing in: a place of this console, whatever the link says. */
export function safeNext(next: string | undefined): string {
  if (!next?.startsWith("/")) return "/";
  const here = new URL(window.location.origin);
  const there = new URL(next, here);
  if (there.origin !== here.origin || there.pathname === "/login") return "/";
  return there.pathname + there.search + there.hash;
}

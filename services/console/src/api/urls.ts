/** The normalized URL if it is http or https; null if not, as for `javascript:`. */
export function httpUrl(url: string | null | undefined): string | null {
  if (!url) return null;
  try {
    const parsed = new URL(url);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : null;
  } catch {
    return null;
  }
}

/** Leaves the console for another site. */
export function leaveTo(url: string): void {
  window.location.assign(url);
}

/** Where to go after signing in: always a path of the console, also if a forged link names another site. */
export function safeNext(next: string | undefined): string {
  if (!next?.startsWith("/")) return "/";
  const { origin } = window.location;
  const target = new URL(next, origin);
  // A browser takes a path that begins with two slashes for another host.
  if (target.origin !== origin || target.pathname.startsWith("//") || target.pathname === "/login")
    return "/";
  return target.pathname + target.search + target.hash;
}

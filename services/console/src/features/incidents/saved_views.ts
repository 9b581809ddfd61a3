import { useSyncExternalStore } from "react";

/** Filters under a name, kept in this browser. */
export interface SavedView {
  name: string;
  /** As they stand in the address. */
  search: Readonly<Record<string, string>>;
}

export const most_views = 20;
const key_of = (org: string) => `tocsin-views-${org}`;
const listeners = new Set<() => void>();
const known = new Map<string, { text: string | null; views: readonly SavedView[] }>();

const isText = (value: unknown): value is string => typeof value === "string";

function parse(text: string | null): readonly SavedView[] {
  try {
    const parsed: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(parsed)) return [];
    return parsed.flatMap((each: unknown) => {
      const { name, search } = (each ?? {}) as Record<string, unknown>;
      if (!isText(name) || typeof search !== "object" || search === null) return [];
      return [
        { name, search: Object.fromEntries(Object.entries(search).filter(([, value]) => isText(value))) },
      ];
    });
  } catch {
    return [];
  }
}

function read(org: string): readonly SavedView[] {
  let text: string | null = null;
  try {
    text = window.localStorage.getItem(key_of(org));
  } catch {
    // Without storage nothing is kept.
  }
  const last = known.get(org);
  if (last?.text === text && last !== undefined) return last.views;
  const views = parse(text);
  known.set(org, { text, views });
  return views;
}

function write(org: string, views: readonly SavedView[]) {
  try {
    window.localStorage.setItem(key_of(org), JSON.stringify(views));
  } catch {
    // As above.
  }
  for (const each of listeners) each();
}

/** Takes the place of one of the same name. */
export const saveView = (org: string, view: SavedView) =>
  write(org, [...read(org).filter(({ name }) => name !== view.name), view].slice(-most_views));

export const forgetView = (org: string, name: string) =>
  write(
    org,
    read(org).filter((each) => each.name !== name),
  );

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export const useSavedViews = (org: string) => useSyncExternalStore(subscribe, () => read(org));

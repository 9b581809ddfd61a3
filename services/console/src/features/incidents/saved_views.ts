import { useSyncExternalStore } from "react";

/** Named filters, stored in this browser. */
export interface SavedView {
  name: string;
  /** The search parameters of the address. */
  search: Readonly<Record<string, string>>;
}

const max_views = 20;
const storageKey = (org: string) => `tocsin-views-${org}`;
const listeners = new Set<() => void>();
/** By organization: the stored text and what it was parsed into, so that the result is the same object each time. */
const cache = new Map<string, { text: string | null; views: readonly SavedView[] }>();

const isText = (value: unknown): value is string => typeof value === "string";

function parseViews(text: string | null): readonly SavedView[] {
  try {
    const parsed: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(parsed)) return [];
    return parsed.flatMap((item: unknown) => {
      const { name, search } = (item ?? {}) as Record<string, unknown>;
      if (!isText(name) || typeof search !== "object" || search === null) return [];
      return [
        { name, search: Object.fromEntries(Object.entries(search).filter(([, value]) => isText(value))) },
      ];
    });
  } catch {
    return [];
  }
}

function readViews(org: string): readonly SavedView[] {
  let text: string | null = null;
  try {
    text = window.localStorage.getItem(storageKey(org));
  } catch {
    // Without storage there are no views.
  }
  const cached = cache.get(org);
  if (cached !== undefined && cached.text === text) return cached.views;
  const views = parseViews(text);
  cache.set(org, { text, views });
  return views;
}

function writeViews(org: string, views: readonly SavedView[]) {
  try {
    window.localStorage.setItem(storageKey(org), JSON.stringify(views));
  } catch {
    // Without storage views are not kept.
  }
  for (const notify of listeners) notify();
}

/** Replaces a view of the same name. Beyond `max_views`, the oldest is dropped. */
export const saveView = (org: string, view: SavedView) =>
  writeViews(org, [...readViews(org).filter(({ name }) => name !== view.name), view].slice(-max_views));

export const deleteView = (org: string, name: string) =>
  writeViews(
    org,
    readViews(org).filter((view) => view.name !== name),
  );

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

export const useSavedViews = (org: string) => useSyncExternalStore(subscribe, () => readViews(org));

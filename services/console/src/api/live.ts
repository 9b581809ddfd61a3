import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { keys } from "./keys";

/** `without`: it was never there since this page was opened; `lost`: it was, and is not. */
export type Following = "without" | "following" | "lost";

/** How often live screens ask while nothing tells them of changes, in milliseconds. */
export const poll_interval = 10_000;
// A hint may get lost without a trace; what it was about is then late by this at most.
const calm_interval = 30_000;

const first_pause = 1_000;
const longest_pause = 30_000;
// A stream that the browser is mending by itself is not called lost at once.
const patience = 3_000;
// Hints that come together are answered by one reading, at once; in a storm there is one reading a second.
const gathering = 40;
const burst = 8;
const refill = 1_000;

let state: Following = "without";
const listeners = new Set<() => void>();

function become(next: Following) {
  if (state === next) return;
  state = next;
  for (const each of listeners) each();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useFollowing = () => useSyncExternalStore(subscribe, () => state);

/** For queries of what may change at any moment. */
export const live_interval = () => (state === "following" ? calm_interval : poll_interval);

const kinds = ["incident", "integration", "delivery", "reset"] as const;
type Kind = (typeof kinds)[number];

interface Hint {
  kind: Kind;
  number: number | undefined;
}

function hintOf(kind: Kind, data: unknown): Hint {
  let number: unknown;
  try {
    const parsed: unknown = JSON.parse(String(data));
    if (typeof parsed === "object" && parsed !== null) number = (parsed as { number?: unknown }).number;
  } catch {
    // The kind alone says what to read again.
  }
  return { kind, number: typeof number === "number" ? number : undefined };
}

/** Reads again what the hints are about. Lists of which no row may move by itself are left alone. */
export function readAgain(queries: QueryClient, org: string, hints: readonly Hint[]) {
  const stale = (queryKey: readonly unknown[]) => void queries.invalidateQueries({ queryKey });
  const has = (kind: Kind) => hints.some((hint) => hint.kind === kind);
  const all = has("reset");
  if (all || has("incident")) stale([...keys.incidents(org), "poll"]);
  if (all) stale([...keys.org(org), "incident"]);
  else
    for (const number of new Set(hints.flatMap((hint) => (hint.kind === "incident" ? [hint.number] : []))))
      stale(number === undefined ? [...keys.org(org), "incident"] : keys.incident(org, number));
  if (all || has("integration"))
    // The projects come from Sentry itself: not for a hint.
    void queries.invalidateQueries({
      queryKey: keys.integrations(org),
      predicate: ({ queryKey }) => !queryKey.includes("projects"),
    });
  if (all || has("delivery")) stale(keys.unmapped(org));
}

/** Follows the changes of an organization until the returned function is called. */
export function follow(queries: QueryClient, org: string): () => void {
  let source: EventSource | undefined;
  let pause = first_pause;
  let hints: Hint[] = [];
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let doubting: ReturnType<typeof setTimeout> | undefined;
  let gathered: ReturnType<typeof setTimeout> | undefined;
  // Each reading is paid for with a second to come; so many seconds may be owed.
  let spent_until = 0;

  const flush = () => {
    gathered = undefined;
    spent_until = Math.max(Date.now(), spent_until) + refill;
    const batch = hints;
    hints = [];
    readAgain(queries, org, batch);
  };
  const take = (hint: Hint) => {
    hints.push(hint);
    const wait = Math.max(gathering, spent_until - burst * refill - Date.now());
    gathered ??= setTimeout(flush, wait);
  };
  const lose = () => {
    if (state !== "following") return;
    become("lost");
    take({ kind: "reset", number: undefined });
  };
  const open = () => {
    if (typeof EventSource === "undefined") return;
    const stream = new EventSource(`/api/v1/orgs/${encodeURIComponent(org)}/events`);
    source = stream;
    stream.onopen = () => {
      clearTimeout(doubting);
      doubting = undefined;
      pause = first_pause;
      // What changed while nobody listened was told to nobody.
      take({ kind: "reset", number: undefined });
      become("following");
    };
    stream.onerror = () => {
      doubting ??= setTimeout(lose, patience);
      if (stream.readyState !== EventSource.CLOSED) return;
      clearTimeout(reopening);
      reopening = setTimeout(open, pause * (0.5 + Math.random() / 2));
      pause = Math.min(longest_pause, 2 * pause);
    };
    for (const kind of kinds)
      stream.addEventListener(kind, (event) => take(hintOf(kind, (event as MessageEvent).data)));
  };
  open();
  return () => {
    source?.close();
    clearTimeout(reopening);
    clearTimeout(doubting);
    clearTimeout(gathered);
    become("without");
  };
}

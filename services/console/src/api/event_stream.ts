import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { keys } from "./keys";

/** `absent`: it was never open on this page; `lost`: it was open and is not now. */
export type StreamState = "absent" | "open" | "lost";

/** How often live content is read while there is no stream, in milliseconds. */
export const poll_interval = 10_000;
// A hint may be lost without notice; with a stream, content is late by at most this.
const streaming_interval = 30_000;

const min_reopen_delay = 1_000;
const max_reopen_delay = 30_000;
// The browser reconnects by itself; the stream counts as lost only after this.
const loss_delay = 3_000;
// Hints within `collect_delay` cause one refetch. A burst of `burst_size` refetches is allowed, then one per `refill_time`.
const collect_delay = 40;
const burst_size = 8;
const refill_time = 1_000;
// A new refetch cancels the one before it, so it waits for that one, but at most this long.
const max_read_time = 10_000;

let state: StreamState = "absent";
const listeners = new Set<() => void>();

function setState(next: StreamState) {
  if (state === next) return;
  state = next;
  for (const notify of listeners) notify();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useStreamState = () => useSyncExternalStore(subscribe, () => state);

/** The refetch interval of live content. */
export const liveInterval = () => (state === "open" ? streaming_interval : poll_interval);

const kinds = ["incident", "page", "integration", "delivery", "reset"] as const;
type Kind = (typeof kinds)[number];

interface Hint {
  kind: Kind;
  number: number | undefined;
}

const reset: Hint = { kind: "reset", number: undefined };

function parseHint(kind: Kind, data: unknown): Hint {
  let number: unknown;
  try {
    const parsed: unknown = JSON.parse(String(data));
    if (typeof parsed === "object" && parsed !== null) number = (parsed as { number?: unknown }).number;
  } catch {
    // The kind is enough to know what to refetch.
  }
  return { kind, number: typeof number === "number" ? number : undefined };
}

/**
 * Invalidates the queries that the hints are about, and settles when they are read. The pages of the incident list stay, so that no
 * row moves by itself.
 */
export async function invalidateHinted(queries: QueryClient, org: string, hints: readonly Hint[]) {
  const reads: Promise<void>[] = [];
  const invalidate = (queryKey: readonly unknown[]) => reads.push(queries.invalidateQueries({ queryKey }));
  const all = hints.some(({ kind }) => kind === "reset");
  const has = (kind: Kind) => all || hints.some((hint) => hint.kind === kind);
  if (has("incident")) invalidate(keys.incidentPoll(org));
  if (all) invalidate(keys.singleIncidents(org));
  else
    for (const number of new Set(hints.flatMap((hint) => (hint.kind === "incident" ? [hint.number] : []))))
      invalidate(number === undefined ? keys.singleIncidents(org) : keys.incident(org, number));
  const paged = hints.flatMap((hint) => (hint.kind === "page" && !all ? [hint.number] : []));
  for (const number of new Set(paged))
    invalidate(number === undefined ? keys.singleIncidents(org) : keys.paging(org, number));
  if (has("integration"))
    // Without the projects: reading them calls Sentry.
    reads.push(
      queries.invalidateQueries({
        queryKey: keys.integrations(org),
        predicate: ({ queryKey }) => !queryKey.includes("projects"),
      }),
    );
  if (has("delivery")) invalidate(keys.unmapped(org));
  await Promise.all(reads);
}

/** Collects hints and refetches at a limited rate. */
function hintCollector(queries: QueryClient, org: string) {
  let hints: Hint[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A token bucket: each refetch moves this time by `refill_time`; it may be `burst_size` of them ahead.
  let paid_until = 0;
  let reading: symbol | undefined;
  let read_timer: ReturnType<typeof setTimeout> | undefined;
  const schedule = () => {
    if (reading !== undefined || hints.length === 0) return;
    timer ??= setTimeout(flush, Math.max(collect_delay, paid_until - burst_size * refill_time - Date.now()));
  };
  const flush = () => {
    timer = undefined;
    paid_until = Math.max(Date.now(), paid_until) + refill_time;
    const batch = hints;
    hints = [];
    const read = Symbol("read");
    reading = read;
    const end = () => {
      if (reading !== read) return;
      clearTimeout(read_timer);
      reading = undefined;
      schedule();
    };
    read_timer = setTimeout(end, max_read_time);
    void invalidateHinted(queries, org, batch).finally(end);
  };
  return {
    add(hint: Hint) {
      hints.push(hint);
      schedule();
    },
    stop() {
      clearTimeout(timer);
      clearTimeout(read_timer);
      // Nothing is read after this.
      reading = Symbol("stopped");
    },
  };
}

/** Follows the changes of an organization until the returned function is called. */
export function followChanges(queries: QueryClient, org: string): () => void {
  const collector = hintCollector(queries, org);
  let source: EventSource | undefined;
  let reopen_delay = min_reopen_delay;
  let reopen_timer: ReturnType<typeof setTimeout> | undefined;
  let loss_timer: ReturnType<typeof setTimeout> | undefined;

  const onLoss = () => {
    if (state !== "open") return;
    setState("lost");
    collector.add(reset);
  };
  const open = () => {
    if (typeof EventSource === "undefined") return;
    const stream = new EventSource(`/api/v1/orgs/${encodeURIComponent(org)}/events`);
    source = stream;
    stream.onopen = () => {
      clearTimeout(loss_timer);
      loss_timer = undefined;
      reopen_delay = min_reopen_delay;
      // Changes before the stream was open caused no hint.
      collector.add(reset);
      setState("open");
    };
    stream.onerror = () => {
      loss_timer ??= setTimeout(onLoss, loss_delay);
      if (stream.readyState !== EventSource.CLOSED) return;
      clearTimeout(reopen_timer);
      reopen_timer = setTimeout(open, reopen_delay * (0.5 + Math.random() / 2));
      reopen_delay = Math.min(max_reopen_delay, 2 * reopen_delay);
    };
    for (const kind of kinds)
      stream.addEventListener(kind, (event) => collector.add(parseHint(kind, (event as MessageEvent).data)));
  };
  open();
  return () => {
    source?.close();
    clearTimeout(reopen_timer);
    clearTimeout(loss_timer);
    collector.stop();
    setState("absent");
  };
}

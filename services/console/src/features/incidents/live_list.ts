import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Schemas } from "../../api/client";
import { type IncidentFilters, incidentPages, incidentPoll } from "../../api/queries";
import { useNow } from "../../ui/clock";
import { type Sort, sortIncidents } from "./filters";
import { merge, type Row } from "./merge";

type Incident = Schemas["Incident"];
type Page = Schemas["IncidentList"];

// How many rows are shown after "Show N new incidents", unless more were shown before.
const shown_at_once = 200;
// How long after a touch, a click, a scroll, or a key no row is inserted, in milliseconds.
const rest_time = 2_000;

/** The rows on the screen, brought up to date by reading the list from its start down to the last of them. */
export function useLiveList(org: string, filters: IncidentFilters, sort: Sort) {
  const queries = useQueryClient();
  const options = incidentPages(org, filters);
  const pages = useInfiniteQuery(options);
  // The server sorts by number only, so a list that is not loaded completely has that order. Rows are sorted by what was loaded, so that
  // they do not move when they change.
  const isSortable = pages.isSuccess && !pages.hasNextPage;
  const loaded = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = isSortable ? sortIncidents(loaded, sort) : loaded;
  const through = pages.hasNextPage ? Math.min(...shown.map(({ number }) => number)) : 0;
  const poll = useQuery({
    ...incidentPoll(org, filters, through, shown.length),
    enabled: pages.isSuccess,
  });
  const { rows, fresh } = poll.data
    ? merge(shown, poll.data.items, through, poll.data.isComplete)
    : { rows: shown.map((incident): Row => ({ incident, left: false })), fresh: [] };

  const replacePages = (change: (old: readonly Page[]) => Page[]) =>
    queries.setQueryData<InfiniteData<Page, string | undefined>>(options.queryKey, (old) => {
      if (old === undefined) return undefined;
      const changed = change(old.pages);
      const cursors = [undefined, ...changed.map(({ next_cursor }) => next_cursor ?? undefined)];
      return { pages: changed, pageParams: cursors.slice(0, changed.length) };
    });
  /** Shows the list as it was last read. */
  const showAll = () => {
    const read = poll.data?.pages;
    if (read === undefined) return;
    replacePages(() => {
      let count = 0;
      return read.filter((page) => {
        const isNeeded = count < Math.max(shown_at_once, shown.length);
        count += page.items.length;
        return isNeeded;
      });
    });
  };
  /** Adds the new incidents to the rows. */
  const insertFresh = () => {
    if (shown.length + fresh.length > 2 * shown_at_once) return showAll();
    replacePages(([first, ...others]) => {
      if (first === undefined) return [];
      const known = new Set(first.items.map(({ number }) => number));
      const items = [...fresh.filter(({ number }) => !known.has(number)), ...first.items];
      return [{ ...first, items: items.sort((a, b) => b.number - a.number) }, ...others];
    });
  };
  return {
    pages,
    poll,
    rows,
    fresh,
    isSortable,
    isComplete: poll.data?.isComplete ?? true,
    showAll,
    insertFresh,
  };
}

/** Whether the user has not touched, clicked, scrolled, or typed for a moment. */
function useRest() {
  const last_input = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onInput = () => {
      last_input.current = Date.now();
    };
    const events = ["pointerdown", "touchmove", "wheel", "keydown"] as const;
    for (const event of events) document.addEventListener(event, onInput, { capture: true, passive: true });
    return () => {
      for (const event of events) document.removeEventListener(event, onInput, { capture: true });
    };
  }, []);
  return () => Date.now() - last_input.current >= rest_time;
}

/** Whether rows may move: the list is scrolled to its start, and neither the pointer nor the focus is on a row. */
const isUntouched = () =>
  window.scrollY < 8 && document.querySelector("[data-number]:hover, [data-number]:focus-within") === null;

/** Inserts new incidents at once where no row can move under the user's hand, and always into an empty list. */
export function useInsertion(list: ReturnType<typeof useLiveList>, hasSelection: boolean) {
  const now = useNow();
  const isResting = useRest();
  const { rows, fresh } = list;
  const insert = useRef(list.insertFresh);
  useEffect(() => {
    insert.current = list.insertFresh;
  });
  const newest = Math.max(0, ...fresh.map(({ number }: Incident) => number));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` repeats the check
  useEffect(() => {
    if (newest === 0) return;
    if (rows.length === 0 || (!hasSelection && isUntouched() && isResting())) insert.current();
  }, [newest, fresh.length, rows.length, hasSelection, now]);
}

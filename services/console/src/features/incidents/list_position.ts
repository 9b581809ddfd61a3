/** The order of the list as it was last shown, and the incident that was focused last. They outlive the list page. */
let listed: { org: string; numbers: readonly number[] } = { org: "", numbers: [] };
let last_focused: number | undefined;

export function rememberOrder(org: string, numbers: readonly number[]) {
  if (listed.org !== org) last_focused = undefined;
  listed = { org, numbers };
}

export function rememberPosition(number: number) {
  last_focused = number;
}

/** The incident after (1) or before (-1) this one in the list. */
export function neighborOf(org: string, number: number, step: 1 | -1): number | undefined {
  const index = listed.org === org ? listed.numbers.indexOf(number) : -1;
  return index < 0 ? undefined : listed.numbers[index + step];
}

const rowOf = (number: number) => document.querySelector<HTMLElement>(`[data-number="${number}"]`);

/** The incident of the focused row, or of the row that was focused last. */
export function currentNumber(): number | undefined {
  const row = document.activeElement?.closest<HTMLElement>("[data-number]");
  if (row) return Number(row.dataset.number);
  return last_focused !== undefined && rowOf(last_focused) ? last_focused : undefined;
}

export function focusRow(number: number) {
  const row = rowOf(number);
  last_focused = number;
  row?.querySelector("a")?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

/** Moves the focus to the next (1) or the previous (-1) row. */
export function moveFocus(numbers: readonly number[], step: 1 | -1) {
  const isFocused = document.activeElement?.closest("[data-number]") !== null;
  const current = currentNumber();
  const index = current === undefined ? -1 : numbers.indexOf(current);
  // After returning to the list, the first step goes to the last focused row.
  const next = index < 0 ? numbers[0] : isFocused ? numbers[index + step] : current;
  if (next !== undefined) focusRow(next);
}

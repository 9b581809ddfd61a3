/** Where one is in the list: what is beside an incident, and where to go on after coming back. */
const order: { org: string; numbers: readonly number[] } = { org: "", numbers: [] };
let here: number | undefined;

export function rememberOrder(org: string, numbers: readonly number[]) {
  if (order.org !== org) here = undefined;
  order.org = org;
  order.numbers = numbers;
}

export function remember(number: number) {
  here = number;
}

/** The incident so many places further down the list as it was last seen. */
export function beside(org: string, number: number, step: 1 | -1): number | undefined {
  const place = order.org === org ? order.numbers.indexOf(number) : -1;
  return place < 0 ? undefined : order.numbers[place + step];
}

const rowOf = (number: number) => document.querySelector<HTMLElement>(`[data-number="${number}"]`);

/** The row with the focus, else the one that had it last. */
export function currentNumber(): number | undefined {
  const row = document.activeElement?.closest<HTMLElement>("[data-number]");
  if (row) return Number(row.dataset.number);
  return here !== undefined && rowOf(here) ? here : undefined;
}

export function focusRow(number: number) {
  const row = rowOf(number);
  here = number;
  row?.querySelector("a")?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

/** Moves the focus along the rows. */
export function step(numbers: readonly number[], by: 1 | -1) {
  const focused = document.activeElement?.closest("[data-number]") !== null;
  const current = currentNumber();
  const place = current === undefined ? -1 : numbers.indexOf(current);
  // Coming back to the list, the first step leads to where one was.
  const next = place < 0 ? numbers[0] : focused ? numbers[place + by] : current;
  if (next !== undefined) focusRow(next);
}

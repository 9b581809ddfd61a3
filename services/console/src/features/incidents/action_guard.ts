/** How long after an action a second one on the same incident counts as a double tap, in milliseconds. */
export const double_tap_window = 1_000;

const last_actions = new Map<string, number>();
const keyOf = (org: string, number: number) => `${org} ${number}`;

export function rememberAction(org: string, numbers: readonly number[]) {
  const now = Date.now();
  for (const [key, at] of last_actions) if (now - at >= double_tap_window) last_actions.delete(key);
  for (const number of numbers) last_actions.set(keyOf(org, number), now);
}

/** Whether an action on the incident would follow another one too quickly to be meant. */
export function isDoubleTap(org: string, number: number): boolean {
  const last = last_actions.get(keyOf(org, number));
  return last !== undefined && Date.now() - last < double_tap_window;
}

/** A refused action may be repeated at once. */
export function forgetAction(org: string, numbers: readonly number[]) {
  for (const number of numbers) last_actions.delete(keyOf(org, number));
}

export const forgetActions = () => last_actions.clear();

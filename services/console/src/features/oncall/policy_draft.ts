import type { Schemas } from "../../api/client";
import type { Policy } from "./oncall_api";
import { type Ladder, parseWait, type Target } from "./simulation";

/** A step in the editor. `key` identifies it while steps are moved. */
export interface DraftStep {
  key: number;
  wait: string;
  targets: { key: number; target: Target }[];
}

/** A policy in the editor; numbers and waits as they were typed. */
export interface PolicyDraft {
  name: string;
  slug: string;
  laps: string;
  last_resort: boolean;
  steps: DraftStep[];
}

let last_key = 0;
function newKey() {
  last_key += 1;
  return last_key;
}

export const newTarget = (target: Target) => ({ key: newKey(), target });

export const newStep = (): DraftStep => ({
  key: newKey(),
  wait: "5m",
  targets: [newTarget({ kind: "role", id: "admin", urgency: "as_is" })],
});

/** The draft of a stored policy, or of a new one. */
export const draftOf = (policy?: Policy): PolicyDraft => ({
  name: policy?.name ?? "",
  slug: policy?.slug ?? "",
  laps: String(policy?.laps ?? 3),
  last_resort: policy?.last_resort ?? true,
  steps: policy
    ? policy.steps.map(({ wait = "5m", targets }) => ({
        key: newKey(),
        wait,
        targets: targets.map(newTarget),
      }))
    : [newStep()],
});

export const inputOf = ({ name, slug, laps, last_resort, steps }: PolicyDraft): Schemas["PolicyInput"] => ({
  name: name.trim(),
  slug: slug.trim(),
  laps: Number(laps),
  last_resort,
  steps: steps.map(({ wait, targets }) => ({
    wait: wait.trim(),
    targets: targets.map(({ target }) => target),
  })),
});

/** What is simulated; undefined while a wait or the number of laps is not readable. */
export function ladderOf({ laps, last_resort, steps }: PolicyDraft): Ladder | undefined {
  const count = Number(laps);
  if (!Number.isInteger(count) || count < 1) return undefined;
  const read = steps.map(({ wait, targets }) => ({
    wait: parseWait(wait),
    targets: targets.map(({ target }) => target),
  }));
  const readable = read.flatMap(({ wait, targets }) => (wait === undefined ? [] : [{ wait, targets }]));
  return readable.length === steps.length ? { laps: count, last_resort, steps: readable } : undefined;
}

/** The list with the item at `from` moved to `to`. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, n) => n !== from);
  return [...rest.slice(0, to), ...items.slice(from, from + 1), ...rest.slice(to)];
}

/** The names of the fields of the steps, as the server's errors name them. */
export const stepFields = ({ steps }: PolicyDraft) =>
  steps.flatMap(({ targets }, n) => [
    `steps[${n}].wait`,
    `steps[${n}].targets`,
    ...targets.map((_, k) => `steps[${n}].targets[${k}].id`),
  ]);

import type { Schemas } from "../../api/client";
import { allows, type Role } from "../../api/vocabulary";

export type Target = Schemas["PolicyTarget"];
export type Member = Pick<Schemas["Member"], "email" | "name" | "role">;

/** What decides whom an alarm pages. */
export interface Ladder {
  laps: number;
  last_resort: boolean;
  /** Waits in seconds. */
  steps: readonly { wait: number; targets: readonly Target[] }[];
}

/** One line of the simulation: who is paged, and how many seconds after the alarm began. */
export interface SimulatedStep {
  after: number;
  text: string;
  /** It reaches no person. */
  isGap: boolean;
}

// A lap does not end sooner after its last step, in seconds.
const shortest_lap_end = 60;
const urgency_notes = { as_is: "", high: ", with high urgency", low: ", with low urgency" };

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
// What the server allows, in seconds.
const longest_wait = 168 * 3_600;

/** The seconds of "30s", "5m", "2h", or "1d"; undefined if it is none of these, or longer than a week. */
export function parseWait(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text.trim()) ?? [];
  const seconds = Number(number) * (units[unit] ?? Number.NaN);
  return seconds <= longest_wait ? seconds : undefined;
}

/** "45s", "5m", "1h 30m", "1m 30s" */
export function formatWait(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3_600), "h"],
    [Math.floor((seconds % 3_600) / 60), "m"],
    [seconds % 60, "s"],
  ] as const;
  const present = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value}${unit}`);
  return present.join(" ") || "0s";
}

/** The members whom a target stands for. */
export function peopleOf({ kind, id }: Target, members: readonly Member[]): readonly Member[] {
  if (kind === "role") return members.filter(({ role }) => allows(role, id as Role));
  return members.filter(({ email }) => email.toLowerCase() === id.toLowerCase());
}

// Further names are only counted.
const max_names = 6;

/** "Ada", "Ada and Bob", "Ada, Bob, and Carol" */
export function joined(names: readonly string[]): string {
  if (names.length < 3) return names.join(" and ");
  return `${names.slice(0, -1).join(", ")}, and ${names.at(-1)}`;
}

function namesOf(targets: readonly Target[], members: readonly Member[]): string[] {
  const named = new Map<string, string>();
  for (const target of targets)
    for (const { email, name } of peopleOf(target, members)) {
      const note = urgency_notes[target.urgency ?? "as_is"];
      if (!named.has(email)) named.set(email, `${name || email}${note}`);
    }
  const names = [...named.values()];
  return names.length <= max_names
    ? names
    : [...names.slice(0, max_names - 1), `${names.length - max_names + 1} more`];
}

/** The sentences that say whom an alarm pages if no person acknowledges, with the members of today. */
export function simulate(ladder: Ladder, members: readonly Member[]): SimulatedStep[] {
  const owners = joined(namesOf([{ kind: "role", id: "admin" }], members));
  const lines: SimulatedStep[] = [];
  let after = 0;
  ladder.steps.forEach(({ wait, targets }, n) => {
    const names = namesOf(targets, members);
    if (names.length === 0) {
      lines.push({ after, text: `Step ${n + 1} reaches no person, so it is skipped.`, isGap: true });
      return;
    }
    lines.push({ after, text: `${joined(names)}.`, isGap: false });
    after += n + 1 < ladder.steps.length ? wait : Math.max(wait, shortest_lap_end);
  });
  if (lines.every(({ isGap }) => isGap))
    return [...lines, { after: 0, text: `${owners}, because no step reaches a person.`, isGap: true }];
  if (ladder.laps > 1) {
    const times = ladder.laps === 2 ? "once" : `${ladder.laps - 1} times`;
    lines.push({ after, text: `the same steps again, ${times}.`, isGap: false });
  }
  const end = after * ladder.laps;
  lines.push(
    ladder.last_resort
      ? { after: end, text: `${owners}, as the last resort. Then the alarm ends.`, isGap: false }
      : { after: end, text: "the alarm ends, and no further person is paged.", isGap: true },
  );
  return lines;
}

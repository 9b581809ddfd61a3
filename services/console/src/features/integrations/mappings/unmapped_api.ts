import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, type Schemas } from "../../../api/client";
import { keys } from "../../../api/keys";
import { asProblem } from "../../../api/problem";

export type Unmapped = Schemas["UnmappedProject"];

export const keyOf = ({ integration_id, project }: Unmapped) =>
  `${integration_id} ${project.id ?? project.slug ?? ""}`;

export const nameOf = ({ project: { id, slug } }: Unmapped) => slug ?? `project ${id ?? "without a name"}`;

/** An unmapped project, and the service that it shall lead to. */
export interface Wish {
  item: Unmapped;
  service: string;
}

export interface Outcomes {
  mapped: number;
  /** How many of the held deliveries came to what. */
  counts: Readonly<Record<string, number>>;
  /** Mapped, and yet what was held of them could not be run. */
  held: readonly Wish[];
  /** What the server said to the first thing that failed. */
  problem: string | null;
}

// The server takes so many mappings at once, and runs so many held deliveries of a project in one go.
const mappings_at_once = 1_000;
const held_at_once = 1_000;
// 20,000 deliveries of one project: more than that waits for another press of the button.
const runs = 20;
// The server also has webhooks to write: where it has no time for this, it is asked again a little later.
const tries = 4;
const pause = 500;

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tried === tries || asProblem(error).code !== "unavailable") throw error;
      await new Promise((resolve) => setTimeout(resolve, tried * pause));
    }
  }
}

const integrationsOf = (wishes: readonly Wish[]) => new Set(wishes.map(({ item }) => item.integration_id));

async function mapAll(org: string, wishes: readonly Wish[]) {
  for (const id of integrationsOf(wishes)) {
    const all = wishes.filter(({ item }) => item.integration_id === id);
    for (let at = 0; at < all.length; at += mappings_at_once)
      await api.POST("/api/v1/orgs/{org}/integrations/{id}/mappings", {
        params: { path: { org, id } },
        body: all.slice(at, at + mappings_at_once).map(({ item, service }) => ({
          sentry_project: item.project.id ?? item.project.slug ?? "",
          service_id: service,
        })),
      });
  }
}

async function runHeld(org: string, { integration_id, project }: Unmapped) {
  const counts = new Map<string, number>();
  for (let run = 0; run < runs; run += 1) {
    const { outcomes } = await patiently(() =>
      body(
        api.POST("/api/v1/orgs/{org}/unmapped/replay", {
          params: { path: { org } },
          body: {
            integration_id,
            ...(project.id === null ? { project_slug: project.slug ?? "" } : { project_id: project.id }),
            dry_run: false,
          },
        }),
      ),
    );
    const ran = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    for (const [outcome, count] of Object.entries(outcomes))
      counts.set(outcome, (counts.get(outcome) ?? 0) + count);
    if (ran < held_at_once) break;
  }
  return counts;
}

/** Runs what was held of each, one after the other; `done` hears how many are through. */
async function runAll(org: string, wishes: readonly Wish[], done: (count: number) => void) {
  const counts: Record<string, number> = {};
  const held: Wish[] = [];
  let problem: string | null = null;
  for (const [n, wish] of wishes.entries()) {
    try {
      for (const [outcome, count] of await runHeld(org, wish.item))
        counts[outcome] = (counts[outcome] ?? 0) + count;
    } catch (error) {
      held.push(wish);
      problem ??= asProblem(error).message;
    }
    done(n + 1);
  }
  return { counts, held, problem };
}

export interface Progress {
  done: number;
  of: number;
}

/** Maps projects and runs what was held of them, in one step. */
export function useMapAndRun(org: string) {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress>();
  const work = useMutation({
    /** `already`: they are mapped, only what was held is left to run. */
    mutationFn: async ({ wishes, already }: { wishes: readonly Wish[]; already?: boolean }) => {
      setProgress({ done: 0, of: wishes.length });
      if (!already) await mapAll(org, wishes);
      const ran = await runAll(org, wishes, (done) => setProgress({ done, of: wishes.length }));
      return { mapped: already ? 0 : wishes.length, ...ran } satisfies Outcomes;
    },
    onSettled: async (_done, _error, { wishes }) => {
      setProgress(undefined);
      const stale = [
        keys.unmapped(org),
        keys.deliveries(org),
        keys.incidents(org),
        ...[...integrationsOf(wishes)].map((id) => keys.projects(org, id)),
      ];
      await Promise.all(stale.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
  return { ...work, progress };
}

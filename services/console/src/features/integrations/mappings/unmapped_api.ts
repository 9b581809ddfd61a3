import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, type Schemas } from "../../../api/client";
import { keys } from "../../../api/keys";
import { asProblem } from "../../../api/problem";

export type Unmapped = Schemas["UnmappedProject"];

const projectOf = ({ project }: Unmapped) => project.id ?? project.slug ?? "";

export const keyOf = (item: Unmapped) =>
  `${item.integration_id} ${projectOf(item)} ${item.requested_service ?? ""}`;

/** Metric alerts may name no project. */
export const canBeMapped = (item: Unmapped) => projectOf(item) !== "";

export const nameOf = ({ project: { id, slug } }: Unmapped) =>
  slug ?? (id ? `Project ${id}` : "Unknown project");

/** An unmapped project, and the id of the service to map it to. */
export interface NewMapping {
  item: Unmapped;
  service: string;
}

export interface MappingResult {
  mapped: number;
  /** The replayed deliveries by outcome. */
  counts: Readonly<Record<string, number>>;
  /** Mapped projects whose held deliveries could not be replayed. */
  failed: readonly NewMapping[];
  /** The first error of a replay. */
  error: string | null;
}

// The server's limits for one request.
const mappings_per_request = 1_000;
const replays_per_request = 1_000;
// At most 20,000 deliveries of a project at a time; the rest stays in the list.
const max_replay_requests = 20;
// The server refuses a replay while it is busy with webhooks.
const max_tries = 4;
const retry_delay = 500;

async function withRetries<T>(request: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await request();
    } catch (error) {
      if (tries === max_tries || asProblem(error).code !== "unavailable") throw error;
      await new Promise((resolve) => setTimeout(resolve, tries * retry_delay));
    }
  }
}

const integrationsOf = (mappings: readonly NewMapping[]) =>
  new Set(mappings.map(({ item }) => item.integration_id));

async function createMappings(org: string, mappings: readonly NewMapping[]) {
  for (const id of integrationsOf(mappings)) {
    // A project has a row for each service that its deliveries request.
    const own = mappings.filter(
      ({ item }, n) =>
        item.integration_id === id &&
        mappings.findIndex(
          (other) => other.item.integration_id === id && projectOf(other.item) === projectOf(item),
        ) === n,
    );
    for (let start = 0; start < own.length; start += mappings_per_request)
      await api.POST("/api/v1/orgs/{org}/integrations/{id}/mappings", {
        params: { path: { org, id } },
        body: own.slice(start, start + mappings_per_request).map(({ item, service }) => ({
          sentry_project: projectOf(item),
          service_id: service,
        })),
      });
  }
}

type Counts = Record<string, number>;

function addCounts(total: Counts, counts: Counts) {
  for (const [outcome, count] of Object.entries(counts)) total[outcome] = (total[outcome] ?? 0) + count;
}

/** Replays the held deliveries of a project; returns their number by outcome. */
async function replayProject(org: string, { integration_id, project, requested_service }: Unmapped) {
  const total: Counts = {};
  for (let request = 0; request < max_replay_requests; request += 1) {
    const { outcomes } = await withRetries(() =>
      body(
        api.POST("/api/v1/orgs/{org}/unmapped/replay", {
          params: { path: { org } },
          body: {
            integration_id,
            ...(project.id === null ? { project_slug: project.slug ?? "" } : { project_id: project.id }),
            ...(requested_service === null ? {} : { requested_service }),
            dry_run: false,
          },
        }),
      ),
    );
    addCounts(total, outcomes);
    const replayed = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    if (replayed < replays_per_request) break;
  }
  return total;
}

/** Replays the held deliveries of each project, one project after the other. */
async function replayAll(org: string, mappings: readonly NewMapping[], onProgress: (done: number) => void) {
  const counts: Counts = {};
  const failed: NewMapping[] = [];
  let first_error: string | null = null;
  for (const [n, mapping] of mappings.entries()) {
    try {
      addCounts(counts, await replayProject(org, mapping.item));
    } catch (error) {
      failed.push(mapping);
      first_error ??= asProblem(error).message;
    }
    onProgress(n + 1);
  }
  return { counts, failed, error: first_error };
}

interface MapInput {
  mappings: readonly NewMapping[];
  /** The projects are mapped already; only their deliveries are to be replayed. */
  replayOnly?: boolean;
}

/** Maps projects, then replays their held deliveries. */
export function useMapAndReplay(org: string) {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const mutation = useMutation({
    mutationFn: async ({ mappings, replayOnly = false }: MapInput): Promise<MappingResult> => {
      const total = mappings.length;
      setProgress({ done: 0, total });
      if (!replayOnly) await createMappings(org, mappings);
      const replayed = await replayAll(org, mappings, (done) => setProgress({ done, total }));
      return { mapped: replayOnly ? 0 : total, ...replayed };
    },
    onSettled: async (_result, _error, { mappings }) => {
      setProgress(undefined);
      const outdated = [
        keys.unmapped(org),
        keys.deliveries(org),
        keys.incidents(org),
        ...[...integrationsOf(mappings)].map((id) => keys.projects(org, id)),
      ];
      await Promise.all(outdated.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
  return { ...mutation, progress };
}

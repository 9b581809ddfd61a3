import { useQueries, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useOrg } from "../../api/org";
import { integrationsQuery, mappingsQuery, unmappedQuery } from "../../api/queries";
import { formatCount } from "../../ui/format";
import { CheckIcon } from "../../ui/icons";
import { EmptyState, Loading } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import css from "./no_incidents.module.css";

/** Whether incidents can open at all. Undefined: not known yet. */
function useReadiness(org: string) {
  const integrations = useQuery(integrationsQuery(org));
  const connected = (integrations.data ?? []).filter(
    ({ status }) => status === "connected" || status === "degraded",
  );
  const mappings = useQueries({ queries: connected.map(({ id }) => mappingsQuery(org, id)) });
  const unmapped = useQuery(unmappedQuery(org));
  const isMapped = mappings.some(({ data }) => data?.some(({ active }) => active));
  return {
    isLoading: integrations.isPending || (!isMapped && mappings.some(({ isPending }) => isPending)),
    isFailing: integrations.isError || (!isMapped && mappings.some(({ isError }) => isError)),
    isConnected: connected.length > 0,
    isMapped,
    broken: (integrations.data ?? []).filter(
      ({ status, webhook_secret_set }) =>
        status === "disconnected" ||
        status === "degraded" ||
        (status === "connected" && webhook_secret_set === false),
    ).length,
    unmapped: unmapped.data?.length ?? 0,
  };
}

function Step({ isDone, children }: { isDone: boolean; children: ReactNode }) {
  return (
    <li className={css.step} data-done={isDone || undefined}>
      <span className={css.marker} role="img" aria-label={isDone ? "Done" : "To do"}>
        {isDone ? <CheckIcon size={14} /> : null}
      </span>
      <span>{children}</span>
    </li>
  );
}

/** What is left to do until the first incident can open. */
function Checklist({ isConnected, isMapped }: { isConnected: boolean; isMapped: boolean }) {
  const { slug: org, can } = useOrg();
  const isAdmin = can("admin");
  return (
    <EmptyState title={isConnected ? "No Sentry project is mapped" : "Sentry is not connected"}>
      {isAdmin
        ? "No incident can open until these steps are done."
        : "No incident can open until an admin has done these steps."}
      <ol className={css.steps}>
        <Step isDone={isConnected}>
          {isAdmin && !isConnected ? (
            <TextLink to="/o/$org/integrations/connect" params={{ org }} inherit underline="always">
              Connect Sentry
            </TextLink>
          ) : (
            "Connect Sentry"
          )}
        </Step>
        <Step isDone={isMapped}>
          {isAdmin && isConnected ? (
            <TextLink to="/o/$org/integrations" params={{ org }} inherit underline="always">
              Map Sentry projects to your services
            </TextLink>
          ) : (
            "Map Sentry projects to your services"
          )}
        </Step>
        <Step isDone={false}>
          Send a test: press Send Test Notification in an alert rule in Sentry. An incident opens here.
        </Step>
      </ol>
    </EmptyState>
  );
}

/** In place of an empty, unfiltered list: nothing is wrong, or nothing can arrive. */
export function NoIncidents() {
  const { slug: org } = useOrg();
  const { isLoading, isFailing, isConnected, isMapped, broken, unmapped } = useReadiness(org);
  if (isLoading) return <Loading rows={2} />;
  if (!isFailing && !(isConnected && isMapped))
    return <Checklist isConnected={isConnected} isMapped={isMapped} />;
  return (
    <EmptyState title="No active incidents">
      Problems that Sentry reports in mapped projects appear here.
      {broken > 0 ? (
        <p className={css.gap}>
          <TextLink to="/o/$org/integrations" params={{ org }} inherit underline="always">
            {formatCount(broken, "integration needs", "integrations need")} attention
          </TextLink>
          , so problems may be missing.
        </p>
      ) : null}
      {unmapped > 0 ? (
        <p className={css.gap}>
          <TextLink to="/o/$org/integrations/unmapped" params={{ org }} inherit underline="always">
            {formatCount(unmapped, "unmapped project")}
          </TextLink>{" "}
          sent events that opened no incident.
        </p>
      ) : null}
    </EmptyState>
  );
}

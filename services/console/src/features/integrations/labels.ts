import type { Schemas } from "../../api/client";

type Integration = Schemas["Integration"];

interface StatusInfo {
  text: string;
  /** After the time: "Token refresh failing for 2m, retrying". */
  note?: string;
  /** The text is an event, so its time is shown as "2m ago"; else it is a state, shown with "for 2m". */
  isEvent?: true;
}

const reasons: Record<Schemas["IntegrationReason"], StatusInfo> = {
  awaiting_install: { text: "Waiting for installation in Sentry" },
  choose_organization: { text: "Sentry organization not chosen yet" },
  confirm_organization: { text: "Sentry organization not confirmed yet" },
  ok: { text: "Healthy" },
  refresh_failing: { text: "Token refresh failing", note: "retrying" },
  refused: { text: "Token refused by Sentry" },
  expired: { text: "Token expired", isEvent: true },
  uninstalled: { text: "Uninstalled in Sentry", isEvent: true },
  disconnected_by_admin: { text: "Disconnected by an admin", isEvent: true },
  client_misconfigured: { text: "This deployment's settings for Sentry are wrong" },
};

export const integrationName = ({ sentry_org }: Integration) =>
  sentry_org ? sentry_org.name || sentry_org.slug : "Not connected yet";

/** An integration that is still being connected is not broken. */
export const isBroken = ({ status }: Integration) => status === "degraded" || status === "disconnected";

/** It is connected, but its webhooks are refused, because they cannot be verified. */
export const lacksWebhookSecret = ({ status, webhook_secret_set }: Integration) =>
  (status === "connected" || status === "degraded") && webhook_secret_set === false;

/** An admin must choose or confirm the Sentry organization. */
export const needsDecision = ({ status_reason }: Integration) =>
  status_reason === "choose_organization" || status_reason === "confirm_organization";

export const isEnded = ({ status_reason }: Integration) =>
  status_reason === "disconnected_by_admin" || status_reason === "uninstalled";

/** The reason of the status; or what the status "connected" does not say: no webhook secret, missing scopes. */
export function statusInfo(integration: Integration): StatusInfo {
  const { mode, status_reason, missing_scopes } = integration;
  if (lacksWebhookSecret(integration)) return { text: "Webhooks refused", note: "client secret missing" };
  if (status_reason === "ok" && missing_scopes?.length > 0)
    return { text: "Healthy", note: "but some scopes are missing" };
  if (status_reason === "awaiting_install" && mode === "oauth")
    return { text: "Waiting for authorization in Sentry" };
  return reasons[status_reason] ?? { text: String(status_reason).replaceAll("_", " ") };
}

/** What is known of a project: a mapping may have only its slug or only its id. */
export const projectName = ({ id, slug, name }: Schemas["SentryProjectRef"]) =>
  slug ?? name ?? (id === null ? "Unknown project" : `Project ${id}`);

/** "sentry.io" */
export function hostOf(url: string | undefined): string {
  try {
    return url ? new URL(url).host : "Sentry";
  } catch {
    return "Sentry";
  }
}

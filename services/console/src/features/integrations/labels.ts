import type { Schemas } from "../../api/client";

const reasons: Record<Schemas["IntegrationReason"], string> = {
  awaiting_install: "Waiting for the installation in Sentry",
  choose_organization: "A Sentry organization has to be chosen",
  confirm_organization: "The Sentry organization has to be confirmed",
  ok: "Everything works",
  refresh_failing: "Refreshing the token fails; it is tried again",
  refused: "Sentry refused the token",
  expired: "The token has expired",
  uninstalled: "It was uninstalled in Sentry",
  disconnected_by_admin: "An admin disconnected it",
  client_misconfigured: "This deployment's own settings for Sentry are wrong",
};

const reasonText = (reason: Schemas["IntegrationReason"]) =>
  reasons[reason] ?? String(reason).replaceAll("_", " ");

export const integrationName = ({ sentry_org }: Schemas["Integration"]) =>
  sentry_org ? sentry_org.name || sentry_org.slug : "Not connected yet";

/** Somebody should look at it. One that is being connected is not broken. */
export const isBroken = ({ status }: Schemas["Integration"]) =>
  status === "degraded" || status === "disconnected";

/** Connected, and yet nothing of what Sentry sends can be believed. */
export const isDeaf = ({ status, webhook_secret_set }: Schemas["Integration"]) =>
  (status === "connected" || status === "degraded") && webhook_secret_set === false;

/** How it is, in words: connected alone says little of one that is half deaf or half blind. */
export function stateText(integration: Schemas["Integration"]): string {
  if (isDeaf(integration)) return "Its webhooks are refused until their client secret is entered";
  if (integration.status_reason === "ok" && integration.missing_scopes?.length > 0)
    return "It works, with scopes missing";
  return reasonText(integration.status_reason);
}

/** Waits for a word of a person. */
export const isAsking = ({ status_reason }: Schemas["Integration"]) =>
  status_reason === "choose_organization" || status_reason === "confirm_organization";

/** On purpose, so that nothing of it goes on. */
export const isEnded = ({ status_reason }: Schemas["Integration"]) =>
  status_reason === "disconnected_by_admin" || status_reason === "uninstalled";

/** What is known of a project: a mapping may have been made by the slug or by the id alone. */
export const projectName = ({ id, slug, name }: Schemas["SentryProjectRef"]) =>
  slug ?? name ?? (id === null ? "unknown project" : `project ${id}`);

/** "sentry.io" */
export function hostOf(url: string | undefined): string {
  try {
    return url ? new URL(url).host : "Sentry";
  } catch {
    return "Sentry";
  }
}

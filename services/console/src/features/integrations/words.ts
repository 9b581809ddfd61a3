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

export const reasonText = (reason: Schemas["IntegrationReason"]) =>
  reasons[reason] ?? String(reason).replaceAll("_", " ");

const connectErrors: Record<string, string> = {
  denied: "The request was declined in Sentry. Nothing was connected; press Connect Sentry to try again.",
  expired: "Connecting took too long and was given up, for safety. Press Connect Sentry to start again.",
  wrong_browser:
    "The answer came to another browser than the one that asked. Press Connect Sentry and go through Sentry in this browser.",
  ambiguous:
    "Connections for several organizations were open in this browser, so it is not clear which one was meant. Nothing was connected; press Connect Sentry, or Reconnect, in the one that you want.",
  other_organization:
    "Reconnecting led to another Sentry organization than before. Nothing was changed; press Reconnect on the integration and choose the same one as before.",
  already_claimed:
    "That Sentry organization is connected to another organization of this deployment. It has to be disconnected there first.",
  sentry_refused:
    "Sentry did not accept the exchange. Press Connect Sentry to try again; if it stays so, ask who runs this deployment.",
  unavailable: "Sentry could not be reached. Try again in a moment.",
  installation_without_code:
    "Sentry knows the installation but sent no code, as it does when the app was installed before. Uninstall it in Sentry, then press Connect Sentry.",
};

export const connectErrorText = (code: string) =>
  connectErrors[code] ?? "Connecting did not succeed. Press Connect Sentry to try again.";

export const integrationName = ({ sentry_org }: Schemas["Integration"]) =>
  sentry_org ? sentry_org.name || sentry_org.slug : "Not connected yet";

/** Somebody should look at it. One that is being connected is not broken. */
export const isBroken = ({ status }: Schemas["Integration"]) =>
  status === "degraded" || status === "disconnected";

/** On purpose, so that nothing of it goes on. */
export const isEnded = ({ status_reason }: Schemas["Integration"]) =>
  status_reason === "disconnected_by_admin" || status_reason === "uninstalled";

/** What is known of a project: a mapping may have been made by the slug or by the id alone. */
export const projectName = ({ id, slug, name }: Schemas["SentryProjectRef"]) =>
  slug ?? name ?? (id === null ? "unknown project" : `project ${id}`);

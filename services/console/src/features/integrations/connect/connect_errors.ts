import type { components } from "../../../api/schema";

/** Why a connection failed. The codes are those of the callback's redirect (`connect_error` in the address). */
export interface ConnectError {
  title: string;
  explanation: string;
  remedy: string;
  /** The page on which the remedy begins. */
  next?: "connect" | "setup";
}

const errors = {
  denied: {
    title: "Declined in Sentry",
    explanation: "Cancel or Deny was pressed in Sentry. Nothing was connected.",
    remedy: "Connect again, and press Install or Authorize in Sentry.",
    next: "connect",
  },
  installation_without_code: {
    title: "Already installed, but never connected",
    explanation: "Sentry issues the code of an installation only once. It was already used or was lost.",
    remedy: "Uninstall the integration in Sentry (Settings, Integrations), then connect again.",
    next: "connect",
  },
  expired: {
    title: "Connecting took too long",
    explanation: "A connection must be completed within ten minutes, and only once. Nothing was connected.",
    remedy: "Connect again.",
    next: "connect",
  },
  wrong_browser: {
    title: "Completed in another browser",
    explanation:
      "For security, a connection must be completed in the browser and session in which it was started. Nothing was connected.",
    remedy: "Stay signed in, allow cookies for this site, and complete all steps in this browser.",
    next: "connect",
  },
  not_configured: {
    title: "This deployment is not set up for Sentry",
    explanation:
      "Sentry does not recognize the application of this deployment, or its client secret or redirect URL is wrong.",
    remedy:
      "Ask your Tocsin operator to compare the settings with the application in Sentry. “Sentry setup” lists the exact values.",
    next: "setup",
  },
  invalid_scope: {
    title: "Sentry refused the permissions",
    explanation:
      "The application in Sentry lacks a permission that this deployment requests. Nothing was connected.",
    remedy:
      "Ask your Tocsin operator to add the permissions listed under “Sentry setup” to the application in Sentry. Then connect again.",
    next: "setup",
  },
  no_organization: {
    title: "No access to the Sentry organization",
    explanation:
      "The Sentry account belongs to no organization, or not to the one that was named. Nothing was connected.",
    remedy: "Sign in to Sentry as a member of the organization, then connect again.",
    next: "connect",
  },
  other_organization: {
    title: "Different Sentry organization",
    explanation: "Another Sentry organization than before was chosen in Sentry. Nothing was changed.",
    remedy: "Press Reconnect on the page of the integration, and choose the same organization as before.",
  },
  already_claimed: {
    title: "Sentry organization already connected",
    explanation:
      "It is connected to another organization of this deployment. A Sentry organization can be connected to only one.",
    remedy: "Ask an admin of that organization to disconnect it, then connect it here.",
    next: "connect",
  },
  sentry_refused: {
    title: "Sentry refused the connection",
    explanation: "Sentry did not accept the code that it had issued. Nothing was connected.",
    remedy:
      "Connect again. If Sentry says that the integration is already installed, first uninstall it there (Settings, Integrations). If it fails again, ask your Tocsin operator to compare the client ID, the client secret, and the redirect URL with Sentry.",
    next: "connect",
  },
  unavailable: {
    title: "Sentry did not respond",
    explanation: "Nothing was connected.",
    remedy:
      "Connect again in a minute. If Sentry then says that the integration is already installed, first uninstall it there (Settings, Integrations).",
    next: "connect",
  },
} satisfies Record<components["schemas"]["ConnectError"], ConnectError>;

/** For a code of a newer server. */
const unknown: ConnectError = {
  title: "Connecting failed",
  explanation: "Nothing was connected.",
  remedy: "Connect again. If it fails again, ask your Tocsin operator.",
  next: "connect",
};

export const connectError = (code: string): ConnectError =>
  Object.hasOwn(errors, code) ? errors[code as keyof typeof errors] : unknown;

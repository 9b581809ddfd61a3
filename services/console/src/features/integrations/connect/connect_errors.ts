/** What may end a connection, as the way back from Sentry says it in the address. */
export interface ConnectError {
  title: string;
  what: string;
  remedy: string;
  /** Where the remedy begins. */
  next?: "connect" | "setup";
}

const denied: ConnectError = {
  title: "It was declined in Sentry",
  what: "Somebody pressed Cancel or Deny there. Nothing was connected.",
  remedy: "Connect again, and press Install or Authorize in Sentry.",
  next: "connect",
};

const several: ConnectError = {
  title: "It is not clear which organization this was for",
  what: "Connections for several organizations were open in this browser.",
  remedy:
    "Where an integration says that it has to be confirmed, open it and say whether it is meant. Else connect again, from one organization at a time.",
  next: "connect",
};

const other_browser: ConnectError = {
  title: "The answer came to another browser",
  what: "A connection begins and ends in one browser and one session, so that nobody can finish another's. Nothing was connected.",
  remedy: "Stay signed in here, allow cookies for this site, and go through Sentry in this browser.",
  next: "connect",
};

const not_configured: ConnectError = {
  title: "This deployment is not set up for it",
  what: "Sentry does not know the application that this deployment names, or its client secret or redirect URL differ.",
  remedy:
    "Who runs this deployment compares its settings with the application in Sentry; “Setting up Sentry” has the exact values.",
  next: "setup",
};

const errors: Record<string, ConnectError> = {
  denied,
  access_denied: denied,
  expired: {
    title: "Connecting took too long",
    what: "The way through Sentry works once and for ten minutes. Nothing was connected.",
    remedy: "Connect again.",
    next: "connect",
  },
  wrong_browser: other_browser,
  state_mismatch: {
    ...other_browser,
    title: "The answer does not belong to what was begun here",
    what: "It carries another mark than the one this browser was given: an old tab, a second attempt, or a link from somebody else. Nothing was connected.",
    remedy: "Close other tabs of Sentry and connect again. Never open such a link that somebody sent you.",
  },
  ambiguous: several,
  confirm: several,
  other_organization: {
    title: "That was another Sentry organization",
    what: "Reconnecting led to another Sentry organization than before. Nothing was changed.",
    remedy: "Press Reconnect on the integration, and choose in Sentry the one that it had before.",
  },
  already_claimed: {
    title: "That Sentry organization is taken",
    what: "It is connected to another organization of this deployment, and can be in one place only.",
    remedy: "Its admin disconnects it there first; then connect it here.",
    next: "connect",
  },
  sentry_refused: {
    title: "Sentry did not accept the exchange",
    what: "The code that came back was refused. Nothing was connected.",
    remedy:
      "Connect again; if Sentry says that it is installed already, uninstall it there first (Settings, Integrations). If it stays so, who runs this deployment compares the client id, client secret and redirect URL with Sentry.",
    next: "connect",
  },
  unavailable: {
    title: "Sentry did not answer",
    what: "Nothing was connected.",
    remedy:
      "Connect again in a minute. If Sentry then says that it is installed already, uninstall it there first (Settings, Integrations).",
    next: "connect",
  },
  no_organization: {
    title: "The account sees no such Sentry organization",
    what: "Who authorized it in Sentry is a member of none, or not of the one that was named. Nothing was connected.",
    remedy: "Sign in to Sentry as a member of the organization, then connect again.",
    next: "connect",
  },
  installation_without_code: {
    title: "It was installed before, and never connected",
    what: "Sentry hands out the code for an installation once. This one was used, or lost.",
    remedy: "Uninstall it in Sentry (Settings, Integrations), then connect again.",
    next: "connect",
  },
  invalid_scope: {
    title: "Sentry refused the permissions",
    what: "The application in Sentry does not have a scope that this deployment asks for. Nothing was connected.",
    remedy:
      "Who runs this deployment adds the permissions listed under “Setting up Sentry” to the application in Sentry. Then connect again.",
    next: "setup",
  },
  not_configured,
  app_not_configured: not_configured,
  mode_not_configured: not_configured,
  invalid_request: not_configured,
  unauthorized_client: {
    title: "Sentry did not let you choose that organization",
    what: "Your account there is no member of it, or the application may not be used for it. Nothing was connected.",
    remedy: "Sign in to Sentry as a member of the organization and connect again.",
    next: "connect",
  },
};

const unknown: ConnectError = {
  title: "Connecting did not succeed",
  what: "Nothing was connected.",
  remedy: "Connect again. If it stays so, ask who runs this deployment.",
  next: "connect",
};

export const connectError = (code: string): ConnectError =>
  Object.hasOwn(errors, code) ? (errors[code] ?? unknown) : unknown;

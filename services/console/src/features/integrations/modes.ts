import type { Schemas } from "../../api/client";
import { keysOf } from "../../api/vocabulary";

export type Mode = Schemas["IntegrationMode"];

interface ModeTexts {
  name: string;
  description: string;
  requirements: readonly string[];
  steps: readonly string[];
  /** For the operator, where the mode is not configured. */
  notConfigured: string;
}

export const mode_texts: Record<Mode, ModeTexts> = {
  public: {
    name: "Public integration",
    description:
      "Installed in Sentry with one button. Tokens refresh automatically, and webhooks need no setup. Recommended.",
    requirements: [
      "Permission to install integrations in the Sentry organization. Owners and managers have it.",
    ],
    steps: [
      "Sentry opens in this tab. Choose the organization and press Install.",
      "Sentry redirects back here, and the integration is connected.",
      "Map the projects to your services.",
    ],
    notConfigured:
      "This deployment has no public integration. Your Tocsin operator registers one in Sentry and sets TOCSIN_SENTRY_APP_SLUG, TOCSIN_SENTRY_APP_CLIENT_ID, and TOCSIN_SENTRY_APP_CLIENT_SECRET.",
  },
  oauth: {
    name: "OAuth application",
    description:
      "Tocsin reads Sentry on your behalf, with the permissions that you grant. OAuth applications send no webhooks, so you also create an internal integration in Sentry.",
    requirements: [
      "A Sentry account with access to the organization and to all relevant projects.",
      "For webhooks: permission to create an internal integration (owner or manager).",
    ],
    steps: [
      "Sentry opens in this tab. Press Authorize.",
      "If you belong to several Sentry organizations, choose one here.",
      "Create an internal integration in Sentry that sends webhooks to the URL shown here, and enter its client secret. Until then, no incidents open.",
    ],
    notConfigured:
      "This deployment has no OAuth application. Your Tocsin operator registers one in Sentry and sets TOCSIN_SENTRY_OAUTH_CLIENT_ID and TOCSIN_SENTRY_OAUTH_CLIENT_SECRET.",
  },
  internal: {
    name: "Internal integration",
    description:
      "You create an integration in one Sentry organization and paste its token and client secret here. Nothing needs to be registered for this deployment, and the token does not expire.",
    requirements: ["Permission to create an internal integration (owner or manager)."],
    steps: [
      "In Sentry, create an internal integration with the permissions listed under “Sentry setup”, and create a token in it.",
      "Paste the token and the client secret below. Tocsin verifies them with Sentry before it stores them.",
      "In Sentry, enter the webhook URL that is then shown here, and select the issue resource.",
    ],
    notConfigured: "Your Tocsin operator has turned off internal integrations.",
  },
};

export const modes = keysOf(mode_texts);

export const isMode = (text: string | undefined): text is Mode => modes.some((mode) => mode === text);

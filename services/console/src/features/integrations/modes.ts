import type { Schemas } from "../../api/client";

export type Mode = Schemas["IntegrationMode"];

export interface ModeWords {
  name: string;
  what: string;
  needs: readonly string[];
  steps: readonly string[];
  /** For who runs the deployment, where it is not set up. */
  operator: string;
}

export const modes: readonly Mode[] = ["public", "oauth", "internal"];

export const isMode = (text: string | undefined): text is Mode => modes.some((mode) => mode === text);

export const words: Record<Mode, ModeWords> = {
  public: {
    name: "Public integration",
    what: "Installed in Sentry with one button. Its tokens renew themselves and its webhooks need no set-up. The usual way.",
    needs: [
      "The right to install integrations in the Sentry organization: there an owner or manager has it.",
    ],
    steps: [
      "Sentry opens in this tab. Choose the organization and press Install.",
      "Sentry brings you back here, connected.",
      "Map its projects to your services.",
    ],
    operator:
      "This deployment has no public integration. Who runs it registers one in Sentry and sets TOCSIN_SENTRY_APP_SLUG, TOCSIN_SENTRY_APP_CLIENT_ID and TOCSIN_SENTRY_APP_CLIENT_SECRET.",
  },
  oauth: {
    name: "OAuth application",
    what: "Tocsin reads Sentry in your name, as far as you allow. Sentry sends no webhooks for it: an internal integration that you add in Sentry does.",
    needs: [
      "An account in Sentry that sees the organization and all projects that matter.",
      "For the webhooks: the right to make an internal integration there (owner or manager).",
    ],
    steps: [
      "Sentry opens in this tab. Press Authorize.",
      "Back here, choose the organization if you are in several.",
      "Make an internal integration in Sentry that posts to the address shown then, and enter its client secret. Until that is done, no incident opens.",
    ],
    operator:
      "This deployment has no OAuth application. Who runs it registers one in Sentry and sets TOCSIN_SENTRY_OAUTH_CLIENT_ID and TOCSIN_SENTRY_OAUTH_CLIENT_SECRET.",
  },
  internal: {
    name: "Internal integration",
    what: "You make an integration for one organization in Sentry, and paste its token and client secret here. Nothing has to be registered for this deployment, and the token does not expire.",
    needs: ["The right to make an internal integration in the Sentry organization (owner or manager)."],
    steps: [
      "In Sentry, make an internal integration with the permissions listed under “Setting up Sentry”, and create a token in it.",
      "Paste its token and client secret below. Tocsin tries them with Sentry before it keeps them.",
      "Enter the webhook address shown then in Sentry, and tick the issue resource.",
    ],
    operator: "Who runs this deployment has switched this way off.",
  },
};

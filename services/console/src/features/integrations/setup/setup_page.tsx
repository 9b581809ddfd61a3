import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { setupQuery } from "../../../api/queries";
import { Copyable } from "../../../ui/copy";
import { ExternalLink } from "../../../ui/external_link";
import { Notice } from "../../../ui/notice";
import { Page } from "../../../ui/page";
import { Panel } from "../../../ui/panel";
import { Loaded } from "../../../ui/states";
import { TextLink } from "../../../ui/text_link";
import { IntegrationTabs } from "../integration_tabs";
import { hostOf } from "../labels";
import { isMode, type Mode, mode_texts, modes } from "../modes";
import css from "./setup_page.module.css";

const route = getRouteApi("/o/$org/integrations/setup");

type Setup = Schemas["ModeSetup"];

interface SetupTexts {
  /** Where the form is in Sentry. */
  location: string;
  nextStep: string;
  retries: string;
}

const setup_texts: Record<Mode, SetupTexts> = {
  public: {
    location: "Settings → Developer Settings → Create New Integration → Public Integration",
    nextStep:
      "Then your Tocsin operator sets TOCSIN_SENTRY_APP_SLUG, TOCSIN_SENTRY_APP_CLIENT_ID, and TOCSIN_SENTRY_APP_CLIENT_SECRET to the values that Sentry shows, and restarts Tocsin. This is done once for the deployment; after that, each organization only connects.",
    retries:
      "An unpublished public integration can be installed only on the Sentry organization that owns it. Sentry retries a failed webhook only for published integrations (three attempts in total, five minutes apart); for others, a failed webhook is lost.",
  },
  oauth: {
    location: "your account → User Settings → API → Applications → Create New Application",
    nextStep:
      "Then your Tocsin operator sets TOCSIN_SENTRY_OAUTH_CLIENT_ID and TOCSIN_SENTRY_OAUTH_CLIENT_SECRET to the values that Sentry shows, and restarts Tocsin. This is done once for the deployment. Each organization creates the internal integration that sends its webhooks after connecting.",
    retries:
      "OAuth applications send no webhooks. The internal integration that sends them cannot be published, so Sentry does not retry a failed webhook.",
  },
  internal: {
    location: "Settings → Developer Settings → Create New Integration → Internal Integration",
    nextStep:
      "Save, create a token under Tokens, and paste the token and the client secret on the Connect Sentry page. The page of the integration then shows its webhook URL: enter it in Sentry, and select the resources.",
    retries:
      "An internal integration belongs to one Sentry organization. Sentry does not retry a failed webhook of an internal integration.",
  },
};

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={css.row}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function WebhookUrl({ setup: { webhook_url, webhook_url_pattern } }: { setup: Setup }) {
  if (webhook_url) return <Copyable label="the webhook URL" value={webhook_url} />;
  return (
    <>
      <code className={css.pattern}>{webhook_url_pattern}</code>
      <p className={css.hint}>
        Each integration has its own URL, which its page shows after it is connected.
      </p>
    </>
  );
}

function AlertActionSchema({ setup: { alert_action_schema, webhook_url } }: { setup: Setup }) {
  if (!webhook_url)
    return (
      <p className={css.hint}>
        Adds Tocsin as an action of alert rules. Each integration has its own schema, which its page shows
        after it is connected.
      </p>
    );
  return (
    <>
      <p className={css.hint}>
        Adds Tocsin as an action of alert rules. Turn on “Alert Rule Action” and paste this as the schema.
      </p>
      <Copyable label="the alert action schema" value={JSON.stringify(alert_action_schema, null, 2)} block />
    </>
  );
}

/** The values to enter in Sentry's form. */
function Values({ setup }: { setup: Setup }) {
  return (
    <dl className={css.values}>
      {setup.redirect_url ? (
        <Row name={setup.mode === "oauth" ? "Authorized Redirect URI" : "Redirect URL"}>
          <Copyable label="the redirect URL" value={setup.redirect_url} />
        </Row>
      ) : null}
      {(setup.webhook_url ?? setup.webhook_url_pattern) ? (
        <Row name="Webhook URL">
          <WebhookUrl setup={setup} />
        </Row>
      ) : null}
      {setup.mode === "public" ? (
        <Row name="Verify Installation">{setup.verify_install ? "On" : "Off"}</Row>
      ) : null}
      {setup.permissions.length > 0 ? (
        <Row name="Permissions">
          <ul className={css.permissions}>
            {setup.permissions.map(({ name, level, scope }) => (
              <li key={scope}>
                {name}: <strong>{level}</strong> <code className={css.scope}>{scope}</code>
              </li>
            ))}
          </ul>
        </Row>
      ) : null}
      {setup.resources.length > 0 ? (
        <Row name="Webhooks">
          <strong>{setup.resources.join(", ")}</strong>
          <p className={css.hint}>
            Without “issue”, issues resolved in Sentry do not resolve their incidents in Tocsin.
          </p>
        </Row>
      ) : null}
      <Row name="Schema">
        <AlertActionSchema setup={setup} />
      </Row>
    </dl>
  );
}

function Instructions({ setup, sentry_url }: { setup: Setup; sentry_url: string }) {
  const { slug: org, can } = useOrg();
  const { mode, configured, notes } = setup;
  const texts = setup_texts[mode];
  return (
    <>
      {configured ? null : (
        <Notice tone="hint" title="Not set up yet">
          {mode_texts[mode].notConfigured}
        </Notice>
      )}
      <Panel title={`Values to enter in Sentry: ${mode_texts[mode].name}`}>
        <p className={css.location}>
          On{" "}
          <ExternalLink href={sentry_url} inText>
            {hostOf(sentry_url)}
          </ExternalLink>
          : {texts.location}
        </p>
        <Values setup={setup} />
        <p className={css.text}>{texts.nextStep}</p>
        {configured && can("admin") ? (
          <p className={css.text}>
            <TextLink
              to="/o/$org/integrations/connect"
              params={{ org }}
              search={{ mode }}
              inherit
              underline="always"
            >
              Connect this way
            </TextLink>
          </p>
        ) : null}
      </Panel>
      <Panel title="Notes">
        <ul className={css.notes}>
          <li>{texts.retries}</li>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

export function SetupPage() {
  const { slug: org } = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(setupQuery(org));
  const mode = isMode(search.mode) ? search.mode : "public";
  return (
    <Page title="Sentry setup">
      <IntegrationTabs />
      <SegmentedControl
        className={css.modes ?? ""}
        aria-label="Type of integration"
        data={modes.map((value) => ({ value, label: mode_texts[value].name }))}
        value={mode}
        onChange={(next) => void navigate({ search: { mode: next }, replace: true })}
      />
      <Loaded query={query}>
        {({ modes: setups, sentry_url }) => {
          const setup = setups.find((entry) => entry.mode === mode);
          return setup ? <Instructions setup={setup} sentry_url={sentry_url} /> : null;
        }}
      </Loaded>
    </Page>
  );
}

import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { setupQuery } from "../../../api/queries";
import { Copyable } from "../../../ui/copy";
import { Notice } from "../../../ui/notice";
import { OutsideLink } from "../../../ui/outside_link";
import { Page } from "../../../ui/page";
import { Panel } from "../../../ui/panel";
import { Loaded } from "../../../ui/states";
import { TextLink } from "../../../ui/text_link";
import { hostOf } from "../labels";
import { isMode, type Mode, modes, words } from "../modes";
import { SectionLinks } from "../section_links";
import css from "./setup_page.module.css";

const route = getRouteApi("/o/$org/integrations/setup");

type Setup = Schemas["ModeSetup"];

/** Where in Sentry the form is. */
const where: Record<Mode, string> = {
  public: "Settings → Developer Settings → Create New Integration → Public Integration",
  oauth: "your account → User Settings → API → Applications → Create New Application",
  internal: "Settings → Developer Settings → Create New Integration → Internal Integration",
};

const after: Record<Mode, string> = {
  public:
    "Who runs this deployment then sets TOCSIN_SENTRY_APP_SLUG, TOCSIN_SENTRY_APP_CLIENT_ID and TOCSIN_SENTRY_APP_CLIENT_SECRET to what Sentry shows, and restarts it. That is done once for the deployment; each organization only connects.",
  oauth:
    "Who runs this deployment then sets TOCSIN_SENTRY_OAUTH_CLIENT_ID and TOCSIN_SENTRY_OAUTH_CLIENT_SECRET to what Sentry shows, and restarts it. That is done once for the deployment. The internal integration that sends the webhooks is made by each organization after it has connected.",
  internal:
    "Save, make a token under Tokens, and paste token and client secret on the Connect page. The webhook address of the integration is shown on its page after that: enter it here in Sentry, and tick the resources.",
};

const retries: Record<Mode, string> = {
  public:
    "An unpublished public integration installs only on the Sentry organization that owns it. Sentry delivers a failed webhook again only for published ones (three times in all, five minutes apart); of the others it is gone.",
  oauth:
    "OAuth applications send no webhooks. The internal integration that does is never published: Sentry does not deliver a failed webhook of it again.",
  internal:
    "An internal integration belongs to one Sentry organization. Sentry does not deliver a failed webhook of it again: it does so only for published public integrations.",
};

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={css.row}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Values({ setup }: { setup: Setup }) {
  const webhook = setup.webhook_url ?? setup.webhook_url_pattern;
  return (
    <dl className={css.values}>
      {setup.redirect_url ? (
        <Row name={setup.mode === "oauth" ? "Authorized Redirect URI" : "Redirect URL"}>
          <Copyable label="the redirect URL" value={setup.redirect_url} />
        </Row>
      ) : null}
      {webhook ? (
        <Row name="Webhook URL">
          {setup.webhook_url ? (
            <Copyable label="the webhook URL" value={setup.webhook_url} />
          ) : (
            <>
              <code className={css.pattern}>{webhook}</code>
              <p className={css.hint}>
                Each integration has its own, shown on its page once it is connected.
              </p>
            </>
          )}
        </Row>
      ) : null}
      {setup.mode === "public" ? (
        <Row name="Verify Installation">{setup.verify_install ? "on" : "off"}</Row>
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
        <Row name="Webhooks to tick">
          <strong>{setup.resources.join(", ")}</strong>
          <p className={css.hint}>Without “issue” nothing that is resolved in Sentry resolves here.</p>
        </Row>
      ) : null}
      {setup.alert_action_schema ? (
        <Row name="Schema">
          <p className={css.hint}>
            Makes Tocsin an action of alert rules. Switch “Alert Rule Action” on and paste this under Schema.
          </p>
          <Copyable
            label="the alert action schema"
            value={JSON.stringify(setup.alert_action_schema, null, 2)}
            block
          />
        </Row>
      ) : null}
    </dl>
  );
}

function Instructions({ setup, sentry }: { setup: Setup; sentry: string }) {
  const { slug: org, can } = useOrg();
  const { mode, configured, notes } = setup;
  return (
    <>
      {configured ? null : (
        <Notice tone="hint" title="Not set up yet">
          {words[mode].operator}
        </Notice>
      )}
      <Panel title={`What to enter in Sentry: ${words[mode].name}`}>
        <p className={css.where}>
          On{" "}
          <OutsideLink href={sentry} inText>
            {hostOf(sentry)}
          </OutsideLink>
          : {where[mode]}
        </p>
        <Values setup={setup} />
        <p className={css.text}>{after[mode]}</p>
        {configured && can("admin") ? (
          <p className={css.text}>
            <TextLink
              to="/o/$org/integrations/connect"
              params={{ org }}
              search={{ mode }}
              inherit
              underline="always"
            >
              Connect in this way
            </TextLink>
          </p>
        ) : null}
      </Panel>
      <Panel title="Good to know">
        <ul className={css.notes}>
          <li>{retries[mode]}</li>
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
  const { mode: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(setupQuery(org));
  const mode = isMode(wanted) ? wanted : "public";
  return (
    <Page title="Setting up Sentry">
      <SectionLinks />
      <SegmentedControl
        className={css.choice ?? ""}
        aria-label="Kind of integration"
        data={modes.map((value) => ({ value, label: words[value].name }))}
        value={mode}
        onChange={(next) => void navigate({ search: { mode: next }, replace: true })}
      />
      <Loaded query={query}>
        {({ modes: known, sentry_url }) => {
          const setup = known.find((each) => each.mode === mode);
          return setup ? <Instructions setup={setup} sentry={sentry_url} /> : null;
        }}
      </Loaded>
    </Page>
  );
}

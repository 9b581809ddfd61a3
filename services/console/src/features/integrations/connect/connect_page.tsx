import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { integrationsQuery, setupQuery } from "../../../api/queries";
import { BackLink } from "../../../ui/back_link";
import form from "../../../ui/form.module.css";
import { FormError, submissionProblem } from "../../../ui/form_dialog";
import { Notice } from "../../../ui/notice";
import { Page } from "../../../ui/page";
import { Panel } from "../../../ui/panel";
import { EmptyState } from "../../../ui/states";
import { TextLink } from "../../../ui/text_link";
import { useConnect } from "../integration_api";
import { integrationName } from "../labels";
import { isMode, type Mode, mode_texts, modes } from "../modes";
import css from "./connect_page.module.css";
import { empty_fields, type InternalFields, InternalInputs, internal_field_names } from "./internal_fields";

const route = getRouteApi("/o/$org/integrations/connect");

interface ModeChoiceProps {
  mode: Mode;
  isConfigured: (mode: Mode) => boolean;
  onChange: (mode: Mode) => void;
}

function ModeChoice({ mode: chosen, isConfigured, onChange }: ModeChoiceProps) {
  return (
    <fieldset className={css.modes}>
      <legend className={css.legend}>Choose how to connect</legend>
      {modes.map((mode) => {
        const { name, description, notConfigured } = mode_texts[mode];
        const isEnabled = isConfigured(mode);
        return (
          <label key={mode} className={css.mode} data-disabled={isEnabled ? undefined : true}>
            <span className={css.head}>
              <input
                type="radio"
                name="mode"
                value={mode}
                checked={mode === chosen}
                disabled={!isEnabled}
                aria-labelledby={`mode-${mode}`}
                aria-describedby={`mode-${mode}-description`}
                onChange={() => onChange(mode)}
              />
              <strong id={`mode-${mode}`}>{name}</strong>
              {isEnabled ? null : <span className={css.disabledHint}>Not set up</span>}
            </span>
            <span id={`mode-${mode}-description`} className={css.description}>
              {description}
              {isEnabled ? null : <span className={css.operator}>{notConfigured}</span>}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

function ModeExplanation({ mode }: { mode: Mode }) {
  const { requirements, steps } = mode_texts[mode];
  return (
    <div className={css.explanation}>
      <div>
        <h3 className={css.heading}>What you need</h3>
        <ul className={css.items}>
          {requirements.map((requirement) => (
            <li key={requirement}>{requirement}</li>
          ))}
        </ul>
      </div>
      <div>
        <h3 className={css.heading}>What happens</h3>
        <ol className={css.items}>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </div>
    </div>
  );
}

function inputOf(mode: Mode, fields: InternalFields): Schemas["IntegrationInput"] {
  const sentry_org = fields.sentry_org.trim();
  if (mode === "internal")
    return { mode, token: fields.token.trim(), client_secret: fields.client_secret.trim(), sentry_org };
  return mode === "oauth" && sentry_org ? { mode, sentry_org } : { mode };
}

function ConnectForm({ mode }: { mode: Mode }) {
  const { slug: org } = useOrg();
  const navigate = route.useNavigate();
  const [fields, setFields] = useState(empty_fields);
  const connect = useConnect(org);
  const problem = submissionProblem(connect);
  const isLeaving = typeof connect.data?.sentryUrl === "string";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    connect.mutate(inputOf(mode, fields), {
      onSuccess: ({ integration, sentryUrl }) => {
        if (sentryUrl === null)
          void navigate({
            to: "/o/$org/integrations/$id",
            params: { org, id: integration.id },
            search: { connected: "1" },
          });
      },
    });
  };
  return (
    <form onSubmit={submit} className={`${form.form} ${css.form}`}>
      <FormError submission={connect} fields={internal_field_names} onClose={() => connect.reset()} />
      {mode === "internal" ? <InternalInputs fields={fields} problem={problem} onChange={setFields} /> : null}
      {mode === "oauth" ? (
        <TextInput
          label="Sentry organization"
          description="Its slug, if you know it. Leave empty to choose after authorizing."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={100}
          value={fields.sentry_org}
          error={problem?.field("sentry_org")}
          onChange={(event) => setFields({ ...fields, sentry_org: event.currentTarget.value })}
        />
      ) : null}
      <div className={css.submit}>
        <Button type="submit" loading={connect.isPending || isLeaving}>
          {mode === "internal" ? "Verify and connect" : "Continue to Sentry"}
        </Button>
      </div>
    </form>
  );
}

/** Links to disconnected integrations: reconnecting keeps their alert rules and mappings, a new integration does not. */
function ReconnectHint({ org }: { org: string }) {
  const { data } = useQuery(integrationsQuery(org));
  const disconnected = (data ?? []).filter(
    ({ status, sentry_org }) => status === "disconnected" && sentry_org !== null,
  );
  if (disconnected.length === 0) return null;
  return (
    <Notice tone="hint" title="Connected before?">
      To keep mappings, history, and the alert rules in Sentry, use Reconnect on the page of the integration:{" "}
      {disconnected.map((integration, n) => (
        <span key={integration.id}>
          {n > 0 ? ", " : ""}
          <TextLink
            to="/o/$org/integrations/$id"
            params={{ org, id: integration.id }}
            inherit
            underline="always"
          >
            {integrationName(integration)}
          </TextLink>
        </span>
      ))}
      .
    </Notice>
  );
}

export function ConnectPage() {
  const org = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: setup } = useQuery(setupQuery(org.slug));
  // Until the setup is loaded, all modes are offered; the server refuses one that is not configured.
  const isConfigured = (mode: Mode) => setup?.modes.find((entry) => entry.mode === mode)?.configured ?? true;
  const mode = isMode(search.mode) ? search.mode : (modes.find(isConfigured) ?? "public");
  return (
    <Page
      title="Connect Sentry"
      aside={
        <BackLink to="/o/$org/integrations" params={{ org: org.slug }}>
          All integrations
        </BackLink>
      }
    >
      {org.can("admin") ? (
        <>
          <ReconnectHint org={org.slug} />
          <ModeChoice
            mode={mode}
            isConfigured={isConfigured}
            onChange={(next) => void navigate({ search: { mode: next }, replace: true })}
          />
          <Panel
            title={mode_texts[mode].name}
            actions={
              <TextLink
                to="/o/$org/integrations/setup"
                params={{ org: org.slug }}
                search={{ mode }}
                size="sm"
                underline="always"
              >
                Sentry setup
              </TextLink>
            }
          >
            <ModeExplanation mode={mode} />
            {isConfigured(mode) ? <ConnectForm key={mode} mode={mode} /> : null}
          </Panel>
        </>
      ) : (
        <EmptyState title="You don't have access">
          Only admins of this organization can connect Sentry.
        </EmptyState>
      )}
    </Page>
  );
}

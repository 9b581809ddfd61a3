import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { asProblem } from "../../../api/problem";
import { integrationsQuery, setupQuery } from "../../../api/queries";
import form from "../../../ui/form.module.css";
import { BackIcon } from "../../../ui/icons";
import { Notice } from "../../../ui/notice";
import { Page } from "../../../ui/page";
import { Panel } from "../../../ui/panel";
import { Empty, Refusal } from "../../../ui/states";
import { TextLink } from "../../../ui/text_link";
import { useConnect } from "../integration_api";
import { integrationName } from "../labels";
import { isMode, type Mode, modes, words } from "../modes";
import css from "./connect_page.module.css";
import { type InternalFields, InternalInputs, internal_field_names, no_fields } from "./internal_fields";

const route = getRouteApi("/o/$org/integrations/connect");

function ModeChoice({
  mode,
  configured,
  onChange,
}: {
  mode: Mode;
  configured: (mode: Mode) => boolean;
  onChange: (mode: Mode) => void;
}) {
  return (
    <fieldset className={css.modes}>
      <legend className={css.legend}>How Tocsin is connected</legend>
      {modes.map((each) => {
        const { name, what, operator } = words[each];
        const possible = configured(each);
        return (
          <label key={each} className={css.mode} data-off={possible ? undefined : true}>
            <span className={css.head}>
              <input
                type="radio"
                name="mode"
                value={each}
                checked={mode === each}
                disabled={!possible}
                aria-labelledby={`mode-${each}`}
                aria-describedby={`mode-${each}-what`}
                onChange={() => onChange(each)}
              />
              <strong id={`mode-${each}`}>{name}</strong>
              {possible ? null : <span className={css.off}>not set up</span>}
            </span>
            <span id={`mode-${each}-what`} className={css.what}>
              {what}
              {possible ? null : <span className={css.operator}>{operator}</span>}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

function Explained({ mode }: { mode: Mode }) {
  const { needs, steps } = words[mode];
  return (
    <div className={css.explained}>
      <div>
        <h3 className={css.sub}>What you need</h3>
        <ul className={css.items}>
          {needs.map((need) => (
            <li key={need}>{need}</li>
          ))}
        </ul>
      </div>
      <div>
        <h3 className={css.sub}>What happens</h3>
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
  const trimmed = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value.trim()]),
  ) as unknown as InternalFields;
  if (mode === "internal") return { mode, ...trimmed };
  if (mode === "oauth") return trimmed.sentry_org ? { mode, sentry_org: trimmed.sentry_org } : { mode };
  return { mode };
}

function ConnectForm({ mode }: { mode: Mode }) {
  const { slug: org } = useOrg();
  const navigate = route.useNavigate();
  const [fields, setFields] = useState(no_fields);
  const connect = useConnect(org);
  const problem = connect.isError ? asProblem(connect.error) : undefined;
  const placed = internal_field_names.some((name) => problem?.field(name));
  const leaving = typeof connect.data?.address === "string";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    connect.mutate(inputOf(mode, fields), {
      onSuccess: ({ integration, address }) => {
        if (address === null)
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
      {problem && !placed ? <Refusal error={problem} onClose={() => connect.reset()} /> : null}
      {mode === "internal" ? <InternalInputs fields={fields} change={setFields} problem={problem} /> : null}
      {mode === "oauth" ? (
        <TextInput
          label="Sentry organization"
          description="Its slug, if you know it. Left empty, you choose after Sentry has answered."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={100}
          value={fields.sentry_org}
          error={problem?.field("sentry_org")}
          onChange={(event) => setFields({ ...fields, sentry_org: event.currentTarget.value })}
        />
      ) : null}
      <div className={css.go}>
        <Button type="submit" loading={connect.isPending || leaving}>
          {mode === "internal" ? "Verify and connect" : "Go on in Sentry"}
        </Button>
      </div>
    </form>
  );
}

/** One that was connected before is better repaired than made anew: its alert rules and mappings stay. */
function Before({ org }: { org: string }) {
  const { data } = useQuery(integrationsQuery(org));
  const ended = (data ?? []).filter(
    ({ status, sentry_org }) => status === "disconnected" && sentry_org !== null,
  );
  if (ended.length === 0) return null;
  return (
    <Notice tone="hint" title="Connected before?">
      Reconnect on its own page keeps mappings, history, and the alert rules in Sentry:{" "}
      {ended.map((each, n) => (
        <span key={each.id}>
          {n > 0 ? ", " : ""}
          <TextLink to="/o/$org/integrations/$id" params={{ org, id: each.id }} inherit underline="always">
            {integrationName(each)}
          </TextLink>
        </span>
      ))}
      .
    </Notice>
  );
}

export function ConnectPage() {
  const org = useOrg();
  const { mode: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: setup } = useQuery(setupQuery(org.slug));
  // Until it is known, the server's own refusal has to say it.
  const configured = (mode: Mode) => setup?.modes.find((each) => each.mode === mode)?.configured ?? true;
  const mode = isMode(wanted) ? wanted : (modes.find(configured) ?? "public");
  return (
    <Page
      title="Connect Sentry"
      aside={
        <TextLink to="/o/$org/integrations" params={{ org: org.slug }} className={css.back ?? ""}>
          <BackIcon size={14} /> All integrations
        </TextLink>
      }
    >
      {org.can("admin") ? (
        <>
          <Before org={org.slug} />
          <ModeChoice
            mode={mode}
            configured={configured}
            onChange={(next) => void navigate({ search: { mode: next }, replace: true })}
          />
          <Panel
            title={words[mode].name}
            actions={
              <TextLink
                to="/o/$org/integrations/setup"
                params={{ org: org.slug }}
                search={{ mode }}
                size="sm"
                underline="always"
              >
                Setting up Sentry for it
              </TextLink>
            }
          >
            <Explained mode={mode} />
            {configured(mode) ? <ConnectForm key={mode} mode={mode} /> : null}
          </Panel>
        </>
      ) : (
        <Empty title="Not for your role">An admin of this organization connects Sentry.</Empty>
      )}
    </Page>
  );
}

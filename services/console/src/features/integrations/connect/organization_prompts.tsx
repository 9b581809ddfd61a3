import { Button, Radio, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../../api/org";
import { asProblem } from "../../../api/problem";
import form from "../../../ui/form.module.css";
import { Panel } from "../../../ui/panel";
import { Refusal } from "../../../ui/states";
import { type Integration, useConfirm, useDisconnect, useUpdateIntegration } from "../integration_api";
import shared from "../integrations.module.css";
import { hostOf } from "../labels";
import css from "./connect.module.css";

// From here on a list is searched sooner than read.
const many = 8;

/** The token sees several Sentry organizations, or none that fits: which one is it? */
export function ChooseOrganization({ integration }: { integration: Integration }) {
  const org = useOrg();
  const [chosen, setChosen] = useState("");
  const [words, setWords] = useState("");
  const update = useUpdateIntegration(org.slug, integration.id);
  const offered = integration.available_orgs ?? [];
  const shown = offered.filter(({ name, slug }) =>
    `${name} ${slug}`.toLowerCase().includes(words.trim().toLowerCase()),
  );
  const choice = offered.find(({ id }) => id === chosen);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (choice) update.mutate({ sentry_org: choice.id });
  };
  return (
    <Panel title={`Which Sentry organization is for ${org.name}?`}>
      <form onSubmit={submit} className={form.form}>
        {update.isError ? <Refusal error={update.error} onClose={() => update.reset()} /> : null}
        {offered.length === 0 ? (
          <p className={shared.dimmed}>
            The account that authorized it sees no organization. Reconnect with an account that is a member of
            one.
          </p>
        ) : null}
        {offered.length > many ? (
          <TextInput
            aria-label="Find an organization"
            placeholder="Name or slug"
            type="search"
            className={css.search ?? ""}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
        ) : null}
        <Radio.Group value={chosen} onChange={setChosen} aria-label="Sentry organization">
          <div className={css.offered}>
            {shown.map(({ id, slug, name }) => (
              <Radio
                key={id}
                value={id}
                disabled={!org.can("admin")}
                label={
                  <>
                    <strong>{name}</strong> <span className={shared.dimmed}>{slug}</span>
                  </>
                }
              />
            ))}
          </div>
        </Radio.Group>
        {shown.length === 0 && offered.length > 0 ? <p className={shared.dimmed}>None is named so.</p> : null}
        {org.can("admin") && offered.length > 0 ? (
          <div className={css.buttons}>
            <Button type="submit" size="sm" disabled={choice === undefined} loading={update.isPending}>
              {choice ? `Use ${choice.slug}` : "Use this organization"}
            </Button>
          </div>
        ) : null}
      </form>
    </Panel>
  );
}

/** Several connections were open in the browser: is this one meant for here? */
export function ConfirmOrganization({ integration }: { integration: Integration }) {
  const org = useOrg();
  const { id, sentry_org, sentry_url } = integration;
  const confirm = useConfirm(org.slug, id);
  const disconnect = useDisconnect(org.slug, id);
  const error = confirm.error ?? disconnect.error;
  return (
    <Panel title="Is this meant?">
      <div className={shared.stack}>
        {error ? <Refusal error={asProblem(error)} /> : null}
        <p className={css.question}>
          Connect Sentry organization <strong>{sentry_org?.name ?? "unknown"}</strong>{" "}
          <span className={shared.dimmed}>
            ({sentry_org ? `${sentry_org.slug}, id ${sentry_org.id}, ` : ""}on {hostOf(sentry_url)})
          </span>{" "}
          to <strong>{org.name}</strong> <span className={shared.dimmed}>({org.slug})</span>?
        </p>
        <p className={shared.dimmed}>
          Connections for several organizations were open in the browser that came back from Sentry, so Tocsin
          asks. Whoever can see {org.name} will see the incidents of this Sentry organization.
        </p>
        {org.can("admin") ? (
          <div className={css.buttons}>
            <Button
              size="sm"
              loading={confirm.isPending}
              disabled={disconnect.isPending}
              onClick={() => confirm.mutate()}
            >
              Yes, connect
            </Button>
            <Button
              size="sm"
              variant="default"
              loading={disconnect.isPending}
              disabled={confirm.isPending}
              onClick={() => disconnect.mutate()}
            >
              No, drop it
            </Button>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}

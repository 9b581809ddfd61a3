import { Button, Radio, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../../api/org";
import form from "../../../ui/form.module.css";
import { FormError } from "../../../ui/form_dialog";
import { Panel } from "../../../ui/panel";
import { ErrorNotice } from "../../../ui/states";
import { type Integration, useConfirm, useDisconnect, useUpdateIntegration } from "../integration_api";
import shared from "../integrations.module.css";
import { hostOf } from "../labels";
import css from "./connect.module.css";

// Longer lists get a search field.
const search_from = 8;

interface OrganizationRadiosProps {
  organizations: NonNullable<Integration["available_orgs"]>;
  value: string;
  disabled: boolean;
  onChange: (id: string) => void;
}

function OrganizationRadios({ organizations, value, disabled, onChange }: OrganizationRadiosProps) {
  const [typed, setTyped] = useState("");
  const words = typed.trim().toLowerCase();
  const matching = organizations.filter(({ name, slug }) => `${name} ${slug}`.toLowerCase().includes(words));
  return (
    <>
      {organizations.length > search_from ? (
        <TextInput
          aria-label="Search organizations"
          placeholder="Name or slug"
          type="search"
          className={css.search ?? ""}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      ) : null}
      <Radio.Group value={value} onChange={onChange} aria-label="Sentry organization">
        <div className={css.organizations}>
          {matching.map(({ id, slug, name }) => (
            <Radio
              key={id}
              value={id}
              disabled={disabled}
              label={
                <>
                  <strong>{name}</strong> <span className={shared.dimmed}>{slug}</span>
                </>
              }
            />
          ))}
        </div>
      </Radio.Group>
      {matching.length === 0 ? <p className={shared.dimmed}>No matches</p> : null}
    </>
  );
}

/** The token has access to several Sentry organizations, or to none: an admin chooses one. */
export function ChooseOrganization({ integration }: { integration: Integration }) {
  const org = useOrg();
  const [chosen, setChosen] = useState("");
  const update = useUpdateIntegration(org.slug, integration.id);
  const organizations = integration.available_orgs ?? [];
  const choice = organizations.find(({ id }) => id === chosen);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (choice) update.mutate({ sentry_org: choice.id });
  };
  return (
    <Panel title={`Choose the Sentry organization for ${org.name}`}>
      <form onSubmit={submit} className={form.form}>
        <FormError submission={update} onClose={() => update.reset()} />
        {organizations.length === 0 ? (
          <p className={shared.dimmed}>
            The Sentry account belongs to no organization. Reconnect with an account that is a member of one.
          </p>
        ) : (
          <OrganizationRadios
            organizations={organizations}
            value={chosen}
            disabled={!org.can("admin")}
            onChange={setChosen}
          />
        )}
        {org.can("admin") && organizations.length > 0 ? (
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

/** It is unclear for which organization the connection was made: an admin confirms it. */
export function ConfirmOrganization({ integration }: { integration: Integration }) {
  const org = useOrg();
  const { id, sentry_org, sentry_url } = integration;
  const confirm = useConfirm(org.slug, id);
  const disconnect = useDisconnect(org.slug, id);
  const error = confirm.error ?? disconnect.error;
  return (
    <Panel title="Confirm this organization">
      <div className={shared.stack}>
        {error ? <ErrorNotice error={error} /> : null}
        <p className={css.question}>
          Connect Sentry organization <strong>{sentry_org?.name ?? "unknown"}</strong>{" "}
          <span className={shared.dimmed}>
            ({sentry_org ? `${sentry_org.slug}, ID ${sentry_org.id}, ` : ""}on {hostOf(sentry_url)})
          </span>{" "}
          to <strong>{org.name}</strong> <span className={shared.dimmed}>({org.slug})</span>?
        </p>
        <p className={shared.dimmed}>
          Check that this is your organization in Sentry. Nothing of it is used before. Members of {org.name}{" "}
          will see the incidents of this Sentry organization.
        </p>
        {org.can("admin") ? (
          <div className={css.buttons}>
            <Button
              size="sm"
              loading={confirm.isPending}
              disabled={disconnect.isPending}
              onClick={() => confirm.mutate()}
            >
              Connect
            </Button>
            <Button
              size="sm"
              variant="default"
              loading={disconnect.isPending}
              disabled={confirm.isPending}
              onClick={() => disconnect.mutate()}
            >
              Cancel connection
            </Button>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}

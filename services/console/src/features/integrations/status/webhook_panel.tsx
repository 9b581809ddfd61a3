import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../../api/org";
import { asProblem } from "../../../api/problem";
import { Copyable } from "../../../ui/copy";
import form from "../../../ui/form.module.css";
import { Notice } from "../../../ui/notice";
import { Panel } from "../../../ui/panel";
import { Refusal } from "../../../ui/states";
import { TextLink } from "../../../ui/text_link";
import { type Integration, useUpdateIntegration } from "../integration_api";
import shared from "../integrations.module.css";
import css from "./status.module.css";

function SecretForm({ integration, onDone }: { integration: Integration; onDone: () => void }) {
  const org = useOrg();
  const [secret, setSecret] = useState("");
  const update = useUpdateIntegration(org.slug, integration.id);
  const problem = update.isError ? asProblem(update.error) : undefined;
  const refused = problem?.field("webhook_secret");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate(
      { webhook_secret: secret.trim() },
      {
        onSuccess: () => {
          setSecret("");
          onDone();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className={css.secret}>
      {problem && !refused ? <Refusal error={problem} onClose={() => update.reset()} /> : null}
      <div className={css.secretFields}>
        <PasswordInput
          className={css.secretInput ?? ""}
          label="Client secret"
          description="From Credentials on the internal integration's page in Sentry."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={256}
          value={secret}
          aria-invalid={refused !== undefined}
          error={refused}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" disabled={secret.trim() === ""} loading={update.isPending}>
          Save secret
        </Button>
      </div>
    </form>
  );
}

function Steps({ integration }: { integration: Integration }) {
  const org = useOrg();
  const { mode, webhook_url } = integration;
  return (
    <ol className={css.steps}>
      {mode === "oauth" ? (
        <li>
          In Sentry: Settings → Developer Settings → Create New Integration →{" "}
          <strong>Internal Integration</strong>. Any name; permission <strong>Issue &amp; Event: Read</strong>
          .
        </li>
      ) : (
        <li>In Sentry, open the internal integration whose token was entered here.</li>
      )}
      <li>
        Enter this as its Webhook URL:
        {webhook_url ? <Copyable label="the webhook URL" value={webhook_url} /> : " (not known yet)"}
      </li>
      <li>
        Tick <strong>issue</strong> under Webhooks, and save. More is under{" "}
        <TextLink
          to="/o/$org/integrations/setup"
          params={{ org: org.slug }}
          search={{ mode: "internal" }}
          inherit
          underline="always"
        >
          Setting up Sentry
        </TextLink>
        .
      </li>
      {mode === "oauth" ? <li>Copy its client secret from Credentials and enter it below.</li> : null}
    </ol>
  );
}

/** Of an integration with a webhook address of its own: what to do in Sentry, and the key of the signatures. */
export function WebhookPanel({ integration }: { integration: Integration }) {
  const org = useOrg();
  const [replacing, setReplacing] = useState(false);
  const [saved, setSaved] = useState(false);
  const { mode, webhook_secret_set: set, last_delivery_at } = integration;
  if (mode === "public") return null;
  const admin = org.can("admin");
  const arriving = set && last_delivery_at !== null;
  return (
    <Panel
      title="Webhooks"
      actions={
        admin && set && !replacing ? (
          <Button variant="default" size="xs" onClick={() => setReplacing(true)}>
            Replace secret
          </Button>
        ) : null
      }
    >
      <div className={shared.stack}>
        {set ? null : (
          <Notice tone="bad" title="Webhooks are refused">
            No client secret is known with which to verify them, so Sentry is answered 401 and no incident
            opens.
          </Notice>
        )}
        <div role="status" className={shared.dimmed}>
          {saved ? "The secret is kept. Webhooks signed with it are accepted from now on." : ""}
        </div>
        {arriving && !replacing ? (
          <Copyable label="the webhook URL" value={integration.webhook_url ?? ""} />
        ) : (
          <>
            {replacing ? (
              <p className={shared.dimmed}>
                Rotate the client secret in Sentry and enter the new one here right after. Webhooks signed
                with the old one are still accepted for a while.
              </p>
            ) : (
              <Steps integration={integration} />
            )}
            {set && !replacing ? (
              <p className={shared.dimmed}>The secret is set. Nothing has arrived yet.</p>
            ) : null}
          </>
        )}
        {admin && (!set || replacing) ? (
          <SecretForm
            integration={integration}
            onDone={() => {
              setReplacing(false);
              setSaved(true);
            }}
          />
        ) : null}
        {replacing ? (
          <div className={form.buttons}>
            <Button variant="subtle" size="xs" onClick={() => setReplacing(false)}>
              Keep the old one
            </Button>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}

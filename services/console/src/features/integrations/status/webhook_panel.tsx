import { Button } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../../api/org";
import { Copyable } from "../../../ui/copy";
import form from "../../../ui/form.module.css";
import { Notice } from "../../../ui/notice";
import { Panel } from "../../../ui/panel";
import { TextLink } from "../../../ui/text_link";
import type { Integration } from "../integration_api";
import shared from "../integrations.module.css";
import { AlertActionSchema } from "./alert_action_schema";
import css from "./status.module.css";
import { WebhookSecretForm } from "./webhook_secret_form";

/** What to do in Sentry. */
function Steps({ integration: { mode, webhook_url } }: { integration: Integration }) {
  const org = useOrg();
  return (
    <ol className={css.steps}>
      {mode === "oauth" ? (
        <li>
          In Sentry, open Settings → Developer Settings → Create New Integration →{" "}
          <strong>Internal Integration</strong>. Enter any name, and set the permission{" "}
          <strong>Issue &amp; Event: Read</strong>.
        </li>
      ) : (
        <li>In Sentry, open the internal integration whose token you entered here.</li>
      )}
      <li>
        Enter this webhook URL:
        {webhook_url ? <Copyable label="the webhook URL" value={webhook_url} /> : " (not known yet)"}
      </li>
      <li>
        Under Webhooks, select <strong>issue</strong>, and save. For all settings, see{" "}
        <TextLink
          to="/o/$org/integrations/setup"
          params={{ org: org.slug }}
          search={{ mode: "internal" }}
          inherit
          underline="always"
        >
          Sentry setup
        </TextLink>
        .
      </li>
      {mode === "oauth" ? <li>Copy its client secret from Credentials and enter it below.</li> : null}
    </ol>
  );
}

interface InstructionsProps {
  integration: Integration;
  isReplacing: boolean;
}

function Instructions({ integration, isReplacing }: InstructionsProps) {
  const { webhook_secret_set: isSet, last_delivery_at, webhook_url } = integration;
  if (isReplacing)
    return (
      <p className={shared.dimmed}>
        Rotate the client secret in Sentry and enter the new one here immediately. Webhooks signed with the
        old secret are accepted for a while.
      </p>
    );
  if (isSet && last_delivery_at !== null)
    return <Copyable label="the webhook URL" value={webhook_url ?? ""} />;
  return (
    <>
      <Steps integration={integration} />
      {isSet ? <p className={shared.dimmed}>The secret is set. No webhooks received yet.</p> : null}
    </>
  );
}

/** The webhooks of an integration with its own webhook URL: what to do in Sentry, and the secret. */
export function WebhookPanel({ integration }: { integration: Integration }) {
  const isAdmin = useOrg().can("admin");
  const [isReplacing, setReplacing] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const { mode, webhook_secret_set: isSet } = integration;
  if (mode === "public") return null;
  const onSaved = () => {
    setReplacing(false);
    setSaved(true);
  };
  return (
    <Panel
      title="Webhooks"
      actions={
        isAdmin && isSet && !isReplacing ? (
          <Button variant="default" size="xs" onClick={() => setReplacing(true)}>
            Replace secret
          </Button>
        ) : null
      }
    >
      <div className={shared.stack}>
        {isSet ? null : (
          <Notice tone="bad" title="Webhooks are refused">
            Tocsin cannot verify webhooks without the client secret. It refuses them with status 401, and no
            incidents open.
          </Notice>
        )}
        <div role="status" className={shared.dimmed}>
          {isSaved ? "The secret is saved. Webhooks signed with it are now accepted." : ""}
        </div>
        <Instructions integration={integration} isReplacing={isReplacing} />
        {isReplacing ? null : <AlertActionSchema integration={integration} />}
        {isAdmin && (!isSet || isReplacing) ? (
          <WebhookSecretForm id={integration.id} onSaved={onSaved} />
        ) : null}
        {isReplacing ? (
          <div className={form.buttons}>
            <Button variant="subtle" size="xs" onClick={() => setReplacing(false)}>
              Keep current secret
            </Button>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}

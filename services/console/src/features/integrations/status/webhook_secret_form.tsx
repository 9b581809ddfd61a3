import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../../api/org";
import { FormError, submissionProblem } from "../../../ui/form_dialog";
import { useUpdateIntegration } from "../integration_api";
import css from "./status.module.css";

export function WebhookSecretForm({ id, onSaved }: { id: string; onSaved: () => void }) {
  const org = useOrg();
  const [secret, setSecret] = useState("");
  const update = useUpdateIntegration(org.slug, id);
  const error = submissionProblem(update)?.field("webhook_secret");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({ webhook_secret: secret.trim() }, { onSuccess: onSaved });
  };
  return (
    <form onSubmit={submit} className={css.secret}>
      <FormError submission={update} fields={["webhook_secret"]} onClose={() => update.reset()} />
      <div className={css.secretFields}>
        <PasswordInput
          className={css.secretInput ?? ""}
          label="Client secret"
          description="From Credentials on the page of the internal integration in Sentry."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={256}
          value={secret}
          aria-invalid={error !== undefined}
          error={error}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" disabled={secret.trim() === ""} loading={update.isPending}>
          Save secret
        </Button>
      </div>
    </form>
  );
}

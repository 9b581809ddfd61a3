import { Button, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { asProblem } from "../../../api/problem";
import { Dialog } from "../../../ui/dialog";
import form from "../../../ui/form.module.css";
import { Refusal } from "../../../ui/states";
import type { Reconnect } from "../integration_api";
import { InternalInputs, internal_field_names, no_fields } from "./internal_fields";

interface ReconnectDialogProps {
  /** Of the Sentry organization. */
  name: string;
  reconnect: Reconnect;
  onDone: () => void;
  onClose: () => void;
}

/** An internal integration is reconnected with a token, not by way of Sentry. */
export function ReconnectDialog({ name, reconnect, onDone, onClose }: ReconnectDialogProps) {
  const [fields, setFields] = useState(no_fields);
  const problem = reconnect.isError ? asProblem(reconnect.error) : undefined;
  const placed = internal_field_names.some((field) => problem?.field(field));
  // The refusal names both; pressing the button once more, now that they are named, means it.
  const elsewhere = problem?.code === "other_organization";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reconnect.mutate(
      {
        others: elsewhere ? "meant" : "refused",
        token: fields.token.trim(),
        client_secret: fields.client_secret.trim(),
      },
      { onSuccess: onDone },
    );
  };
  return (
    <Dialog onClose={onClose} title={`Reconnect ${name}`}>
      <form onSubmit={submit} className={form.form}>
        <Text size="sm">Mappings and history stay. The token is tried with Sentry before it is kept.</Text>
        {problem && !placed ? <Refusal error={problem} /> : null}
        <InternalInputs fields={fields} change={setFields} problem={problem} organization={false} />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={reconnect.isPending}>
            {elsewhere ? "Reconnect to it anyway" : "Verify and reconnect"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

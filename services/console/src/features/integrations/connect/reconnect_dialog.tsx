import { Text } from "@mantine/core";
import { useState } from "react";
import { FormDialog, submissionProblem } from "../../../ui/form_dialog";
import type { Reconnect } from "../integration_api";
import { empty_fields, InternalInputs, internal_field_names } from "./internal_fields";

interface ReconnectDialogProps {
  /** The name of the Sentry organization. */
  name: string;
  reconnect: Reconnect;
  onDone: () => void;
  onClose: () => void;
}

/** Reconnects an internal integration with a new token. */
export function ReconnectDialog({ name, reconnect, onDone, onClose }: ReconnectDialogProps) {
  const [fields, setFields] = useState(empty_fields);
  const problem = submissionProblem(reconnect);
  // The error names both organizations; submitting again confirms the other one.
  const isOther = problem?.code === "other_organization";
  const submit = () =>
    reconnect.mutate(
      {
        otherOrganization: isOther ? "allow" : "refuse",
        token: fields.token.trim(),
        client_secret: fields.client_secret.trim(),
      },
      { onSuccess: onDone },
    );
  return (
    <FormDialog
      title={`Reconnect ${name}`}
      action={isOther ? "Reconnect anyway" : "Verify and reconnect"}
      submission={reconnect}
      fields={internal_field_names}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        Mappings and history are kept. The token is verified with Sentry before it is stored.
      </Text>
      <InternalInputs fields={fields} problem={problem} showsOrganization={false} onChange={setFields} />
    </FormDialog>
  );
}

import { Button, Code, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "../../../ui/dialog";
import form from "../../../ui/form.module.css";
import { Refusal } from "../../../ui/states";
import type { Disconnect } from "../integration_api";

interface DisconnectDialogProps {
  /** The Sentry organization's, to be typed. */
  slug: string;
  disconnect: Disconnect;
  onConfirm: () => void;
  onClose: () => void;
}

export function DisconnectDialog({ slug, disconnect, onConfirm, onClose }: DisconnectDialogProps) {
  const [typed, setTyped] = useState("");
  const meant = typed.trim() === slug;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (meant) onConfirm();
  };
  return (
    <Dialog onClose={onClose} title="Disconnect from Sentry?">
      <form onSubmit={submit} className={form.form}>
        <Text size="sm">
          The tokens are deleted at once. Mappings are paused, and what Sentry still sends opens nothing.
          History stays: incidents and deliveries can still be read. Reconnect brings the mappings back.
        </Text>
        {disconnect.isError ? <Refusal error={disconnect.error} /> : null}
        <TextInput
          label={
            <>
              Type <Code>{slug}</Code> to confirm
            </>
          }
          description="The slug of the Sentry organization."
          data-autofocus
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red.9" disabled={!meant} loading={disconnect.isPending}>
            Disconnect
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

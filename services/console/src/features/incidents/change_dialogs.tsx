import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "../../ui/dialog";
import form from "../../ui/form.module.css";
import { Refusal } from "../../ui/states";
import type { useAssign, useChangeIncident } from "./actions";

interface RenameDialogProps {
  title: string;
  change: ReturnType<typeof useChangeIncident>;
  onClose: () => void;
}

export function RenameDialog({ title, change, onClose }: RenameDialogProps) {
  const [typed, setTyped] = useState(title);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ title: typed.trim() }, { onSuccess: onClose });
  };
  return (
    <Dialog title="Rename" onClose={onClose}>
      <form onSubmit={submit} className={form.form}>
        {change.isError ? <Refusal error={change.error} /> : null}
        <TextInput
          label="Title"
          required
          data-autofocus
          maxLength={500}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={typed.trim() === ""} loading={change.isPending}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface AssignDialogProps {
  assignee: string | null;
  assign: ReturnType<typeof useAssign>;
  onClose: () => void;
}

export function AssignDialog({ assignee, assign, onClose }: AssignDialogProps) {
  const [typed, setTyped] = useState(assignee ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    assign.mutate(typed.trim() || null, { onSuccess: onClose });
  };
  return (
    <Dialog title="Assign" onClose={onClose}>
      <form onSubmit={submit} className={form.form}>
        {assign.isError ? <Refusal error={assign.error} /> : null}
        <TextInput
          label="E-mail address"
          description="Of a member of this organization. Left empty, nobody has it."
          type="email"
          data-autofocus
          maxLength={320}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={assign.isPending}>
            {typed.trim() === "" ? "Take it from everybody" : "Assign"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

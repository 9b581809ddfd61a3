import { Textarea, TextInput } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { FormDialog, submissionProblem } from "../../ui/form_dialog";
import type { useEditIncident } from "./actions";

interface RenameDialogProps {
  title: string;
  edit: ReturnType<typeof useEditIncident>;
  onClose: () => void;
}

export function RenameDialog({ title, edit, onClose }: RenameDialogProps) {
  const [typed, setTyped] = useState(title);
  return (
    <FormDialog
      title="Rename incident"
      action="Rename"
      disabled={typed.trim() === ""}
      submission={edit}
      fields={["title"]}
      onSubmit={() => edit.mutate({ title: typed.trim() }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextInput
        label="Title"
        required
        data-autofocus
        maxLength={500}
        value={typed}
        error={submissionProblem(edit)?.field("title")}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

interface ResolveDialogProps {
  number: number;
  onResolve: (note: string) => void;
  onClose: () => void;
}

/** Asks for a note before an incident is resolved. */
export function ResolveDialog({ number, onResolve, onClose }: ResolveDialogProps) {
  const [note, setNote] = useState("");
  const resolve = () => onResolve(note.trim());
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    resolve();
  };
  return (
    <FormDialog title={`Resolve #${number}`} action="Resolve" onSubmit={resolve} onClose={onClose}>
      <Textarea
        label="Note (optional)"
        description="What fixed it? Shown when the problem returns. Enter resolves, Shift+Enter adds a line."
        data-autofocus
        autosize
        minRows={2}
        maxRows={8}
        maxLength={10_000}
        value={note}
        onKeyDown={onKeyDown}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

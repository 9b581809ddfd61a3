import { Code, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { FormDialog, type Submission } from "./form_dialog";

interface ConfirmDialogProps {
  title: string;
  /** The label of the button. */
  action: string;
  children: ReactNode;
  /** Text to type, where a click alone would be too quick. */
  confirmation?: string;
  confirmationHint?: string;
  submission: Submission;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks for confirmation of an action that cannot be undone. */
export function ConfirmDialog({
  title,
  action,
  children,
  confirmation,
  confirmationHint,
  submission,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const [text, setText] = useState("");
  return (
    <FormDialog
      title={title}
      action={action}
      destructive
      disabled={confirmation !== undefined && text.trim() !== confirmation}
      submission={submission}
      focusCancel={confirmation === undefined}
      onSubmit={onConfirm}
      onClose={onClose}
    >
      <div>{children}</div>
      {confirmation === undefined ? null : (
        <TextInput
          label={
            <>
              Type <Code>{confirmation}</Code> to confirm
            </>
          }
          {...(confirmationHint ? { description: confirmationHint } : {})}
          data-autofocus
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
    </FormDialog>
  );
}

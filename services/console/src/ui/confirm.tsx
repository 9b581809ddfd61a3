import { Button, Code, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "./dialog";
import form from "./form.module.css";
import { Refusal } from "./states";

interface ConfirmProps {
  title: string;
  /** What the button says. */
  label: string;
  children: ReactNode;
  /** What has to be typed, where a click alone would be too quick. */
  typed?: string;
  work: { isPending: boolean; isError: boolean; error: unknown };
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, label, children, typed, work, onConfirm, onClose }: ConfirmProps) {
  const [text, setText] = useState("");
  const meant = typed === undefined || text.trim() === typed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (meant) onConfirm();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className={form.form}>
        <div>{children}</div>
        {work.isError ? <Refusal error={work.error} /> : null}
        {typed === undefined ? null : (
          <TextInput
            label={
              <>
                Type <Code>{typed}</Code> to confirm
              </>
            }
            data-autofocus
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        <div className={form.buttons}>
          <Button
            variant="default"
            {...(typed === undefined ? { "data-autofocus": true } : {})}
            onClick={onClose}
          >
            Cancel
          </Button>
          <Button type="submit" color="red.9" disabled={!meant} loading={work.isPending}>
            {label}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

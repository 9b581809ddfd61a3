import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { Copyable } from "./copy";
import { Dialog } from "./dialog";
import form from "./form.module.css";

interface OneTimeSecretDialogProps {
  title: string;
  /** What the value is: "the link". */
  label: string;
  value: string;
  children: ReactNode;
  onClose: () => void;
}

/** Shows a new secret, which cannot be read again after the dialog is closed. */
export function OneTimeSecretDialog({ title, label, value, children, onClose }: OneTimeSecretDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={form.form}>
        <p className={form.text}>{children}</p>
        <Copyable label={label} value={value} />
        <div className={form.buttons}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Dialog>
  );
}

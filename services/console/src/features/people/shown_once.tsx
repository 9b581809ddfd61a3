import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { Copyable } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import form from "../../ui/form.module.css";
import css from "./people.module.css";

interface ShownOnceProps {
  title: string;
  label: string;
  value: string;
  children: ReactNode;
  onClose: () => void;
}

/** A secret that was made just now: it can be copied until the dialog is closed, and never again. */
export function ShownOnce({ title, label, value, children, onClose }: ShownOnceProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={form.form}>
        <p className={css.text}>{children}</p>
        <Copyable label={label} value={value} />
        <div className={form.buttons}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Dialog>
  );
}

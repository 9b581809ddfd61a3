import { Button } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { asProblem, type ProblemError } from "../api/problem";
import { Dialog } from "./dialog";
import css from "./form.module.css";
import { ErrorNotice } from "./states";

/** The state of a mutation, as far as a form shows it. */
export interface Submission {
  isPending: boolean;
  error: unknown;
}

/** The problem of a failed submission. */
export const submissionProblem = ({ error }: Submission): ProblemError | undefined =>
  error === null || error === undefined ? undefined : asProblem(error);

interface FormErrorProps {
  submission: Submission;
  /** Fields of the form that show their own errors. */
  fields?: readonly string[];
  onClose?: () => void;
}

/** The error of a form, unless one of its fields shows it. */
export function FormError({ submission, fields = [], onClose }: FormErrorProps) {
  const problem = submissionProblem(submission);
  if (problem === undefined || fields.some((name) => problem.field(name) !== undefined)) return null;
  return <ErrorNotice error={problem} {...(onClose ? { onClose } : {})} />;
}

interface FormDialogProps {
  title: string;
  /** The label of the submit button. */
  action: string;
  destructive?: boolean;
  disabled?: boolean;
  submission?: Submission;
  fields?: readonly string[];
  /** Focuses Cancel; else a field has `data-autofocus`. */
  focusCancel?: boolean;
  children: ReactNode;
  onSubmit: () => void;
  onClose: () => void;
}

const idle: Submission = { isPending: false, error: null };

/** A dialog with a form, its error, and the buttons Cancel and `action`. */
export function FormDialog({
  title,
  action,
  destructive = false,
  disabled = false,
  submission = idle,
  fields = [],
  focusCancel = false,
  children,
  onSubmit,
  onClose,
}: FormDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // React bubbles the event to a form that contains the dialog in React's tree, although not in the document.
    event.stopPropagation();
    if (!disabled) onSubmit();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className={css.form}>
        <FormError submission={submission} fields={fields} />
        {children}
        <div className={css.buttons}>
          <Button variant="default" {...(focusCancel ? { "data-autofocus": true } : {})} onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            disabled={disabled}
            loading={submission.isPending}
            {...(destructive ? { color: "red.9" } : {})}
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

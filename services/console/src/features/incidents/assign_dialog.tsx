import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { membersQuery } from "../../api/queries";
import { FormDialog, type Submission, submissionProblem } from "../../ui/form_dialog";

interface AssignDialogProps {
  title: string;
  /** The current assignee. Null: none; undefined: several incidents. */
  assignee: string | null | undefined;
  submission: Submission;
  onAssign: (email: string | null) => void;
  onClose: () => void;
}

/** Chooses a member as the assignee. */
export function AssignDialog({ title, assignee, submission, onAssign, onClose }: AssignDialogProps) {
  const org = useOrg();
  const { data: members = [] } = useQuery(membersQuery(org.slug));
  const [chosen, setChosen] = useState(assignee ?? "");
  const sorted = [...members].sort(
    (a, b) => Number(b.is_me) - Number(a.is_me) || a.name.localeCompare(b.name),
  );
  const options = sorted.map(({ email, name, is_me }) => ({
    value: email,
    label: `${is_me ? "Me" : name} (${email})`,
  }));
  const isListed = chosen === "" || options.some(({ value }) => value === chosen);
  return (
    <FormDialog
      title={title}
      action="Assign"
      disabled={chosen === "" || chosen === assignee}
      submission={submission}
      fields={["assignee"]}
      onSubmit={() => onAssign(chosen)}
      onClose={onClose}
    >
      <NativeSelect
        label="Member"
        data-autofocus
        value={chosen}
        error={submissionProblem(submission)?.field("assignee")}
        data={[{ value: "", label: "Choose a member" }, ...options, ...(isListed ? [] : [chosen])]}
        onChange={(event) => setChosen(event.currentTarget.value)}
      />
      {assignee === null ? null : (
        <Button
          variant="subtle"
          size="compact-sm"
          style={{ alignSelf: "flex-start" }}
          disabled={submission.isPending}
          onClick={() => onAssign(null)}
        >
          Unassign
        </Button>
      )}
    </FormDialog>
  );
}

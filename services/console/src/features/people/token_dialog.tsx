import { NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { type GrantableRole, roles } from "../../api/vocabulary";
import { FormDialog, submissionProblem } from "../../ui/form_dialog";
import { OneTimeSecretDialog } from "./one_time_secret_dialog";
import { useCreateToken } from "./people_api";
import { RoleSelect } from "./role_select";

const day = 24 * 60 * 60 * 1_000;

/** Values are days. */
const lifetimes = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In one year" },
  { value: "", label: "Never" },
];

const expiryOf = (days: string) =>
  days === "" ? null : new Date(Date.now() + Number(days) * day).toISOString();

/** Creates an API token, then shows it once. */
export function TokenDialog({ onClose }: { onClose: () => void }) {
  const org = useOrg();
  const [name, setName] = useState("");
  const [role, setRole] = useState<GrantableRole>("viewer");
  const [lifetime, setLifetime] = useState("90");
  const create = useCreateToken(org.slug);
  const problem = submissionProblem(create);
  if (create.data)
    return (
      <OneTimeSecretDialog
        title={`Token ${create.data.name}`}
        label="the token"
        value={create.data.token}
        onClose={onClose}
      >
        The token is not shown again. Anyone who has it {roles[create.data.role].abilities}. Send it in the
        header <code>Authorization: Bearer …</code>
      </OneTimeSecretDialog>
    );
  return (
    <FormDialog
      title="New API token"
      action="Create token"
      submission={create}
      fields={["name", "role", "expires_at"]}
      onSubmit={() => create.mutate({ name: name.trim(), role, expires_at: expiryOf(lifetime) })}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="What the token is for, so that you know which one to revoke."
        required
        data-autofocus
        autoComplete="off"
        maxLength={200}
        value={name}
        error={problem?.field("name")}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect role={role} problem={problem} onChange={setRole} />
      <NativeSelect
        label="Expires"
        value={lifetime}
        error={problem?.field("expires_at")}
        onChange={(event) => setLifetime(event.currentTarget.value)}
        data={lifetimes}
      />
    </FormDialog>
  );
}

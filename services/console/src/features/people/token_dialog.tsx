import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { keysOf, type TokenRole, type TokenScope, token_roles, token_scopes } from "../../api/vocabulary";
import { FormDialog, submissionProblem } from "../../ui/form_dialog";
import { expiryOf, LifetimeSelect } from "../../ui/lifetime_select";
import { OneTimeSecretDialog } from "../../ui/one_time_secret_dialog";
import { useCreateToken } from "./people_api";

const token_role_names = keysOf(token_roles);
const asRole = (text: string): TokenRole => token_role_names.find((role) => role === text) ?? "viewer";
const scope_names = keysOf(token_scopes);

interface ScopeChoiceProps {
  scopes: TokenScope[];
  error: string | undefined;
  onChange: (scopes: TokenScope[]) => void;
}

const ScopeChoice = ({ scopes, error, onChange }: ScopeChoiceProps) => (
  <Checkbox.Group
    label="Scopes"
    description="The token can do this, and nothing else."
    value={scopes}
    error={error}
    onChange={(chosen) => onChange(scope_names.filter((scope) => chosen.includes(scope)))}
  >
    {scope_names.map((scope) => (
      <Checkbox key={scope} mt="xs" value={scope} label={`${token_scopes[scope]} (${scope})`} />
    ))}
  </Checkbox.Group>
);

const TokenRoleSelect = ({
  role,
  error,
  onChange,
}: {
  role: TokenRole;
  error: string | undefined;
  onChange: (role: TokenRole) => void;
}) => (
  <NativeSelect
    label="Role"
    value={role}
    error={error}
    onChange={(event) => onChange(asRole(event.currentTarget.value))}
    data={token_role_names.map((value) => ({
      value,
      label: `${token_roles[value].label}: ${token_roles[value].abilities}`,
    }))}
  />
);

/** Creates an API token, then shows it once. */
export function TokenDialog({ onClose }: { onClose: () => void }) {
  const org = useOrg();
  const [name, setName] = useState("");
  const [role, setRole] = useState<TokenRole>("viewer");
  const [scopes, setScopes] = useState<TokenScope[]>(["grants:call"]);
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
        The token is not shown again. Anyone who has it {token_roles[create.data.role].abilities}. Send it in
        the header <code>Authorization: Bearer …</code>
      </OneTimeSecretDialog>
    );
  return (
    <FormDialog
      title="New API token"
      action="Create token"
      submission={create}
      fields={["name", "role", "scopes", "expires_at"]}
      disabled={role === "deployer" && scopes.length === 0}
      onSubmit={() =>
        create.mutate({
          name: name.trim(),
          role,
          ...(role === "deployer" ? { scopes } : {}),
          expires_at: expiryOf(lifetime),
        })
      }
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
      <TokenRoleSelect role={role} error={problem?.field("role")} onChange={setRole} />
      {role === "deployer" ? (
        <ScopeChoice scopes={scopes} error={problem?.field("scopes")} onChange={setScopes} />
      ) : null}
      <LifetimeSelect value={lifetime} error={problem?.field("expires_at")} onChange={setLifetime} />
    </FormDialog>
  );
}

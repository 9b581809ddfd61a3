import { NativeSelect } from "@mantine/core";
import type { ProblemError } from "../../api/problem";
import { type GrantableRole, grantable_roles, roles } from "../../api/vocabulary";

const asRole = (text: string): GrantableRole => grantable_roles.find((role) => role === text) ?? "viewer";

interface RoleSelectProps {
  role: GrantableRole;
  problem: ProblemError | undefined;
  onChange: (role: GrantableRole) => void;
}

/** Selects a role; each option says what the role can do. */
export function RoleSelect({ role, problem, onChange }: RoleSelectProps) {
  return (
    <NativeSelect
      label="Role"
      value={role}
      error={problem?.field("role")}
      onChange={(event) => onChange(asRole(event.currentTarget.value))}
      data={grantable_roles.map((value) => ({
        value,
        label: `${roles[value].label}: ${roles[value].abilities}`,
      }))}
    />
  );
}

interface MemberRoleProps {
  label: string;
  role: GrantableRole;
  disabled: boolean;
  onChange: (role: GrantableRole) => void;
}

/** Selects the role of a member, in the member's row. */
export const MemberRoleSelect = ({ label, role, disabled, onChange }: MemberRoleProps) => (
  <NativeSelect
    size="sm"
    aria-label={label}
    value={role}
    disabled={disabled}
    onChange={(event) => onChange(asRole(event.currentTarget.value))}
    data={grantable_roles.map((value) => ({ value, label: roles[value].label }))}
  />
);

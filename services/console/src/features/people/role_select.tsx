import { NativeSelect } from "@mantine/core";
import type { ProblemError } from "../../api/problem";
import { type GivenRole, given_roles, role_meanings, roleOf } from "./people_api";

interface RoleSelectProps {
  role: GivenRole;
  choose: (role: GivenRole) => void;
  problem: ProblemError | undefined;
}

/** Which role to give, with what it may do. */
export function RoleSelect({ role, choose, problem }: RoleSelectProps) {
  return (
    <NativeSelect
      label="Role"
      value={role}
      error={problem?.field("role")}
      onChange={(event) => choose(roleOf(event.currentTarget.value))}
      data={given_roles.map((value) => ({ value, label: `${value}: ${role_meanings[value]}` }))}
    />
  );
}

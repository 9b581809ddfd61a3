import { Checkbox, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrg } from "../../../api/org";
import type { ProblemError } from "../../../api/problem";
import { integrationsQuery, membersQuery } from "../../../api/queries";
import { keysOf } from "../../../api/vocabulary";
import { Copyable } from "../../../ui/copy";
import { FormDialog, submissionProblem } from "../../../ui/form_dialog";
import { expiryOf, LifetimeSelect } from "../../../ui/lifetime_select";
import { OneTimeSecretDialog } from "../../../ui/one_time_secret_dialog";
import css from "./grants.module.css";
import { type Caller, type Grant, useCreateGrant } from "./grants_api";
import { approval_labels, type Operation, operation_names, operations, reading_operations } from "./labels";

const approvals = keysOf(approval_labels);

/** The projects of a text such as "web, api". */
const projectsOf = (text: string) =>
  text
    .split(",")
    .map((project) => project.trim())
    .filter(Boolean);

/** The first problem of the field or of one of its items. */
const itemProblem = (problem: ProblemError | undefined, field: string) =>
  problem?.fields.find(({ path }) => path === field || path.startsWith(`${field}[`))?.message;

function OperationChoice({
  chosen,
  error,
  onChange,
}: {
  chosen: readonly Operation[];
  error: string | undefined;
  onChange: (chosen: Operation[]) => void;
}) {
  return (
    <Checkbox.Group
      label="Operations"
      description="What the caller may do. Changes also need the permission event:write in Sentry."
      value={[...chosen]}
      error={error}
      onChange={(names) => onChange(operation_names.filter((name) => names.includes(name)))}
    >
      <div className={css.operations}>
        {operation_names.map((name) => (
          <Checkbox key={name} value={name} label={operations[name].label} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

function CreatedGrant({ grant, token, onClose }: { grant: Grant; token: string; onClose: () => void }) {
  const { slug } = useOrg();
  return (
    <OneTimeSecretDialog title={`Grant ${grant.name}`} label="the token" value={token} onClose={onClose}>
      The token is not shown again. It can make the calls of this grant, and nothing else. A client of
      Sentry's API uses it as its token, with this base URL:
      <Copyable
        label="the base URL"
        value={`${window.location.origin}/api/v1/orgs/${slug}/grants/${grant.id}/sentry`}
      />
    </OneTimeSecretDialog>
  );
}

interface Wanted {
  name: string;
  integration: string;
  /** A member's address; empty: a new API token. */
  caller: string;
  operations: readonly Operation[];
  projects: string;
  approval: (typeof approvals)[number];
  perMinute: number | string;
  /** Days. */
  lifetime: string;
}

const nothing_yet: Wanted = {
  name: "",
  integration: "",
  caller: "",
  operations: reading_operations,
  projects: "",
  approval: "writes",
  perMinute: 60,
  lifetime: "90",
};

interface PartProps {
  wanted: Wanted;
  problem: ProblemError | undefined;
  onChange: (change: Partial<Wanted>) => void;
}

/** The name, the connection, and who calls. */
function CallerFields({
  wanted,
  problem,
  connections,
  onChange,
}: PartProps & { connections: { value: string; label: string }[] }) {
  const org = useOrg();
  const { data: members } = useQuery(membersQuery(org.slug));
  return (
    <>
      <TextInput
        label="Name"
        description="What the grant is for. The command line uses this name, too."
        required
        data-autofocus
        autoComplete="off"
        maxLength={100}
        value={wanted.name}
        error={problem?.field("name")}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <NativeSelect
        label="Connection"
        value={wanted.integration}
        error={problem?.field("integration_id")}
        onChange={(event) => onChange({ integration: event.currentTarget.value })}
        data={connections}
      />
      <NativeSelect
        label="Who calls"
        description="Only this caller can use the grant."
        value={wanted.caller}
        onChange={(event) => onChange({ caller: event.currentTarget.value })}
        data={[
          { value: "", label: "A program, with a new API token" },
          ...(members ?? []).map(({ email, name }) => ({ value: email, label: name || email })),
        ]}
      />
    </>
  );
}

/** What may be called, how often, with whose approval, and until when. */
function LimitFields({ wanted, problem, onChange }: PartProps) {
  return (
    <>
      <OperationChoice
        chosen={wanted.operations}
        error={itemProblem(problem, "operations")}
        onChange={(operations) => onChange({ operations })}
      />
      <TextInput
        label="Projects"
        description="Slugs of Sentry projects, separated by commas. Empty: all projects of the connection."
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={wanted.projects}
        error={itemProblem(problem, "projects")}
        onChange={(event) => onChange({ projects: event.currentTarget.value })}
      />
      <NativeSelect
        label="Approval"
        value={wanted.approval}
        onChange={(event) =>
          onChange({ approval: approvals.find((one) => one === event.currentTarget.value) ?? "writes" })
        }
        data={approvals.map((value) => ({ value, label: approval_labels[value] }))}
      />
      <NumberInput
        label="Calls per minute"
        min={1}
        max={6000}
        allowDecimal={false}
        value={wanted.perMinute}
        error={problem?.field("per_minute")}
        onChange={(perMinute) => onChange({ perMinute })}
      />
      <LifetimeSelect
        value={wanted.lifetime}
        error={problem?.field("expires_at")}
        onChange={(lifetime) => onChange({ lifetime })}
      />
    </>
  );
}

const grantOf = (wanted: Wanted) => ({
  name: wanted.name.trim(),
  integration_id: wanted.integration,
  operations: [...wanted.operations],
  projects: projectsOf(wanted.projects),
  approval: wanted.approval,
  per_minute: Number(wanted.perMinute),
  expires_at: expiryOf(wanted.lifetime),
});

const callerOf = ({ caller }: Wanted): Caller =>
  caller === "" ? { kind: "token" } : { kind: "member", email: caller };

/** Creates a grant. With a new API token, it then shows the token once. */
export function GrantDialog({ onClose }: { onClose: () => void }) {
  const org = useOrg();
  const { data: integrations } = useQuery(integrationsQuery(org.slug));
  const [given, setGiven] = useState(nothing_yet);
  const create = useCreateGrant(org.slug);
  const problem = submissionProblem(create);
  const connections = (integrations ?? []).flatMap(({ id, sentry_org }) =>
    sentry_org === null ? [] : [{ value: id, label: sentry_org.name || sentry_org.slug || id }],
  );
  const wanted = { ...given, integration: given.integration || (connections[0]?.value ?? "") };
  const onChange = (change: Partial<Wanted>) => setGiven((before) => ({ ...before, ...change }));
  if (create.data?.token)
    return <CreatedGrant grant={create.data.grant} token={create.data.token} onClose={onClose} />;
  const submit = () =>
    create.mutate(
      { grant: grantOf(wanted), caller: callerOf(wanted) },
      { onSuccess: ({ token }) => (token === null ? onClose() : undefined) },
    );
  return (
    <FormDialog
      title="New grant"
      action="Create grant"
      submission={create}
      fields={["name", "integration_id", "per_minute", "expires_at"]}
      disabled={wanted.operations.length === 0 || wanted.integration === ""}
      onSubmit={submit}
      onClose={onClose}
    >
      <CallerFields wanted={wanted} problem={problem} connections={connections} onChange={onChange} />
      <LimitFields wanted={wanted} problem={problem} onChange={onChange} />
    </FormDialog>
  );
}

import { MultiSelect, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { membersQuery } from "../api/queries";
import { type ServiceFields, useSaveService } from "../api/services";
import { FormDialog, submissionProblem } from "./form_dialog";

/** A slug made from a name. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}

const fieldsOf = (service: Schemas["Service"] | undefined, suggestedName: string): ServiceFields => ({
  name: service?.name ?? suggestedName,
  slug: service?.slug ?? slugOf(suggestedName),
  description: service?.description ?? "",
  runbook_url: service?.runbook_url ?? "",
  owners: service?.owners.map(({ email }) => email) ?? [],
});

interface OwnersFieldProps {
  org: string;
  value: string[];
  error: string | undefined;
  onChange: (value: string[]) => void;
}

function OwnersField({ org, value, error, onChange }: OwnersFieldProps) {
  const { data: members = [] } = useQuery(membersQuery(org));
  const options = members.map(({ email, name }) => ({
    value: email,
    label: name ? `${name} (${email})` : email,
  }));
  return (
    <MultiSelect
      label="Owners"
      description="Members who are responsible for the service."
      searchable
      data={options}
      value={value}
      error={error}
      comboboxProps={{ withinPortal: false }}
      onChange={onChange}
    />
  );
}

interface MoreFieldsProps {
  org: string;
  fields: ServiceFields;
  problem: ReturnType<typeof submissionProblem>;
  onChange: (change: Partial<ServiceFields>) => void;
}

/** What a service may have and need not. */
const MoreFields = ({ org, fields, problem, onChange }: MoreFieldsProps) => (
  <>
    <TextInput
      label="Runbook"
      description="The address of a page that says what to do when the service fails."
      type="url"
      maxLength={2000}
      value={fields.runbook_url ?? ""}
      error={problem?.field("runbook_url")}
      onChange={({ currentTarget: { value } }) => onChange({ runbook_url: value })}
    />
    <OwnersField
      org={org}
      value={fields.owners ?? []}
      error={problem?.field("owners")}
      onChange={(owners) => onChange({ owners })}
    />
  </>
);

interface ServiceFormProps {
  org: string;
  /** The service to edit; without it, a new one is created. */
  service?: Schemas["Service"];
  suggestedName?: string;
  onClose: () => void;
  onSaved?: (service: Schemas["Service"]) => void;
}

/** The dialog that creates or edits a service. */
export function ServiceForm({ org, service, suggestedName = "", onClose, onSaved }: ServiceFormProps) {
  const [fields, setFields] = useState(() => fieldsOf(service, suggestedName));
  const [isSlugEdited, setSlugEdited] = useState(service !== undefined);
  const save = useSaveService(org, service?.id);
  const problem = submissionProblem(save);
  const set = (change: Partial<ServiceFields>) => setFields((old) => ({ ...old, ...change }));
  const submit = () =>
    save.mutate(fields, {
      onSuccess: (saved) => {
        onSaved?.(saved);
        onClose();
      },
    });
  return (
    <FormDialog
      title={service ? `Edit ${service.name}` : "New service"}
      action={service ? "Save" : "Create service"}
      submission={save}
      fields={["name", "slug", "description", "runbook_url", "owners"]}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        required
        data-autofocus
        maxLength={200}
        value={fields.name}
        error={problem?.field("name")}
        onChange={({ currentTarget: { value: name } }) =>
          set(isSlugEdited ? { name } : { name, slug: slugOf(name) })
        }
      />
      <TextInput
        label="Slug"
        description="Identifies the service in Sentry's alert rules: lowercase letters, digits, and hyphens."
        required
        maxLength={63}
        value={fields.slug}
        error={problem?.field("slug")}
        onChange={({ currentTarget: { value: slug } }) => {
          setSlugEdited(true);
          set({ slug });
        }}
      />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        maxLength={2000}
        value={fields.description ?? ""}
        error={problem?.field("description")}
        onChange={({ currentTarget: { value: description } }) => set({ description })}
      />
      <MoreFields org={org} fields={fields} problem={problem} onChange={set} />
    </FormDialog>
  );
}

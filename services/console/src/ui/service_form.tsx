import { Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../api/client";
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
});

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
      fields={["name", "slug", "description"]}
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
    </FormDialog>
  );
}

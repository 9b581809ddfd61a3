import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../api/client";
import { asProblem } from "../api/problem";
import { type ServiceFields, useSaveService } from "../api/services";
import { Dialog } from "./dialog";
import css from "./form.module.css";
import { Refusal } from "./states";

/** A slug that says the same as a name. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}

interface ServiceFormProps {
  org: string;
  service?: Schemas["Service"];
  /** The name of a new one, to begin with. */
  suggested?: string;
  onClose: () => void;
  onSaved?: (service: Schemas["Service"]) => void;
}

/** The dialog that makes or changes a service. */
export function ServiceForm({ org, service, suggested = "", onClose, onSaved }: ServiceFormProps) {
  const [fields, setFields] = useState<ServiceFields>({
    name: service?.name ?? suggested,
    slug: service?.slug ?? slugOf(suggested),
    description: service?.description ?? "",
  });
  const [slugTouched, setSlugTouched] = useState(service !== undefined);
  const save = useSaveService(org, service?.id);
  const problem = save.isError ? asProblem(save.error) : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    // In a dialog inside another form's tree, React would bubble the submit to that form as well.
    event.stopPropagation();
    save.mutate(fields, {
      onSuccess: (saved) => {
        onSaved?.(saved);
        onClose();
      },
    });
  };

  return (
    <Dialog onClose={onClose} title={service ? `Edit ${service.name}` : "New service"}>
      <form onSubmit={submit} className={css.form}>
        {problem && problem.fields.length === 0 ? <Refusal error={problem} /> : null}
        <TextInput
          label="Name"
          required
          data-autofocus
          maxLength={200}
          value={fields.name}
          error={problem?.field("name")}
          onChange={(event) => {
            const name = event.currentTarget.value;
            setFields((old) => ({ ...old, name, slug: slugTouched ? old.slug : slugOf(name) }));
          }}
        />
        <TextInput
          label="Slug"
          description="Alert rules in Sentry name the service by it: lower-case letters, digits, hyphens."
          required
          maxLength={63}
          value={fields.slug}
          error={problem?.field("slug")}
          onChange={(event) => {
            const slug = event.currentTarget.value;
            setSlugTouched(true);
            setFields((old) => ({ ...old, slug }));
          }}
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          maxLength={2000}
          value={fields.description ?? ""}
          error={problem?.field("description")}
          onChange={(event) => {
            const description = event.currentTarget.value;
            setFields((old) => ({ ...old, description }));
          }}
        />
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {service ? "Save" : "Create service"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

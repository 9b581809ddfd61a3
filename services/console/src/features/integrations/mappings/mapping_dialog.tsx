import { NativeSelect, Switch, TagsInput } from "@mantine/core";
import { useState } from "react";
import { keysOf, level_labels, optionsOf, severity_labels } from "../../../api/vocabulary";
import { DateTimeField } from "../../../ui/date_time_field";
import { FormDialog } from "../../../ui/form_dialog";
import { projectName } from "../labels";
import { type Mapping, type MappingPatch, useChangeMapping } from "./mapping_api";

const mapping_severity_labels = {
  auto: "Automatic, from the event",
  ...severity_labels,
} satisfies Record<Mapping["severity"], string>;

const memberOf = <T extends string>(labels: Readonly<Record<T, string>>, value: string): T | undefined =>
  keysOf(labels).find((key) => key === value);

/** What the fields hold: for the selects, and for the time, an empty text for none. */
interface Fields {
  active: boolean;
  until: string;
  environments: string[];
  level: string;
  severity: string;
  keepsArchived: boolean;
  opensOnError: boolean;
}

const fieldsOf = (mapping: Mapping): Fields => ({
  active: mapping.active,
  until: mapping.inactive_until ?? "",
  environments: mapping.environments,
  level: mapping.min_level ?? "",
  severity: mapping.severity,
  keepsArchived: mapping.on_archive === "keep",
  opensOnError: mapping.open_on_error,
});

const patchOf = (fields: Fields, mapping: Mapping): MappingPatch => ({
  active: fields.active,
  inactive_until: fields.active || fields.until === "" ? null : fields.until,
  environments: fields.environments,
  min_level: memberOf(level_labels, fields.level) ?? null,
  severity: memberOf(mapping_severity_labels, fields.severity) ?? mapping.severity,
  on_archive: fields.keepsArchived ? "keep" : "resolve",
  open_on_error: fields.opensOnError,
});

interface FieldProps {
  fields: Fields;
  set: (change: Partial<Fields>) => void;
}

function ActivityFields({ fields, set }: FieldProps) {
  return (
    <>
      <Switch
        label="Active"
        description="While paused, deliveries are stored but open no incidents."
        checked={fields.active}
        onChange={(event) => set({ active: event.currentTarget.checked })}
      />
      {fields.active ? null : (
        <DateTimeField
          label="Paused until"
          description="In your time zone. Leave empty to pause until someone activates the mapping."
          value={fields.until}
          onChange={(until) => set({ until })}
        />
      )}
    </>
  );
}

function ConditionFields({ fields, set }: FieldProps) {
  return (
    <>
      <TagsInput
        label="Environments"
        description="Only these, ignoring case. Empty means all."
        placeholder={fields.environments.length === 0 ? "production" : ""}
        value={fields.environments}
        onChange={(environments) => set({ environments })}
        maxTags={50}
        comboboxProps={{ withinPortal: true }}
      />
      <NativeSelect
        label="Minimum level"
        value={fields.level}
        onChange={(event) => set({ level: event.currentTarget.value })}
        data={[{ value: "", label: "Any" }, ...optionsOf(level_labels)]}
      />
      <NativeSelect
        label="Severity of incidents"
        value={fields.severity}
        onChange={(event) => set({ severity: event.currentTarget.value })}
        data={optionsOf(mapping_severity_labels)}
      />
      <Switch
        label="Keep incidents open when the issue is archived in Sentry"
        description="Otherwise, archiving an issue resolves its incident."
        checked={fields.keepsArchived}
        onChange={(event) => set({ keepsArchived: event.currentTarget.checked })}
      />
      <Switch
        label="Open incidents from error events"
        description="Also if Sentry sends only errors, without their issues."
        checked={fields.opensOnError}
        onChange={(event) => set({ opensOnError: event.currentTarget.checked })}
      />
    </>
  );
}

interface MappingDialogProps {
  org: string;
  integration: string;
  mapping: Mapping;
  onClose: () => void;
}

/** Edits the conditions of a mapping. */
export function MappingDialog({ org, integration, mapping, onClose }: MappingDialogProps) {
  const [fields, setFields] = useState(() => fieldsOf(mapping));
  const change = useChangeMapping(org, integration);
  const set = (changed: Partial<Fields>) => setFields((old) => ({ ...old, ...changed }));
  return (
    <FormDialog
      title={`${projectName(mapping.sentry_project)} → ${mapping.service.name}`}
      action="Save"
      submission={change}
      onSubmit={() =>
        change.mutate({ id: mapping.id, patch: patchOf(fields, mapping) }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <ActivityFields fields={fields} set={set} />
      <ConditionFields fields={fields} set={set} />
    </FormDialog>
  );
}

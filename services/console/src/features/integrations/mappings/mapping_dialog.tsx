import { Button, NativeSelect, Switch, TagsInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Dialog } from "../../../ui/dialog";
import form from "../../../ui/form.module.css";
import { MomentField } from "../../../ui/moment_field";
import { Refusal } from "../../../ui/states";
import { projectName } from "../labels";
import { type Mapping, useChangeMapping } from "./mapping_api";

const levels = ["fatal", "error", "warning", "info", "debug", "sample"] as const;
const severities = ["auto", "critical", "error", "warning", "info"] as const;

const oneOf = <T extends string>(values: readonly T[], value: string) =>
  values.find((each) => each === value);

interface MappingDialogProps {
  org: string;
  integration: string;
  mapping: Mapping;
  onClose: () => void;
}

export function MappingDialog({ org, integration, mapping, onClose }: MappingDialogProps) {
  const [active, setActive] = useState(mapping.active);
  const [until, setUntil] = useState(mapping.inactive_until ?? "");
  const [environments, setEnvironments] = useState<string[]>(mapping.environments);
  const [minLevel, setMinLevel] = useState<string>(mapping.min_level ?? "");
  const [severity, setSeverity] = useState<string>(mapping.severity);
  const [keeps, setKeeps] = useState(mapping.on_archive === "keep");
  const [onError, setOnError] = useState(mapping.open_on_error);
  const change = useChangeMapping(org, integration);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const patch = {
      active,
      inactive_until: active || until === "" ? null : until,
      environments,
      min_level: oneOf(levels, minLevel) ?? null,
      severity: oneOf(severities, severity) ?? mapping.severity,
      on_archive: keeps ? ("keep" as const) : ("resolve" as const),
      open_on_error: onError,
    };
    change.mutate({ id: mapping.id, patch }, { onSuccess: onClose });
  };

  return (
    <Dialog onClose={onClose} title={`${projectName(mapping.sentry_project)} → ${mapping.service.name}`}>
      <form onSubmit={submit} className={form.form}>
        {change.isError ? <Refusal error={change.error} /> : null}
        <Switch
          label="Active"
          description="While paused, what Sentry sends is kept and opens nothing."
          checked={active}
          onChange={(event) => setActive(event.currentTarget.checked)}
        />
        {active ? null : (
          <MomentField
            label="Paused until"
            description="In your own time zone; leave it empty to pause until someone activates it."
            value={until}
            onChange={setUntil}
          />
        )}
        <TagsInput
          label="Environments"
          description="Only these, upper or lower case alike. None means all."
          placeholder={environments.length === 0 ? "production" : ""}
          value={environments}
          onChange={setEnvironments}
          maxTags={50}
          comboboxProps={{ withinPortal: true }}
        />
        <NativeSelect
          label="Lowest level"
          value={minLevel}
          onChange={(event) => setMinLevel(event.currentTarget.value)}
          data={[{ value: "", label: "every level" }, ...levels.map((value) => ({ value, label: value }))]}
        />
        <NativeSelect
          label="Severity of its incidents"
          value={severity}
          onChange={(event) => setSeverity(event.currentTarget.value)}
          data={severities.map((value) => ({
            value,
            label: value === "auto" ? "auto, from the event" : value,
          }))}
        />
        <Switch
          label="Archived in Sentry: keep the incident open"
          description="Else archiving an issue resolves its incident."
          checked={keeps}
          onChange={(event) => setKeeps(event.currentTarget.checked)}
        />
        <Switch
          label="A bare error may open an incident"
          description="Also where Sentry sends errors alone, without their issues."
          checked={onError}
          onChange={(event) => setOnError(event.currentTarget.checked)}
        />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

import { Button, Checkbox, TextInput } from "@mantine/core";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { SearchIcon } from "../../../ui/icons";
import { ServiceForm } from "../../../ui/service_form";
import type { Drafts } from "./drafts";
import css from "./mappings.module.css";
import { ServiceSelect } from "./service_select";

interface ProjectSearchProps {
  value: string;
  onChange: (value: string) => void;
}

export const ProjectSearch = ({ value, onChange }: ProjectSearchProps) => (
  <TextInput
    className={css.search ?? ""}
    type="search"
    aria-label="Search projects"
    placeholder="Search projects"
    leftSection={<SearchIcon size={16} />}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);

interface MatchByNameProps {
  /** Project, service. */
  matches: readonly (readonly [string, string])[];
  disabled?: boolean;
  onMatch: Drafts["addDrafts"];
}

/** Chooses, for each project, the service with the same slug. */
export const MatchByName = ({ matches, disabled = false, onMatch }: MatchByNameProps) =>
  matches.length > 0 ? (
    <Button variant="default" size="sm" disabled={disabled} onClick={() => onMatch(matches)}>
      Match by name ({matches.length})
    </Button>
  ) : null;

interface BulkMappingProps {
  /** All projects, in the order of the list. */
  projects: readonly string[];
  /** Those that match the search. */
  listed: readonly string[];
  services: readonly Schemas["Service"][];
  drafts: Drafts;
  disabled?: boolean;
}

/** Selects all listed projects, and chooses a service for the selected ones. */
export function BulkMapping({ projects, listed, services, drafts, disabled = false }: BulkMappingProps) {
  const { selected, select, choose } = drafts;
  // A selected project may meanwhile be gone from the list.
  const chosen = projects.filter((project) => selected.has(project));
  const count = listed.filter((project) => selected.has(project)).length;
  return (
    <div className={css.bulk}>
      <Checkbox
        label={chosen.length > 0 ? `${chosen.length} selected` : "Select all"}
        aria-label="Select all projects in the list"
        disabled={disabled}
        checked={listed.length > 0 && count === listed.length}
        indeterminate={count > 0 && count < listed.length}
        onChange={(event) => select(listed, event.currentTarget.checked)}
      />
      <ServiceSelect
        label="Service for the selected projects"
        placeholder="Service for selected projects…"
        services={services}
        value=""
        disabled={chosen.length === 0 || disabled}
        onChange={(service) => choose(chosen, service)}
      />
    </div>
  );
}

interface SaveBarProps {
  isOpen: boolean;
  label: string;
  isPending: boolean;
  /** The label reports progress instead of the spinner. */
  showsProgress?: boolean;
  onSave: () => void;
  onDiscard: () => void;
}

/** Saves or discards the drafts. */
export function SaveBar({
  isOpen,
  label,
  isPending,
  showsProgress = false,
  onSave,
  onDiscard,
}: SaveBarProps) {
  return (
    <div role="status" className={css.saveBar} data-open={isOpen || undefined}>
      {isOpen ? (
        <>
          <Button loading={isPending && !showsProgress} disabled={isPending} onClick={onSave}>
            {label}
          </Button>
          <Button variant="default" disabled={isPending} onClick={onDiscard}>
            Discard
          </Button>
        </>
      ) : null}
    </div>
  );
}

interface NewServiceDialogProps {
  drafts: Drafts;
  suggestedName?: string;
}

/** Creates a service for the projects for which "New service…" was chosen. */
export function NewServiceDialog({ drafts, suggestedName = "" }: NewServiceDialogProps) {
  const { slug: org } = useOrg();
  const { newServiceFor, closeNewService, choose } = drafts;
  if (newServiceFor === undefined) return null;
  return (
    <ServiceForm
      org={org}
      suggestedName={suggestedName}
      onClose={closeNewService}
      onSaved={(service) => choose(newServiceFor, service.id)}
    />
  );
}

import { Button, Checkbox, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../api/org";
import type { ProblemError } from "../../api/problem";
import { FormError, submissionProblem } from "../../ui/form_dialog";
import { Panel } from "../../ui/panel";
import { slugOf } from "../../ui/service_form";
import type { Policy } from "./oncall_api";
import css from "./policies.module.css";
import { useSavePolicy } from "./policy_api";
import { draftOf, inputOf, ladderOf, moved, newStep, type PolicyDraft, stepFields } from "./policy_draft";
import type { Member } from "./simulation";
import { SimulationPanel } from "./simulation_panel";
import { StepEditor } from "./step_editor";

interface FieldsProps {
  draft: PolicyDraft;
  problem: ProblemError | undefined;
  onChange: (change: Partial<PolicyDraft>) => void;
}

function NameFields({ draft, problem, onChange, isNew }: FieldsProps & { isNew: boolean }) {
  const [isSlugEdited, setSlugEdited] = useState(!isNew);
  return (
    <div className={css.names}>
      <TextInput
        label="Name"
        required
        maxLength={200}
        value={draft.name}
        error={problem?.field("name")}
        onChange={({ currentTarget: { value: name } }) =>
          onChange(isSlugEdited ? { name } : { name, slug: slugOf(name) })
        }
      />
      <TextInput
        label="Slug"
        required
        maxLength={63}
        value={draft.slug}
        error={problem?.field("slug")}
        onChange={({ currentTarget: { value: slug } }) => {
          setSlugEdited(true);
          onChange({ slug });
        }}
      />
    </div>
  );
}

function Steps({ draft, problem, onChange, members }: FieldsProps & { members: readonly Member[] }) {
  const { steps } = draft;
  return (
    <>
      <ol className={css.ladder} aria-label="Steps">
        {steps.map((step, index) => (
          <StepEditor
            key={step.key}
            step={step}
            index={index}
            count={steps.length}
            members={members}
            problem={problem}
            onChange={(changed) => onChange({ steps: steps.with(index, changed) })}
            onMove={(to) => onChange({ steps: moved(steps, index, to) })}
            onRemove={() => onChange({ steps: steps.filter(({ key }) => key !== step.key) })}
          />
        ))}
      </ol>
      <Button variant="default" onClick={() => onChange({ steps: [...steps, newStep()] })}>
        Add step
      </Button>
    </>
  );
}

const EndFields = ({ draft, problem, onChange }: FieldsProps) => (
  <>
    <TextInput
      label="Laps"
      description="How often the steps are repeated."
      type="number"
      min={1}
      max={20}
      required
      className={css.wait ?? ""}
      value={draft.laps}
      error={problem?.field("laps")}
      onChange={(event) => onChange({ laps: event.currentTarget.value })}
    />
    <Checkbox
      label="Last resort: after the last lap, page the owner and the admins"
      checked={draft.last_resort}
      error={problem?.field("last_resort")}
      onChange={(event) => onChange({ last_resort: event.currentTarget.checked })}
    />
  </>
);

interface PolicyEditorProps {
  /** The policy to edit; without it, a new one is created. */
  policy?: Policy;
  members: readonly Member[];
  onSaved: (policy: Policy) => void;
}

/** The ladder of a policy, with the simulation beside it. */
export function PolicyEditor({ policy, members, onSaved }: PolicyEditorProps) {
  const { slug: org } = useOrg();
  const [draft, setDraft] = useState(() => draftOf(policy));
  const save = useSavePolicy(org, policy?.id);
  const problem = submissionProblem(save);
  const change = (changed: Partial<PolicyDraft>) => setDraft((old) => ({ ...old, ...changed }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(inputOf(draft), { onSuccess: onSaved });
  };
  const fields = { draft, problem, onChange: change };
  return (
    <div className={css.columns}>
      <Panel title="Steps">
        <form className={css.form} onSubmit={submit}>
          <FormError
            submission={save}
            fields={["name", "slug", "laps", "last_resort", ...stepFields(draft)]}
          />
          <NameFields {...fields} isNew={policy === undefined} />
          <Steps {...fields} members={members} />
          <EndFields {...fields} />
          <div className={css.buttons}>
            <Button type="submit" loading={save.isPending}>
              {policy ? "Save" : "Create policy"}
            </Button>
            <span role="status" className={css.saved}>
              {save.isSuccess ? `Saved as version ${save.data.version}. Running alarms keep theirs.` : ""}
            </span>
          </div>
        </form>
      </Panel>
      <SimulationPanel ladder={ladderOf(draft)} members={members} />
    </div>
  );
}

import { Button, NativeSelect, TextInput } from "@mantine/core";
import type { ProblemError } from "../../api/problem";
import { keysOf, roles } from "../../api/vocabulary";
import css from "./policies.module.css";
import { type DraftStep, newTarget } from "./policy_draft";
import { type Member, parseWait, type Target } from "./simulation";

const role_texts = {
  owner: "The owner",
  admin: "Admins and the owner",
  responder: "Responders, admins, and the owner",
  viewer: "All members",
} satisfies Record<keyof typeof roles, string>;

const urgency_options = [
  { value: "as_is", label: "Urgency of the incident" },
  { value: "high", label: "High urgency" },
  { value: "low", label: "Low urgency" },
];

// A value of the select: the kind and the id of a target.
const optionOf = ({ kind, id }: Target) => `${kind} ${id}`;
const targetOf = (value: string): Pick<Target, "kind" | "id"> => {
  const [kind, ...id] = value.split(" ");
  return { kind: kind === "role" ? "role" : "user", id: id.join(" ") };
};

/** The roles and the members, and the target itself if it is no member any more. */
function targetOptions(target: Target, members: readonly Member[]) {
  const people = members.map(({ email, name }) => ({
    value: optionOf({ kind: "user", id: email }),
    label: name ? `${name} (${email})` : email,
  }));
  const isKnown = target.kind === "role" || people.some(({ value }) => value === optionOf(target));
  const former = { value: optionOf(target), label: `${target.id} (not a member)` };
  return [
    {
      group: "Roles",
      items: keysOf(roles).map((role) => ({
        value: optionOf({ kind: "role", id: role }),
        label: role_texts[role],
      })),
    },
    { group: "People", items: isKnown ? people : [...people, former] },
  ];
}

interface TargetRowProps {
  label: string;
  target: Target;
  members: readonly Member[];
  error: string | undefined;
  onChange: (target: Target) => void;
  onRemove: (() => void) | undefined;
}

function TargetRow({ label, target, members, error, onChange, onRemove }: TargetRowProps) {
  return (
    <li className={css.target}>
      <NativeSelect
        aria-label={`Whom ${label} pages`}
        className={css.who ?? ""}
        data={targetOptions(target, members)}
        value={optionOf(target)}
        error={error}
        onChange={(event) => onChange({ ...target, ...targetOf(event.currentTarget.value) })}
      />
      <NativeSelect
        aria-label={`Urgency of ${label}`}
        data={urgency_options}
        value={target.urgency ?? "as_is"}
        onChange={(event) =>
          onChange({ ...target, urgency: event.currentTarget.value as NonNullable<Target["urgency"]> })
        }
      />
      {onRemove ? (
        <Button variant="subtle" color="gray" aria-label={`Remove ${label}`} onClick={onRemove}>
          Remove
        </Button>
      ) : null}
    </li>
  );
}

export interface StepEditorProps {
  step: DraftStep;
  /** Counted from 0. */
  index: number;
  count: number;
  members: readonly Member[];
  problem: ProblemError | undefined;
  onChange: (step: DraftStep) => void;
  /** To another place in the ladder. */
  onMove: (to: number) => void;
  onRemove: () => void;
}

function StepButtons({ index, count, onMove, onRemove }: StepEditorProps) {
  const name = `step ${index + 1}`;
  return (
    <div className={css.stepButtons}>
      <Button
        variant="default"
        disabled={index === 0}
        aria-label={`Move ${name} up`}
        onClick={() => onMove(index - 1)}
      >
        Up
      </Button>
      <Button
        variant="default"
        disabled={index === count - 1}
        aria-label={`Move ${name} down`}
        onClick={() => onMove(index + 1)}
      >
        Down
      </Button>
      <Button variant="default" disabled={count === 1} aria-label={`Remove ${name}`} onClick={onRemove}>
        Remove step
      </Button>
    </div>
  );
}

/** One step of the ladder: whom it pages, and how long it waits. */
export function StepEditor(props: StepEditorProps) {
  const { step, index, count, members, problem, onChange } = props;
  const path = `steps[${index}]`;
  const setTarget = (key: number, target: Target) =>
    onChange({ ...step, targets: step.targets.map((old) => (old.key === key ? { key, target } : old)) });
  const removeTarget = (key: number) =>
    onChange({ ...step, targets: step.targets.filter((old) => old.key !== key) });
  const wait_problem =
    parseWait(step.wait) === undefined ? "Such as 30s, 5m, or 1h; at most 168h" : undefined;
  return (
    <li className={css.step}>
      <fieldset className={css.fieldset}>
        <legend className={css.legend}>Step {index + 1}</legend>
        <ul className={css.targets} aria-label={`Targets of step ${index + 1}`}>
          {step.targets.map(({ key, target }, n) => (
            <TargetRow
              key={key}
              label={`target ${n + 1} of step ${index + 1}`}
              target={target}
              members={members}
              error={problem?.field(`${path}.targets[${n}].id`)}
              onChange={(changed) => setTarget(key, changed)}
              onRemove={step.targets.length > 1 ? () => removeTarget(key) : undefined}
            />
          ))}
        </ul>
        <Button
          variant="subtle"
          className={css.add ?? ""}
          aria-label={`Add a person or role to step ${index + 1}`}
          onClick={() =>
            onChange({
              ...step,
              targets: [...step.targets, newTarget({ kind: "role", id: "admin", urgency: "as_is" })],
            })
          }
        >
          Add a person or role
        </Button>
        <TextInput
          label={index === count - 1 ? "Wait before the next lap" : "Wait before the next step"}
          aria-label={`Wait after step ${index + 1}`}
          className={css.wait ?? ""}
          required
          value={step.wait}
          error={problem?.field(`${path}.wait`) ?? wait_problem}
          onChange={(event) => onChange({ ...step, wait: event.currentTarget.value })}
        />
        <StepButtons {...props} />
      </fieldset>
    </li>
  );
}

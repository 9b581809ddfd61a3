import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { incident_status_labels } from "../../api/vocabulary";
import { type Command, useCommands } from "../../ui/commands";
import { ErrorNotice } from "../../ui/states";
import { isDoubleTap } from "./action_guard";
import { type Action, action_labels, isApplicable, useIncidentAction } from "./actions";
import { ResolveDialog } from "./change_dialogs";
import css from "./detail_page.module.css";
import { neighborOf, rememberPosition } from "./list_position";

type Incident = Schemas["Incident"];

const shortcuts: Partial<Record<Action, string>> = { acknowledge: "a", resolve: "r" };

function useIncidentCommands(incident: Incident, canEdit: boolean, act: (action: Action) => void) {
  const { slug: org } = useOrg();
  const navigate = useNavigate();
  const openNeighbor = (step: 1 | -1) => {
    const number = neighborOf(org, incident.number, step);
    if (number === undefined) return;
    rememberPosition(number);
    void navigate({ to: "/o/$org/incidents/$number", params: { org, number: String(number) } });
  };
  const editing: Command[] = [
    { key: "a", label: "Acknowledge", run: () => act("acknowledge") },
    { key: "r", label: "Resolve", run: () => act("resolve") },
    { key: "n", label: "Write a note", run: () => document.getElementById("note")?.focus() },
    { label: "Reopen", run: () => act("reopen") },
  ];
  useCommands("This incident", [
    ...(canEdit ? editing : []),
    { key: "j", label: "Next incident in the list", run: () => openNeighbor(1) },
    { key: "k", label: "Previous incident in the list", run: () => openNeighbor(-1) },
    {
      key: "u",
      label: "Back to the list",
      run: () => void navigate({ to: "/o/$org/incidents", params: { org } }),
    },
  ]);
}

interface SlotProps {
  status: Incident["status"];
  /** The button in this slot, unless the status is `done`. */
  action: Action;
  done: Incident["status"];
  isPrimary: boolean;
  disabled: boolean;
  isPending: boolean;
  onPress: (action: Action) => void;
}

/** A place for one action. It never holds an action that continues the previous one, so that a double tap does nothing. */
const Slot = ({ status, action, done, isPrimary, disabled, isPending, onPress }: SlotProps) => (
  <Button
    className={css.slot ?? ""}
    variant={isPrimary ? "filled" : "default"}
    disabled={disabled || status === done}
    loading={isPending}
    aria-keyshortcuts={shortcuts[action]}
    onClick={() => onPress(action)}
  >
    {status === done ? incident_status_labels[done] : action_labels[action]}
  </Button>
);

/** The buttons and shortcuts that change the status. */
export function IncidentActions({ incident }: { incident: Incident }) {
  const org = useOrg();
  const mutation = useIncidentAction(org.slug);
  const [isResolving, setResolving] = useState(false);
  const canEdit = org.can("responder");
  const { number, status } = incident;
  const act = (action: Action) => {
    if (!isApplicable(action, incident) || isDoubleTap(org.slug, number)) return;
    if (action === "resolve") setResolving(true);
    else mutation.mutate({ incidents: [incident], action });
  };
  useIncidentCommands(incident, canEdit, act);
  const resolve = (note: string) => {
    setResolving(false);
    mutation.mutate({ incidents: [incident], action: "resolve", note });
  };
  const common = { status, disabled: !canEdit, isPending: mutation.isPending, onPress: act };
  return (
    <>
      <div className={css.actions}>
        {status === "resolved" ? (
          <Slot {...common} action="reopen" done="open" isPrimary={false} />
        ) : (
          <Slot {...common} action="acknowledge" done="acknowledged" isPrimary={status === "open"} />
        )}
        <Slot {...common} action="resolve" done="resolved" isPrimary={status === "acknowledged"} />
        {canEdit ? null : <span className={css.hint}>Your role is read-only.</span>}
      </div>
      {mutation.isError ? (
        <ErrorNotice
          error={mutation.error}
          onClose={() => mutation.reset()}
          onRetry={() => mutation.mutate(mutation.variables)}
        />
      ) : null}
      {isResolving ? (
        <ResolveDialog number={number} onResolve={resolve} onClose={() => setResolving(false)} />
      ) : null}
    </>
  );
}

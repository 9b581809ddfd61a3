import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { type Command, useCommands } from "../../ui/commands";
import { ErrorNotice } from "../../ui/states";
import { type Action, action_labels, isApplicable, useIncidentAction } from "./actions";
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

/** The buttons and shortcuts that change the status. */
export function IncidentActions({ incident }: { incident: Incident }) {
  const org = useOrg();
  const mutation = useIncidentAction(org.slug);
  const canEdit = org.can("responder");
  const act = (action: Action) => {
    if (isApplicable(action, incident)) mutation.mutate({ incidents: [incident], action });
  };
  useIncidentCommands(incident, canEdit, act);
  const button = (action: Action, isPrimary: boolean) => (
    <Button
      variant={isPrimary ? "filled" : "default"}
      disabled={!canEdit}
      loading={mutation.isPending}
      aria-keyshortcuts={shortcuts[action]}
      onClick={() => act(action)}
    >
      {action_labels[action]}
    </Button>
  );
  const { status } = incident;
  return (
    <>
      <div className={css.actions}>
        {status === "open" ? button("acknowledge", true) : null}
        {status === "resolved" ? button("reopen", false) : button("resolve", status === "acknowledged")}
        {canEdit ? null : <span className={css.hint}>Your role is read-only.</span>}
      </div>
      {mutation.isError ? <ErrorNotice error={mutation.error} onClose={() => mutation.reset()} /> : null}
    </>
  );
}

import { Button } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { OutcomeBadge } from "../../ui/badges";
import { FormDialog } from "../../ui/form_dialog";
import { Panel } from "../../ui/panel";
import { ErrorNotice } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import css from "./deliveries.module.css";
import { useReplay } from "./delivery_api";
import { outcomeInfo } from "./labels";

type Replay = Schemas["Replay"];

function ReplayResult({ org, replay }: { org: string; replay: Replay }) {
  // An incident that a dry run opened was rolled back.
  const incident = replay.dry_run && replay.outcome === "opened" ? null : replay.incident;
  return (
    <div className={css.result}>
      <p className={css.resultHead}>
        {replay.dry_run ? "Dry-run result: " : "Replay result: "}
        <OutcomeBadge outcome={replay.outcome} />
      </p>
      <p className={css.reason}>Reason: {replay.rule}</p>
      <p className={css.links}>
        {incident !== null ? (
          <TextLink
            to="/o/$org/incidents/$number"
            params={{ org, number: String(incident) }}
            inherit
            underline="always"
          >
            Incident #{incident}
          </TextLink>
        ) : null}
        {replay.delivery_id !== null ? (
          <TextLink
            to="/o/$org/deliveries/$id"
            params={{ org, id: replay.delivery_id }}
            inherit
            underline="always"
          >
            New delivery
          </TextLink>
        ) : null}
      </p>
    </div>
  );
}

const expectation = ({ outcome, incident }: Replay) =>
  outcome === "opened"
    ? "Expected result: opens a new incident."
    : `Expected result: ${outcome}${incident === null ? "" : `, incident #${incident}`}.`;

interface ReplayDialogProps {
  dryRun: Replay;
  isPending: boolean;
  onReplay: () => void;
  onClose: () => void;
}

const ReplayDialog = ({ dryRun, isPending, onReplay, onClose }: ReplayDialogProps) => (
  <FormDialog
    title="Replay this delivery?"
    action="Replay"
    focusCancel
    submission={{ isPending, error: null }}
    onSubmit={onReplay}
    onClose={onClose}
  >
    <p className={css.expectation}>{expectation(dryRun)}</p>
    <p className={css.dimmed}>
      The delivery is processed as if Sentry had sent it now. It is listed as a new delivery, and its effect
      is recorded in the timeline of the incident.
    </p>
  </FormDialog>
);

/** Replays a delivery under the current mappings, after a dry run. */
function AdminReplayPanel({ org, id }: { org: string; id: string }) {
  const dryRun = useReplay(org, id, { dryRun: true });
  const replay = useReplay(org, id, { dryRun: false });
  const [isConfirming, setConfirming] = useState(false);
  const result = replay.data ?? dryRun.data;
  // Nothing to replay before the dry run, after the replay, or if it would change nothing.
  const candidate = replay.data ? undefined : dryRun.data;
  const canReplay = candidate !== undefined && (outcomeInfo(candidate.outcome)?.isReplayable ?? true);
  const closeDialog = () => setConfirming(false);
  const startDryRun = () => {
    replay.reset();
    dryRun.mutate();
  };
  return (
    <Panel
      title="Replay"
      actions={
        <>
          <Button size="xs" variant="default" loading={dryRun.isPending} onClick={startDryRun}>
            Dry run
          </Button>
          {canReplay ? (
            <Button size="xs" onClick={() => setConfirming(true)}>
              Replay…
            </Button>
          ) : null}
        </>
      }
    >
      <div role="status">
        {result ? (
          <ReplayResult org={org} replay={result} />
        ) : (
          <p className={css.dimmed}>
            A dry run shows what this delivery would do under the current mappings, without changing anything.
            Afterwards you can replay it.
          </p>
        )}
        {candidate && !canReplay ? <p className={css.dimmed}>A replay would not change anything.</p> : null}
      </div>
      {dryRun.isError ? <ErrorNotice error={dryRun.error} onClose={() => dryRun.reset()} /> : null}
      {replay.isError ? <ErrorNotice error={replay.error} onClose={() => replay.reset()} /> : null}
      {isConfirming && candidate ? (
        <ReplayDialog
          dryRun={candidate}
          isPending={replay.isPending}
          onReplay={() => replay.mutate(undefined, { onSettled: closeDialog })}
          onClose={closeDialog}
        />
      ) : null}
    </Panel>
  );
}

export function ReplayPanel({ id }: { id: string }) {
  const { slug: org, can } = useOrg();
  if (can("admin")) return <AdminReplayPanel org={org} id={id} />;
  return (
    <Panel title="Replay">
      <p className={css.dimmed}>Only admins can replay a delivery.</p>
    </Panel>
  );
}

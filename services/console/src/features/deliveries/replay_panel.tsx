import { Button } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { OutcomeBadge } from "../../ui/badges";
import { Dialog } from "../../ui/dialog";
import form from "../../ui/form.module.css";
import { Panel } from "../../ui/panel";
import { Refusal } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import css from "./deliveries.module.css";
import { useReplay } from "./delivery_api";
import { effectOf } from "./labels";

function Result({ org, replay }: { org: string; replay: Schemas["Replay"] }) {
  // What a try opens is gone again with the try.
  const incident = replay.dry_run && replay.outcome === "opened" ? null : replay.incident;
  return (
    <div className={css.result}>
      <p className={css.resultHead}>
        {replay.dry_run ? "Today it would come to " : "It came to "}
        <OutcomeBadge outcome={replay.outcome} />
      </p>
      <p className={css.because}>because: {replay.rule}</p>
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
            The delivery that this made
          </TextLink>
        ) : null}
      </p>
    </div>
  );
}

interface ConfirmProps {
  expected: string;
  running: boolean;
  onRun: () => void;
  onClose: () => void;
}

function Confirm({ expected, running, onRun, onClose }: ConfirmProps) {
  return (
    <Dialog title="Run this delivery again?" onClose={onClose}>
      <div className={form.form}>
        <p className={css.meaning}>{expected}</p>
        <p className={css.quiet}>
          It acts on incidents as if Sentry had sent it now, and is a delivery of its own in the log. The
          timeline of the incident keeps what it did.
        </p>
        <div className={form.buttons}>
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button loading={running} onClick={onRun}>
            Run it for real
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Tries a delivery under today's mappings, and runs it again. */
export function ReplayPanel({ id }: { id: string }) {
  const org = useOrg();
  const dry = useReplay(org.slug, id);
  const real = useReplay(org.slug, id);
  const [asking, setAsking] = useState(false);
  if (!org.can("admin"))
    return (
      <Panel title="Under today's mappings">
        <p className={css.quiet}>An admin can try this delivery again, and run it for real.</p>
      </Panel>
    );
  const tried = dry.data;
  const shown = real.data ?? tried;
  const effect = tried ? effectOf(tried.outcome) : undefined;
  const run = () =>
    real.mutate("real", {
      onSettled: () => setAsking(false),
    });
  return (
    <Panel
      title="Under today's mappings"
      actions={
        <>
          <Button
            size="xs"
            variant="default"
            loading={dry.isPending}
            onClick={() => {
              real.reset();
              dry.mutate("dry");
            }}
          >
            {tried ? "Try again, without effect" : "Try it, without effect"}
          </Button>
          {tried && !real.data && effect !== "none" ? (
            <Button size="xs" onClick={() => setAsking(true)}>
              Run it for real…
            </Button>
          ) : null}
        </>
      }
    >
      <div role="status">
        {shown ? (
          <Result org={org.slug} replay={shown} />
        ) : (
          <p className={css.quiet}>
            What this delivery would do if it came now: nothing is changed by trying. Afterwards it can be run
            for real.
          </p>
        )}
        {tried && !real.data && effect === "none" ? (
          <p className={css.quiet}>Running it for real would change nothing.</p>
        ) : null}
      </div>
      {dry.isError ? <Refusal error={dry.error} onClose={() => dry.reset()} /> : null}
      {real.isError ? <Refusal error={real.error} onClose={() => real.reset()} /> : null}
      {asking && tried ? (
        <Confirm
          expected={
            tried.outcome === "opened"
              ? "It would open a new incident."
              : `It would come to ${tried.outcome}${tried.incident === null ? "" : `, on incident #${tried.incident}`}.`
          }
          running={real.isPending}
          onRun={run}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </Panel>
  );
}

import { Code } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { incidentQuery, integrationsQuery } from "../../api/queries";
import { OutcomeBadge, StatusBadge } from "../../ui/badges";
import { formatCount } from "../../ui/format";
import { CheckIcon } from "../../ui/icons";
import { Panel } from "../../ui/panel";
import { TextLink } from "../../ui/text_link";
import { AbsoluteTime } from "../../ui/time";
import css from "./deliveries.module.css";
import { outcomeInfo } from "./labels";

type Delivery = Schemas["DeliveryDetail"];

/** `stopped`: processing ended at this step; `skipped`: the step did not apply. */
type StepResult = "passed" | "stopped" | "skipped";

const result_labels: Record<StepResult, string> = {
  passed: "Passed",
  stopped: "Stopped here",
  skipped: "Not applicable",
};

function Step({ result, name, children }: { result: StepResult; name: string; children: ReactNode }) {
  return (
    <li className={css.step} data-result={result}>
      <span className={css.marker} role="img" aria-label={result_labels[result]}>
        {result === "passed" ? <CheckIcon size={14} /> : result === "stopped" ? "!" : "–"}
      </span>
      <div className={css.stepText}>
        <h3 className={css.stepName}>{name}</h3>
        <div>{children}</div>
      </div>
    </li>
  );
}

function ReceivedStep({ delivery }: { delivery: Delivery }) {
  const { slug: org } = useOrg();
  const { data } = useQuery(integrationsQuery(org));
  const sentry_org = data?.find(({ id }) => id === delivery.integration_id)?.sentry_org;
  return (
    <Step result="passed" name="Received">
      <AbsoluteTime at={delivery.received_at} /> from{" "}
      <TextLink
        to="/o/$org/integrations/$id"
        params={{ org, id: delivery.integration_id }}
        inherit
        underline="always"
      >
        {sentry_org ? (sentry_org.name ?? sentry_org.slug) : "its integration"}
      </TextLink>
      , {formatCount(delivery.size, "byte")}
      {delivery.request_id ? (
        <>
          , request <Code>{delivery.request_id}</Code>
        </>
      ) : null}
    </Step>
  );
}

const key_texts: Record<string, string> = {
  current: "Verified over the raw body with the current secret.",
  previous: "Verified over the raw body with the previous secret, which is still accepted.",
  replay: "Replayed in Tocsin. Sentry's signature was verified when the delivery first arrived.",
};

const SignatureStep = ({ delivery: { signing_key } }: { delivery: Delivery }) => (
  <Step result="passed" name="Signature">
    {key_texts[signing_key] ?? (
      <>
        Verified over the raw body with the secret <Code>{signing_key}</Code>.
      </>
    )}
  </Step>
);

function ContentStep({ delivery }: { delivery: Delivery }) {
  const { slug: org } = useOrg();
  const { outcome, source, resource, action, duplicate_of } = delivery;
  if (outcome === "unreadable")
    return (
      <Step result="stopped" name="Unreadable">
        Sent as <Code>{resource}</Code>; {delivery.rule}
      </Step>
    );
  return (
    <Step result={outcome === "duplicate" ? "stopped" : "passed"} name="Content">
      <Code>
        {resource}.{action}
      </Code>
      {source ? (
        <>
          {" "}
          about {source.kind.replaceAll("_", " ")} <Code>{source.sentry_id}</Code>
        </>
      ) : (
        ", not about an issue or an alert"
      )}
      {duplicate_of ? (
        <>
          . It repeats{" "}
          <TextLink to="/o/$org/deliveries/$id" params={{ org, id: duplicate_of }} inherit underline="always">
            an earlier delivery
          </TextLink>
          .
        </>
      ) : null}
    </Step>
  );
}

function MappingStep({ delivery }: { delivery: Delivery }) {
  const { slug: org } = useOrg();
  const { outcome, project, integration_id } = delivery;
  const mapping = (
    <TextLink to="/o/$org/integrations/$id" params={{ org, id: integration_id }} inherit underline="always">
      mapping
    </TextLink>
  );
  const name = project ? (
    <>
      <strong>{project.slug ?? "Project"}</strong>
      {project.id ? ` (${project.id})` : ""}
    </>
  ) : null;
  if (outcome === "unmapped")
    return (
      <Step result="stopped" name="No mapping">
        {name ? <>{name} is not mapped to a service.</> : "None of its projects is mapped to a service."}{" "}
        <TextLink to="/o/$org/integrations/unmapped" params={{ org }} inherit underline="always">
          Map it and replay the held deliveries
        </TextLink>
      </Step>
    );
  if (outcome === "inactive")
    return (
      <Step result="stopped" name="Paused">
        {name} The {mapping} or the integration was paused.
      </Step>
    );
  if (outcome === "filtered")
    return (
      <Step result="stopped" name="Filtered">
        {name} Excluded by the conditions of its {mapping}.
      </Step>
    );
  if (name === null)
    return (
      <Step result="skipped" name="Mapping">
        The delivery names no Sentry project.
      </Step>
    );
  return (
    <Step result="passed" name="Mapping">
      {name}: allowed by its {mapping}.
    </Step>
  );
}

const DecisionStep = ({ delivery: { outcome, rule } }: { delivery: Delivery }) => (
  <Step result={outcomeInfo(outcome)?.changesIncident ? "passed" : "stopped"} name="Decision">
    <OutcomeBadge outcome={outcome} /> <strong>{rule}</strong>
    <div className={css.reason}>{outcomeInfo(outcome)?.meaning}</div>
  </Step>
);

function IncidentStep({ number }: { number: number }) {
  const { slug: org } = useOrg();
  const { data } = useQuery(incidentQuery(org, number));
  return (
    <Step result="passed" name="Incident">
      <TextLink
        to="/o/$org/incidents/$number"
        params={{ org, number: String(number) }}
        inherit
        underline="always"
      >
        #{number}
        {data ? ` ${data.title}` : ""}
      </TextLink>
      {data ? (
        <div className={css.currentState}>
          Current status: <StatusBadge status={data.status} />
          {data.service ? <span>{data.service.name}</span> : null}
        </div>
      ) : null}
    </Step>
  );
}

/** The steps that processed the delivery, and why it did or did not change an incident. */
export function ProcessingStepsPanel({ delivery }: { delivery: Delivery }) {
  const { incident_number } = delivery;
  return (
    <Panel title="Processing steps">
      <ol className={css.steps}>
        <ReceivedStep delivery={delivery} />
        <SignatureStep delivery={delivery} />
        <ContentStep delivery={delivery} />
        <MappingStep delivery={delivery} />
        <DecisionStep delivery={delivery} />
        {incident_number === null ? (
          <Step result="skipped" name="No incident">
            No incident was opened or changed.
          </Step>
        ) : (
          <IncidentStep number={incident_number} />
        )}
      </ol>
    </Panel>
  );
}

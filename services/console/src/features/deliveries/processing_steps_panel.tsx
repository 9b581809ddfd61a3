import { Code } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { incidentQuery, integrationsQuery } from "../../api/queries";
import { OutcomeBadge, StatusBadge } from "../../ui/badges";
import { CheckIcon } from "../../ui/icons";
import { Panel } from "../../ui/panel";
import { TextLink } from "../../ui/text_link";
import { FullMoment } from "../../ui/time";
import css from "./deliveries.module.css";
import { meaningOf } from "./labels";

type Delivery = Schemas["DeliveryDetail"];

// passed: this step let it through; ended: it went no further here; none: there was nothing to do.
type End = "passed" | "ended" | "none";

const said: Record<End, string> = { passed: "passed", ended: "ended here", none: "not needed" };

function Step({ end, name, children }: { end: End; name: string; children: ReactNode }) {
  return (
    <li className={css.step} data-end={end}>
      <span className={css.marker} role="img" aria-label={said[end]}>
        {end === "passed" ? <CheckIcon size={14} /> : end === "ended" ? "!" : "–"}
      </span>
      <div className={css.stepText}>
        <h3 className={css.stepName}>{name}</h3>
        <div>{children}</div>
      </div>
    </li>
  );
}

function Received({ delivery }: { delivery: Delivery }) {
  const { slug: org } = useOrg();
  const { data } = useQuery(integrationsQuery(org));
  const from = data?.find(({ id }) => id === delivery.integration_id)?.sentry_org;
  return (
    <Step end="passed" name="Received">
      <FullMoment at={delivery.received_at} /> through{" "}
      <TextLink
        to="/o/$org/integrations/$id"
        params={{ org, id: delivery.integration_id }}
        inherit
        underline="always"
      >
        {from ? (from.name ?? from.slug) : "its integration"}
      </TextLink>
      , {delivery.size.toLocaleString("en-GB")} bytes
      {delivery.request_id ? (
        <>
          , request <Code>{delivery.request_id}</Code>
        </>
      ) : null}
    </Step>
  );
}

const keys_used: Record<string, string> = {
  current: "The signature over the raw body fits the current secret.",
  previous: "The signature over the raw body fits the secret before the current one, which still counts.",
  replay: "Run again here by a person or a program; Sentry's signature was checked when it first came.",
};

function Signature({ delivery: { signing_key } }: { delivery: Delivery }) {
  return (
    <Step end="passed" name="Signature verified">
      {keys_used[signing_key] ?? (
        <>
          The signature over the raw body fits the secret <Code>{signing_key}</Code>.
        </>
      )}
    </Step>
  );
}

function Understood({ delivery }: { delivery: Delivery }) {
  const { slug: org } = useOrg();
  const { outcome, source, resource, action, duplicate_of } = delivery;
  if (outcome === "unreadable")
    return (
      <Step end="ended" name="Could not be understood">
        Sent as <Code>{resource}</Code>; {delivery.rule}
      </Step>
    );
  return (
    <Step end={outcome === "duplicate" ? "ended" : "passed"} name="Read">
      <Code>
        {resource}.{action}
      </Code>
      {source ? (
        <>
          {" "}
          about {source.kind.replaceAll("_", " ")} <Code>{source.sentry_id}</Code>
        </>
      ) : (
        ", about no issue and no alert"
      )}
      {duplicate_of ? (
        <>
          . It repeats{" "}
          <TextLink to="/o/$org/deliveries/$id" params={{ org, id: duplicate_of }} inherit underline="always">
            an earlier delivery
          </TextLink>
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
  const named = project ? (
    <>
      <strong>{project.slug ?? "Project"}</strong>
      {project.id ? ` (${project.id})` : ""}
    </>
  ) : null;
  if (outcome === "unmapped")
    return (
      <Step end="ended" name="No mapping">
        {named ?? "None of its projects"} leads to no service.{" "}
        <TextLink to="/o/$org/integrations/unmapped" params={{ org }} inherit underline="always">
          Map it and run what was held
        </TextLink>
      </Step>
    );
  if (outcome === "inactive")
    return (
      <Step end="ended" name="Paused">
        {named} The {mapping} or the integration was paused.
      </Step>
    );
  if (outcome === "filtered")
    return (
      <Step end="ended" name="Filtered">
        {named} The filters of its {mapping} keep it out.
      </Step>
    );
  if (named === null)
    return (
      <Step end="none" name="Mapping">
        It names no Sentry project.
      </Step>
    );
  return (
    <Step end="passed" name="Mapping">
      {named}: its {mapping} held nothing back.
    </Step>
  );
}

const acted: readonly Schemas["Outcome"][] = ["opened", "reopened", "updated", "resolved"];

function Decision({ delivery: { outcome, rule } }: { delivery: Delivery }) {
  return (
    <Step end={acted.includes(outcome) ? "passed" : "ended"} name="Decision">
      <OutcomeBadge outcome={outcome} /> by the rule: <strong>{rule}</strong>
      <div className={css.because}>{meaningOf(outcome)}</div>
    </Step>
  );
}

function IncidentStep({ number }: { number: number }) {
  const { slug: org } = useOrg();
  const { data } = useQuery(incidentQuery(org, number));
  return (
    <Step end="passed" name="Incident">
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
        <div className={css.now}>
          <StatusBadge status={data.status} />
          <span>{data.service ? `${data.service.name}, ` : ""}as it is now</span>
        </div>
      ) : null}
    </Step>
  );
}

/** Why it did, or did not, open an incident: every step from the wire on. */
export function StoryPanel({ delivery }: { delivery: Delivery }) {
  const { incident_number } = delivery;
  return (
    <Panel title="From the wire to the incident">
      <ol className={css.steps}>
        <Received delivery={delivery} />
        <Signature delivery={delivery} />
        <Understood delivery={delivery} />
        <MappingStep delivery={delivery} />
        <Decision delivery={delivery} />
        {incident_number === null ? (
          <Step end="none" name="No incident">
            Nothing was opened or changed.
          </Step>
        ) : (
          <IncidentStep number={incident_number} />
        )}
      </ol>
    </Panel>
  );
}

import { Button, Code, CopyButton, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { deliveryQuery } from "../../api/queries";
import { OutcomeBadge } from "../../ui/badges";
import { Facts } from "../../ui/facts";
import { BackIcon } from "../../ui/icons";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Loaded } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { FullMoment } from "../../ui/time";
import css from "./deliveries.module.css";
import { canLayOut, layOut } from "./pretty";
import { meaningOf } from "./words";

const route = getRouteApi("/o/$org/deliveries/$id");

type Delivery = Schemas["DeliveryDetail"];

function Decision({ delivery }: { delivery: Delivery }) {
  const { slug: org } = useOrg();
  const { project, source, incident_number, duplicate_of } = delivery;
  return (
    <Panel title="Decision">
      <p className={css.meaning}>{meaningOf(delivery.outcome)}</p>
      <Facts
        items={{
          "Rule that decided": <strong>{delivery.rule}</strong>,
          Incident:
            incident_number !== null ? (
              <TextLink
                to="/o/$org/incidents/$number"
                params={{ org, number: String(incident_number) }}
                inherit
              >
                #{incident_number}
              </TextLink>
            ) : null,
          Repeats: duplicate_of ? (
            <TextLink to="/o/$org/deliveries/$id" params={{ org, id: duplicate_of }} inherit>
              an earlier delivery
            </TextLink>
          ) : null,
          Project: project ? [project.slug, project.id && `(${project.id})`].filter(Boolean).join(" ") : null,
          Source: source ? `${source.kind} ${source.sentry_id}` : null,
          Received: <FullMoment at={delivery.received_at} />,
          Integration: (
            <TextLink to="/o/$org/integrations/$id" params={{ org, id: delivery.integration_id }} inherit>
              open
            </TextLink>
          ),
          "Signed with": delivery.signing_key,
          "Request ID": delivery.request_id ? <Code>{delivery.request_id}</Code> : null,
          Size: `${delivery.size.toLocaleString("en-GB")} bytes`,
        }}
      />
    </Panel>
  );
}

function Body({ delivery }: { delivery: Delivery }) {
  const [raw, setRaw] = useState(false);
  const { body } = delivery;
  if (body === null)
    return (
      <Panel title="Body">
        <p className={css.quiet}>
          {delivery.duplicate_of ? "Kept once, with the delivery that this one repeats." : "Not kept."}
        </p>
      </Panel>
    );
  const json = canLayOut(body);
  return (
    <Panel
      title="Body"
      flush
      actions={
        <>
          {json ? (
            <Switch
              size="xs"
              label="As it was sent"
              checked={raw}
              onChange={(event) => setRaw(event.currentTarget.checked)}
            />
          ) : null}
          <CopyButton value={body}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
        </>
      }
    >
      {/* It scrolls, so the keyboard has to be able to reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region */}
      <section className={css.body} tabIndex={0} aria-label="Body of the delivery">
        <pre>{json && !raw ? layOut(body) : body}</pre>
      </section>
      {delivery.cut ? <p className={css.cut}>It was too long to be kept whole.</p> : null}
    </Panel>
  );
}

export function DeliveryPage() {
  const { slug: org } = useOrg();
  const { id } = route.useParams();
  const query = useQuery(deliveryQuery(org, id));
  const delivery = query.data;
  return (
    <Page
      key={id}
      title={delivery ? `${delivery.resource}.${delivery.action}` : "Delivery"}
      aside={
        <span className={css.asides}>
          {delivery ? <OutcomeBadge outcome={delivery.outcome} /> : null}
          <TextLink to="/o/$org/deliveries" params={{ org }} className={css.back ?? ""}>
            <BackIcon size={14} /> All deliveries
          </TextLink>
        </span>
      }
    >
      <Loaded query={query}>
        {(loaded) => (
          <>
            <Decision delivery={loaded} />
            <Body delivery={loaded} />
            <Panel title="Headers">
              <Facts items={loaded.headers} />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}

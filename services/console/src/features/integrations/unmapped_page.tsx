import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { integrationsQuery, servicesQuery, unmappedQuery } from "../../api/queries";
import { Page } from "../../ui/page";
import { ServiceForm } from "../../ui/service_form";
import { AsOf, Empty, Loaded, Refusal } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { Moment } from "../../ui/time";
import css from "./integrations.module.css";
import { useMapProjects } from "./mapping_api";
import { SectionLinks } from "./section_links";
import { new_service, ServiceChoice } from "./service_choice";
import { integrationName } from "./words";

interface UnmappedRowProps {
  item: Schemas["UnmappedProject"];
  services: readonly Schemas["Service"][];
  from: string | undefined;
}

function UnmappedRow({ item, services, from }: UnmappedRowProps) {
  const org = useOrg();
  const [making, setMaking] = useState(false);
  const map = useMapProjects(org.slug, item.integration_id);
  const project = item.project.id ?? item.project.slug ?? "";
  const name = item.project.slug ?? `project ${project}`;
  const choose = (service: string) => {
    if (service === new_service) setMaking(true);
    else if (service !== "") map.mutate([{ project, service, mapping: null }]);
  };
  return (
    <li className={css.project}>
      <div className={css.what}>
        <div className={css.slug}>{name}</div>
        <div className={css.facts}>
          {from ? <span>{from}</span> : null}
          <TextLink
            to="/o/$org/deliveries"
            params={{ org: org.slug }}
            search={{ outcome: "unmapped", project, integration: item.integration_id }}
            inherit
          >
            {item.deliveries.toLocaleString("en-GB")} {item.deliveries === 1 ? "delivery" : "deliveries"}
          </TextLink>
          <span>
            first <Moment at={item.first_at} />
          </span>
          <span>
            last <Moment at={item.last_at} />
          </span>
        </div>
      </div>
      <div className={css.choice}>
        {org.can("admin") ? (
          <ServiceChoice
            label={`Map ${name} to`}
            placeholder="Map to…"
            services={services}
            value={map.isPending ? (map.variables[0]?.service ?? "") : ""}
            disabled={map.isPending}
            onChoose={choose}
          />
        ) : null}
      </div>
      {map.isError ? <Refusal error={map.error} onClose={() => map.reset()} /> : null}
      {making ? (
        <ServiceForm
          org={org.slug}
          onClose={() => setMaking(false)}
          onSaved={(service) => map.mutate([{ project, service: service.id, mapping: null }])}
        />
      ) : null}
    </li>
  );
}

export function UnmappedPage() {
  const { slug: org } = useOrg();
  const query = useQuery(unmappedQuery(org));
  const services = useQuery(servicesQuery(org));
  const integrations = useQuery(integrationsQuery(org));
  const nameOf = (id: string) => {
    const integration = integrations.data?.find((each) => each.id === id);
    return integration && integrationName(integration);
  };
  return (
    <Page
      title="Unmapped projects"
      aside={<AsOf at={query.dataUpdatedAt} failing={query.failureCount > 0} live />}
    >
      <SectionLinks />
      <Loaded query={query} rows={4}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="Nothing is unmapped">
              Every project that has sent something leads to a service. Projects that report without a mapping
              gather here, and what they sent is kept.
            </Empty>
          ) : (
            <ul className={css.list} aria-label="Unmapped projects">
              {items.map((item) => (
                <UnmappedRow
                  key={`${item.integration_id} ${item.project.id ?? item.project.slug}`}
                  item={item}
                  services={services.data ?? []}
                  from={nameOf(item.integration_id)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrg } from "../../api/org";
import { deliveryQuery } from "../../api/queries";
import { BackLink } from "../../ui/back_link";
import { OutcomeBadge } from "../../ui/badges";
import { DetailList } from "../../ui/detail_list";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Loaded } from "../../ui/states";
import { BodyPanel } from "./body_panel";
import { ProcessingStepsPanel } from "./processing_steps_panel";
import { ReplayPanel } from "./replay_panel";

const route = getRouteApi("/o/$org/deliveries/$id");

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
        <>
          {delivery ? <OutcomeBadge outcome={delivery.outcome} /> : null}
          <BackLink to="/o/$org/deliveries" params={{ org }}>
            All deliveries
          </BackLink>
        </>
      }
    >
      <Loaded query={query}>
        {(loaded) => (
          <>
            <ProcessingStepsPanel delivery={loaded} />
            <ReplayPanel id={id} />
            <BodyPanel delivery={loaded} />
            <Panel title="Headers">
              <DetailList items={loaded.headers} />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}

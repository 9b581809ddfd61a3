import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrg } from "../../api/org";
import { deliveryQuery } from "../../api/queries";
import { OutcomeBadge } from "../../ui/badges";
import { Facts } from "../../ui/facts";
import { BackIcon } from "../../ui/icons";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Loaded } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { BodyPanel } from "./body_panel";
import css from "./deliveries.module.css";
import { StoryPanel } from "./processing_steps_panel";
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
            <StoryPanel delivery={loaded} />
            <ReplayPanel id={id} />
            <BodyPanel delivery={loaded} />
            <Panel title="Headers">
              <Facts items={loaded.headers} />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}

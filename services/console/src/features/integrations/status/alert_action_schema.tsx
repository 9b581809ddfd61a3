import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrg } from "../../../api/org";
import { setupQuery } from "../../../api/queries";
import { Copyable } from "../../../ui/copy";
import { Loaded } from "../../../ui/states";
import type { Integration } from "../integration_api";
import shared from "../integrations.module.css";

function Schema({ integration: { id, mode } }: { integration: Integration }) {
  const query = useQuery(setupQuery(useOrg().slug));
  return (
    <Loaded query={query}>
      {({ modes }) => {
        const schema = modes.find((setup) => setup.mode === mode)?.alert_action_schema ?? {};
        return (
          <Copyable
            label="the alert action schema"
            value={JSON.stringify(schema, null, 2).replaceAll("{integration_id}", id)}
            block
          />
        );
      }}
    </Loaded>
  );
}

/** The schema that makes Tocsin an action of alert rules, with the addresses of this integration. */
export function AlertActionSchema({ integration }: { integration: Integration }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Alert rule action</summary>
      <p className={shared.dimmed}>
        Lets alert rules in Sentry choose the service and the severity. In the internal integration, turn on
        “Alert Rule Action” and paste this as the schema.
      </p>
      {isOpen ? <Schema integration={integration} /> : null}
    </details>
  );
}

import { Switch } from "@mantine/core";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import { useOrg } from "../../api/org";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { ErrorNotice, Loaded } from "../../ui/states";
import { PeopleTabs } from "./people_tabs";

type Settings = Schemas["OrganizationSettings"];

const settingsQuery = (org: string) =>
  queryOptions({
    queryKey: keys.settings(org),
    queryFn: ({ signal }) =>
      body(api.GET("/api/v1/orgs/{org}/settings", { params: { path: { org } }, signal })),
  });

function useChangeSettings(org: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Settings>) =>
      body(api.PATCH("/api/v1/orgs/{org}/settings", { params: { path: { org } }, body: change })),
    onSuccess: (settings) => queries.setQueryData(keys.settings(org), settings),
  });
}

/** What the organization decides for all its members. */
export function SettingsPage() {
  const { slug: org } = useOrg();
  const query = useQuery(settingsQuery(org));
  const change = useChangeSettings(org);
  return (
    <Page title="People">
      <PeopleTabs />
      <Panel title="Settings">
        {change.isError ? <ErrorNotice error={change.error} onClose={() => change.reset()} /> : null}
        <Loaded query={query} rows={1}>
          {({ assign_on_acknowledge }) => (
            <Switch
              label="Assign to me on acknowledge"
              description="An incident without an assignee is assigned to the member who acknowledges it."
              checked={assign_on_acknowledge}
              disabled={change.isPending}
              onChange={(event) => change.mutate({ assign_on_acknowledge: event.currentTarget.checked })}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

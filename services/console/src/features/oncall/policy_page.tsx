import { Button, Code } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { membersQuery } from "../../api/queries";
import { roles } from "../../api/vocabulary";
import { BackLink } from "../../ui/back_link";
import { ConfirmDialog } from "../../ui/confirm_dialog";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { EmptyState, ErrorNotice, Loaded } from "../../ui/states";
import { type Policy, policiesQuery } from "./oncall_api";
import css from "./policies.module.css";
import { usedBy } from "./policies_page";
import { useDeletePolicy, useMakeDefault } from "./policy_api";
import { draftOf, ladderOf } from "./policy_draft";
import { PolicyEditor } from "./policy_editor";
import { joined, type Member, type Target } from "./simulation";
import { SimulationPanel } from "./simulation_panel";

const route = getRouteApi("/o/$org/paging/policies/$id");

const AllPolicies = () => {
  const { slug: org } = useOrg();
  return (
    <BackLink to="/o/$org/paging" params={{ org }}>
      All policies
    </BackLink>
  );
};

function targetText({ kind, id }: Target, members: readonly Member[]) {
  if (kind === "role")
    return `role ${roles[id as keyof typeof roles]?.label.toLowerCase() ?? id} or stronger`;
  return members.find(({ email }) => email === id)?.name || id;
}

/** The policy for those who may not change it. */
function ReadOnlyPolicy({ policy, members }: { policy: Policy; members: readonly Member[] }) {
  return (
    <div className={css.columns}>
      <Panel title="Steps">
        <ol className={css.ladder} aria-label="Steps">
          {policy.steps.map(({ wait, targets }, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
            <li key={n}>
              <strong>Step {n + 1}:</strong> {joined(targets.map((target) => targetText(target, members)))}.
              Then wait {wait}.
            </li>
          ))}
        </ol>
        <p className={css.hint}>Only admins can change policies.</p>
      </Panel>
      <SimulationPanel ladder={ladderOf(draftOf(policy))} members={members} />
    </div>
  );
}

function DeleteDialog({ policy, onClose }: { policy: Policy; onClose: () => void }) {
  const { slug: org } = useOrg();
  const navigate = useNavigate();
  const remove = useDeletePolicy(org, policy.id);
  return (
    <ConfirmDialog
      title={`Delete ${policy.name}?`}
      action="Delete"
      submission={remove}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => void navigate({ to: "/o/$org/paging", params: { org } }),
        })
      }
      onClose={onClose}
    >
      Its versions are deleted with it. A policy that a service or a running alarm uses cannot be deleted.
    </ConfirmDialog>
  );
}

function PolicyActions({ policy }: { policy: Policy }) {
  const { slug: org } = useOrg();
  const [isDeleting, setDeleting] = useState(false);
  const makeDefault = useMakeDefault(org, policy.id);
  return (
    <>
      {policy.is_default ? null : (
        <>
          <Button variant="default" loading={makeDefault.isPending} onClick={() => makeDefault.mutate()}>
            Make default
          </Button>
          <Button variant="default" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </>
      )}
      {makeDefault.isError ? <ErrorNotice error={makeDefault.error} /> : null}
      {isDeleting ? <DeleteDialog policy={policy} onClose={() => setDeleting(false)} /> : null}
    </>
  );
}

export function PolicyPage() {
  const { slug: org, can } = useOrg();
  const { id } = route.useParams();
  const query = useQuery(policiesQuery(org));
  const { data: members = [] } = useQuery(membersQuery(org));
  const policy = query.data?.find((each) => each.id === id);
  return (
    <Page
      title={policy?.name ?? "Policy"}
      aside={
        <>
          {policy ? (
            <>
              <Code>{policy.slug}</Code>
              <span>Version {policy.version}</span>
              <span>{usedBy(policy)}</span>
            </>
          ) : null}
          <AllPolicies />
        </>
      }
      actions={policy && can("admin") ? <PolicyActions policy={policy} /> : undefined}
    >
      <Loaded query={query}>
        {() =>
          policy === undefined ? (
            <EmptyState title="Not found">This policy does not exist, or it was deleted.</EmptyState>
          ) : can("admin") ? (
            <PolicyEditor key={id} policy={policy} members={members} onSaved={() => {}} />
          ) : (
            <ReadOnlyPolicy policy={policy} members={members} />
          )
        }
      </Loaded>
    </Page>
  );
}

export function NewPolicyPage() {
  const { slug: org, can } = useOrg();
  const navigate = useNavigate();
  const { data: members = [] } = useQuery(membersQuery(org));
  return (
    <Page title="New policy" aside={<AllPolicies />}>
      {can("admin") ? (
        <PolicyEditor
          members={members}
          onSaved={({ id }) => void navigate({ to: "/o/$org/paging/policies/$id", params: { org, id } })}
        />
      ) : (
        <EmptyState title="You don't have access">Only admins can create policies.</EmptyState>
      )}
    </Page>
  );
}

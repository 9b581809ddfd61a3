import { useQuery } from "@tanstack/react-query";
import { useOrg } from "../api/org";
import { approvalsQuery, isWaiting } from "../api/queries";
import { useNow } from "./clock";
import { TextLink } from "./text_link";

/** How many calls wait for this person's decision; 0 for everyone but admins. */
export function usePendingApprovals() {
  const org = useOrg();
  const now = useNow();
  const { data } = useQuery({ ...approvalsQuery(org.slug), enabled: org.can("admin") });
  return data?.filter((approval) => isWaiting(approval, now)).length ?? 0;
}

/** The link to the calls that wait, if any. */
export function PendingApprovals() {
  const { slug: org } = useOrg();
  const count = usePendingApprovals();
  if (count === 0) return null;
  return (
    <TextLink to="/o/$org/integrations/approvals" params={{ org }} size="sm">
      {count === 1 ? "1 call waits for your approval" : `${count} calls wait for your approval`}
    </TextLink>
  );
}

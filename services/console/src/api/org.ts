import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { sessionQuery } from "./queries";
import { allows, type Role } from "./vocabulary";

export interface CurrentOrg {
  slug: string;
  name: string;
  can: (needed: Role) => boolean;
}

/** The organization in the address, and what the signed-in person may do in it. */
export function useOrg(): CurrentOrg {
  const { org: slug = "" } = useParams({ strict: false });
  const { data } = useQuery(sessionQuery);
  const membership = data?.orgs.find((org) => org.slug === slug);
  return {
    slug,
    name: membership?.name ?? slug,
    can: (needed) => membership !== undefined && allows(membership.role, needed),
  };
}

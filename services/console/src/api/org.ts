import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { Schemas } from "./client";
import { sessionQuery } from "./queries";

export type Role = Schemas["Role"];

// Weakest first: a role may do what those before it may.
const ranks: readonly Role[] = ["viewer", "responder", "admin", "owner"];

export const allows = (role: Role, needed: Role) => ranks.indexOf(role) >= ranks.indexOf(needed);

export interface CurrentOrg {
  slug: string;
  name: string;
  can: (needed: Role) => boolean;
}

/** The organization that the address names, with what the signed-in person may do there. */
export function useOrg(): CurrentOrg {
  const { org: slug = "" } = useParams({ strict: false });
  const { data } = useQuery(sessionQuery);
  const own = data?.orgs.find((org) => org.slug === slug);
  return {
    slug,
    name: own?.name ?? slug,
    can: (needed) => own !== undefined && allows(own.role, needed),
  };
}

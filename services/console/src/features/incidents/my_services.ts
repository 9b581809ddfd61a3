import { useQuery } from "@tanstack/react-query";
import { servicesQuery, sessionQuery } from "../../api/queries";

/** In the address, instead of a slug: the services of which the user is an owner. Not a slug, which has no underscore. */
export const my_services = "_mine";

/** The slugs of the services of which the user is an owner; undefined until they are known. */
export function useMyServices(org: string): readonly string[] | undefined {
  const { data: session } = useQuery(sessionQuery);
  const { data: services } = useQuery(servicesQuery(org));
  const me = session?.user.email;
  if (me === undefined) return undefined;
  return services
    ?.filter(({ archived_at, owners }) => archived_at === null && owners.some(({ email }) => email === me))
    .map(({ slug }) => slug);
}

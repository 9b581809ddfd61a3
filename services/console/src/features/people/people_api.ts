import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, fetchAll, paging, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";
import type { paths } from "../../api/schema";
import type { GrantableRole } from "../../api/vocabulary";

export type Member = Schemas["Member"];
export type Invitation = Schemas["Invitation"];
export type Token = Schemas["Token"];

const invitationsKey = (org: string) => [...keys.org(org), "invitations"] as const;

export const invitationsQuery = (org: string) =>
  queryOptions({
    queryKey: invitationsKey(org),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/invitations", {
            params: { path: { org }, query: paging(cursor) },
            signal,
          }),
        ),
      ),
  });

export const tokensQuery = (org: string) =>
  queryOptions({
    queryKey: keys.tokens(org),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/tokens", { params: { path: { org }, query: paging(cursor) }, signal }),
        ),
      ),
  });

export type AuditFilters = Omit<
  NonNullable<paths["/api/v1/orgs/{org}/audit"]["get"]["parameters"]["query"]>,
  "limit" | "cursor"
>;

export const auditPages = (org: string, filters: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: [...keys.org(org), "audit", filters],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET("/api/v1/orgs/{org}/audit", {
          params: { path: { org }, query: { ...filters, ...paging(pageParam, 50) } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export function useChangeRole(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (role: GrantableRole) =>
      body(api.PATCH("/api/v1/orgs/{org}/members/{id}", { params: { path: { org, id } }, body: { role } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.members(org) }),
  });
}

export function useRemoveMember(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE("/api/v1/orgs/{org}/members/{id}", { params: { path: { org, id } } }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.members(org) }),
  });
}

export function useTransferOwnership(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(api.POST("/api/v1/orgs/{org}/members/{id}/transfer-ownership", { params: { path: { org, id } } })),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.members(org) }),
        // The role of the signed-in user has changed as well.
        queries.invalidateQueries({ queryKey: keys.session }),
      ]),
  });
}

export function useInvite(org: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (invitation: Schemas["InvitationInput"]) =>
      body(api.POST("/api/v1/orgs/{org}/invitations", { params: { path: { org } }, body: invitation })),
    onSuccess: () => queries.invalidateQueries({ queryKey: invitationsKey(org) }),
  });
}

export function useWithdrawInvitation(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE("/api/v1/orgs/{org}/invitations/{id}", { params: { path: { org, id } } }),
    onSettled: () => queries.invalidateQueries({ queryKey: invitationsKey(org) }),
  });
}

export function useCreateToken(org: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: Schemas["TokenInput"]) =>
      body(api.POST("/api/v1/orgs/{org}/tokens", { params: { path: { org } }, body: token })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.tokens(org) }),
  });
}

export function useRevokeToken(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE("/api/v1/orgs/{org}/tokens/{id}", { params: { path: { org, id } } }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.tokens(org) }),
  });
}

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, fetchAll, paging, type Schemas } from "../../../api/client";
import { keys } from "../../../api/keys";

export type Grant = Schemas["Grant"];
export type Approval = Schemas["Approval"];

export const grantsQuery = (org: string) =>
  queryOptions({
    queryKey: keys.grants(org),
    queryFn: ({ signal }) =>
      fetchAll((cursor) =>
        body(
          api.GET("/api/v1/orgs/{org}/grants", { params: { path: { org }, query: paging(cursor) }, signal }),
        ),
      ),
  });

export const approvalQuery = (org: string, id: string) =>
  queryOptions({
    queryKey: [...keys.approvals(org), id],
    queryFn: ({ signal }) =>
      body(api.GET("/api/v1/orgs/{org}/approvals/{id}", { params: { path: { org, id } }, signal })),
    refetchInterval: 10_000,
  });

export type NewGrant = Omit<Schemas["GrantInput"], "token_id" | "member">;

/** Who calls: a new API token, or a member by the address. */
export type Caller = { kind: "token" } | { kind: "member"; email: string };

const postGrant = (org: string, grant: Schemas["GrantInput"]) =>
  body(api.POST("/api/v1/orgs/{org}/grants", { params: { path: { org } }, body: grant }));

/** A grant with a new token that can use this grant only; without the grant, the token is revoked again. */
async function createWithToken(org: string, grant: NewGrant) {
  const { id, token } = await body(
    api.POST("/api/v1/orgs/{org}/tokens", {
      params: { path: { org } },
      body: {
        name: grant.name,
        role: "deployer",
        scopes: ["grants:call"],
        expires_at: grant.expires_at ?? null,
      },
    }),
  );
  try {
    return { grant: await postGrant(org, { ...grant, token_id: id }), token };
  } catch (error) {
    await api.DELETE("/api/v1/orgs/{org}/tokens/{id}", { params: { path: { org, id } } });
    throw error;
  }
}

/** The result has the token if a new one was created. */
export function useCreateGrant(org: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ grant, caller }: { grant: NewGrant; caller: Caller }) =>
      caller.kind === "token"
        ? createWithToken(org, grant)
        : { grant: await postGrant(org, { ...grant, member: caller.email }), token: null },
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.grants(org) }),
        queries.invalidateQueries({ queryKey: keys.tokens(org) }),
      ]),
  });
}

export function useRevokeGrant(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE("/api/v1/orgs/{org}/grants/{id}", { params: { path: { org, id } } }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.grants(org) }),
  });
}

export function useDecide(org: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: "approve" | "deny") => {
      const request = { params: { path: { org, id } }, body: {} };
      return body(
        decision === "approve"
          ? api.POST("/api/v1/orgs/{org}/approvals/{id}/approve", request)
          : api.POST("/api/v1/orgs/{org}/approvals/{id}/deny", request),
      );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.approvals(org) }),
  });
}

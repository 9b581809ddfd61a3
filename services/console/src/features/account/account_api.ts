import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, body, type Schemas } from "../../api/client";
import { keys } from "../../api/keys";

const sessionsKey = ["own-sessions"] as const;

export const ownSessionsQuery = queryOptions({
  queryKey: sessionsKey,
  queryFn: ({ signal }) => body(api.GET("/api/v1/sessions", { signal })),
});

export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    /** The session `id`, or without an id all other sessions. */
    mutationFn: (id: string | undefined) =>
      id === undefined
        ? api.DELETE("/api/v1/sessions")
        : api.DELETE("/api/v1/sessions/{id}", { params: { path: { id } } }),
    onSettled: () => queries.invalidateQueries({ queryKey: sessionsKey }),
  });
}

export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Schemas["PasswordChange"]) => api.PUT("/api/v1/password", { body: change }),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionsKey }),
  });
}

export function useChangeName() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => body(api.PATCH("/api/v1/profile", { body: { name } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.session }),
  });
}

/** An invitation. It can be read without a session. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => body(api.POST("/api/v1/invitations/look-up", { body: { token }, signal })),
    enabled: token !== "",
    retry: false,
    gcTime: 0,
  });

/** The session on pages that do not need one. */
export const visitorQuery = queryOptions({
  queryKey: ["visitor"],
  queryFn: ({ signal }) => body(api.GET("/api/v1/session", { signal })),
  meta: { signsIn: true },
  retry: false,
  gcTime: 0,
});

export function useAccept() {
  const queries = useQueryClient();
  return useMutation({
    meta: { signsIn: true },
    mutationFn: (acceptance: Schemas["Acceptance"]) =>
      body(api.POST("/api/v1/invitations/accept", { body: acceptance })),
    onSuccess: (session) => {
      queries.clear();
      queries.setQueryData(keys.session, session);
    },
  });
}

export const useResetPassword = () =>
  useMutation({
    meta: { signsIn: true },
    mutationFn: (reset: Schemas["PasswordReset"]) =>
      api.POST("/api/v1/password-resets/accept", { body: reset }),
  });

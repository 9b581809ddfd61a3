import { useLocation } from "@tanstack/react-router";

/** The secret of a link. It stands behind the #, which no browser sends to any server, so that none logs it. */
export function useLinkToken(): string {
  const hash = useLocation({ select: (location) => location.hash });
  return new URLSearchParams(hash).get("token") ?? "";
}

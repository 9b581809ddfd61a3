import { useLocation } from "@tanstack/react-router";

/** The secret of a link. It stands behind the #, which no browser sends to any server, so that none logs it. */
export const useLinkToken = (): string => useLocation({ select: ({ hash }) => hash });

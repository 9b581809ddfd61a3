import { useLocation } from "@tanstack/react-router";

/** The secret in the fragment of a link. Browsers do not send the fragment to servers, so no server logs it. */
export const useLinkToken = (): string => useLocation({ select: ({ hash }) => hash });

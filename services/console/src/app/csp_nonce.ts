/**
 * The nonce that the server puts into every answer afresh: its policy lets only style elements with it through.
 */
export const cspNonce = () =>
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

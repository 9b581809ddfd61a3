/** The nonce of this response: the policy allows only style elements that carry it. */
export const cspNonce = () =>
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

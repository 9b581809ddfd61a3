import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { httpUrl } from "../api/urls";
import { ExternalIcon } from "./icons";

interface ExternalLinkProps {
  href: string | null | undefined;
  /** Underlines the link, because color alone does not mark it in running text. */
  inText?: boolean;
  children: ReactNode;
}

/** A link to another site. A URL that is not http or https is shown as text. */
export function ExternalLink({ href, inText = false, children }: ExternalLinkProps) {
  const url = httpUrl(href);
  if (url === null) return <span>{children}</span>;
  return (
    <Anchor
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      inherit
      underline={inText ? "always" : "hover"}
    >
      {children} <ExternalIcon size={14} />
    </Anchor>
  );
}

import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { webAddress } from "../api/leave";
import { OutIcon } from "./icons";

interface OutsideLinkProps {
  href: string | null | undefined;
  /** In running text colour alone does not tell it apart. */
  inText?: boolean;
  children: ReactNode;
}

/** A link to another site; an address that is no web address is shown as text. */
export function OutsideLink({ href, inText = false, children }: OutsideLinkProps) {
  const address = webAddress(href);
  if (address === null) return <span>{children}</span>;
  return (
    <Anchor
      href={address}
      target="_blank"
      rel="noopener noreferrer"
      inherit
      underline={inText ? "always" : "hover"}
    >
      {children} <OutIcon size={14} />
    </Anchor>
  );
}

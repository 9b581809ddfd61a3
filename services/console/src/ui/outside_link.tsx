import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { webAddress } from "../api/leave";
import { OutIcon } from "./icons";

/** A link to another site; an address that is no web address is shown as text. */
export function OutsideLink({ href, children }: { href: string | null | undefined; children: ReactNode }) {
  const address = webAddress(href);
  if (address === null) return <span>{children}</span>;
  return (
    <Anchor href={address} target="_blank" rel="noopener noreferrer" inherit>
      {children} <OutIcon size={14} />
    </Anchor>
  );
}

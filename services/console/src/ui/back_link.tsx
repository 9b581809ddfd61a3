import { Anchor, type AnchorProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ReactNode, Ref } from "react";
import css from "./back_link.module.css";
import { BackIcon } from "./icons";

type BackLinkProps = AnchorProps & { children?: ReactNode; ref?: Ref<HTMLAnchorElement> };

/** A link from a page to the list that contains it. */
export const BackLink = createLink(({ children, ...props }: BackLinkProps) => (
  <Anchor {...props} className={css.link ?? ""}>
    <BackIcon size={14} /> {children}
  </Anchor>
));

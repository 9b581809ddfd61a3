import type { ReactNode } from "react";
import { ExternalLink } from "./external_link";

const url_pattern = /https?:\/\/[^\s<>"'`]+/g;

/** Text whose web addresses are links. A mark at the end of an address belongs to the sentence. */
export function linked(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(url_pattern)) {
    const url = match[0].replace(/[.,;:!?)\]]+$/, "");
    parts.push(
      text.slice(end, match.index),
      <ExternalLink key={match.index} href={url}>
        {url}
      </ExternalLink>,
    );
    end = match.index + url.length;
  }
  return [...parts, text.slice(end)];
}

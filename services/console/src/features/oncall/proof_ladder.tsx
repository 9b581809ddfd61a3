import { method_labels } from "../../api/vocabulary";
import { formatDateTime } from "../../ui/format";
import { CheckIcon } from "../../ui/icons";
import { type PagedPerson, type Proof, proofs } from "./page_groups";
import css from "./who_knows.module.css";

const proof_labels: Record<Proof, string> = {
  accepted: "Accepted",
  delivered: "Delivered",
  seen: "Seen",
  acted: "Acted",
};

const explanations: Record<Proof, string> = {
  accepted: "A provider, such as the mail server, took a page.",
  delivered: "A device confirmed a page.",
  seen: "The person saw a page.",
  acted: "The person acted on a page.",
};

/** How far the pages of a person have come: a tick for each proof, with its time. */
export function ProofLadder({ person }: { person: PagedPerson }) {
  return (
    <ol className={css.ladder} aria-label="Proof">
      {proofs.map((proof) => {
        const found = person.proofs[proof];
        const method = found?.page.method;
        const detail = found
          ? `${formatDateTime(Date.parse(found.at))}${method ? `, ${method_labels[method.kind] ?? method.kind}` : ""}`
          : "not yet";
        return (
          <li
            key={proof}
            className={css.proof}
            data-proven={found ? true : undefined}
            title={`${explanations[proof]} ${found ? detail : "Not yet."}`}
          >
            {found ? <CheckIcon size={14} /> : <span className={css.ring} aria-hidden="true" />}
            {proof_labels[proof]}
            <span className={css.hidden}>: {detail}</span>
          </li>
        );
      })}
    </ol>
  );
}

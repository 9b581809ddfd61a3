import { Button } from "@mantine/core";
import { useOrg } from "../../../api/org";
import { OutcomeBadge } from "../../../ui/badges";
import { Notice } from "../../../ui/notice";
import { TextLink } from "../../../ui/text_link";
import css from "./mappings.module.css";
import { nameOf, type Outcomes, type Wish } from "./unmapped_api";

const projects = (count: number) =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? "project" : "projects"}`;

interface UnmappedResultProps {
  result: Outcomes;
  onRetry: (held: readonly Wish[]) => void;
  onClose: () => void;
}

/** What came of mapping, and of running what was held. */
export function UnmappedResult({ result, onRetry, onClose }: UnmappedResultProps) {
  const { slug: org } = useOrg();
  const { mapped, counts, held, problem } = result;
  const ran = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const title = [
    mapped > 0 ? `${projects(mapped)} mapped` : "",
    `${ran.toLocaleString("en-GB")} held ${ran === 1 ? "delivery" : "deliveries"} run`,
  ]
    .filter(Boolean)
    .join(", ");
  return (
    <>
      <Notice tone="good" title={title} onClose={onClose}>
        {ran > 0 ? (
          <ul className={css.counts}>
            {Object.entries(counts).map(([outcome, count]) => (
              <li key={outcome}>
                {count.toLocaleString("en-GB")} <OutcomeBadge outcome={outcome} />
              </li>
            ))}
          </ul>
        ) : null}
        <TextLink to="/o/$org/incidents" params={{ org }} inherit underline="always">
          To the incidents
        </TextLink>
      </Notice>
      {held.length > 0 ? (
        <Notice tone="bad" title={`What was held of ${projects(held.length)} could not be run`}>
          <p className={css.paragraph}>{problem} It is still kept.</p>
          <p className={css.paragraph}>
            {held
              .slice(0, 20)
              .map(({ item }) => nameOf(item))
              .join(", ")}
            {held.length > 20 ? ` and ${held.length - 20} more` : ""}
          </p>
          <Button size="xs" variant="default" onClick={() => onRetry(held)}>
            Run it again
          </Button>
        </Notice>
      ) : null}
    </>
  );
}

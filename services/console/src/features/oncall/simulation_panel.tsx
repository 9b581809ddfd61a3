import { Panel } from "../../ui/panel";
import css from "./policies.module.css";
import { formatWait, type Ladder, type Member, simulate } from "./simulation";

interface SimulationPanelProps {
  ladder: Ladder | undefined;
  members: readonly Member[];
}

/** Whom an alarm pages and when, in sentences. It follows the editor. */
export const SimulationPanel = ({ ladder, members }: SimulationPanelProps) => (
  <Panel title="If no person acknowledges">
    {ladder ? (
      <ol className={css.simulation} aria-label="Simulation">
        {simulate(ladder, members).map(({ after, text, isGap }, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          <li key={n} data-gap={isGap || undefined}>
            <strong>{after === 0 ? "At once" : `After ${formatWait(after)}`}:</strong> {text}
          </li>
        ))}
      </ol>
    ) : (
      <p className={css.hint}>Enter each wait like 30s, 5m, or 1h to see the simulation.</p>
    )}
    <p className={css.hint}>
      With the members of today. Acknowledging or resolving the incident ends the alarm.
    </p>
  </Panel>
);

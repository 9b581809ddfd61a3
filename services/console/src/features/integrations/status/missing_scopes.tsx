import { Code } from "@mantine/core";
import { useOrg } from "../../../api/org";
import { TextLink } from "../../../ui/text_link";
import type { Integration } from "../integration_api";
import type { Mode } from "../modes";
import css from "./status.module.css";

const remedies: Record<Mode, string> = {
  public:
    "Who runs this deployment adds the permission to the public integration in Sentry; an owner of the Sentry organization accepts it there. The next refreshed token has it.",
  oauth: "Press Reconnect and authorize again, with an account that has these rights itself.",
  internal:
    "Add the permission to the internal integration in Sentry and save it there, then press Reconnect and paste its token again: Tocsin tries anew what it may do. If it stays as it was, make a new token.",
};

/** What Sentry did not grant, what does not work without it, and how to grant it. */
export function MissingScopes({ integration }: { integration: Integration }) {
  const { slug: org } = useOrg();
  const { mode, missing_scopes } = integration;
  if (!missing_scopes?.length) return null;
  return (
    <div className={css.missingScopes}>
      <strong>Missing scopes</strong>
      <ul>
        {missing_scopes.map(({ scope, without }) => (
          <li key={scope}>
            <Code>{scope}</Code> {without}
          </li>
        ))}
      </ul>
      <p>
        {remedies[mode]}{" "}
        <TextLink
          to="/o/$org/integrations/setup"
          params={{ org }}
          search={{ mode }}
          inherit
          underline="always"
        >
          All permissions
        </TextLink>
      </p>
    </div>
  );
}

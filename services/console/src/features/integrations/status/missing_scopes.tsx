import { Code } from "@mantine/core";
import { useOrg } from "../../../api/org";
import { TextLink } from "../../../ui/text_link";
import type { Integration } from "../integration_api";
import type { Mode } from "../modes";
import css from "./status.module.css";

const remedies: Record<Mode, string> = {
  public:
    "Ask your Tocsin operator to add the permission to the public integration in Sentry. An owner of the Sentry organization then accepts it there, and the next token has it.",
  oauth: "Press Reconnect and authorize again with an account that has these permissions.",
  internal:
    "Add the permission to the internal integration in Sentry and save. Then press Reconnect and paste its token again, so that Tocsin checks the scopes again. If they are still missing, create a new token.",
};

/** The scopes that Sentry did not grant, what does not work without them, and how to grant them. */
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

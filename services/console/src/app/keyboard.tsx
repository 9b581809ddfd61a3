import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useOrg } from "../api/org";
import { sessionQuery } from "../api/queries";
import { useCommands, useKeyboard } from "../ui/commands";
import { KeyboardIcon } from "../ui/icons";
import css from "./keyboard.module.css";

const KeysSheet = lazy(() => import("./shortcuts_dialog"));
const Palette = lazy(() => import("./palette"));

/** Commands that every screen has, the palette, and the sheet that tells the keys. */
export function Keyboard() {
  const { slug: org, can } = useOrg();
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const [shown, setShown] = useState<"sheet" | "palette">();
  const close = () => setShown(undefined);
  useKeyboard(() => setShown("palette"));
  const params = { org };
  const other = scheme === "dark" ? "light" : "dark";
  useCommands("Everywhere", [
    {
      key: "/",
      label: "Search incidents",
      run: () => void navigate({ to: "/o/$org/incidents", params, hash: "search" }),
    },
    { key: "?", label: "The keys of this screen", run: () => setShown("sheet") },
    { label: "Go to incidents", run: () => void navigate({ to: "/o/$org/incidents", params }) },
    { label: "Incidents over time", run: () => void navigate({ to: "/o/$org/incidents/summary", params }) },
    { label: "Go to services", run: () => void navigate({ to: "/o/$org/services", params }) },
    { label: "Go to integrations", run: () => void navigate({ to: "/o/$org/integrations", params }) },
    {
      label: "Go to unmapped projects",
      run: () => void navigate({ to: "/o/$org/integrations/unmapped", params }),
    },
    { label: "Go to deliveries", run: () => void navigate({ to: "/o/$org/deliveries", params }) },
    { label: "Go to people", run: () => void navigate({ to: "/o/$org/people", params }) },
    { label: "Your account", run: () => void navigate({ to: "/o/$org/account", params }) },
    { label: "Setting up Sentry", run: () => void navigate({ to: "/o/$org/integrations/setup", params }) },
    ...(can("admin")
      ? [
          { label: "Go to API tokens", run: () => void navigate({ to: "/o/$org/people/tokens", params }) },
          { label: "Go to the audit log", run: () => void navigate({ to: "/o/$org/people/audit", params }) },
          {
            label: "Connect Sentry",
            run: () => void navigate({ to: "/o/$org/integrations/connect", params }),
          },
        ]
      : []),
    ...(session?.orgs ?? [])
      .filter(({ slug }) => slug !== org)
      .map(({ slug, name }) => ({
        label: `Change to ${name}`,
        run: () => void navigate({ to: "/o/$org/incidents", params: { org: slug } }),
      })),
    { label: `Use the ${other} colours`, run: () => setColorScheme(other) },
  ]);
  return (
    <>
      <ActionIcon
        className={css.button ?? ""}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Keyboard and commands"
        title="Keyboard (?), commands (Ctrl K)"
        onClick={() => setShown("sheet")}
      >
        <KeyboardIcon />
      </ActionIcon>
      <Suspense fallback={null}>
        {shown === "sheet" ? <KeysSheet onClose={close} /> : null}
        {shown === "palette" ? (
          <Palette
            onClose={close}
            openIncident={(number) =>
              void navigate({
                to: "/o/$org/incidents/$number",
                params: { org, number: String(number) },
              })
            }
          />
        ) : null}
      </Suspense>
    </>
  );
}

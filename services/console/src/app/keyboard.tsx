import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useOrg } from "../api/org";
import { sessionQuery } from "../api/queries";
import { oncall_pages } from "../features/oncall/oncall_pages";
import { people_pages } from "../features/people/people_pages";
import { type Command, useCommands, useShortcuts } from "../ui/commands";
import { KeyboardIcon } from "../ui/icons";
import { chunkLoader } from "./chunks";
import css from "./keyboard.module.css";

const ShortcutsDialog = lazy(chunkLoader(() => import("./shortcuts_dialog")));
const Palette = lazy(chunkLoader(() => import("./palette")));

const pages = [
  { command: "Go to incidents", key: "g i", to: "/o/$org/incidents", needs: "viewer" },
  { command: "Go to trends", key: "g t", to: "/o/$org/incidents/summary", needs: "viewer" },
  { command: "Go to services", key: "g s", to: "/o/$org/services", needs: "viewer" },
  { command: "Go to integrations", key: "g c", to: "/o/$org/integrations", needs: "viewer" },
  { command: "Go to unmapped projects", key: "g u", to: "/o/$org/integrations/unmapped", needs: "viewer" },
  { command: "Go to grants", to: "/o/$org/integrations/grants", needs: "viewer" },
  { command: "Go to approvals", to: "/o/$org/integrations/approvals", needs: "admin" },
  { command: "Go to deliveries", key: "g d", to: "/o/$org/deliveries", needs: "viewer" },
  ...oncall_pages,
  ...people_pages,
  { command: "Go to your account", key: "g a", to: "/o/$org/account", needs: "viewer" },
  { command: "Set up Sentry", to: "/o/$org/integrations/setup", needs: "viewer" },
  { command: "Connect Sentry", to: "/o/$org/integrations/connect", needs: "admin" },
] as const;

/** Commands that all pages have. */
function useGlobalCommands(openShortcuts: () => void) {
  const { slug: org, can } = useOrg();
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light") === "dark" ? "light" : "dark";
  const openPage = (page: (typeof pages)[number]): Command => ({
    label: page.command,
    ...("key" in page ? { key: page.key } : {}),
    run: () => void navigate({ to: page.to, params: { org } }),
  });
  const openOrganization = ({ slug, name }: { slug: string; name: string }): Command => ({
    label: `Switch to ${name}`,
    run: () => void navigate({ to: "/o/$org/incidents", params: { org: slug } }),
  });
  useCommands("All pages", [
    {
      key: "/",
      label: "Search incidents",
      run: () => void navigate({ to: "/o/$org/incidents", params: { org }, hash: "search" }),
    },
    { key: "?", label: "Keyboard shortcuts", run: openShortcuts },
    ...pages.filter(({ needs }) => can(needs)).map(openPage),
    ...(session?.orgs ?? []).filter(({ slug }) => slug !== org).map(openOrganization),
    { label: `Use ${scheme} colors`, run: () => setColorScheme(scheme) },
  ]);
}

/** The keyboard: shortcuts, the dialog that lists them, and the command palette. */
export function Keyboard() {
  const { slug: org } = useOrg();
  const navigate = useNavigate();
  const [shown, setShown] = useState<"shortcuts" | "palette">();
  const close = () => setShown(undefined);
  const openShortcuts = () => setShown("shortcuts");
  useShortcuts(() => setShown("palette"));
  useGlobalCommands(openShortcuts);
  const openIncident = (number: number) =>
    void navigate({ to: "/o/$org/incidents/$number", params: { org, number: String(number) } });
  const openService = (service: string) =>
    void navigate({ to: "/o/$org/incidents", params: { org }, search: { service } });
  return (
    <>
      <ActionIcon
        className={css.button ?? ""}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Keyboard and commands"
        title="Keyboard shortcuts (?), commands (Ctrl K)"
        onClick={openShortcuts}
      >
        <KeyboardIcon />
      </ActionIcon>
      <Suspense fallback={null}>
        {shown === "shortcuts" ? <ShortcutsDialog onClose={close} /> : null}
        {shown === "palette" ? (
          <Palette onClose={close} openIncident={openIncident} openService={openService} />
        ) : null}
      </Suspense>
    </>
  );
}

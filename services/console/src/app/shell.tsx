import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createLink, Link, Outlet, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { api } from "../api/client";
import { follow, poll_interval, useFollowing } from "../api/live";
import { useOrg } from "../api/org";
import { sessionQuery, unmappedQuery } from "../api/queries";
import { AlertMenu } from "../features/incidents/alert_menu";
import { Announcement } from "../features/integrations/status/announcement";
import {
  AccountIcon,
  DeliveriesIcon,
  DownIcon,
  IncidentsIcon,
  IntegrationsIcon,
  Mark,
  MoonIcon,
  PeopleIcon,
  ServicesIcon,
  SignOutIcon,
  SunIcon,
} from "../ui/icons";
import { Page } from "../ui/page";
import { Empty } from "../ui/states";
import { UndoBar } from "../ui/undo";
import { Keyboard } from "./keyboard";
import css from "./shell.module.css";

const OrgItem = createLink(({ children, ...props }: { children?: ReactNode }) => (
  <Menu.Item component="a" {...props}>
    {children}
  </Menu.Item>
));

function OrgMenu() {
  const org = useOrg();
  const { data } = useQuery(sessionQuery);
  const others = data?.orgs.filter(({ slug }) => slug !== org.slug) ?? [];
  if (others.length === 0) return <span className={css.org}>{org.name}</span>;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className={css.orgButton} aria-label={`Organization ${org.name}, change`}>
          <span className={css.orgName}>{org.name}</span> <DownIcon size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Your organizations</Menu.Label>
        {others.map(({ slug, name }) => (
          <OrgItem key={slug} to="/o/$org/incidents" params={{ org: slug }}>
            {name}
          </OrgItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={`Use the ${other} colours`}
      title={`Use the ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      {scheme === "dark" ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}

function AccountMenu({ member }: { member: boolean }) {
  const { slug: org } = useOrg();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery(sessionQuery);
  const leave = useMutation({
    mutationFn: () => api.DELETE("/api/v1/session"),
    onSuccess: async () => {
      await navigate({ to: "/login", search: {} });
      queries.clear();
    },
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Your account"
          title={data ? `Signed in as ${data.user.email}` : "Your account"}
          loading={leave.isPending}
        >
          <AccountIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={css.me ?? ""}>{data?.user.email}</Menu.Label>
        {member ? (
          <>
            <OrgItem to="/o/$org/account" params={{ org }}>
              Name, password, sessions
            </OrgItem>
            <OrgItem to="/o/$org/people" params={{ org }}>
              People of this organization
            </OrgItem>
          </>
        ) : null}
        <Menu.Item leftSection={<SignOutIcon size={16} />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Entry({
  to,
  icon,
  label,
  count,
  also,
}: {
  to:
    | "/o/$org/incidents"
    | "/o/$org/services"
    | "/o/$org/integrations"
    | "/o/$org/deliveries"
    | "/o/$org/people";
  icon: ReactNode;
  label: string;
  count?: number;
  /** There is another way to it, on a screen without room. */
  also?: boolean;
}) {
  const { slug: org } = useOrg();
  return (
    <li {...(also ? { "data-also": true } : {})}>
      <Link to={to} params={{ org }} className={css.entry ?? ""} activeOptions={{ includeSearch: false }}>
        {icon}
        <span>{label}</span>
        {count ? (
          <span className={css.count} aria-hidden="true">
            {count > 99 ? "99+" : count}
          </span>
        ) : null}
      </Link>
    </li>
  );
}

function Navigation() {
  const org = useOrg();
  const { data: unmapped } = useQuery(unmappedQuery(org.slug));
  return (
    <nav aria-label="Main" className={css.nav}>
      <ul>
        <Entry to="/o/$org/incidents" icon={<IncidentsIcon />} label="Incidents" />
        <Entry to="/o/$org/services" icon={<ServicesIcon />} label="Services" />
        <Entry
          to="/o/$org/integrations"
          icon={<IntegrationsIcon />}
          label="Integrations"
          count={unmapped?.length ?? 0}
        />
        <Entry to="/o/$org/deliveries" icon={<DeliveriesIcon />} label="Deliveries" />
        <Entry to="/o/$org/people" icon={<PeopleIcon />} label="People" also />
      </ul>
    </nav>
  );
}

/** Says that changes are asked for rather than told, until they are told again. */
function StreamNotice() {
  const lost = useFollowing() === "lost";
  return (
    <div role="status" className={css.lost}>
      {lost
        ? `Live updates are lost and are being picked up again. Until then this page asks every ${poll_interval / 1_000} seconds.`
        : null}
    </div>
  );
}

export function Shell() {
  const org = useOrg();
  const queries = useQueryClient();
  const { data } = useQuery(sessionQuery);
  const member = data === undefined || data.orgs.some(({ slug }) => slug === org.slug);
  const inside = member && data !== undefined;
  useEffect(() => (inside ? follow(queries, org.slug) : undefined), [queries, org.slug, inside]);
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        Skip to the content
      </a>
      <header className={css.header}>
        <Link to="/" className={css.brand ?? ""} aria-label="Tocsin, start">
          <Mark />
          <span className={css.name}>Tocsin</span>
        </Link>
        <span className={css.slash} aria-hidden="true">
          /
        </span>
        <OrgMenu />
        <div className={css.tools}>
          {member ? <AlertMenu /> : null}
          {member ? <Keyboard /> : null}
          <SchemeSwitch />
          <AccountMenu member={member} />
        </div>
      </header>
      <div className={css.announcements}>
        {member ? <StreamNotice /> : null}
        {member ? <Announcement /> : null}
      </div>
      {member ? <Navigation /> : null}
      {member ? <UndoBar /> : null}
      <main id="main" tabIndex={-1} className={css.main}>
        {member ? (
          <Outlet />
        ) : (
          <Page title="Not found">
            <Empty title="No such organization">
              It does not exist, or you are not a member of it. <Link to="/">Go to your own</Link>
            </Empty>
          </Page>
        )}
      </main>
    </div>
  );
}

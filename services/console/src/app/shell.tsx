import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { followChanges, poll_interval, useStreamState } from "../api/event_stream";
import { useOrg } from "../api/org";
import { sessionQuery, unmappedQuery } from "../api/queries";
import { AlertMenu } from "../features/incidents/alert_menu";
import { IntegrationBanner } from "../features/integrations/status/integration_banner";
import { ActionBar } from "../ui/action_bar";
import { formatDuration } from "../ui/format";
import {
  BellIcon,
  DeliveriesIcon,
  IncidentsIcon,
  IntegrationsIcon,
  Mark,
  PeopleIcon,
  ServicesIcon,
} from "../ui/icons";
import { Page } from "../ui/page";
import { EmptyState } from "../ui/states";
import { preloadChunks } from "./chunks";
import { Keyboard } from "./keyboard";
import { AccountMenu, ColorSchemeButton, OrganizationMenu } from "./menus";
import css from "./shell.module.css";

interface NavigationEntryProps {
  to:
    | "/o/$org/incidents"
    | "/o/$org/services"
    | "/o/$org/paging"
    | "/o/$org/integrations"
    | "/o/$org/deliveries"
    | "/o/$org/people";
  icon: ReactNode;
  label: string;
  count?: number;
  /** Hidden on a phone, where the account menu has the same link. */
  isOptional?: boolean;
}

function NavigationEntry({ to, icon, label, count, isOptional }: NavigationEntryProps) {
  const { slug: org } = useOrg();
  return (
    <li {...(isOptional ? { "data-optional": true } : {})}>
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
        <NavigationEntry to="/o/$org/incidents" icon={<IncidentsIcon />} label="Incidents" />
        <NavigationEntry to="/o/$org/services" icon={<ServicesIcon />} label="Services" />
        <NavigationEntry to="/o/$org/paging" icon={<BellIcon />} label="Paging" isOptional />
        <NavigationEntry
          to="/o/$org/integrations"
          icon={<IntegrationsIcon />}
          label="Integrations"
          count={unmapped?.length ?? 0}
        />
        <NavigationEntry to="/o/$org/deliveries" icon={<DeliveriesIcon />} label="Deliveries" />
        <NavigationEntry to="/o/$org/people" icon={<PeopleIcon />} label="People" isOptional />
      </ul>
    </nav>
  );
}

function StreamNotice() {
  const isLost = useStreamState() === "lost";
  return (
    <div role="status" className={css.streamNotice}>
      {isLost
        ? `Connection lost. Retrying; until then this page updates every ${formatDuration(poll_interval)}.`
        : null}
    </div>
  );
}

// How long after the start the code of the other pages is loaded, in milliseconds.
const preload_delay = 1_500;

const NoSuchOrganization = () => (
  <Page title="Not found">
    <EmptyState title="Organization not found">
      It does not exist, or you are not a member of it. <Link to="/">Go to your organization</Link>
    </EmptyState>
  </Page>
);

export function Shell() {
  const org = useOrg();
  const queries = useQueryClient();
  const { data } = useQuery(sessionQuery);
  const isMember = data === undefined || data.orgs.some(({ slug }) => slug === org.slug);
  const follows = isMember && data !== undefined;
  useEffect(() => {
    // After what the page itself needs.
    const start = () => void preloadChunks();
    const timer = window.setTimeout(start, preload_delay);
    return () => window.clearTimeout(timer);
  }, []);
  useEffect(() => (follows ? followChanges(queries, org.slug) : undefined), [queries, org.slug, follows]);
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        Skip to content
      </a>
      <header className={css.header}>
        <Link to="/" className={css.brand ?? ""} aria-label="Tocsin start page">
          <Mark />
          <span className={css.name}>Tocsin</span>
        </Link>
        <span className={css.slash} aria-hidden="true">
          /
        </span>
        <OrganizationMenu />
        <div className={css.tools}>
          {isMember ? <AlertMenu /> : null}
          {isMember ? <Keyboard /> : null}
          <ColorSchemeButton />
          <AccountMenu isMember={isMember} />
        </div>
      </header>
      <div className={css.banners}>
        {isMember ? <StreamNotice /> : null}
        {isMember ? <IntegrationBanner /> : null}
      </div>
      {isMember ? <Navigation /> : null}
      {isMember ? <ActionBar /> : null}
      <main id="main" tabIndex={-1} className={css.main}>
        {isMember ? <Outlet /> : <NoSuchOrganization />}
      </main>
    </div>
  );
}

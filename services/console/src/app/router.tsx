import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import { asProblem } from "../api/problem";
import { sessionQuery } from "../api/queries";
import { safeNext } from "../api/urls";
import { search_parameters as delivery_parameters } from "../features/deliveries/filters";
import { search_parameters as incident_parameters } from "../features/incidents/filters";
import { search_parameters as audit_parameters } from "../features/people/audit_filters";
import { LoadError } from "../ui/states";
import { ChunkError, lazyPage } from "./chunks";
import { loadIncidentPage, requestEarly } from "./early_requests";
import { MissingPage, NoOrganization, NotFound } from "./error_pages";
import { parseSearch, stringifySearch, textParams } from "./search";
import { Shell } from "./shell";

function RouteError({ error, reset }: ErrorComponentProps) {
  if (error instanceof ChunkError) return <MissingPage />;
  return <LoadError error={error} retry={reset} />;
}

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: RouteError,
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: textParams("next"),
  component: lazyPage(() => import("../features/session/login_page"), "LoginPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyPage(() => import("../features/account/invitation_page"), "InvitationPage"),
});

const passwordReset = createRoute({
  getParentRoute: () => root,
  path: "/password-reset",
  component: lazyPage(() => import("../features/account/password_reset_page"), "PasswordResetPage"),
});

/** The session; without one, redirects to the login page and from there back to `next`. */
async function requireSession(queries: QueryClient, next: string) {
  try {
    return await queries.ensureQueryData(sessionQuery);
  } catch (error) {
    if (asProblem(error).code === "unauthenticated")
      throw redirect({ to: "/login", search: next === "/" ? {} : { next: safeNext(next) } });
    throw error;
  }
}

const connectError = textParams("connect_error");

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  // Sentry's callback redirects here when the flow's organization is unknown.
  validateSearch: connectError,
  beforeLoad: async ({ context, location, search }) => {
    const { orgs } = await requireSession(context.queries, location.href);
    const [first] = orgs;
    if (first && search.connect_error)
      throw redirect({ to: "/o/$org/integrations", params: { org: first.slug }, search, replace: true });
    if (first) throw redirect({ to: "/o/$org/incidents", params: { org: first.slug }, replace: true });
  },
  component: NoOrganization,
});

const org = createRoute({
  getParentRoute: () => root,
  path: "/o/$org",
  beforeLoad: ({ context, location }) => {
    requestEarly(context.queries, location.pathname);
    return requireSession(context.queries, location.href);
  },
  component: Shell,
});

const orgStart = createRoute({
  getParentRoute: () => org,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/o/$org/incidents", params, replace: true });
  },
});

const incidents = createRoute({
  getParentRoute: () => org,
  path: "/incidents",
  validateSearch: textParams(...incident_parameters),
  component: lazyPage(() => import("../features/incidents/list_page"), "IncidentListPage"),
});

const trends = createRoute({
  getParentRoute: () => org,
  path: "/incidents/summary",
  validateSearch: textParams("days"),
  component: lazyPage(() => import("../features/incidents/trends_page"), "TrendsPage"),
});

const incident = createRoute({
  getParentRoute: () => org,
  path: "/incidents/$number",
  component: lazyRouteComponent(loadIncidentPage, "PagedIncidentPage"),
});

const services = createRoute({
  getParentRoute: () => org,
  path: "/services",
  component: lazyPage(() => import("../features/services/services_page"), "ServicesPage"),
});

const service = createRoute({
  getParentRoute: () => org,
  path: "/services/$id",
  component: lazyPage(() => import("../features/services/service_page"), "ServicePage"),
});

const policies = createRoute({
  getParentRoute: () => org,
  path: "/paging",
  component: lazyPage(() => import("../features/oncall/policies_page"), "PoliciesPage"),
});

const newPolicy = createRoute({
  getParentRoute: () => org,
  path: "/paging/policies/new",
  component: lazyPage(() => import("../features/oncall/policy_page"), "NewPolicyPage"),
});

const policy = createRoute({
  getParentRoute: () => org,
  path: "/paging/policies/$id",
  component: lazyPage(() => import("../features/oncall/policy_page"), "PolicyPage"),
});

const integrations = createRoute({
  getParentRoute: () => org,
  path: "/integrations",
  validateSearch: connectError,
  component: lazyPage(() => import("../features/integrations/status/list_page"), "IntegrationListPage"),
});

const integration = createRoute({
  getParentRoute: () => org,
  path: "/integrations/$id",
  validateSearch: textParams("connected", "connect_error", "expected", "found"),
  component: lazyPage(() => import("../features/integrations/status/detail_page"), "IntegrationPage"),
});

const connect = createRoute({
  getParentRoute: () => org,
  path: "/integrations/connect",
  validateSearch: textParams("mode"),
  component: lazyPage(() => import("../features/integrations/connect/connect_page"), "ConnectPage"),
});

const setup = createRoute({
  getParentRoute: () => org,
  path: "/integrations/setup",
  validateSearch: textParams("mode"),
  component: lazyPage(() => import("../features/integrations/setup/setup_page"), "SetupPage"),
});

const unmapped = createRoute({
  getParentRoute: () => org,
  path: "/integrations/unmapped",
  component: lazyPage(() => import("../features/integrations/mappings/unmapped_page"), "UnmappedPage"),
});

const grants = createRoute({
  getParentRoute: () => org,
  path: "/integrations/grants",
  component: lazyPage(() => import("../features/integrations/grants/grants_page"), "GrantsPage"),
});

const approvals = createRoute({
  getParentRoute: () => org,
  path: "/integrations/approvals",
  component: lazyPage(() => import("../features/integrations/grants/approvals_page"), "ApprovalsPage"),
});

const approval = createRoute({
  getParentRoute: () => org,
  path: "/approvals/$id",
  component: lazyPage(() => import("../features/integrations/grants/approval_page"), "ApprovalPage"),
});

const deliveries = createRoute({
  getParentRoute: () => org,
  path: "/deliveries",
  validateSearch: textParams(...delivery_parameters),
  component: lazyPage(() => import("../features/deliveries/list_page"), "DeliveryListPage"),
});

const delivery = createRoute({
  getParentRoute: () => org,
  path: "/deliveries/$id",
  component: lazyPage(() => import("../features/deliveries/detail_page"), "DeliveryPage"),
});

const members = createRoute({
  getParentRoute: () => org,
  path: "/people",
  component: lazyPage(() => import("../features/people/members_page"), "MembersPage"),
});

const tokens = createRoute({
  getParentRoute: () => org,
  path: "/people/tokens",
  component: lazyPage(() => import("../features/people/tokens_page"), "TokensPage"),
});

const settings = createRoute({
  getParentRoute: () => org,
  path: "/people/settings",
  component: lazyPage(() => import("../features/people/settings_page"), "SettingsPage"),
});

const audit = createRoute({
  getParentRoute: () => org,
  path: "/people/audit",
  validateSearch: textParams(...audit_parameters),
  component: lazyPage(() => import("../features/people/audit_page"), "AuditPage"),
});

const account = createRoute({
  getParentRoute: () => org,
  path: "/account",
  component: lazyPage(() => import("../features/account/account_page"), "AccountPage"),
});

const routeTree = root.addChildren([
  login,
  invitation,
  passwordReset,
  start,
  org.addChildren([
    orgStart,
    incidents,
    trends,
    incident,
    services,
    service,
    policies,
    newPolicy,
    policy,
    integrations,
    integration,
    connect,
    setup,
    unmapped,
    grants,
    approvals,
    approval,
    deliveries,
    delivery,
    members,
    tokens,
    settings,
    audit,
    account,
  ]),
]);

export function createConsoleRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queries },
    parseSearch,
    stringifySearch,
    defaultPreload: false,
    defaultErrorComponent: RouteError,
    scrollRestoration: true,
    ...(history ? { history } : {}),
  });
}

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: ConsoleRouter;
  }
}

"use strict";

// The control page: shows /control/state; its buttons call the control API.

const byId = (id) => document.getElementById(id);

/** An element with properties and children. Texts are never HTML. */
function element(name, properties, ...children) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { ok: response.ok, status: response.status, body: text ? JSON.parse(text) : {} };
}

function showResult(text) {
  byId("result").textContent = text;
}

/** The result of a call, in a line. */
function describeResult(response) {
  if (!response.ok) return `Refused: ${response.body.detail ?? response.status}`;
  const sent = response.body.webhooks;
  if (!sent) return "Done";
  if (sent.length === 0) return "Done; no installation receives a webhook";
  return `Done; ${sent.map((w) => `${w.resource}.${w.action}: ${w.status ?? w.trouble}`).join(", ")}`;
}

async function act(method, path, body) {
  try {
    showResult(describeResult(await call(method, path, body)));
  } catch {
    showResult("The sandbox does not respond");
  }
  await draw();
}

function button(label, method, path, body) {
  return element("button", { type: "button", textContent: label, onclick: () => act(method, path, body) });
}

function tag(text, kind) {
  return element("span", { className: `tag ${kind}`, textContent: text });
}

function row(first, ...buttons) {
  return element("li", {}, element("div", { className: "row" }, element("div", {}, ...first), element("div", { className: "bar" }, ...buttons)));
}

const small = (text) => element("div", { className: "small", textContent: text });
const statusKinds = { unresolved: "bad", resolved: "good", ignored: "muted" };

function drawIssue(issue) {
  const path = `/control/issues/${issue.id}`;
  return row(
    [
      element("b", { textContent: issue.title }), " ", tag(issue.status, statusKinds[issue.status]),
      small(`${issue.short_id} · ${issue.level} · ${issue.project} · seen ${times(issue.count)} · ${issue.environment || "no environment"}`),
    ],
    button("New event", "POST", `${path}/events`, {}),
    button("Resolve", "POST", `${path}/resolve`, {}),
    button("Unresolve", "POST", `${path}/unresolve`, {}),
    button("Ignore", "POST", `${path}/ignore`, {}),
    button("Assign", "POST", `${path}/assign`, {}),
  );
}

function tokenText(token) {
  if (!token) return "no token";
  return token.expires_at ? `token until ${time(token.expires_at)}` : "token without expiry";
}

function drawInstallation(installation) {
  const path = `/control/installations/${installation.uuid}`;
  const internal = `/control/internal-integrations/${installation.uuid}`;
  const buttons = installation.internal
    ? [
        element("button", { type: "button", textContent: "Token and secret", onclick: () => showIntegration("GET", internal) }),
        element("button", { type: "button", textContent: "New token", onclick: () => showIntegration("POST", `${internal}/token`, {}) }),
        button("Delete token", "DELETE", `${path}/token`),
      ]
    : [];
  return row(
    [
      element("b", { textContent: installation.organization }), " ",
      tag(installation.status, installation.status === "installed" ? "good" : "warn"),
      small(`${installation.app} · ${installation.uuid} · ${tokenText(installation.token)}`),
    ],
    ...buttons,
    button(installation.internal ? "Delete" : "Uninstall", "DELETE", path),
  );
}

/** Shows the values to paste into Tocsin. Tokens are shown only here. */
async function showIntegration(method, path, body) {
  const response = await call(method, path, body);
  showResult(describeResult(response));
  if (response.ok) {
    const { token, client_secret: secret, uuid, webhook_url: url } = response.body;
    const lines = { Token: token ?? "deleted", "Client secret": secret, "Installation": uuid, "Webhook URL": url || "none" };
    byId("integration").replaceChildren(...Object.entries(lines).flatMap(([name, value]) => [
      element("dt", { textContent: name }), element("dd", {}, element("code", { textContent: value })),
    ]));
    byId("integration").hidden = false;
  }
  await draw();
}

function drawOauthApplication(application) {
  const approved = application.approved_scopes.length ? `approved: ${application.approved_scopes.join(" ")}` : "not approved yet";
  return row(
    [element("b", { textContent: application.name }), small(application.client_id), small(application.redirect_uris.join(", ")), small(approved)],
    button("Forget approvals", "POST", "/control/oauth", { forget_approvals: true }),
    button("Revoke access", "DELETE", "/control/oauth/tokens"),
  );
}

function drawOauthToken(token) {
  return row(
    [tag("valid token", "good"), small(`${token.fingerprint} · until ${new Date(token.expires_at).toLocaleString()} · ${token.scope}`)],
    button("Revoke", "DELETE", `/control/oauth/tokens/${token.id}`),
  );
}

function drawOrganization(organization) {
  const projects = organization.projects.map((p) => p.slug).join(", ");
  return row([element("b", { textContent: organization.name }), small(organization.slug), small(projects)]);
}

function drawWebhook(webhook) {
  const good = webhook.status && webhook.status < 400;
  return element("tr", {},
    element("td", { textContent: time(webhook.at) }),
    element("td", { textContent: `${webhook.resource}.${webhook.action}` }),
    element("td", { textContent: webhook.attempt }),
    element("td", {}, tag(String(webhook.status ?? webhook.trouble), good ? "good" : "bad"), ` ${webhook.took_ms} ms`),
    element("td", { className: "wide" }, element("code", { textContent: webhook.answer.slice(0, 160) })),
    element("td", {}, button("Send again", "POST", `/control/webhooks/${webhook.id}/again`)),
  );
}

function times(count) {
  return count === 1 ? "once" : `${count} times`;
}

function time(text) {
  return new Date(text).toLocaleTimeString();
}

function fill(id, items, draw, emptyText) {
  const elements = items.map(draw);
  if (elements.length === 0 && emptyText) elements.push(element("li", { className: "small", textContent: emptyText }));
  byId(id).replaceChildren(...elements);
}

function fillProjects(organizations) {
  const select = byId("new-issue").elements.project;
  const chosen = select.value;
  select.replaceChildren(...organizations.map((o) =>
    element("optgroup", { label: o.name }, ...o.projects.map((p) => element("option", { value: `${o.slug}/${p.slug}`, textContent: p.name }))),
  ));
  if (chosen) select.value = chosen;
}

function fillOrganizations(organizations) {
  const select = byId("new-integration").elements.organization;
  const chosen = select.value;
  select.replaceChildren(...organizations.map((o) => element("option", { value: o.slug, textContent: o.name })));
  if (chosen) select.value = chosen;
}

let drawnState = "";

async function draw() {
  const [state, sent] = await Promise.all([call("GET", "/control/state"), call("GET", "/control/webhooks")]);
  const newState = JSON.stringify([state.body.organizations, state.body.issues, state.body.installations, state.body.oauth, state.body.faults, sent.body.items]);
  if (newState === drawnState) return;
  drawnState = newState;
  fill("organizations", state.body.organizations, drawOrganization);
  fill("installations", state.body.installations, drawInstallation, "No installations. Press Connect in Tocsin's console.");
  fill("oauth-applications", state.body.oauth.applications, drawOauthApplication, "No OAuth application.");
  fill("oauth-tokens", state.body.oauth.tokens.filter((t) => t.alive), drawOauthToken);
  fill("issues", state.body.issues.slice().reverse(), drawIssue, "No issues yet.");
  fill("faults", state.body.faults, (f) => element("li", { textContent: `${f.match}: ${f.kind}${f.status ? ` ${f.status}` : ""}, ${f.times ? times(f.times) : "until cleared"}` }), "No faults.");
  fill("webhooks", sent.body.items.slice().reverse(), drawWebhook);
  fillProjects(state.body.organizations);
  fillOrganizations(state.body.organizations);
}

byId("new-integration").addEventListener("submit", (event) => {
  event.preventDefault();
  const { organization, name, webhook_url: url } = event.target.elements;
  showIntegration("POST", "/control/internal-integrations", { organization: organization.value, name: name.value, webhook_url: url.value })
    .catch(() => showResult("The sandbox does not respond"));
});

byId("new-issue").addEventListener("submit", (event) => {
  event.preventDefault();
  const { project, level } = event.target.elements;
  const [organization, slug] = project.value.split("/");
  act("POST", `/control/organizations/${organization}/issues`, { project: slug, level: level.value });
});

for (const action of ["critical", "resolved"]) {
  byId(`metric-${action}`).addEventListener("click", () => {
    const [organization, slug] = byId("new-issue").elements.project.value.split("/");
    act("POST", `/control/organizations/${organization}/metric-alerts`, { action, projects: [slug] });
  });
}

byId("new-fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const { match, kind, status, delay_ms: delay, times } = event.target.elements;
  const fault = { match: match.value, kind: kind.value, times: Number(times.value) };
  if (fault.kind === "status") fault.status = Number(status.value);
  if (["delay", "trickle"].includes(fault.kind)) fault.delay_ms = Number(delay.value);
  act("POST", "/control/faults", fault);
});

byId("clear-faults").addEventListener("click", () => act("DELETE", "/control/faults"));

draw();
setInterval(() => draw().catch(() => showResult("The sandbox does not respond")), 2000);

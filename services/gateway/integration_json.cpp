#include "gateway/integration_json.hpp"

#include "gateway/json_response.hpp"

#include <tocsin/integrations/scope_rules.hpp>
#include <tocsin/integrations/sentry_host.hpp>

#include <optional>
#include <string>

namespace tocsin::gateway {

namespace {

using integrations::integration;

void write_credential(json::writer& out, std::optional<integrations::credential_summary> const& from) {
    out.name("credential");
    if (!from) {
        out.null();
        return;
    }
    out.begin_object()
        .field("expires_at", from->expires_at)
        .field("refreshed_at", from->refreshed_at)
        .field("next_refresh_at", from->next_refresh_at)
        .field("failed_attempts", from->failed_attempts)
        .field("last_error", from->last_error)
        .end_object();
}

std::string remedy_of(integration const& from, config::base_url const& sentry_url) {
    bool const can_continue = from.status != integrations::status::disconnected || from.credential;
    if (auto const elsewhere = integrations::sentry_host_mismatch(from.sentry_host, sentry_url);
        elsewhere && can_continue)
        return elsewhere->detail;
    auto const by_status = remedy(from.mode, from.status, from.reason);
    bool const lacks_webhook_secret = by_status.empty() && !from.webhook_secret_set;
    return std::string(
        lacks_webhook_secret ? integrations::missing_webhook_secret_remedy(from.mode) : by_status
    );
}

void write_sentry_org(json::writer& out, integrations::sentry_organization const& from) {
    out.begin_object().field("id", from.id).field("slug", from.slug).field("name", from.name).end_object();
}

/// The organization that is connected, or that an admin is asked to confirm.
integrations::sentry_organization const& shown_organization(integration const& from) {
    bool const asks = from.reason == integrations::reason::confirm_organization && !from.choices.empty();
    return asks ? from.choices.front().organization : from.sentry_org;
}

void write_available_orgs(json::writer& out, integration const& from) {
    out.name("available_orgs");
    if (from.reason != integrations::reason::choose_organization) {
        out.null();
        return;
    }
    out.begin_array();
    for (auto const& each : from.choices) write_sentry_org(out, each.organization);
    out.end_array();
}

void write_missing_scopes(json::writer& out, integration const& from) {
    out.name("missing_scopes").begin_array();
    if (from.credential)
        for (auto const& missing : integrations::missing_scopes(from.mode, from.scopes))
            out.begin_object()
                .field("scope", missing.scope)
                .field("without", missing.consequence)
                .end_object();
    out.end_array();
}

/// Public integrations share one address: Sentry names the installation in the body.
std::string webhook_url(integration const& from, config::base_url const& public_url) {
    auto const shared = public_url.str() + "/webhooks/sentry";
    return from.mode == integrations::mode::public_ ? shared : shared + "/" + from.id.str();
}

}  // namespace

void integration_writer::operator()(json::writer& out, integration const& from) const {
    out.begin_object()
        .field("id", from.id.str())
        .field("mode", to_string(from.mode))
        .field("status", to_string(from.status))
        .field("status_reason", to_string(from.reason))
        .field("status_since", from.status_since)
        .field("remedy", text_or_null(remedy_of(from, sentry_url_)));
    out.name("sentry_org");
    auto const& shown = shown_organization(from);
    if (shown.id.empty())
        out.null();
    else
        write_sentry_org(out, shown);
    out.field("sentry_url", from.sentry_host);
    write_available_orgs(out, from);
    out.field("installation_id", id_or_null(from.installation)).field("scopes", from.scopes);
    write_missing_scopes(out, from);
    out.field("webhook_url", webhook_url(from, public_url_))
        .field("webhook_secret_set", from.webhook_secret_set)
        .field("last_delivery_at", from.last_delivery_at);
    write_credential(out, from.credential);
    out.field("created_at", from.created_at).end_object();
}

void write_refresh_attempt(json::writer& out, integrations::refresh_attempt_summary const& from) {
    out.begin_object()
        .field("id", from.id.str())
        .field("started_at", from.started_at)
        .field("finished_at", from.finished_at)
        .field("trigger", to_string(from.trigger))
        .field("outcome", from.outcome ? to_string(*from.outcome) : "running")
        .field("http_status", from.http_status)
        .field("detail", from.detail)
        .field("next_at", from.next_at)
        .end_object();
}

}  // namespace tocsin::gateway

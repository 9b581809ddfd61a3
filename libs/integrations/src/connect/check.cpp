#include "mappings/mapping_store.hpp"

#include <tocsin/integrations/check.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/scope_rules.hpp>
#include <tocsin/integrations/sentry_host.hpp>

#include <algorithm>
#include <optional>

namespace tocsin::integrations {

namespace {

struct stored_state {
    integrations::integration integration;
    std::optional<byte_string> token;
    std::size_t active_mappings = 0;
};

/// What Sentry reports for the token.
struct sentry_state {
    std::optional<sentry::call_failure> failure;
    std::optional<sentry::installation> installation;
    std::optional<sentry::organization> organization;
};

std::string joined(std::vector<std::string> const& items, std::string_view separator) {
    std::string text;
    for (auto const& item : items) text += (text.empty() ? "" : std::string(separator)) + item;
    return text;
}

result<stored_state> read_state(db::transaction& tx, organization_id org, integration_id id) {
    auto const integration = find_integration(tx, org, id);
    if (!integration) return integration.error();
    stored_state state{*integration, std::nullopt, 0};
    if (auto const token = stored_access_token(tx, org, id)) state.token = token->sealed;
    for (auto const& each : list_mappings(tx, org, id)) state.active_mappings += each.active ? 1 : 0;
    return state;
}

/// A public integration's token belongs to an installation, the others' tokens to an organization.
async::task<sentry_state> ask_sentry(sentry::client& sentry, integration subject, secret token) {
    sentry_state state;
    if (subject.mode == mode::public_ && subject.installation) {
        auto const installation = co_await sentry.find_installation(*subject.installation, token);
        if (installation) {
            state.installation = *installation;
            state.organization = installation->organization;
        } else {
            state.failure = installation.error();
        }
    } else {
        auto const organization = co_await sentry.find_organization(subject.sentry_org.id, token);
        if (organization)
            state.organization = *organization;
        else
            state.failure = organization.error();
    }
    co_return state;
}

check_result token_failure(std::string detail) {
    return {"token", check_outcome::failed, std::move(detail)};
}

check_result check_token(sentry_state const& state) {
    if (!state.failure) return {"token", check_outcome::passed, "Sentry accepts it."};
    return token_failure(
        sentry::to_error(*state.failure, "to accept the token").detail + " Refresh it, or reconnect."
    );
}

check_result check_scopes(integration const& subject) {
    auto const missing = missing_scopes(subject.mode, subject.scopes);
    if (missing.empty())
        return {"scopes", check_outcome::passed, "Sentry granted " + joined(subject.scopes, ", ") + "."};
    std::vector<std::string> parts;
    for (auto const& each : missing) parts.push_back(each.scope + " is missing: " + each.consequence);
    return {
        "scopes",
        check_outcome::warning,
        joined(parts, "; ") +
            ". Add the permission to the integration in Sentry's developer settings, then reconnect."
    };
}

check_result check_organization(integration const& subject, sentry_state const& state) {
    if (!state.organization) return {"organization", check_outcome::failed, "It could not be checked."};
    auto const& organization = *state.organization;
    bool const same = subject.sentry_org.id == organization.id ||
                      (organization.id.empty() && subject.sentry_org.slug == organization.slug);
    if (!same)
        return {
            "organization",
            check_outcome::failed,
            "The token is for " + organization.slug + ", not for " + subject.sentry_org.slug + ". Reconnect."
        };
    return {
        "organization",
        check_outcome::passed,
        "The token is for " + (organization.name.empty() ? subject.sentry_org.name : organization.name) +
            " (" + organization.slug + ")."
    };
}

check_result check_webhooks(integration const& subject, sentry_state const& state) {
    if (state.installation && state.installation->status == sentry::installation_status::pending)
        return {
            "webhooks",
            check_outcome::failed,
            "Sentry sends none until Tocsin has confirmed that the installation is complete. Tocsin keeps trying to confirm it."
        };
    if (!subject.webhook_secret_set)
        return {"webhooks", check_outcome::failed, std::string(missing_webhook_secret_remedy(subject.mode))};
    if (!subject.last_delivery_at)
        return {
            "webhooks",
            check_outcome::warning,
            "None has arrived yet. In Sentry, check that the webhook URL is set and that the issue resource is selected."
        };
    return {
        "webhooks",
        check_outcome::passed,
        "The last one arrived at " + to_rfc3339(*subject.last_delivery_at) + "."
    };
}

check_result check_mappings(std::size_t active) {
    if (active == 0)
        return {
            "mappings", check_outcome::warning, "No project is mapped, so no delivery can open an incident."
        };
    return {
        "mappings",
        check_outcome::passed,
        std::to_string(active) + (active == 1 ? " project is mapped." : " projects are mapped.")
    };
}

}  // namespace

std::string_view to_string(check_outcome o) noexcept {
    return name_of(check_outcome_names, o);
}

async::task<result<std::vector<check_result>>> checker::check(organization_id org, integration_id id) {
    auto const stored =
        co_await pool_.transact(org, [org, id](db::transaction& tx) { return read_state(tx, org, id); });
    if (!stored) co_return stored.error();

    std::vector<check_result> results;
    auto const& subject = stored->integration;
    sentry_state from_sentry;
    if (auto const mismatch = sentry_host_mismatch(subject.sentry_host, sentry_.base())) {
        results.push_back(token_failure(mismatch->detail));
    } else if (!stored->token) {
        results.push_back(token_failure(
            "There is no access to Sentry. " +
            std::string(remedy(subject.mode, subject.status, subject.reason))
        ));
    } else if (auto const token = open_access_token(vault_, org, id, *stored->token); !token) {
        results.push_back(token_failure("The stored token cannot be opened: " + token.error().detail));
    } else {
        auto sentry = sentry_.on_behalf_of({org, id, sentry::call_priority::person});
        from_sentry = co_await ask_sentry(sentry, subject, *token);
        if (from_sentry.organization)
            co_await pool_.transact(org, [org, id, named = *from_sentry.organization](db::transaction& tx) {
                store_sentry_names(tx, org, id, named);
            });
        results.push_back(check_token(from_sentry));
    }
    results.push_back(check_scopes(subject));
    results.push_back(check_organization(subject, from_sentry));
    results.push_back(check_webhooks(subject, from_sentry));
    results.push_back(check_mappings(stored->active_mappings));
    co_return results;
}

}  // namespace tocsin::integrations

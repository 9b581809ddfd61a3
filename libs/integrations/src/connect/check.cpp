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
    auto const found = find_integration(tx, org, id);
    if (!found) return found.error();
    stored_state state{*found, std::nullopt, 0};
    if (auto const token = stored_access_token(tx, org, id)) state.token = token->sealed;
    for (auto const& each : list_mappings(tx, org, id)) state.active_mappings += each.active ? 1 : 0;
    return state;
}

/// A public integration's token belongs to an installation, the others' tokens to an organization.
async::task<sentry_state> ask_sentry(sentry::client& sentry, integration of, secret token) {
    sentry_state state;
    if (of.mode == mode::public_ && of.installation) {
        auto const found = co_await sentry.find_installation(*of.installation, token);
        if (found) {
            state.installation = *found;
            state.organization = found->organization;
        } else {
            state.failure = found.error();
        }
    } else {
        auto const found = co_await sentry.find_organization(of.sentry_org.slug, token);
        if (found)
            state.organization = *found;
        else
            state.failure = found.error();
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

check_result check_scopes(integration const& of) {
    auto const missing = missing_scopes(of.mode, of.scopes);
    if (missing.empty())
        return {"scopes", check_outcome::passed, "Sentry granted " + joined(of.scopes, ", ") + "."};
    std::vector<std::string> parts;
    for (auto const& each : missing) parts.push_back(each.scope + " is missing: " + each.consequence);
    return {
        "scopes",
        check_outcome::warning,
        joined(parts, "; ") +
            ". Add the permission to the integration in Sentry's developer settings, then reconnect."
    };
}

check_result check_organization(integration const& of, sentry_state const& state) {
    if (!state.organization) return {"organization", check_outcome::failed, "It could not be checked."};
    auto const& found = *state.organization;
    bool const same = of.sentry_org.id == found.id || (found.id.empty() && of.sentry_org.slug == found.slug);
    if (!same)
        return {
            "organization",
            check_outcome::failed,
            "The token is for " + found.slug + ", not for " + of.sentry_org.slug + ". Reconnect."
        };
    return {
        "organization",
        check_outcome::passed,
        "The token is for " + of.sentry_org.name + " (" + found.slug + ")."
    };
}

check_result check_webhooks(integration const& of, sentry_state const& state) {
    if (state.installation && state.installation->status == sentry::installation_status::pending)
        return {
            "webhooks",
            check_outcome::failed,
            "Sentry sends none until Tocsin has confirmed that the installation is complete. Tocsin keeps trying to confirm it."
        };
    if (!of.webhook_secret_set)
        return {"webhooks", check_outcome::failed, std::string(missing_webhook_secret_remedy(of.mode))};
    if (!of.last_delivery_at)
        return {
            "webhooks",
            check_outcome::warning,
            "None has arrived yet. In Sentry, check that the webhook URL is set and that the issue resource is selected."
        };
    return {
        "webhooks", check_outcome::passed, "The last one arrived at " + to_rfc3339(*of.last_delivery_at) + "."
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
    auto const& of = stored->integration;
    sentry_state from_sentry;
    if (auto const mismatch = sentry_host_mismatch(of, sentry_.base())) {
        results.push_back(token_failure(mismatch->detail));
    } else if (!stored->token) {
        results.push_back(token_failure(
            "There is no access to Sentry. " + std::string(remedy(of.mode, of.status, of.reason))
        ));
    } else if (auto const token = open_access_token(vault_, org, id, *stored->token); !token) {
        results.push_back(token_failure("The stored token cannot be opened: " + token.error().detail));
    } else {
        from_sentry = co_await ask_sentry(sentry_, of, *token);
        results.push_back(check_token(from_sentry));
    }
    results.push_back(check_scopes(of));
    results.push_back(check_organization(of, from_sentry));
    results.push_back(check_webhooks(of, from_sentry));
    results.push_back(check_mappings(stored->active_mappings));
    co_return results;
}

}  // namespace tocsin::integrations

#include "mapping_store.hpp"

#include <tocsin/integrations/check.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/integration_store.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace tocsin::integrations {

namespace {

struct needed_scope {
    std::string_view thing;
    std::string_view without;
};

// Reading is enough for everything but writing back (Sentry's endpoints accept read, write or admin of the
// same thing).
constexpr std::array<needed_scope, 4> needed{{
    {"org", "the organization cannot be confirmed"},
    {"project", "projects cannot be listed for mapping"},
    {"team", "teams cannot be shown"},
    {"event", "issues cannot be read back, and issue webhooks are not sent"},
}};

bool has_level(std::vector<std::string> const& granted, std::string_view thing) {
    return std::any_of(granted.begin(), granted.end(), [thing](std::string const& scope) {
        auto const colon = scope.find(':');
        if (colon == std::string::npos || std::string_view(scope).substr(0, colon) != thing) return false;
        auto const level = std::string_view(scope).substr(colon + 1);
        return level == "read" || level == "write" || level == "admin";
    });
}

struct known {
    integration about;
    std::optional<byte_string> token;
    std::size_t active_mappings = 0;
};

std::string joined(std::vector<std::string> const& items, std::string_view with) {
    std::string text;
    for (auto const& item : items) text += (text.empty() ? "" : std::string(with)) + item;
    return text;
}

check_result check_scopes(integration const& of) {
    auto const missing = missing_scopes(of.scopes);
    if (missing.empty())
        return {"scopes", check_outcome::passed, "Sentry granted " + joined(of.scopes, ", ") + "."};
    return {
        "scopes",
        check_outcome::warning,
        joined(missing, "; ") +
            ". Add the permission to the integration in Sentry's developer settings, then reconnect."
    };
}

check_result check_organization(integration const& of, sentry::installation const& found) {
    bool const same = of.sentry_org.id == found.organization.id ||
                      (found.organization.id.empty() && of.sentry_org.slug == found.organization.slug);
    if (!same)
        return {
            "organization",
            check_outcome::failed,
            "The token is for " + found.organization.slug + ", not for " + of.sentry_org.slug + ". Reconnect."
        };
    return {
        "organization",
        check_outcome::passed,
        "The token is for " + of.sentry_org.name + " (" + found.organization.slug + ")."
    };
}

check_result check_webhooks(integration const& of, std::optional<sentry::installation> const& found) {
    if (found && found->status == sentry::installation_status::pending)
        return {
            "webhooks",
            check_outcome::failed,
            "Sentry waits to be told that the installation is complete and sends nothing until then. Tocsin "
            "keeps telling it."
        };
    if (!of.last_delivery_at)
        return {
            "webhooks",
            check_outcome::warning,
            "None has arrived yet. Sentry must post to the webhook URL, and the issue resource must be "
            "ticked."
        };
    return {
        "webhooks", check_outcome::passed, "The last one arrived at " + to_rfc3339(*of.last_delivery_at) + "."
    };
}

check_result check_mappings(std::size_t active) {
    if (active == 0)
        return {"mappings", check_outcome::warning, "No project is mapped: nothing can open an incident."};
    return {
        "mappings",
        check_outcome::passed,
        std::to_string(active) + (active == 1 ? " project is mapped." : " projects are mapped.")
    };
}

}  // namespace

std::string_view to_string(check_outcome o) noexcept {
    switch (o) {
        case check_outcome::passed:
            return "passed";
        case check_outcome::warning:
            return "warning";
        case check_outcome::failed:
            break;
    }
    return "failed";
}

std::vector<std::string> missing_scopes(std::vector<std::string> const& granted) {
    std::vector<std::string> missing;
    for (auto const& [thing, without] : needed)
        if (!has_level(granted, thing))
            missing.push_back(std::string(thing) + ":read is missing: " + std::string(without));
    return missing;
}

async::task<result<std::vector<check_result>>> checker::check(organization_id org, integration_id id) {
    auto const stored = co_await pool_.transact(org, [org, id](db::transaction& tx) -> result<known> {
        auto const found = find_integration(tx, org, id);
        if (!found) return found.error();
        known all{*found, std::nullopt, 0};
        if (auto const sealed = sealed_access_token(tx, org, id)) all.token = *sealed;
        for (auto const& one : list_mappings(tx, org, id)) all.active_mappings += one.active ? 1 : 0;
        return all;
    });
    if (!stored) co_return stored.error();

    std::vector<check_result> results;
    std::optional<sentry::installation> installation;
    if (!stored->token || !stored->about.installation) {
        results.push_back(
            {"token",
             check_outcome::failed,
             "There is no access to Sentry. " +
                 std::string(remedy(stored->about.mode, stored->about.status, stored->about.reason))}
        );
    } else if (auto const token = open_access_token(vault_, org, id, *stored->token); !token) {
        results.push_back(
            {"token", check_outcome::failed, "The stored token cannot be opened: " + token.error().detail}
        );
    } else {
        auto const answered = co_await sentry_.find_installation(*stored->about.installation, *token);
        if (answered) {
            installation = *answered;
            results.push_back({"token", check_outcome::passed, "Sentry takes it."});
        } else {
            results.push_back(
                {"token",
                 check_outcome::failed,
                 sentry::to_error(answered.error(), "the token").detail + " Refresh it, or reconnect."}
            );
        }
    }
    results.push_back(check_scopes(stored->about));
    if (installation)
        results.push_back(check_organization(stored->about, *installation));
    else
        results.push_back({"organization", check_outcome::failed, "It could not be asked."});
    results.push_back(check_webhooks(stored->about, installation));
    results.push_back(check_mappings(stored->active_mappings));
    co_return results;
}

}  // namespace tocsin::integrations

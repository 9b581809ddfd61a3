#include "mappings/mapping_store.hpp"

#include <tocsin/integrations/check.hpp>
#include <tocsin/integrations/credentials.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/scope_rules.hpp>
#include <tocsin/integrations/sentry_host.hpp>

#include <algorithm>
#include <string_view>

namespace tocsin::integrations {

namespace {

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
    auto const missing = missing_scopes(of.mode, of.scopes);
    if (missing.empty())
        return {"scopes", check_outcome::passed, "Sentry granted " + joined(of.scopes, ", ") + "."};
    std::vector<std::string> said;
    for (auto const& one : missing) said.push_back(one.scope + " is missing: " + one.without);
    return {
        "scopes",
        check_outcome::warning,
        joined(said, "; ") +
            ". Add the permission to the integration in Sentry's developer settings, then reconnect."
    };
}

check_result check_organization(integration const& of, sentry::organization const& found) {
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

check_result check_webhooks(integration const& of, std::optional<sentry::installation> const& found) {
    if (found && found->status == sentry::installation_status::pending)
        return {
            "webhooks",
            check_outcome::failed,
            "Sentry waits to be told that the installation is complete and sends nothing until then. Tocsin "
            "keeps telling it."
        };
    if (!of.webhook_secret_set)
        return {"webhooks", check_outcome::failed, std::string(missing_webhook_secret_remedy(of.mode))};
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

async::task<result<std::vector<check_result>>> checker::check(organization_id org, integration_id id) {
    auto const stored = co_await pool_.transact(org, [org, id](db::transaction& tx) -> result<known> {
        auto const found = find_integration(tx, org, id);
        if (!found) return found.error();
        known all{*found, std::nullopt, 0};
        if (auto const stored = stored_access_token(tx, org, id)) all.token = stored->sealed;
        for (auto const& one : list_mappings(tx, org, id)) all.active_mappings += one.active ? 1 : 0;
        return all;
    });
    if (!stored) co_return stored.error();

    std::vector<check_result> results;
    auto const& about = stored->about;
    answers from_sentry;
    if (auto const elsewhere = of_another_sentry(about, sentry_.base())) {
        results.push_back({"token", check_outcome::failed, elsewhere->detail});
    } else if (!stored->token) {
        results.push_back(
            {"token",
             check_outcome::failed,
             "There is no access to Sentry. " + std::string(remedy(about.mode, about.status, about.reason))}
        );
    } else if (auto const token = open_access_token(vault_, org, id, *stored->token); !token) {
        results.push_back(
            {"token", check_outcome::failed, "The stored token cannot be opened: " + token.error().detail}
        );
    } else {
        from_sentry = co_await ask(about, *token);
        if (!from_sentry.refusal)
            results.push_back({"token", check_outcome::passed, "Sentry takes it."});
        else
            results.push_back(
                {"token",
                 check_outcome::failed,
                 sentry::to_error(*from_sentry.refusal, "the token").detail + " Refresh it, or reconnect."}
            );
    }
    results.push_back(check_scopes(about));
    if (from_sentry.organization)
        results.push_back(check_organization(about, *from_sentry.organization));
    else
        results.push_back({"organization", check_outcome::failed, "It could not be asked."});
    results.push_back(check_webhooks(about, from_sentry.installation));
    results.push_back(check_mappings(stored->active_mappings));
    co_return results;
}

/// A public integration's token says which installation it is for; the others are asked for their
/// organization.
async::task<checker::answers> checker::ask(integration about, secret token) {
    answers all;
    if (about.mode == mode::public_ && about.installation) {
        auto const found = co_await sentry_.find_installation(*about.installation, token);
        if (found) {
            all.installation = *found;
            all.organization = found->organization;
        } else {
            all.refusal = found.error();
        }
    } else {
        auto const found = co_await sentry_.find_organization(about.sentry_org.slug, token);
        if (found)
            all.organization = *found;
        else
            all.refusal = found.error();
    }
    co_return all;
}

}  // namespace tocsin::integrations

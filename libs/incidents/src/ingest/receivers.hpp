#pragma once

#include <tocsin/base/time.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/integrations/types.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::incidents {

/// How a delivery names its receiver: by the installation in its body, or by the integration whose own key
/// verified it.
struct receiver_key {
    std::string sentry_host;
    uuid installation;
    organization_id own_organization{};  ///< nil: by the installation
    integration_id own_integration{};
    friend auto operator<=>(receiver_key const&, receiver_key const&) = default;
};

/// The integration that a delivery is for.
struct receiver {
    organization_id organization;
    integration_id integration;
    integrations::mode mode = integrations::mode::public_;
    bool has_ended = false;
    std::string issue_pages;  ///< the address of its organization's issues at Sentry; empty if unknown
    std::string reason;       ///< why it has ended, for the rule's text
    std::string app_id;       ///< Sentry's number of the app that sends its webhooks; empty: unknown
};

struct receivers {
    std::vector<std::optional<receiver>> all;  ///< in the order of the keys
    timestamp now;                             ///< the transaction's
};
/// `keys` is not empty.
receivers find_receivers(db::transaction& tx, std::vector<receiver_key> const& keys);

/// Records an installation that no organization has connected yet. Of its code only the hash is kept: it
/// proves later that a code belongs to this installation.
void insert_unclaimed_installation(
    db::transaction& tx, receiver_key const& key, sentry::installation_change const& change
);

struct app_of_integration {
    organization_id organization;
    integration_id integration;
    std::string app_id;
};
/// By integration: the app that sends its webhooks.
using new_apps = std::map<integration_id, app_of_integration>;
void record_apps(db::transaction& tx, new_apps const& all);

/// Deletes the credential and sets status and reason.
void uninstall(db::transaction& tx, receiver& target);

}  // namespace tocsin::incidents

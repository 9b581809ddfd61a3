#pragma once

#include "ingest_store.hpp"

#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace tocsin::incidents {

/// Where the deliveries of a batch lead: what they ask for is collected, looked up at once, and then answered
/// for each.
class router {
public:
    /// Notes what `route` will need.
    void want(receiving_integration const& of, sentry::webhook const& hook);
    /// Also tells mappings that were typed in by slug the ids of their projects.
    void look_up(db::transaction& tx);
    routing route(receiving_integration const& of, sentry::webhook const& hook) const;

private:
    /// By id; by slug alone where the id is nothing, as metric alerts name their projects.
    struct project_key {
        organization_id organization;
        integration_id integration;
        std::optional<std::string> id;
        std::optional<std::string> slug;
        friend auto operator<=>(project_key const&, project_key const&) = default;
    };
    struct service_key {
        organization_id organization;
        std::string slug;
        friend auto operator<=>(service_key const&, service_key const&) = default;
    };
    using routes = std::map<project_key, std::optional<routing>>;

    static project_key key_of(receiving_integration const& of, sentry::project_ref const& project);
    void want_settings(organization_id org, sentry::action_settings const& settings);
    bool look_up_projects(db::transaction& tx);
    void look_up_slugs(db::transaction& tx);
    void look_up_services(db::transaction& tx);
    routing route_metric_alert(receiving_integration const& of, sentry::metric_alert const& alert) const;
    void take_settings(organization_id org, sentry::action_settings const& settings, routing& into) const;

    routes by_project_;
    routes by_slug_;
    std::map<service_key, std::optional<service_id>> services_;
};

}  // namespace tocsin::incidents

#pragma once

#include "ingest/receivers.hpp"

#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <map>
#include <optional>
#include <string>

namespace tocsin::incidents {

/// Routes the deliveries of a batch: collects what to look up, looks it up with a fixed number of statements,
/// and then answers for each delivery.
class router {
public:
    void add_lookup(receiver const& target, sentry::webhook const& webhook);
    /// Also completes mappings that were entered by slug with the ids of their projects.
    void resolve(db::transaction& tx);
    /// Of a delivery that was added before.
    routing route(receiver const& target, sentry::webhook const& webhook) const;

    /// By id; by slug only if the id is missing, as in metric alerts.
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
    using services = std::map<service_key, std::optional<service_id>>;

private:
    void add_service(organization_id org, sentry::action_settings const& settings);
    bool resolve_projects(db::transaction& tx);
    routing route_metric_alert(receiver const& target, sentry::metric_alert const& alert) const;
    void apply_settings(organization_id org, sentry::action_settings const& settings, routing& route) const;

    routes by_project_;
    routes by_slug_;
    services services_;
};

}  // namespace tocsin::incidents

#pragma once

#include "ingest/receivers.hpp"

#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/incident_rules.hpp>
#include <tocsin/sentry/webhook.hpp>

#include <map>
#include <optional>
#include <string>

namespace tocsin::incidents {

/// The slug in a stored webhook may be one that its project has no longer.
enum class webhook_age { current, stored };

/// Routes the deliveries of a batch: collects what to look up, looks it up with a fixed number of statements,
/// and then answers for each delivery.
class router {
public:
    void add_lookup(receiver const& target, sentry::webhook const& webhook, webhook_age age);
    /// Also records the current slugs of projects, and completes mappings that were entered by slug with the
    /// ids of their projects.
    void resolve(db::transaction& tx);
    /// Of a delivery that was added before.
    routing route(receiver const& target, sentry::webhook const& webhook) const;
    /// The same; nothing if the webhook names its project by slug only and no project is known to have it.
    std::optional<std::string> find_project_id(receiver const& target, sentry::webhook const& webhook) const;

    /// A webhook may name only one of the two: metric alerts have no id.
    struct project_key {
        organization_id organization;
        integration_id integration;
        std::optional<std::string> id;
        std::optional<std::string> slug;
        friend auto operator<=>(project_key const&, project_key const&) = default;
    };
    struct project {
        std::optional<std::string> id;  ///< of the key, else of the project that had the slug most recently
        bool is_recorded = false;       ///< the key's slug is the project's
        std::optional<routing> mapping;
        std::optional<mapping_id> incomplete_mapping;  ///< the same, if it lacks the project's id
        std::size_t last_current = 0;  ///< place of the last current webhook with this key; 0: none
    };
    struct service_key {
        organization_id organization;
        std::string name;  ///< id, slug, or former slug
        friend auto operator<=>(service_key const&, service_key const&) = default;
    };
    using projects = std::map<project_key, project>;
    struct service {
        service_id id;
        std::string slug;
    };
    using services = std::map<service_key, std::optional<service>>;

private:
    void add_project(project_key key, webhook_age age);
    void add_service(organization_id org, sentry::action_settings const& settings);
    void find_projects(db::transaction& tx);
    /// Returns whether something was recorded.
    bool record_names(db::transaction& tx);
    routing route_metric_alert(receiver const& target, sentry::metric_alert const& alert) const;
    void apply_settings(organization_id org, sentry::action_settings const& settings, routing& route) const;

    projects projects_;
    services services_;
    std::size_t lookups_ = 0;
};

}  // namespace tocsin::incidents

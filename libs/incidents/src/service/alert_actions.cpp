#include <tocsin/base/text.hpp>
#include <tocsin/incidents/alert_actions.hpp>
#include <tocsin/incidents/types.hpp>

#include <algorithm>

namespace tocsin::incidents {

namespace {

constexpr db::statement list_targets_of_installation{
    "list_target_services_of_installation",
    R"(select i.ended, s.service_id, s.slug, s.name,
              array(select f.slug from tocsin.service_former_slugs f
                     where f.organization_id = s.organization_id and f.service_id = s.service_id) as former_slugs
         from tocsin.installation_owners o
         join tocsin.integrations i on i.organization_id = o.organization_id and i.integration_id = o.integration_id
         left join tocsin.services s on s.organization_id = o.organization_id and s.archived_at is null
        where o.sentry_host = $1 and o.installation_id = $2 and i.installation_id = $2
        order by s.name, s.slug limit 1000)"
};

constexpr db::statement list_targets_of_integration{
    "list_target_services_of_integration",
    R"(select i.ended, s.service_id, s.slug, s.name,
              array(select f.slug from tocsin.service_former_slugs f
                     where f.organization_id = s.organization_id and f.service_id = s.service_id) as former_slugs
         from tocsin.integrations i
         left join tocsin.services s on s.organization_id = i.organization_id and s.archived_at is null
        where i.organization_id = $1 and i.integration_id = $2
        order by s.name, s.slug limit 1000)"
};

constexpr std::size_t most_environments = 50;

std::string_view value_of(sentry::action_settings const& settings, std::string_view name) {
    for (auto const& [key, value] : settings)
        if (key == name) return trim(value);
    return {};
}

std::optional<std::vector<target_service>> read_targets(db::rows const& rows) {
    if (rows.empty() || rows[0].get<bool>("ended")) return std::nullopt;
    std::vector<target_service> services;
    for (auto const row : rows)
        if (!row.is_null("slug"))
            services.push_back(
                {row.get<service_id>("service_id"),
                 row.text("slug"),
                 row.text("name"),
                 row.get<std::vector<std::string>>("former_slugs")}
            );
    return services;
}

}  // namespace

async::task<std::optional<std::vector<target_service>>> find_target_services(
    db::pool& pool, std::string sentry_host, uuid installation
) {
    return pool.transact(db::no_tenant, [sentry_host, installation](db::transaction& tx) {
        return read_targets(tx.run(list_targets_of_installation, sentry_host, installation));
    });
}

async::task<std::optional<std::vector<target_service>>> find_target_services(
    db::pool& pool, organization_id org, integration_id id
) {
    return pool.transact(db::no_tenant, [org, id](db::transaction& tx) {
        return read_targets(tx.run(list_targets_of_integration, org, id));
    });
}

std::optional<std::string> check_action_settings(
    sentry::action_settings const& settings, std::vector<target_service> const& services
) {
    auto const service = value_of(settings, "service");
    if (service.empty()) return "Choose the service for which this rule opens incidents.";
    bool const known = std::any_of(services.begin(), services.end(), [&](target_service const& one) {
        return one.slug == service || one.id == service_id::parse(service) ||
               std::find(one.former_slugs.begin(), one.former_slugs.end(), service) != one.former_slugs.end();
    });
    if (!known)
        return "There is no service \"" + printable(service, 80) +
               "\" in Tocsin. Choose another one, or create it in Tocsin.";
    auto const severity = value_of(settings, "severity");
    if (!severity.empty() && severity != "auto" && !parse_severity(severity))
        return "The severity must be auto, critical, error, warning, or info.";
    auto const open = value_of(settings, "open");
    if (!open.empty() && open != "true" && open != "false")
        return "Whether the rule opens incidents must be true or false.";
    auto const environments = value_of(settings, "environments");
    if (std::count(environments.begin(), environments.end(), ',') >=
        static_cast<std::ptrdiff_t>(most_environments))
        return "At most 50 environments, separated by commas.";
    return std::nullopt;
}

}  // namespace tocsin::incidents

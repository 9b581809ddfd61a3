#include "ingest/receivers.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/columns.hpp>
#include <tocsin/integrations/status_store.hpp>

#include <string_view>

namespace tocsin::incidents {

namespace {

bool is_own(receiver_key const& key) {
    return key.own_integration != integration_id{};
}

constexpr auto key_columns = db::columns<receiver_key>(
    // No installation matches an empty host.
    db::column(
        "sentry_host",
        [](receiver_key const& key) {
            return is_own(key) ? std::string_view() : std::string_view(key.sentry_host);
        }
    ),
    db::column("installation_id", &receiver_key::installation),
    db::column("own_organization_id", &receiver_key::own_organization),
    db::column("own_integration_id", &receiver_key::own_integration)
);

constexpr auto find_text =
    "select k.nth, tocsin.now() as now, i.organization_id, i.integration_id, i.mode, i.ended, i.status_reason, i.sentry_host, i.sentry_org_slug, i.sentry_app_id from " +
    numbered_parameters(key_columns) + R"(
         left join lateral
              (select i.organization_id, i.integration_id, i.mode, i.ended, i.status_reason, i.sentry_host, i.sentry_org_slug, i.sentry_app_id
                 from tocsin.installation_owners o
                 join tocsin.integrations i on i.organization_id = o.organization_id and i.integration_id = o.integration_id
                where o.sentry_host = k.sentry_host and o.installation_id = k.installation_id and i.installation_id = k.installation_id
               union all
               select i.organization_id, i.integration_id, i.mode, i.ended, i.status_reason, i.sentry_host, i.sentry_org_slug, i.sentry_app_id
                 from tocsin.integrations i
                where i.organization_id = k.own_organization_id and i.integration_id = k.own_integration_id
                limit 1) i on true)";
constexpr db::statement find_all{"find_receivers", find_text.c_str()};

constexpr db::statement insert_unclaimed{
    "insert_unclaimed_installation",
    R"(insert into tocsin.unclaimed_installations (sentry_host, installation_id, sentry_org_slug, code_hash)
       values ($1, $2, $3, $4) on conflict do nothing)"
};

constexpr db::statement delete_credential{
    "delete_credential", "delete from tocsin.credentials where organization_id = $1 and integration_id = $2"
};

constexpr auto app_columns = db::within<new_apps::value_type>(
    &new_apps::value_type::second,
    db::columns<app_of_integration>(
        db::column("organization_id", &app_of_integration::organization),
        db::column("integration_id", &app_of_integration::integration),
        db::column("sentry_app_id", &app_of_integration::app_id)
    )
);
constexpr auto record_apps_text =
    "update tocsin.integrations i set sentry_app_id = k.sentry_app_id from " + parameters(app_columns) +
    " where i.organization_id = k.organization_id and i.integration_id = k.integration_id";
constexpr db::statement record_all_apps{"record_apps_of_integrations", record_apps_text.c_str()};

constexpr auto uninstalled_reason = "the integration was uninstalled in Sentry";

std::string issue_pages(std::string const& host, std::optional<std::string> const& organization) {
    if (!host.starts_with("http") || !organization) return {};
    return host + "/organizations/" + *organization + "/issues/";
}

receiver read(db::row const& row) {
    auto const reason = row.text("status_reason");
    return {
        .organization = row.get<organization_id>("organization_id"),
        .integration = row.get<integration_id>("integration_id"),
        .mode = known(integrations::parse_mode(row.text("mode")), "mode"),
        .has_ended = row.get<bool>("ended"),
        .issue_pages =
            issue_pages(row.text("sentry_host"), row.get<std::optional<std::string>>("sentry_org_slug")),
        .reason = reason == "uninstalled" ? uninstalled_reason : "an admin disconnected the integration",
        .app_id = row.get<std::optional<std::string>>("sentry_app_id").value_or("")
    };
}

}  // namespace

receivers find_receivers(db::transaction& tx, std::vector<receiver_key> const& keys) {
    receivers result{.all = std::vector<std::optional<receiver>>(keys.size()), .now = {}};
    for (auto const& row : db::run(tx, find_all, key_columns, keys)) {
        result.now = row.get<timestamp>("now");
        if (!row.is_null("integration_id")) result.all[db::parameter_index(row)] = read(row);
    }
    return result;
}

void insert_unclaimed_installation(
    db::transaction& tx, receiver_key const& key, sentry::installation_change const& change
) {
    auto const hash =
        change.code.empty() ? std::nullopt : std::optional(crypto::sha256(change.code.reveal()));
    auto const bytes_or_null = hash ? std::optional(byte_view(*hash)) : std::nullopt;
    tx.run(insert_unclaimed, key.sentry_host, key.installation, change.organization_slug, bytes_or_null);
}

void record_apps(db::transaction& tx, new_apps const& all) {
    if (!all.empty()) db::run(tx, record_all_apps, app_columns, all);
}

void uninstall(db::transaction& tx, receiver& target) {
    tx.run(delete_credential, target.organization, target.integration);
    integrations::transition_status(
        tx,
        target.organization,
        target.integration,
        {integrations::status::disconnected, integrations::reason::uninstalled},
        integrations::transition_cause::uninstall
    );
    target.has_ended = true;
    target.reason = uninstalled_reason;
}

}  // namespace tocsin::incidents

#include <tocsin/base/enum_names.hpp>
#include <tocsin/integrations/integration_store.hpp>

namespace tocsin::integrations {

namespace {

#define TOCSIN_INTEGRATION_COLUMNS                                                                      \
    "select i.integration_id, i.mode, i.sentry_host, i.status, i.status_reason, i.status_since, "       \
    "i.sentry_org_id, "                                                                                 \
    "       i.sentry_org_slug, i.sentry_org_name, i.installation_id, i.scopes, i.created_at, "          \
    "       (select d.received_at from tocsin.deliveries d "                                            \
    "         where d.organization_id = i.organization_id and d.integration_id = i.integration_id "     \
    "         order by d.delivery_id desc limit 1) as last_delivery_at, "                               \
    "       i.mode = 'public' or exists (select from tocsin.webhook_secrets w "                         \
    "         where w.organization_id = i.organization_id and w.integration_id = i.integration_id) as " \
    "webhook_secret_set, "                                                                              \
    "       c.integration_id is not null as has_credential, c.expires_at, c.refreshed_at, c.due_at, "   \
    "c.failed_attempts, "                                                                               \
    "       c.last_error "                                                                              \
    "  from tocsin.integrations i "                                                                     \
    "  left join tocsin.credentials c on c.organization_id = i.organization_id and c.integration_id = " \
    "i.integration_id "

constexpr db::statement list_all{
    "list_integrations",
    TOCSIN_INTEGRATION_COLUMNS
    "where i.organization_id = $1 order by i.created_at desc, i.integration_id limit 200"
};

constexpr db::statement find_one{
    "find_integration", TOCSIN_INTEGRATION_COLUMNS "where i.organization_id = $1 and i.integration_id = $2"
};

#undef TOCSIN_INTEGRATION_COLUMNS

constexpr db::statement list_choices{
    "list_sentry_organization_choices",
    R"(select sentry_org_id, sentry_org_slug, sentry_org_name from tocsin.sentry_organization_choices
        where organization_id = $1 and integration_id = $2 order by sentry_org_slug)"
};

constexpr db::statement list_attempts{
    "list_refresh_attempts",
    R"(select attempt_id, started_at, finished_at, trigger, outcome, http_status, detail, next_at
         from tocsin.refresh_attempts where organization_id = $1 and integration_id = $2
        order by started_at desc, attempt_id limit 100)"
};

integration read(db::row const& row) {
    integration found;
    found.id = row.get<integration_id>("integration_id");
    found.mode = known(parse_mode(row.text("mode")), "mode");
    found.sentry_host = row.text("sentry_host");
    found.status = known(parse_status(row.text("status")), "status");
    found.reason = known(parse_reason(row.text("status_reason")), "status_reason");
    found.status_since = row.get<timestamp>("status_since");
    found.sentry_org = {
        row.get<std::optional<std::string>>("sentry_org_id").value_or(""),
        row.get<std::optional<std::string>>("sentry_org_slug").value_or(""),
        row.get<std::optional<std::string>>("sentry_org_name").value_or("")
    };
    found.installation = row.get<std::optional<uuid>>("installation_id");
    found.scopes = row.get<std::vector<std::string>>("scopes");
    found.last_delivery_at = row.get<std::optional<timestamp>>("last_delivery_at");
    found.webhook_secret_set = row.get<bool>("webhook_secret_set");
    found.created_at = row.get<timestamp>("created_at");
    if (row.get<bool>("has_credential"))
        found.credential = credential_summary{
            row.get<std::optional<timestamp>>("expires_at"),
            row.get<std::optional<timestamp>>("refreshed_at"),
            row.get<std::optional<timestamp>>("due_at"),
            row.get<int>("failed_attempts"),
            row.get<std::optional<std::string>>("last_error")
        };
    return found;
}

}  // namespace

result<integration> find_integration(db::transaction& tx, organization_id org, integration_id id) {
    auto const row = tx.run(find_one, org, id).first();
    if (!row) return error{errc::not_found, "There is no such integration."};
    auto found = read(*row);
    if (found.reason == reason::choose_organization)
        for (auto const choice : tx.run(list_choices, org, id))
            found.choices.push_back(
                {choice.text("sentry_org_id"), choice.text("sentry_org_slug"), choice.text("sentry_org_name")}
            );
    return found;
}

async::task<std::vector<integration>> integration_store::list(organization_id org) {
    return pool_.transact(org, [org](db::transaction& tx) {
        std::vector<integration> all;
        for (auto const row : tx.run(list_all, org)) all.push_back(read(row));
        return all;
    });
}

async::task<result<integration>> integration_store::find(organization_id org, integration_id id) {
    return pool_.transact(org, [org, id](db::transaction& tx) { return find_integration(tx, org, id); });
}

async::task<std::vector<refresh_attempt>> integration_store::attempts(
    organization_id org, integration_id id
) {
    return pool_.transact(org, [org, id](db::transaction& tx) {
        std::vector<refresh_attempt> all;
        for (auto const row : tx.run(list_attempts, org, id))
            all.push_back(
                {row.get<uuid>("attempt_id"),
                 row.get<timestamp>("started_at"),
                 row.get<std::optional<timestamp>>("finished_at"),
                 row.text("trigger"),
                 row.get<std::optional<std::string>>("outcome"),
                 row.get<std::optional<int>>("http_status"),
                 row.get<std::optional<std::string>>("detail"),
                 row.get<std::optional<timestamp>>("next_at")}
            );
        return all;
    });
}

}  // namespace tocsin::integrations

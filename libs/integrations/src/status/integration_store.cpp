#include <tocsin/db/columns.hpp>
#include <tocsin/integrations/integration_store.hpp>

namespace tocsin::integrations {

namespace {

constexpr auto sentry_organization_columns = db::columns<sentry_organization>(
    db::column("sentry_org_id", &sentry_organization::id, db::empty_is_null),
    db::column("sentry_org_slug", &sentry_organization::slug, db::empty_is_null),
    db::column("sentry_org_name", &sentry_organization::name, db::empty_is_null)
);

constexpr auto integration_columns = db::columns<integration>(
    db::column("integration_id", &integration::id),
    db::column("mode", &integration::mode, parse_mode),
    db::column("sentry_host", &integration::sentry_host),
    db::column("status", &integration::status, parse_status),
    db::column("status_reason", &integration::reason, parse_reason),
    db::column("status_since", &integration::status_since),
    db::within<integration>(&integration::sentry_org, sentry_organization_columns),
    db::column("installation_id", &integration::installation),
    db::column("scopes", &integration::scopes),
    db::column("created_at", &integration::created_at)
);

constexpr auto credential_columns = db::columns<credential_summary>(
    db::column("expires_at", &credential_summary::expires_at),
    db::column("refreshed_at", &credential_summary::refreshed_at),
    db::column("due_at", &credential_summary::next_refresh_at),
    db::column("failed_attempts", &credential_summary::failed_attempts),
    db::column("last_error", &credential_summary::last_error)
);

constexpr auto attempt_columns = db::columns<refresh_attempt_summary>(
    db::column("attempt_id", &refresh_attempt_summary::id),
    db::column("started_at", &refresh_attempt_summary::started_at),
    db::column("finished_at", &refresh_attempt_summary::finished_at),
    db::column("trigger", &refresh_attempt_summary::trigger, parse_refresh_trigger),
    db::column("outcome", &refresh_attempt_summary::outcome, parse_refresh_outcome),
    db::column("http_status", &refresh_attempt_summary::http_status),
    db::column("detail", &refresh_attempt_summary::detail),
    db::column("next_at", &refresh_attempt_summary::next_at)
);

constexpr auto select_integrations =
    "select " + names(integration_columns, "i") + ", " + names(credential_columns, "c") + R"(,
       c.integration_id is not null as has_credential,
       (select d.received_at from tocsin.deliveries d
         where d.organization_id = i.organization_id and d.integration_id = i.integration_id
         order by d.delivery_id desc limit 1) as last_delivery_at,
       i.mode = 'public' or exists (select from tocsin.webhook_secrets w
         where w.organization_id = i.organization_id and w.integration_id = i.integration_id) as webhook_secret_set
  from tocsin.integrations i
  left join tocsin.credentials c on c.organization_id = i.organization_id and c.integration_id = i.integration_id
 where i.organization_id = $1)";

constexpr auto list_text = select_integrations + " order by i.created_at desc, i.integration_id limit 200";
constexpr db::statement list_all{"list_integrations", list_text.c_str()};

constexpr auto find_text = select_integrations + " and i.integration_id = $2";
constexpr db::statement find_one{"find_integration", find_text.c_str()};

constexpr auto choice_columns = db::columns<organization_choice>(
    db::within<organization_choice>(&organization_choice::organization, sentry_organization_columns),
    db::column("installation_id", &organization_choice::installation)
);
constexpr auto choices_text = "select " + names(choice_columns) + R"(
  from tocsin.sentry_organization_choices
 where organization_id = $1 and integration_id = $2 order by sentry_org_slug)";
constexpr db::statement list_choices{"list_sentry_organization_choices", choices_text.c_str()};

constexpr auto attempts_text = "select " + names(attempt_columns) + R"(
  from tocsin.refresh_attempts
 where organization_id = $1 and integration_id = $2
 order by started_at desc, attempt_id limit 100)";
constexpr db::statement list_attempts{"list_refresh_attempts", attempts_text.c_str()};

// Without a name, only the slug is known.
constexpr db::statement set_names{
    "set_sentry_organization_names",
    R"(update tocsin.integrations set sentry_org_slug = $4, sentry_org_name = coalesce(nullif($5, ''), sentry_org_name)
        where organization_id = $1 and integration_id = $2 and sentry_org_id = $3
          and (sentry_org_slug, sentry_org_name) is distinct from ($4, coalesce(nullif($5, ''), sentry_org_name)))"
};

integration read(db::row const& row) {
    auto value = db::read(row, integration_columns);
    value.last_delivery_at = row.get<std::optional<timestamp>>("last_delivery_at");
    value.webhook_secret_set = row.get<bool>("webhook_secret_set");
    if (row.get<bool>("has_credential")) value.credential = db::read(row, credential_columns);
    return value;
}

}  // namespace

result<integration> find_integration(db::transaction& tx, organization_id org, integration_id id) {
    auto const row = tx.run(find_one, org, id).first();
    if (!row) return error{errc::not_found, "There is no such integration."};
    auto value = read(*row);
    if (value.reason == reason::choose_organization || value.reason == reason::confirm_organization)
        for (auto const choice : tx.run(list_choices, org, id))
            value.choices.push_back(db::read(choice, choice_columns));
    return value;
}

void store_sentry_names(
    db::transaction& tx, organization_id org, integration_id id, sentry::organization const& named
) {
    tx.run(set_names, org, id, named.id, named.slug, named.name);
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

async::task<std::vector<refresh_attempt_summary>> integration_store::attempts(
    organization_id org, integration_id id
) {
    return pool_.transact(org, [org, id](db::transaction& tx) {
        std::vector<refresh_attempt_summary> all;
        for (auto const row : tx.run(list_attempts, org, id)) all.push_back(db::read(row, attempt_columns));
        return all;
    });
}

}  // namespace tocsin::integrations

#include "connect/connection_store.hpp"

#include "connect/connect_flow_store.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/integrations/status_store.hpp>
#include <tocsin/integrations/webhook_keys.hpp>

namespace tocsin::integrations {

namespace {

constexpr db::statement insert_integration{
    "insert_pending_integration",
    R"(insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason)
       values ($1, $2, $3, $4, 'pending', 'awaiting_install'))"
};

constexpr db::statement claim{
    "claim_connection", "select tocsin.claim_connection($1, $2, $3::uuid, $4::uuid) as claimed"
};

constexpr db::statement set_connection{
    "set_connection_of_integration",
    R"(update tocsin.integrations
          set installation_id = $3, sentry_org_id = $4, sentry_org_slug = $5, sentry_org_name = $6, install_confirmed_at = null
        where organization_id = $1 and integration_id = $2)"
};

constexpr db::statement set_scopes{
    "set_scopes_of_integration",
    "update tocsin.integrations set scopes = $3::text[] where organization_id = $1 and integration_id = $2"
};

// Due when a third of the token's life is left. No jitter: the moment of a person's decision is random
// enough.
constexpr db::statement schedule_refresh{
    "schedule_refresh_of_credential",
    R"(update tocsin.credentials set due_at = issued_at + (expires_at - issued_at) * 0.66
        where organization_id = $1 and integration_id = $2 and expires_at is not null)"
};

// Every change of a connection locks the credential first and the integration second, as a refresh does, so
// that a concurrent Disconnect comes entirely before or after it, without a deadlock.
constexpr db::statement lock_credential{
    "lock_credential_of_integration",
    "select access_token_sealed from tocsin.credentials where organization_id = $1 and integration_id = $2 for update"
};

constexpr db::statement find_undecided{
    "find_undecided_integration",
    R"(select 1 as undecided from tocsin.integrations
        where organization_id = $1 and integration_id = $2 and status = 'pending' and status_reason = $3)"
};

constexpr db::statement insert_choice{
    "insert_sentry_organization_choice",
    R"(insert into tocsin.sentry_organization_choices (organization_id, integration_id, sentry_org_id, sentry_org_slug, sentry_org_name,
                                                       installation_id, session_hash)
       values ($1, $2, $3, $4, $5, $6, nullif($7::bytea, ''::bytea)) on conflict do nothing)"
};

constexpr db::statement find_choice{
    "find_sentry_organization_choice",
    R"(select session_hash is null or session_hash = $4 as may_decide from tocsin.sentry_organization_choices
        where organization_id = $1 and integration_id = $2 and sentry_org_id = $3)"
};

constexpr db::statement delete_choices{
    "delete_sentry_organization_choices",
    "delete from tocsin.sentry_organization_choices where organization_id = $1 and integration_id = $2"
};

constexpr db::statement note_secret{
    "note_webhook_secret",
    R"(select tocsin.note($1::uuid, 'user', 'integration.webhook_secret_set', 'integration', $2::uuid, '', null, null))"
};

constexpr db::statement note_refused{
    "note_refused_claim", "select tocsin.note_refused_claim($1, $2, $3::uuid, $4::uuid)"
};

constexpr db::statement find_code{
    "find_code_of_installation",
    R"(select 1 as found from tocsin.unclaimed_installations
        where sentry_host = $1 and installation_id = $2 and code_hash = $3)"
};

constexpr db::statement find_late{
    "find_late_decisions",
    R"(select organization_id, integration_id, mode from tocsin.integrations
        where status = 'pending' and status_reason in ('choose_organization', 'confirm_organization')
          and status_since < tocsin.now() - $1::bigint * interval '1 millisecond'
        limit 100)"
};

constexpr db::statement resume_mappings{
    "resume_mappings",
    R"(update tocsin.mappings set active = true, paused_by_disconnect = false
        where organization_id = $1 and integration_id = $2 and paused_by_disconnect)"
};

constexpr db::statement pause_mappings{
    "pause_mappings",
    R"(update tocsin.mappings set active = false, paused_by_disconnect = true
        where organization_id = $1 and integration_id = $2 and active)"
};

constexpr db::statement delete_credential{
    "delete_credential_of_integration",
    "delete from tocsin.credentials where organization_id = $1 and integration_id = $2 returning access_token_sealed"
};

// Only if no other integration of the organization is connected to the same Sentry organization.
constexpr db::statement release_organization{
    "release_sentry_organization",
    R"(update tocsin.sentry_organization_owners o set released_at = tocsin.now()
         from tocsin.integrations i
        where i.organization_id = $1 and i.integration_id = $2
          and o.organization_id = $1 and o.sentry_host = i.sentry_host and o.sentry_org_id = i.sentry_org_id
          and not exists (select from tocsin.integrations other
                           where other.organization_id = $1 and other.integration_id <> $2 and other.sentry_host = i.sentry_host
                             and other.sentry_org_id = i.sentry_org_id and not other.ended))"
};

constexpr db::statement release_installation{
    "release_installation",
    R"(update tocsin.installation_owners set released_at = tocsin.now()
        where organization_id = $1 and integration_id = $2 and released_at is null)"
};

constexpr db::statement release_other_installations{
    "release_other_installations",
    R"(update tocsin.installation_owners set released_at = tocsin.now()
        where organization_id = $1 and integration_id = $2 and installation_id <> $3 and released_at is null)"
};

constexpr db::statement had_other_organization{
    "integration_had_other_organization",
    R"(select 1 as other from tocsin.integrations
        where organization_id = $1 and integration_id = $2 and sentry_org_id is distinct from $3 and sentry_org_id is not null)"
};

constexpr db::statement find_owned_installation{
    "integration_owns_installation",
    R"(select 1 as own from tocsin.installation_owners
        where organization_id = $1 and integration_id = $2 and sentry_host = $3 and installation_id = $4)"
};

constexpr db::statement delete_unclaimed{
    "delete_unclaimed_installation",
    "delete from tocsin.unclaimed_installations where sentry_host = $1 and installation_id = $2"
};

std::optional<byte_string> access_token_of(std::optional<db::row> const& row) {
    return row ? std::optional(row->get<byte_string>("access_token_sealed")) : std::nullopt;
}

/// Stores the connection that Sentry has confirmed and releases what the integration was connected to before.
result<void> complete_connection(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    std::string const& sentry_host,
    std::optional<uuid> const& installation,
    sentry_organization const& sentry_org
) {
    if (!tx.run(claim, sentry_host, sentry_org.id, installation, id)[0].get<bool>("claimed"))
        return error{
            errc::already_claimed,
            "This Sentry organization is already connected to another organization of this deployment."
        };
    if (installation) tx.run(release_other_installations, org, id, *installation);
    if (!tx.run(had_other_organization, org, id, sentry_org.id).empty())
        tx.run(release_organization, org, id);
    tx.run(set_connection, org, id, installation, sentry_org.id, sentry_org.slug, sentry_org.name);
    tx.run(delete_choices, org, id);
    transition_status(tx, org, id, {status::connected, reason::ok}, transition_cause::connect);
    tx.run(resume_mappings, org, id);
    if (installation) tx.run(delete_unclaimed, sentry_host, *installation);
    return {};
}

}  // namespace

void insert_pending_integration(
    db::transaction& tx, organization_id org, integration_id id, mode m, std::string const& sentry_host
) {
    tx.run(insert_integration, org, id, m, sentry_host);
}

result<std::optional<byte_string>> store_connection(
    db::transaction& tx, confirmed_connection const& connection
) {
    auto const& [org, id, host, installation, sentry_org, scopes, credential] = connection;
    auto const replaced = access_token_of(tx.run(lock_credential, org, id).first());
    put_credential(tx, org, id, credential);
    tx.run(set_scopes, org, id, scopes);
    if (auto const outcome = complete_connection(tx, org, id, host, installation, sentry_org); !outcome)
        return outcome.error();
    return replaced == credential.access_token ? std::nullopt : replaced;
}

bool store_undecided(db::transaction& tx, undecided_connection const& connection) {
    auto const org = connection.organization;
    auto const id = connection.integration;
    tx.run(lock_credential, org, id);
    if (!transition_status(tx, org, id, {status::pending, connection.reason}, transition_cause::connect))
        return false;
    put_credential(tx, org, id, connection.credential);
    tx.run(set_scopes, org, id, connection.scopes);
    tx.run(delete_choices, org, id);
    for (auto const& [organization, installation] : connection.choices)
        tx.run(
            insert_choice,
            org,
            id,
            organization.id,
            organization.slug,
            organization.name,
            installation,
            as_bytes(connection.session_hash)
        );
    return true;
}

result<void> store_decision(
    db::transaction& tx,
    organization_id org,
    integration const& undecided,
    organization_choice const& chosen,
    std::string const& session_hash
) {
    auto const id = undecided.id;
    auto const& [organization, installation] = chosen;
    std::optional<db::row> choice;
    if (!tx.run(lock_credential, org, id).empty() &&
        !tx.run(find_undecided, org, id, undecided.reason).empty())
        choice = tx.run(find_choice, org, id, organization.id, as_bytes(session_hash)).first();
    if (!choice) return error{errc::illegal_transition, "This integration no longer needs a decision."};
    if (!choice->get<bool>("may_decide"))
        return error{
            errc::forbidden,
            "Only the session that came back from Sentry can decide this. Decide in that browser, or connect again."
        };
    auto const outcome = complete_connection(tx, org, id, undecided.sentry_host, installation, organization);
    if (!outcome) return outcome.error();
    tx.run(schedule_refresh, org, id);
    return {};
}

std::vector<pending_integration> find_late_decisions(db::transaction& tx, std::chrono::milliseconds limit) {
    std::vector<pending_integration> all;
    for (auto const row : tx.run(find_late, limit))
        all.push_back(
            {row.get<organization_id>("organization_id"),
             row.get<integration_id>("integration_id"),
             known(parse_mode(row.text("mode")), "mode")}
        );
    return all;
}

std::optional<byte_string> give_up_decision(db::transaction& tx, pending_integration const& pending) {
    auto const& [org, id, mode] = pending;
    tx.run(lock_credential, org, id);
    if (!transition_status(
            tx, org, id, {status::pending, reason::awaiting_install}, transition_cause::maintenance
        ))
        return std::nullopt;
    auto deleted = access_token_of(tx.run(delete_credential, org, id).first());
    tx.run(delete_choices, org, id);
    return deleted;
}

std::optional<byte_string> store_disconnected(db::transaction& tx, organization_id org, integration_id id) {
    auto deleted = access_token_of(tx.run(delete_credential, org, id).first());
    close_connect_flows(tx, org, id);
    tx.run(pause_mappings, org, id);
    tx.run(release_installation, org, id);
    delete_webhook_secret(tx, org, id);
    tx.run(delete_choices, org, id);
    transition_status(
        tx, org, id, {status::disconnected, reason::disconnected_by_admin}, transition_cause::admin
    );
    tx.run(release_organization, org, id);
    return deleted;
}

bool owns_installation(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    std::string const& sentry_host,
    uuid const& installation
) {
    return !tx.run(find_owned_installation, org, id, sentry_host, installation).empty();
}

bool is_code_of_installation(
    db::transaction& tx, std::string const& sentry_host, uuid const& installation, byte_view code_hash
) {
    return !tx.run(find_code, sentry_host, installation, code_hash).empty();
}

void note_webhook_secret(db::transaction& tx, organization_id org, integration_id id) {
    tx.run(note_secret, org, id);
}

void note_refused_claim(
    db::transaction& tx,
    std::string const& sentry_host,
    std::string const& sentry_org_id,
    std::optional<uuid> const& installation,
    integration_id id
) {
    tx.run(note_refused, sentry_host, sentry_org_id, installation, id);
}

}  // namespace tocsin::integrations

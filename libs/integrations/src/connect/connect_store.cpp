#include "connect/connect_store.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/enum_names.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/status_store.hpp>
#include <tocsin/integrations/webhook_keys.hpp>

namespace tocsin::integrations {

namespace {

constexpr int max_open_intents =
    5;  // per organization; each is an unfinished row that a person can make by clicking

constexpr db::statement count_open{
    "count_open_intents",
    R"(select count(*) as open from tocsin.connect_flows
        where organization_id = $1 and used_at is null and expires_at > tocsin.now())"
};

constexpr db::statement supersede_own{
    "supersede_own_intents",
    R"(update tocsin.connect_flows set used_at = tocsin.now()
        where organization_id = $1 and binding_hash = $2 and used_at is null)"
};

constexpr db::statement drop_abandoned{
    "drop_abandoned_integrations",
    R"(with abandoned as (
           select i.integration_id from tocsin.integrations i
            where i.organization_id = $1 and i.status = 'pending' and i.status_reason = 'awaiting_install'
              and not exists (select from tocsin.connect_flows f
                               where f.organization_id = i.organization_id and f.integration_id = i.integration_id
                                 and f.expires_at > tocsin.now())
              and not exists (select from tocsin.mappings m
                               where m.organization_id = i.organization_id and m.integration_id = i.integration_id)),
       flows as (delete from tocsin.connect_flows f using abandoned a
                  where f.organization_id = $1 and f.integration_id = a.integration_id)
       delete from tocsin.integrations i using abandoned a
        where i.organization_id = $1 and i.integration_id = a.integration_id)"
};

constexpr db::statement insert_integration{
    "insert_pending_integration",
    R"(insert into tocsin.integrations (organization_id, integration_id, mode, sentry_host, status, status_reason)
       values ($1, $2, $3, $4, 'pending', 'awaiting_install'))"
};

// Hashes as text: a statement takes three binary values at most.
constexpr db::statement insert_intent{
    "insert_connect_flow",
    R"(insert into tocsin.connect_flows (organization_id, flow_id, integration_id, user_id, purpose, allow_other, wanted_org, expires_at,
                                         session_hash, state_hash, binding_hash, verifier_sealed)
       values ($1, $2, $3, $4, $5, $6, $7, tocsin.now() + $8::bigint * interval '1 millisecond',
               decode($9, 'hex'), decode($10, 'hex'), decode($11, 'hex'), nullif($12::bytea, ''::bytea)))"
};

constexpr db::statement find_by_binding{
    "find_connect_flows", "select organization_id, flow_id from tocsin.find_connect_flows($1)"
};

constexpr db::statement find_by_state{
    "find_connect_flow_of_state", "select organization_id, flow_id from tocsin.find_connect_flow_of_state($1)"
};

// The verifier has done its work once it is handed out.
constexpr db::statement consume{
    "consume_connect_flow",
    R"(with before as (
           select organization_id, flow_id, verifier_sealed from tocsin.connect_flows
            where organization_id = $1 and flow_id = $2 and used_at is null and expires_at > tocsin.now() for update)
       update tocsin.connect_flows f set used_at = tocsin.now(), verifier_sealed = null
         from before, tocsin.organizations o, tocsin.integrations i
        where f.organization_id = before.organization_id and f.flow_id = before.flow_id
          and o.organization_id = f.organization_id
          and i.organization_id = f.organization_id and i.integration_id = f.integration_id
       returning f.integration_id, f.user_id, f.session_hash, f.binding_hash, before.verifier_sealed, f.wanted_org, f.purpose,
                 i.status, o.slug, f.purpose = 'connect' or f.allow_other or i.sentry_org_id is null as allow_other,
                 i.sentry_org_id, i.sentry_org_slug, i.sentry_org_name,
                 coalesce((select u.email from tocsin.users u where u.user_id = f.user_id), '') as actor,
                 (select m.role from tocsin.members m where m.organization_id = f.organization_id and m.user_id = f.user_id) as role)"
};

constexpr db::statement claim{
    "claim_connection", "select tocsin.claim_connection($1, $2, $3::uuid, $4::uuid) as claimed"
};

constexpr db::statement set_connection{
    "set_connection_of_integration",
    R"(update tocsin.integrations
          set installation_id = $3, sentry_org_id = $4, sentry_org_slug = $5, sentry_org_name = $6, told_installed_at = null
        where organization_id = $1 and integration_id = $2)"
};

constexpr db::statement set_scopes{
    "set_scopes_of_integration",
    "update tocsin.integrations set scopes = $3::text[] where organization_id = $1 and integration_id = $2"
};

// A third of the life is left when what waited is renewed; without a jitter of its own, since a person's
// choice is one.
constexpr db::statement start_renewing{
    "start_renewing_credential",
    R"(update tocsin.credentials set due_at = issued_at + (expires_at - issued_at) * 0.66
        where organization_id = $1 and integration_id = $2 and expires_at is not null)"
};

// Every change of a connection takes the credential first and the integration after it, as a renewal does: so
// a Disconnect of the same moment comes before all of it, or after, and neither waits for the other for ever.
constexpr db::statement lock_credential{
    "lock_credential_of_integration",
    "select access_token_sealed from tocsin.credentials where organization_id = $1 and integration_id = $2 "
    "for update"
};

constexpr db::statement find_waiting{
    "find_waiting_integration",
    R"(select 1 as waits from tocsin.integrations
        where organization_id = $1 and integration_id = $2 and status = 'pending' and status_reason = $3)"
};

constexpr db::statement insert_choice{
    "insert_sentry_organization_choice",
    R"(insert into tocsin.sentry_organization_choices (organization_id, integration_id, sentry_org_id, sentry_org_slug, sentry_org_name)
       values ($1, $2, $3, $4, $5) on conflict do nothing)"
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

constexpr db::statement find_pending_too_long{
    "find_pending_too_long",
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
    "delete from tocsin.credentials where organization_id = $1 and integration_id = $2 returning "
    "access_token_sealed"
};

// The Sentry organization is released where no other integration of the organization still holds it.
constexpr db::statement release_organization{
    "release_sentry_organization",
    R"(update tocsin.sentry_organization_owners o set released_at = tocsin.now()
         from tocsin.integrations i
        where i.organization_id = $1 and i.integration_id = $2
          and o.organization_id = $1 and o.sentry_host = i.sentry_host and o.sentry_org_id = i.sentry_org_id
          and not exists (select from tocsin.integrations other
                           where other.organization_id = $1 and other.integration_id <> $2 and other.sentry_host = i.sentry_host
                             and other.sentry_org_id = i.sentry_org_id
                             and not other.ended))"
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

constexpr db::statement leads_elsewhere{
    "connection_leads_elsewhere",
    R"(select 1 as elsewhere from tocsin.integrations
        where organization_id = $1 and integration_id = $2 and sentry_org_id is distinct from $3 and sentry_org_id is not null)"
};

constexpr db::statement owns_installation{
    "integration_owns_installation",
    R"(select 1 as own from tocsin.installation_owners
        where organization_id = $1 and integration_id = $2 and sentry_host = $3 and installation_id = $4)"
};

constexpr db::statement close_intents{
    "close_intents_of_integration",
    R"(update tocsin.connect_flows set used_at = tocsin.now()
        where organization_id = $1 and integration_id = $2 and used_at is null)"
};

constexpr db::statement forget_unclaimed{
    "forget_unclaimed_installation",
    "delete from tocsin.unclaimed_installations where sentry_host = $1 and installation_id = $2"
};

std::optional<std::string> hex_or_null(std::string const& bytes) {
    return bytes.empty() ? std::nullopt : std::optional(to_hex(as_bytes(bytes)));
}

std::string text_of(std::optional<byte_string> const& bytes) {
    return bytes ? std::string(as_text(*bytes)) : std::string();
}

}  // namespace

void insert_pending(
    db::transaction& tx, organization_id org, integration_id id, mode of, std::string const& sentry_host
) {
    tx.run(insert_integration, org, id, of, sentry_host);
}

bool open_intent(db::transaction& tx, new_intent const& what) {
    // Clicking Connect again in one browser replaces the earlier intent of the same organization.
    tx.run(supersede_own, what.organization, as_bytes(what.binding_hash));
    if (what.purpose == intent_purpose::connect) tx.run(drop_abandoned, what.organization);
    if (tx.run(count_open, what.organization)[0].get<std::int64_t>("open") >= max_open_intents) return false;
    if (what.purpose == intent_purpose::connect)
        insert_pending(tx, what.organization, what.integration, what.mode, what.sentry_host);
    tx.run(
        insert_intent,
        what.organization,
        what.flow,
        what.integration,
        what.user,
        what.purpose,
        what.allow_other,
        what.wanted_org,
        what.lifetime,
        hex_or_null(what.session_hash),
        hex_or_null(what.state_hash),
        to_hex(as_bytes(what.binding_hash)),
        what.verifier_sealed
    );
    return true;
}

std::vector<open_intent_key> find_intents(db::transaction& tx, std::string const& binding_hash) {
    std::vector<open_intent_key> found;
    for (auto const row : tx.run(find_by_binding, as_bytes(binding_hash)))
        found.push_back({row.get<organization_id>("organization_id"), row.get<uuid>("flow_id")});
    return found;
}

std::optional<open_intent_key> find_intent_of_state(db::transaction& tx, std::string const& state_hash) {
    auto const row = tx.run(find_by_state, as_bytes(state_hash)).first();
    if (!row) return std::nullopt;
    return open_intent_key{row->get<organization_id>("organization_id"), row->get<uuid>("flow_id")};
}

std::optional<consumed_intent> consume_intent(
    db::transaction& tx, organization_id org, uuid flow, std::string const& binding_hash
) {
    auto const row = tx.run(consume, org, flow).first();
    if (!row) return std::nullopt;
    tx.run(supersede_own, org, as_bytes(binding_hash));
    return consumed_intent{
        row->get<integration_id>("integration_id"),
        flow,
        row->text("purpose") == to_string(intent_purpose::connect) ? intent_purpose::connect
                                                                   : intent_purpose::reconnect,
        known(parse_status(row->text("status")), "status"),
        text_of(row->get<std::optional<byte_string>>("binding_hash")),
        row->get<std::optional<byte_string>>("verifier_sealed").value_or(byte_string()),
        row->get<std::optional<std::string>>("wanted_org"),
        row->get<std::optional<user_id>>("user_id"),
        text_of(row->get<std::optional<byte_string>>("session_hash")),
        row->text("slug"),
        row->text("actor"),
        row->get<std::optional<std::string>>("role"),
        row->get<bool>("allow_other"),
        {row->get<std::optional<std::string>>("sentry_org_id").value_or(""),
         row->get<std::optional<std::string>>("sentry_org_slug").value_or(""),
         row->get<std::optional<std::string>>("sentry_org_name").value_or("")}
    };
}

namespace {

void claim_or_throw(
    db::transaction& tx,
    std::string const& sentry_host,
    sentry_organization const& sentry_org,
    std::optional<uuid> const& installation,
    integration_id id
) {
    auto const claimed = tx.run(claim, sentry_host, sentry_org.id, installation, id);
    if (!claimed[0].get<bool>("claimed"))
        throw failure(
            {errc::already_claimed,
             "This Sentry organization is connected to another organization of this deployment already."}
        );
}

/// The connection as Sentry has confirmed it; what the integration held before is free for others.
void settle(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    std::string const& sentry_host,
    std::optional<uuid> const& installation,
    sentry_organization const& sentry_org
) {
    claim_or_throw(tx, sentry_host, sentry_org, installation, id);
    if (installation) tx.run(release_other_installations, org, id, *installation);
    if (!tx.run(leads_elsewhere, org, id, sentry_org.id).empty()) tx.run(release_organization, org, id);
    tx.run(set_connection, org, id, installation, sentry_org.id, sentry_org.slug, sentry_org.name);
    tx.run(delete_choices, org, id);
    transition_status(tx, org, id, {status::connected, reason::ok}, transition_cause::connect);
    tx.run(resume_mappings, org, id);
    if (installation) tx.run(forget_unclaimed, sentry_host, *installation);
}

}  // namespace

std::optional<byte_string> store_connection(db::transaction& tx, confirmed_connection const& what) {
    auto const before = tx.run(lock_credential, what.organization, what.integration).first();
    put_credential(tx, what.organization, what.integration, what.credential);
    tx.run(set_scopes, what.organization, what.integration, what.scopes);
    settle(tx, what.organization, what.integration, what.sentry_host, what.installation, what.sentry_org);
    auto replaced = before ? std::optional(before->get<byte_string>("access_token_sealed")) : std::nullopt;
    return replaced == what.credential.access_token ? std::nullopt : replaced;
}

bool store_waiting(db::transaction& tx, waiting_connection const& what) {
    tx.run(lock_credential, what.organization, what.integration);
    if (!transition_status(
            tx, what.organization, what.integration, {status::pending, what.reason}, transition_cause::connect
        ))
        return false;
    put_credential(tx, what.organization, what.integration, what.credential);
    tx.run(set_scopes, what.organization, what.integration, what.scopes);
    if (what.reason == reason::confirm_organization)
        tx.run(
            set_connection,
            what.organization,
            what.integration,
            what.installation,
            what.found.id,
            what.found.slug,
            what.found.name
        );
    tx.run(delete_choices, what.organization, what.integration);
    for (auto const& one : what.choices)
        tx.run(insert_choice, what.organization, what.integration, one.id, one.slug, one.name);
    return true;
}

void store_chosen(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    std::string const& sentry_host,
    std::optional<uuid> installation,
    sentry_organization const& chosen
) {
    auto const waits_for = installation ? reason::confirm_organization : reason::choose_organization;
    if (tx.run(lock_credential, org, id).empty() || tx.run(find_waiting, org, id, waits_for).empty())
        throw failure({errc::illegal_transition, "This integration does not wait for an answer any more."});
    settle(tx, org, id, sentry_host, installation, chosen);
    tx.run(start_renewing, org, id);
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

bool is_code_of(
    db::transaction& tx, std::string const& sentry_host, uuid const& installation, byte_view code_hash
) {
    return !tx.run(find_code, sentry_host, installation, code_hash).empty();
}

std::vector<pending_connection> pending_too_long(db::transaction& tx, std::chrono::milliseconds patience) {
    std::vector<pending_connection> found;
    for (auto const row : tx.run(find_pending_too_long, patience))
        found.push_back(
            {row.get<organization_id>("organization_id"),
             row.get<integration_id>("integration_id"),
             known(parse_mode(row.text("mode")), "mode")}
        );
    return found;
}

std::optional<byte_string> give_up_pending(db::transaction& tx, pending_connection const& what) {
    auto const& [org, id, mode] = what;
    tx.run(lock_credential, org, id);
    if (!transition_status(
            tx, org, id, {status::pending, reason::awaiting_install}, transition_cause::maintenance
        ))
        return std::nullopt;
    auto const deleted = tx.run(delete_credential, org, id).first();
    tx.run(delete_choices, org, id);
    return deleted ? std::optional(deleted->get<byte_string>("access_token_sealed")) : std::nullopt;
}

bool owns(
    db::transaction& tx,
    organization_id org,
    integration_id id,
    std::string const& sentry_host,
    uuid const& installation
) {
    return !tx.run(owns_installation, org, id, sentry_host, installation).empty();
}

std::optional<byte_string> store_disconnected(db::transaction& tx, organization_id org, integration_id id) {
    auto const deleted = tx.run(delete_credential, org, id).first();
    tx.run(close_intents, org, id);
    tx.run(pause_mappings, org, id);
    tx.run(release_installation, org, id);
    delete_webhook_secret(tx, org, id);
    tx.run(delete_choices, org, id);
    transition_status(
        tx, org, id, {status::disconnected, reason::disconnected_by_admin}, transition_cause::admin
    );
    tx.run(release_organization, org, id);
    return deleted ? std::optional(deleted->get<byte_string>("access_token_sealed")) : std::nullopt;
}

}  // namespace tocsin::integrations

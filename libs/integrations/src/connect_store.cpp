#include "connect_store.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/random.hpp>

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
       values ($1, $2, 'public', $3, 'pending', 'awaiting_install'))"
};

// Of the bytes the one that may be null comes first.
constexpr db::statement insert_intent{
    "insert_connect_flow",
    R"(insert into tocsin.connect_flows (organization_id, flow_id, integration_id, user_id, purpose, allow_other, expires_at, session_hash, binding_hash)
       values ($1, $2, $3, $4, $5, $6, tocsin.now() + $7::bigint * interval '1 millisecond', $8, $9))"
};

constexpr db::statement find_by_binding{
    "find_connect_flows", "select organization_id, flow_id from tocsin.find_connect_flows($1)"
};

constexpr db::statement consume{
    "consume_connect_flow",
    R"(update tocsin.connect_flows f set used_at = tocsin.now()
         from tocsin.organizations o, tocsin.integrations i
        where f.organization_id = $1 and f.flow_id = $2 and f.used_at is null and f.expires_at > tocsin.now()
          and o.organization_id = f.organization_id
          and i.organization_id = f.organization_id and i.integration_id = f.integration_id
       returning f.integration_id, f.user_id, f.session_hash, o.slug, f.purpose = 'connect' or f.allow_other or i.sentry_org_id is null as allow_other,
                 i.sentry_org_id, i.sentry_org_slug, i.sentry_org_name,
                 (select m.role from tocsin.members m where m.organization_id = f.organization_id and m.user_id = f.user_id) as role)"
};

constexpr db::statement claim{
    "claim_installation", "select tocsin.claim_installation($1, $2::uuid, $3, $4::uuid) as claimed"
};

constexpr db::statement set_connected{
    "set_integration_connected",
    R"(update tocsin.integrations
          set status = 'connected', status_reason = 'ok', status_since = tocsin.now(), installation_id = $3,
              sentry_org_id = $4, sentry_org_slug = $5, sentry_org_name = $6, scopes = $7::text[], told_installed_at = null
        where organization_id = $1 and integration_id = $2)"
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
    "delete from tocsin.credentials where organization_id = $1 and integration_id = $2"
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
                             and other.status_reason not in ('disconnected_by_admin', 'uninstalled')))"
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

constexpr db::statement set_disconnected{
    "set_integration_disconnected",
    R"(update tocsin.integrations set status = 'disconnected', status_reason = 'disconnected_by_admin', status_since = tocsin.now()
        where organization_id = $1 and integration_id = $2
          and (status, status_reason) not in (('disconnected', 'uninstalled'), ('disconnected', 'disconnected_by_admin')))"
};

constexpr db::statement forget_unclaimed{
    "forget_unclaimed_installation",
    "delete from tocsin.unclaimed_installations where sentry_host = $1 and installation_id = $2"
};

constexpr db::statement set_told{
    "set_told_installed",
    "update tocsin.integrations set told_installed_at = tocsin.now() where organization_id = $1 and "
    "integration_id = $2"
};

std::string text_of(std::optional<byte_string> const& bytes) {
    return bytes ? std::string(as_text(*bytes)) : std::string();
}

}  // namespace

bool open_intent(db::transaction& tx, new_intent const& what) {
    // Clicking Connect again in one browser replaces the earlier intent of the same organization.
    tx.run(supersede_own, what.organization, as_bytes(what.binding_hash));
    if (what.purpose == intent_purpose::connect) tx.run(drop_abandoned, what.organization);
    if (tx.run(count_open, what.organization)[0].get<std::int64_t>("open") >= max_open_intents) return false;
    if (what.purpose == intent_purpose::connect)
        tx.run(insert_integration, what.organization, what.integration, what.sentry_host);
    auto const session =
        what.session_hash.empty() ? std::nullopt : std::optional(as_bytes(what.session_hash));
    tx.run(
        insert_intent,
        what.organization,
        crypto::uuid_v4(),
        what.integration,
        what.user,
        what.purpose,
        what.allow_other,
        what.lifetime,
        session,
        as_bytes(what.binding_hash)
    );
    return true;
}

std::vector<open_intent_key> find_intents(db::transaction& tx, std::string const& binding_hash) {
    std::vector<open_intent_key> found;
    for (auto const row : tx.run(find_by_binding, as_bytes(binding_hash)))
        found.push_back({row.get<organization_id>("organization_id"), row.get<uuid>("flow_id")});
    return found;
}

std::optional<consumed_intent> consume_intent(
    db::transaction& tx, organization_id org, uuid flow, std::string const& binding_hash
) {
    auto const row = tx.run(consume, org, flow).first();
    if (!row) return std::nullopt;
    tx.run(supersede_own, org, as_bytes(binding_hash));
    return consumed_intent{
        row->get<integration_id>("integration_id"),
        row->get<std::optional<user_id>>("user_id"),
        text_of(row->get<std::optional<byte_string>>("session_hash")),
        row->text("slug"),
        row->get<std::optional<std::string>>("role"),
        row->get<bool>("allow_other"),
        {row->get<std::optional<std::string>>("sentry_org_id").value_or(""),
         row->get<std::optional<std::string>>("sentry_org_slug").value_or(""),
         row->get<std::optional<std::string>>("sentry_org_name").value_or("")}
    };
}

void store_connection(db::transaction& tx, confirmed_connection const& what) {
    auto const claimed =
        tx.run(claim, what.sentry_host, what.installation, what.sentry_org.id, what.integration);
    if (!claimed[0].get<bool>("claimed"))
        throw failure(
            {errc::already_claimed,
             "This Sentry organization is connected to another organization of this deployment already."}
        );
    // What this integration held before is free for others.
    tx.run(release_other_installations, what.organization, what.integration, what.installation);
    if (!tx.run(leads_elsewhere, what.organization, what.integration, what.sentry_org.id).empty())
        tx.run(release_organization, what.organization, what.integration);
    put_credential(tx, what.organization, what.integration, what.credential);
    tx.run(
        set_connected,
        what.organization,
        what.integration,
        what.installation,
        what.sentry_org.id,
        what.sentry_org.slug,
        what.sentry_org.name,
        what.scopes
    );
    tx.run(resume_mappings, what.organization, what.integration);
    tx.run(forget_unclaimed, what.sentry_host, what.installation);
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

void store_disconnected(db::transaction& tx, organization_id org, integration_id id) {
    tx.run(delete_credential, org, id);
    tx.run(close_intents, org, id);
    tx.run(pause_mappings, org, id);
    tx.run(release_installation, org, id);
    tx.run(set_disconnected, org, id);
    tx.run(release_organization, org, id);
}

void store_told_installed(db::transaction& tx, organization_id org, integration_id id) {
    tx.run(set_told, org, id);
}

}  // namespace tocsin::integrations

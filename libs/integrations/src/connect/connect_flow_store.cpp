#include "connect/connect_flow_store.hpp"

#include "connect/connection_store.hpp"

#include <tocsin/base/encoding.hpp>

namespace tocsin::integrations {

namespace {

constexpr int max_open_flows = 5;  // per organization, because anyone who may connect can create them

constexpr db::statement count_open{
    "count_open_connect_flows",
    R"(select count(*) as open from tocsin.connect_flows
        where organization_id = $1 and used_at is null and expires_at > tocsin.now())"
};

constexpr db::statement close_flows_of_browser{
    "close_connect_flows_of_browser",
    R"(update tocsin.connect_flows set used_at = tocsin.now()
        where organization_id = $1 and used_at is null
          and (token_id = $2 or binding_hash = $3))"
};

// Of the same mode: only flows of the OAuth application have a state.
constexpr db::statement close_flows_like{
    "close_connect_flows_like",
    R"(update tocsin.connect_flows f set used_at = tocsin.now()
         from tocsin.connect_flows consumed
        where consumed.organization_id = $1 and consumed.flow_id = $2
          and f.organization_id = $1 and f.binding_hash = $3 and f.used_at is null
          and (f.state_hash is null) = (consumed.state_hash is null))"
};

constexpr db::statement close_flows_of_integration{
    "close_connect_flows_of_integration",
    R"(update tocsin.connect_flows set used_at = tocsin.now()
        where organization_id = $1 and integration_id = $2 and used_at is null)"
};

// What was never connected, with everything that refers to it: owners, refresh attempts, and monitors need a
// connection, and projects are deleted by their foreign key. What has mappings is kept.
constexpr db::statement delete_abandoned{
    "delete_abandoned_integrations",
    R"(with abandoned as (
           select i.integration_id from tocsin.integrations i
            where i.organization_id = $1 and i.status = 'pending' and i.status_reason = 'awaiting_install'
              and i.sentry_org_id is null and i.installation_id is null
              and not exists (select from tocsin.connect_flows f
                               where f.organization_id = i.organization_id and f.integration_id = i.integration_id
                                 and f.expires_at > tocsin.now())
              and not exists (select from tocsin.mappings m
                               where m.organization_id = i.organization_id and m.integration_id = i.integration_id)),
       flows as (delete from tocsin.connect_flows f using abandoned a
                  where f.organization_id = $1 and f.integration_id = a.integration_id),
       choices as (delete from tocsin.sentry_organization_choices c using abandoned a
                    where c.organization_id = $1 and c.integration_id = a.integration_id),
       credentials as (delete from tocsin.credentials c using abandoned a
                        where c.organization_id = $1 and c.integration_id = a.integration_id),
       secrets as (delete from tocsin.webhook_secrets w using abandoned a
                    where w.organization_id = $1 and w.integration_id = a.integration_id)
       delete from tocsin.integrations i using abandoned a
        where i.organization_id = $1 and i.integration_id = a.integration_id)"
};

// Hashes are text because a statement takes at most three binary values.
constexpr db::statement insert_flow{
    "insert_connect_flow",
    R"(insert into tocsin.connect_flows (organization_id, flow_id, integration_id, user_id, purpose, allow_other, wanted_org, expires_at,
                                         session_hash, state_hash, binding_hash, verifier_sealed, token_id, allowed_org_id)
       values ($1, $2, $3, $4, $5, $6, $7, tocsin.now() + $8::bigint * interval '1 millisecond',
               decode($9, 'hex'), decode($10, 'hex'), decode($11, 'hex'), nullif($13::bytea, ''::bytea), $12,
               case when $6 then (select r.refused_org_id from tocsin.connect_flows r
                                   where r.organization_id = $1 and r.integration_id = $3 and r.refused_org_id is not null
                                   order by r.used_at desc limit 1) end))"
};

constexpr db::statement find_by_binding{
    "find_connect_flows", "select organization_id, flow_id from tocsin.find_connect_flows($1)"
};

constexpr db::statement find_binding_of_session{
    "find_binding_of_session", "select tocsin.is_binding_of_session($1, $2) as is_binding"
};

constexpr db::statement find_by_state{
    "find_connect_flow_of_state", "select organization_id, flow_id from tocsin.find_connect_flow_of_state($1)"
};

// The verifier is not needed after it is returned.
constexpr db::statement consume_flow{
    "consume_connect_flow",
    R"(with before as (
           select organization_id, flow_id, verifier_sealed from tocsin.connect_flows
            where organization_id = $1 and flow_id = $2 and used_at is null and expires_at > tocsin.now()
              and binding_hash = $3 and (session_hash is null or session_hash = $4) for update)
       update tocsin.connect_flows f set used_at = tocsin.now(), verifier_sealed = null
         from before, tocsin.organizations o, tocsin.integrations i
        where f.organization_id = before.organization_id and f.flow_id = before.flow_id
          and o.organization_id = f.organization_id
          and i.organization_id = f.organization_id and i.integration_id = f.integration_id
       returning f.integration_id, f.user_id, f.session_hash, before.verifier_sealed, f.wanted_org, f.purpose, f.allowed_org_id,
                 o.slug, i.sentry_org_id, i.sentry_org_slug, i.sentry_org_name,
                 coalesce((select u.email from tocsin.users u where u.user_id = f.user_id), '') as actor,
                 coalesce((select m.role from tocsin.members m where m.organization_id = f.organization_id and m.user_id = f.user_id),
                          (select t.role from tocsin.api_tokens t
                            where t.organization_id = f.organization_id and t.token_id = f.token_id
                              and t.revoked_at is null and (t.expires_at is null or t.expires_at > tocsin.now()))) as role)"
};

constexpr db::statement find_open{
    "find_open_connect_flow",
    R"(select 1 as open from tocsin.connect_flows
        where organization_id = $1 and flow_id = $2 and used_at is null and expires_at > tocsin.now())"
};

constexpr db::statement set_refused{
    "set_refused_organization_of_connect_flow",
    "update tocsin.connect_flows set refused_org_id = $3 where organization_id = $1 and flow_id = $2"
};

std::optional<std::string> hex_or_null(std::string const& bytes) {
    return bytes.empty() ? std::nullopt : std::optional(to_hex(as_bytes(bytes)));
}

std::string bytes_of(db::row const& row, char const* column) {
    auto const bytes = row.get<std::optional<byte_string>>(column);
    return bytes ? std::string(as_text(*bytes)) : std::string();
}

std::string text_or_empty(db::row const& row, char const* column) {
    return row.get<std::optional<std::string>>(column).value_or("");
}

connect_flow_key read_key(db::row const& row) {
    return {row.get<organization_id>("organization_id"), row.get<uuid>("flow_id")};
}

}  // namespace

bool insert_connect_flow(db::transaction& tx, new_connect_flow const& flow) {
    // A second click on Connect in one browser replaces the earlier flow of the same organization.
    tx.run(close_flows_of_browser, flow.organization, flow.token, as_bytes(flow.binding_hash));
    if (flow.purpose == connect_purpose::connect) tx.run(delete_abandoned, flow.organization);
    if (tx.run(count_open, flow.organization)[0].get<std::int64_t>("open") >= max_open_flows) return false;
    if (flow.purpose == connect_purpose::connect)
        insert_pending_integration(tx, flow.organization, flow.integration, flow.mode, flow.sentry_host);
    tx.run(
        insert_flow,
        flow.organization,
        flow.id,
        flow.integration,
        flow.user,
        flow.purpose,
        flow.allow_other,
        flow.sentry_org,
        flow.lifetime,
        hex_or_null(flow.session_hash),
        hex_or_null(flow.state_hash),
        to_hex(as_bytes(flow.binding_hash)),
        flow.token,
        flow.verifier_sealed
    );
    return true;
}

std::vector<connect_flow_key> find_connect_flows(db::transaction& tx, std::string const& binding_hash) {
    std::vector<connect_flow_key> all;
    for (auto const row : tx.run(find_by_binding, as_bytes(binding_hash))) all.push_back(read_key(row));
    return all;
}

std::optional<connect_flow_key> find_connect_flow_of_state(
    db::transaction& tx, std::string const& state_hash
) {
    auto const row = tx.run(find_by_state, as_bytes(state_hash)).first();
    return row ? std::optional(read_key(*row)) : std::nullopt;
}

bool is_binding_of_session(
    db::transaction& tx, std::string const& binding_hash, std::string const& session_hash
) {
    return tx.run(find_binding_of_session, as_bytes(binding_hash), as_bytes(session_hash))[0].get<bool>(
        "is_binding"
    );
}

void note_refused_organization(
    db::transaction& tx, connect_flow_key const& key, std::string const& sentry_org_id
) {
    tx.run(set_refused, key.organization, key.id, sentry_org_id);
}

boost::system::result<connect_flow, flow_problem> consume_connect_flow(
    db::transaction& tx,
    connect_flow_key const& key,
    std::string const& binding_hash,
    std::string const& session_hash
) {
    auto const row =
        tx.run(consume_flow, key.organization, key.id, as_bytes(binding_hash), as_bytes(session_hash))
            .first();
    if (!row)
        return tx.run(find_open, key.organization, key.id).empty() ? flow_problem::closed
                                                                   : flow_problem::other_browser;
    tx.run(close_flows_like, key.organization, key.id, as_bytes(binding_hash));
    return connect_flow{
        .organization = key.organization,
        .id = key.id,
        .integration = row->get<integration_id>("integration_id"),
        .purpose = known(parse_connect_purpose(row->text("purpose")), "purpose"),
        .verifier_sealed = row->get<std::optional<byte_string>>("verifier_sealed").value_or(byte_string()),
        .sentry_org = row->get<std::optional<std::string>>("wanted_org"),
        .user = row->get<std::optional<user_id>>("user_id"),
        .session_hash = bytes_of(*row, "session_hash"),
        .organization_slug = row->text("slug"),
        .actor = row->text("actor"),
        .role = row->get<std::optional<std::string>>("role"),
        .expected =
            {text_or_empty(*row, "sentry_org_id"),
             text_or_empty(*row, "sentry_org_slug"),
             text_or_empty(*row, "sentry_org_name")},
        .allowed = text_or_empty(*row, "allowed_org_id")
    };
}

void close_connect_flows(db::transaction& tx, organization_id org, integration_id id) {
    tx.run(close_flows_of_integration, org, id);
}

}  // namespace tocsin::integrations

#include <tocsin/base/enum_names.hpp>
#include <tocsin/integrations/status_store.hpp>

#include <string_view>

namespace tocsin::integrations {

namespace {

constexpr db::statement lock_status{
    "lock_integration_status",
    R"(select status, status_reason from tocsin.integrations
        where organization_id = $1 and integration_id = $2 for update)"
};

constexpr db::statement write_status{
    "write_integration_status",
    R"(update tocsin.integrations set status = $3, status_reason = $4, status_since = tocsin.now()
        where organization_id = $1 and integration_id = $2)"
};

constexpr db::statement write_audit{
    "audit_integration_status",
    R"(select tocsin.note($1::uuid, $3, 'integration.status', 'integration', $2::uuid,
                          (select coalesce(sentry_org_name, '') from tocsin.integrations where organization_id = $1::uuid and integration_id = $2::uuid),
                          jsonb_build_object('status', $4::text, 'reason', $5::text), jsonb_build_object('status', $6::text, 'reason', $7::text)))"
};

std::string_view actor_kind_of(transition_cause cause) noexcept {
    switch (cause) {
        case transition_cause::connect:
        case transition_cause::admin:
            return "user";
        case transition_cause::uninstall:
            return "sentry";
        case transition_cause::refresh:
        case transition_cause::maintenance:
            break;
    }
    return "system";
}

}  // namespace

bool transition_status(
    db::transaction& tx, organization_id org, integration_id id, status_with_reason to, transition_cause cause
) {
    auto const row = tx.run(lock_status, org, id).first();
    if (!row) return false;
    status_with_reason const from{
        known(parse_status(row->text("status")), "status"),
        known(parse_reason(row->text("status_reason")), "status_reason")
    };
    if (!is_allowed_transition(from, to, cause)) return false;
    tx.run(write_status, org, id, to.status, to.reason);
    tx.run(write_audit, org, id, actor_kind_of(cause), from.status, from.reason, to.status, to.reason);
    return true;
}

}  // namespace tocsin::integrations

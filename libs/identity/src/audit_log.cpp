#include "read_all.hpp"

#include <tocsin/identity/audit_log.hpp>

#include <utility>

namespace tocsin::identity {

namespace {

constexpr db::statement list_entries = {
    "audit_list",
    R"(select audit_id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name,
              before_value, after_value, address, request_id
         from tocsin.audit_log
        where organization_id = $1::uuid
          and ($2::bigint is null or audit_id < $2::bigint)
          and ($3::text is null or actor_id::text = $3 or position(lower($3) in lower(actor_name)) > 0)
          and ($4::text is null or action = $4 or split_part(action, '.', 1) = $4)
          and ($5::text is null or subject_id::text = $5 or subject_kind = $5
               or position(lower($5) in lower(subject_name)) > 0)
          and ($6::timestamptz is null or at >= $6::timestamptz)
          and ($7::timestamptz is null or at < $7::timestamptz)
        order by audit_id desc limit $8::bigint)",
};

constexpr db::statement note_action = {
    "audit_note",
    "select tocsin.note($1::uuid, 'user', $2, $3, $4::uuid, '', null, $5::jsonb)",
};

audit_entry read_entry(db::row const& from) {
    return {
        from.get<std::int64_t>("audit_id"),
        from.get<timestamp>("at"),
        from.text("actor_kind"),
        from.get<std::optional<uuid>>("actor_id"),
        from.text("actor_name"),
        from.text("action"),
        from.text("subject_kind"),
        from.get<std::optional<uuid>>("subject_id"),
        from.text("subject_name"),
        from.get<std::optional<std::string>>("before_value"),
        from.get<std::optional<std::string>>("after_value"),
        from.text("address"),
        from.text("request_id"),
    };
}

}  // namespace

async::task<std::vector<audit_entry>> audit_log::list(
    organization_id org, audit_filter filter, std::optional<std::int64_t> before, std::int64_t limit
) {
    co_return co_await gateway_.transact(
        org,
        [org, filter = std::move(filter), before, limit](db::transaction& tx) {
            auto const rows = tx.run(
                list_entries,
                org,
                before,
                filter.actor,
                filter.action,
                filter.subject,
                filter.since,
                filter.until,
                limit
            );
            return read_all(rows, read_entry);
        }
    );
}

async::task<> audit_log::note(
    organization_id org,
    db::actor by,
    std::string action,
    std::string subject_kind,
    std::optional<uuid> subject,
    std::optional<std::string> after
) {
    co_await gateway_.transact(
        db::tenant(org, std::move(by)),
        [org, action = std::move(action), kind = std::move(subject_kind), subject, after = std::move(after)](
            db::transaction& tx
        ) { tx.run(note_action, org, action, kind, subject, after); }
    );
}

}  // namespace tocsin::identity

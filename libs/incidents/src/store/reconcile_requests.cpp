#include "store/reconcile_requests.hpp"

#include <tocsin/db/columns.hpp>

#include <algorithm>

namespace tocsin::incidents {

namespace {

constexpr auto columns = db::columns<reconcile_request>(
    db::column("organization_id", &reconcile_request::organization),
    db::column("integration_id", &reconcile_request::integration),
    db::column("issue_id", &reconcile_request::issue),
    db::column("reason", &reconcile_request::reason, parse_reconcile_reason),
    db::column("delivery_id", &reconcile_request::delivery)
);

// A request that is already there keeps its due time, unless the new one has a later reason.
constexpr db::sql_text has_later_reason{
    "array_position(array['outage', 'order', 'environment'], excluded.reason)"
    " > array_position(array['outage', 'order', 'environment'], r.reason)"
};
constexpr auto enqueue_text =
    db::insert_into("tocsin.reconcile_requests as r", columns) +
    " on conflict (organization_id, integration_id, issue_id) do update set round = r.round + 1,"
    " tries = case when " +
    has_later_reason +
    " then 0 else r.tries end,"
    " due_at = case when " +
    has_later_reason +
    " then excluded.due_at else r.due_at end,"
    " reason = case when " +
    has_later_reason +
    " then excluded.reason else r.reason end,"
    " delivery_id = coalesce(excluded.delivery_id, r.delivery_id)";
constexpr db::statement enqueue_all{"enqueue_reconcile_requests", enqueue_text.c_str()};

constexpr db::statement delete_ended{
    "delete_reconcile_requests_of_ended_integrations",
    R"(delete from tocsin.reconcile_requests r using tocsin.integrations i
        where i.organization_id = r.organization_id and i.integration_id = r.integration_id and r.due_at <= tocsin.now() and i.ended)"
};

constexpr db::statement claim_one{
    "claim_reconcile_request",
    R"(with due as (select organization_id, integration_id, issue_id from tocsin.reconcile_requests
                     where due_at <= tocsin.now() order by reason = 'outage', due_at limit 1 for update skip locked)
       update tocsin.reconcile_requests r set due_at = tocsin.now() + $1::bigint * interval '1 millisecond', tries = r.tries + 1
         from due
        where r.organization_id = due.organization_id and r.integration_id = due.integration_id and r.issue_id = due.issue_id
       returning r.organization_id, r.integration_id, r.issue_id, r.reason, r.delivery_id, r.round, r.tries)"
};

constexpr db::statement delete_round{
    "complete_reconcile_request",
    R"(delete from tocsin.reconcile_requests
        where organization_id = $1 and integration_id = $2 and issue_id = $3 and round = $4)"
};

constexpr db::statement repeat_for_outage{
    "repeat_reconcile_request_of_outage",
    R"(update tocsin.reconcile_requests r
          set reason = 'outage', delivery_id = null, tries = 0, due_at = tocsin.now() + $5::bigint * interval '1 millisecond'
        where r.organization_id = $1 and r.integration_id = $2 and r.issue_id = $3 and r.round = $4
          and exists (select from tocsin.incidents i
                       where i.organization_id = r.organization_id and i.integration_id = r.integration_id and i.source_kind = 'issue'
                         and i.source_id = r.issue_id and i.status <> 'resolved' and i.category = 'outage'))"
};

constexpr db::statement find_archived{
    "find_archived_entry",
    R"(select 1 as found from tocsin.incidents i
         join tocsin.timeline t on t.organization_id = i.organization_id and t.incident_number = i.number and t.kind = 'archived'
        where i.organization_id = $1 and i.integration_id = $2 and i.source_kind = 'issue' and i.source_id = $3
          and i.status <> 'resolved' limit 1)"
};

constexpr db::statement make_due{
    "make_reconcile_request_due",
    R"(update tocsin.reconcile_requests set due_at = tocsin.now(), tries = 0
        where organization_id = $1 and integration_id = $2 and issue_id = $3)"
};

constexpr db::statement postpone_one{
    "postpone_reconcile_request",
    R"(update tocsin.reconcile_requests set due_at = tocsin.now() + $4::bigint * interval '1 millisecond'
        where organization_id = $1 and integration_id = $2 and issue_id = $3)"
};

}  // namespace

std::string_view to_string(reconcile_reason r) noexcept {
    return name_of(reconcile_reason_names, r);
}
std::optional<reconcile_reason> parse_reconcile_reason(std::string_view text) noexcept {
    return value_of(reconcile_reason_names, text);
}

void enqueue(db::transaction& tx, std::vector<reconcile_request> all) {
    // Of several requests for an issue the one with the latest reason comes last.
    std::sort(all.begin(), all.end());
    std::vector<reconcile_request> of_issues;
    for (auto& one : all) {
        bool const is_same = !of_issues.empty() && of_issues.back().organization == one.organization &&
                             of_issues.back().integration == one.integration &&
                             of_issues.back().issue == one.issue;
        if (is_same)
            of_issues.back() = std::move(one);
        else
            of_issues.push_back(std::move(one));
    }
    if (!of_issues.empty()) db::run(tx, enqueue_all, columns, of_issues);
}

std::optional<claimed_request> claim_request(db::transaction& tx, std::chrono::milliseconds lease) {
    tx.run(delete_ended);
    auto const row = tx.run(claim_one, lease).first();
    if (!row) return std::nullopt;
    return claimed_request{db::read(*row, columns), row->get<std::int64_t>("round"), row->get<int>("tries")};
}

void complete(
    db::transaction& tx, claimed_request const& claimed, std::chrono::milliseconds outage_interval
) {
    auto const& one = claimed.request;
    auto const repeated = tx.run(
        repeat_for_outage, one.organization, one.integration, one.issue, claimed.round, outage_interval
    );
    if (repeated.affected() > 0) return;
    if (tx.run(delete_round, one.organization, one.integration, one.issue, claimed.round).affected() == 0)
        tx.run(make_due, one.organization, one.integration, one.issue);
}

void postpone(db::transaction& tx, claimed_request const& claimed, std::chrono::milliseconds delay) {
    auto const& one = claimed.request;
    tx.run(postpone_one, one.organization, one.integration, one.issue, delay);
}

bool is_archived(db::transaction& tx, reconcile_request const& request) {
    return !tx.run(find_archived, request.organization, request.integration, request.issue).empty();
}

}  // namespace tocsin::incidents

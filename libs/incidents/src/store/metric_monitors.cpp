#include "store/metric_monitors.hpp"

#include "store/row_version.hpp"

#include <tocsin/base/enum_names.hpp>
#include <tocsin/db/columns.hpp>

namespace tocsin::incidents {

namespace {

constexpr auto key_columns = db::columns<monitor_key>(
    db::column("organization_id", &monitor_key::organization),
    db::column("integration_id", &monitor_key::integration),
    db::column("name_hash", &monitor_key::name),
    db::column("rule_id", &monitor_key::rule),
    db::column("issue_id", &monitor_key::issue)
);
constexpr auto find_text = "select k.nth, m.source_kind, m.source_id, m.rule_id, m.issue_id from " +
                           numbered_parameters(key_columns) + R"(
         cross join lateral
              (select m.source_kind, m.source_id, m.rule_id, m.issue_id from tocsin.metric_monitors m
                where m.organization_id = k.organization_id and m.integration_id = k.integration_id
                  and (m.name_hash = k.name_hash or m.rule_id = k.rule_id or m.issue_id = k.issue_id)
                order by coalesce(m.rule_id = k.rule_id, false) or coalesce(m.issue_id = k.issue_id, false) desc limit 1) m)";
constexpr db::statement find{"find_metric_monitors", find_text.c_str()};

constexpr auto write_columns = db::columns<monitor_write>(
    db::within<monitor_write>(&monitor_write::key, key_columns),
    db::within<monitor_write>(
        &monitor_write::source,
        db::columns<source>(db::column("source_kind", &source::kind), db::column("source_id", &source::id))
    )
);
constexpr auto write_text =
    db::insert_into("tocsin.metric_monitors as m", write_columns) +
    " on conflict (organization_id, integration_id, name_hash) do update"
    " set rule_id = coalesce(excluded.rule_id, m.rule_id), issue_id = coalesce(excluded.issue_id, m.issue_id)"
    " where m.source_kind = excluded.source_kind and m.source_id = excluded.source_id";
constexpr db::statement write{"write_metric_monitors", write_text.c_str()};

source_kind kind_of(std::string const& name) {
    return known(value_of(source_names, name), "source_kind");
}

}  // namespace

std::vector<std::optional<metric_monitor>> find_monitors(
    db::transaction& tx, std::vector<monitor_key> const& keys
) {
    std::vector<std::optional<metric_monitor>> found(keys.size());
    if (keys.empty()) return found;
    for (auto const& row : db::run(tx, find, key_columns, keys))
        found[db::parameter_index(row)] = metric_monitor{
            {kind_of(row.text("source_kind")), row.text("source_id")},
            row.get<std::optional<std::string>>("rule_id"),
            row.get<std::optional<std::string>>("issue_id")
        };
    return found;
}

void write_monitors(db::transaction& tx, std::vector<monitor_write> const& all) {
    if (!all.empty()) expect_written(db::run(tx, write, write_columns, all).affected(), all.size());
}

}  // namespace tocsin::incidents

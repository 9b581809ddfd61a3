#include <tocsin/oncall/policy_store.hpp>

namespace tocsin::oncall {

namespace {

constexpr db::statement list_policies{
    "list_policies",
    R"(select policy_id, slug, name, version, is_default, created_at from tocsin.policies
        where organization_id = $1 and ($2::uuid is null or policy_id = $2) and ($3::uuid is null or policy_id > $3)
        order by policy_id limit $4)"
};

constexpr db::statement find_version{
    "find_policy_version",
    "select laps, last_resort from tocsin.policy_versions where organization_id = $1 and policy_id = $2 and version = $3"
};

constexpr db::statement list_steps{
    "list_policy_steps",
    R"(select s.position, s.wait_seconds, t.kind, t.target, t.urgency
         from tocsin.policy_steps s
         left join tocsin.policy_targets t on t.organization_id = s.organization_id and t.policy_id = s.policy_id
                                          and t.version = s.version and t.position = s.position
        where s.organization_id = $1 and s.policy_id = $2 and s.version = $3
        order by s.position, t.ordinal)"
};

constexpr db::statement insert_version{
    "insert_policy_version",
    R"(insert into tocsin.policy_versions (organization_id, policy_id, version, laps, last_resort) values ($1, $2, $3, $4, $5))"
};
constexpr db::statement insert_step{
    "insert_policy_step",
    R"(insert into tocsin.policy_steps (organization_id, policy_id, version, position, wait_seconds) values ($1, $2, $3, $4, $5))"
};
constexpr db::statement insert_target{
    "insert_policy_target",
    R"(insert into tocsin.policy_targets (organization_id, policy_id, version, position, ordinal, kind, target, urgency)
       values ($1, $2, $3, $4, $5, $6, $7, $8))"
};

}  // namespace

ladder read_ladder(db::transaction& tx, organization_id org, policy_id id, int version) {
    ladder read;
    if (auto const row = tx.run(find_version, org, id, version).first()) {
        read.laps = row->get<int>("laps");
        read.last_resort = row->get<bool>("last_resort");
    }
    std::optional<int> position;
    for (auto const row : tx.run(list_steps, org, id, version)) {
        if (position != row.get<int>("position")) {
            position = row.get<int>("position");
            read.steps.push_back({std::chrono::seconds(row.get<std::int64_t>("wait_seconds")), {}});
        }
        if (row.is_null("kind")) continue;
        // Of another kind: from a newer version of the program.
        auto const kind = parse_target_kind(row.text("kind"));
        if (!kind) continue;
        read.steps.back().targets.push_back(
            {*kind, row.text("target"), known(parse_target_urgency(row.text("urgency")), "urgency")}
        );
    }
    return read;
}

std::vector<policy> read_policies(
    db::transaction& tx,
    organization_id org,
    std::optional<policy_id> id,
    std::optional<policy_id> after,
    std::int64_t limit
) {
    std::vector<policy> all;
    for (auto const row : tx.run(list_policies, org, id, after, limit))
        all.push_back(
            {row.get<policy_id>("policy_id"),
             row.text("slug"),
             row.text("name"),
             row.get<int>("version"),
             row.get<bool>("is_default"),
             {},
             row.get<timestamp>("created_at")}
        );
    for (auto& each : all) each.ladder = read_ladder(tx, org, each.id, each.version);
    return all;
}

void insert_ladder(
    db::transaction& tx, organization_id org, policy_id id, int version, ladder const& content
) {
    tx.run(insert_version, org, id, version, content.laps, content.last_resort);
    int position = 0;
    for (auto const& each : content.steps) {
        tx.run(insert_step, org, id, version, position, std::int64_t{each.wait.count()});
        int ordinal = 0;
        for (auto const& called : each.targets)
            tx.run(
                insert_target, org, id, version, position, ordinal++, called.kind, called.id, called.urgency
            );
        ++position;
    }
}

}  // namespace tocsin::oncall

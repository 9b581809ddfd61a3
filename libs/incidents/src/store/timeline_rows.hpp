#pragma once

#include <tocsin/base/uuid.hpp>
#include <tocsin/db/columns.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

/// The columns of tocsin.timeline, of whichever type a row has.
template <class Row>
inline constexpr auto timeline_columns = db::columns<Row>(
    db::column("kind", &Row::kind),
    db::column("actor_type", &Row::actor_type),
    db::column("actor_name", &Row::actor_name),
    db::column("from_value", &Row::from, db::empty_is_null),
    db::column("to_value", &Row::to, db::empty_is_null),
    db::column("text", &Row::text, db::empty_is_null),
    db::column("delivery_id", &Row::delivery)
);

/// An entry to append. Its texts are those of the timeline_item and the actor that it was made of.
struct new_timeline_entry {
    new_timeline_entry(
        organization_id org,
        std::int64_t number,
        timeline_item const& item,
        actor const& who,
        std::optional<delivery_id> cause = {}
    )
        : organization(org),
          incident(number),
          kind(item.kind),
          actor_type(who.kind),
          actor_name(who.name),
          actor_user(who.user),
          from(item.from),
          to(item.to),
          text(item.text),
          delivery(cause) {}

    organization_id organization;
    std::int64_t incident;
    entry_kind kind;
    actor_kind actor_type;
    std::string_view actor_name;
    std::optional<user_id> actor_user;
    std::string_view from, to, text;
    std::optional<delivery_id> delivery;
};

void append_timeline(db::transaction& tx, std::vector<new_timeline_entry> const& all);

}  // namespace tocsin::incidents

#pragma once

#include <tocsin/base/encoding.hpp>
#include <tocsin/base/uuid.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/db/columns.hpp>
#include <tocsin/db/transaction.hpp>
#include <tocsin/incidents/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::incidents {

/// The columns of tocsin.deliveries that the delivery log lists, of whichever type a row has.
template <class Row>
inline constexpr auto delivery_columns = db::columns<Row>(
    db::column("delivery_id", &Row::id),
    db::column("integration_id", &Row::integration),
    db::column("resource", &Row::resource),
    db::column("action", &Row::action),
    db::column("outcome", &Row::outcome),
    db::column("rule", &Row::rule),
    db::column("project_id", &Row::project_id, db::empty_or_longer_is_null(64)),
    db::column("project_slug", &Row::project_slug, db::empty_is_null),
    db::column("source_kind", &Row::source_kind),
    db::column("source_id", &Row::source_id),
    db::column("incident_number", &Row::incident_number),
    db::column("request_id", &Row::request_id),
    db::column("duplicate_of", &Row::duplicate_of),
    db::column("body_bytes", &Row::size),
    db::column("cut", &Row::cut)
);

/// A delivery to insert. What it refers to belongs to the caller.
struct new_delivery {
    organization_id organization = {};
    delivery_id id = {};
    integration_id integration = {};
    std::string_view resource = {};
    std::string_view action = {};
    incidents::outcome outcome = outcome::inactive;
    std::string rule = {};
    std::string project_id = {};
    std::string project_slug = {};
    std::string requested_service = {};  ///< of an unmapped delivery, if it does not exist or is archived
    std::optional<incidents::source_kind> source_kind = {};
    std::optional<std::string_view> source_id = {};
    std::optional<std::int64_t> incident_number = {};
    std::string_view request_id = {};
    std::string_view hook_timestamp = {};
    std::string_view signing_key = {};
    std::optional<delivery_id> duplicate_of = {};
    std::int64_t size = 0;
    bool cut = false;
    std::optional<byte_view> body = {};
    crypto::sha256_digest const* body_hash = nullptr;
};

struct stored_body {
    std::string resource;
    std::string body;
};
/// Nothing if the delivery is gone or has no body of its own.
std::optional<stored_body> find_stored_body(
    db::transaction& tx, organization_id org, integration_id integration, delivery_id id
);

void insert_deliveries(db::transaction& tx, std::vector<new_delivery> const& all);

}  // namespace tocsin::incidents

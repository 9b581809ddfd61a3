#include "ingest/commit_lookup.hpp"

#include "store/source_rows.hpp"

#include <algorithm>
#include <set>

namespace tocsin::incidents {

namespace {

constexpr db::statement find_delivery{
    "find_delivery_of_batch",
    "select from tocsin.deliveries where organization_id = $1 and integration_id = $2 and delivery_id = $3"
};

}  // namespace

bool was_stored(
    db::transaction& tx, prepared_batch const& batch, std::vector<delivery_result> const& results
) {
    std::set<source_key> locked;
    for (std::size_t i = 0; i < results.size(); ++i) {
        auto const& one = results[i];
        if (auto const& source = one.source; one.organization && one.integration && source)
            locked.insert({*one.organization, *one.integration, source->kind, source->id});
    }
    if (!locked.empty()) lock_sources(tx, {locked.begin(), locked.end()});
    // Either all rows of the batch are there or none: look for one.
    auto const one = std::find_if(results.begin(), results.end(), [](delivery_result const& each) {
        return each.organization && each.integration;
    });
    if (one == results.end()) return false;
    auto const& delivery = *batch[static_cast<std::size_t>(one - results.begin())];
    return !tx.run(find_delivery, *one->organization, *one->integration, delivery.id).empty();
}

}  // namespace tocsin::incidents

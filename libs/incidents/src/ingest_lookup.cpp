#include "ingest_lookup.hpp"

#include <algorithm>
#include <set>

namespace tocsin::incidents {

bool was_stored(
    db::transaction& tx,
    std::vector<batched_delivery const*> const& batch,
    std::vector<written> const& results
) {
    std::set<source_key> locked;
    for (std::size_t i = 0; i < results.size(); ++i) {
        auto const& one = results[i];
        if (auto const& about = batch[i]->about; one.organization && one.integration && about)
            locked.insert({*one.organization, *one.integration, about->kind, about->id});
    }
    if (!locked.empty()) lock_sources(tx, {locked.begin(), locked.end()});
    // All or none of the batch is there: one row tells of all.
    auto const one = std::find_if(results.begin(), results.end(), [](written const& each) {
        return each.organization && each.integration;
    });
    if (one == results.end()) return false;
    auto const place = static_cast<std::size_t>(one - results.begin());
    return find_delivery(tx, *one->organization, *one->integration, batch[place]->id).has_value();
}

}  // namespace tocsin::incidents

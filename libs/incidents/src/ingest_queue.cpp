#include "ingest_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin::incidents {

bool ingest_queue::push(std::shared_ptr<queued> next) {
    auto const bytes = next->bytes;
    auto& count = count_of(next->installation);
    auto found = line_of_.find(next->installation);
    std::size_t const own_items = found == line_of_.end() ? 0 : found->second->items.size();
    std::size_t const own_bytes = found == line_of_.end() ? 0 : found->second->bytes;
    if (size() >= limits_.items || own_items >= limits_.items / 2) return false;
    if (bytes_ + bytes > limits_.bytes || own_bytes + bytes > limits_.bytes / 2) return false;
    if (found == line_of_.end()) {
        lines_.push_back({.installation = next->installation});
        found = line_of_.emplace(next->installation, std::prev(lines_.end())).first;
    }
    auto& line = *found->second;
    line.items.push_back(std::move(next));
    line.bytes += bytes;
    ++count;
    bytes_ += bytes;
    return true;
}

ingest_lane lane_of(uuid const& installation) {
    return (installation.bytes()[15] & 1) == 0 ? ingest_lane::even : ingest_lane::odd;
}

std::size_t& ingest_queue::count_of(uuid const& installation) {
    return lane_of(installation) == ingest_lane::even ? even_ : odd_;
}

std::size_t ingest_queue::size(ingest_lane of) const noexcept {
    if (of == ingest_lane::any) return size();
    return of == ingest_lane::even ? even_ : odd_;
}

std::vector<std::shared_ptr<queued>> ingest_queue::take(ingest_lane from) {
    std::vector<std::shared_ptr<queued>> batch;
    std::size_t taken = 0;
    // A line that had its turn goes to the end, so the walk meets it again; those of other lanes keep their
    // place.
    for (auto line = lines_.begin(); line != lines_.end() && batch.size() < limits_.batch_items;) {
        if (from != ingest_lane::any && lane_of(line->installation) != from) {
            ++line;
            continue;
        }
        auto const size = line->items.front()->bytes;
        if (!batch.empty() && taken + size > limits_.batch_bytes) break;
        batch.push_back(std::move(line->items.front()));
        line->items.pop_front();
        line->bytes -= size;
        taken += size;
        --count_of(line->installation);
        bytes_ -= size;
        auto const next = std::next(line);
        if (line->items.empty()) {
            line_of_.erase(line->installation);
            lines_.erase(line);
            line = next;
        } else {
            lines_.splice(lines_.end(), lines_, line);
            line = next == lines_.end() ? std::prev(lines_.end()) : next;
        }
    }
    return batch;
}

std::size_t ingest_queue::ahead_of(uuid const& installation) const {
    auto const found = line_of_.find(installation);
    std::size_t const own = found == line_of_.end() ? 0 : found->second->items.size();
    // Every other installation has its turn at most once before each of these.
    return std::min(size(), (own + 1) * (lines_.size() + 1));
}

}  // namespace tocsin::incidents

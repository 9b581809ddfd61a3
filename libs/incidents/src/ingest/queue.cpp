#include "ingest/queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin::incidents {

bool ingest_queue::push(std::shared_ptr<queue_item> next) {
    auto const bytes = next->bytes;
    auto& count = count_of(next->installation);
    auto position = line_of_.find(next->installation);
    std::size_t const own_items = position == line_of_.end() ? 0 : position->second->items.size();
    std::size_t const own_bytes = position == line_of_.end() ? 0 : position->second->bytes;
    if (size() >= limits_.items || own_items >= limits_.items / 2) return false;
    if (bytes_ + bytes > limits_.bytes || own_bytes + bytes > limits_.bytes / 2) return false;
    if (position == line_of_.end()) {
        lines_.push_back({.installation = next->installation});
        position = line_of_.emplace(next->installation, std::prev(lines_.end())).first;
    }
    auto& line = *position->second;
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

std::size_t ingest_queue::size(ingest_lane lane) const noexcept {
    if (lane == ingest_lane::any) return size();
    return lane == ingest_lane::even ? even_ : odd_;
}

std::vector<std::shared_ptr<queue_item>> ingest_queue::take(ingest_lane lane) {
    std::vector<std::shared_ptr<queue_item>> batch;
    std::size_t taken = 0;
    // A line that had its turn moves to the end, where it is visited again; lines of other lanes keep their
    // place.
    for (auto line = lines_.begin(); line != lines_.end() && batch.size() < limits_.batch_items;) {
        if (lane != ingest_lane::any && lane_of(line->installation) != lane) {
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
    auto const position = line_of_.find(installation);
    std::size_t const own = position == line_of_.end() ? 0 : position->second->items.size();
    // Before each item of this installation, every other one has at most one turn.
    return std::min(size(), (own + 1) * (lines_.size() + 1));
}

}  // namespace tocsin::incidents

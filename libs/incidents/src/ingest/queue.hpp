#pragma once

#include <tocsin/base/uuid.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

namespace tocsin::incidents {

struct queue_item {
    virtual ~queue_item() = default;
    uuid installation;
    std::size_t bytes = 0;
    std::chrono::steady_clock::time_point since;
};

/// A half of the installations: two writers that keep to one half each never wait for each other's rows.
enum class ingest_lane { any, even, odd };
ingest_lane lane_of(uuid const& installation);

struct queue_limits {
    std::size_t batch_items = 256;
    /// Of the bodies of a batch, so that a statement does not delay the others for long.
    std::size_t batch_bytes = 8u << 20;
    std::size_t items = 16'384;
    std::size_t bytes = 128u << 20;
};

/// A bounded queue, fair between installations: batches take from each in turn, and one installation may fill
/// half of it at most. Not thread-safe.
class ingest_queue {
public:
    explicit ingest_queue(queue_limits limits) : limits_(limits) {}

    /// Returns false if there is no room.
    bool push(std::shared_ptr<queue_item> next);
    /// The next batch of a lane, for each installation in order of arrival. It is empty only if nothing waits
    /// there.
    std::vector<std::shared_ptr<queue_item>> take(ingest_lane lane = ingest_lane::any);

    std::size_t size() const noexcept { return even_ + odd_; }
    std::size_t size(ingest_lane lane) const noexcept;
    /// How many items at most would be taken before a new one of this installation.
    std::size_t ahead_of(uuid const& installation) const;

private:
    struct line {
        uuid installation;
        std::deque<std::shared_ptr<queue_item>> items;
        std::size_t bytes = 0;
    };

    std::size_t& count_of(uuid const& installation);

    queue_limits limits_;
    std::size_t even_ = 0, odd_ = 0;  ///< items in each lane
    std::size_t bytes_ = 0;
    std::list<line> lines_;  ///< in the order of their turns; none is empty
    std::unordered_map<uuid, std::list<line>::iterator> line_of_;
};

}  // namespace tocsin::incidents

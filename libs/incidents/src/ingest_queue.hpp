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

/// What waits for a batch.
struct queued {
    virtual ~queued() = default;
    uuid installation;
    std::size_t bytes = 0;
    std::chrono::steady_clock::time_point since;
};

/// Which half of the installations: two writers who keep to one each never wait for each other's rows.
enum class ingest_lane { any, even, odd };
ingest_lane lane_of(uuid const& installation);

struct queue_limits {
    std::size_t batch_items = 256;
    /// Of a batch's bodies: what one statement may carry without stopping everybody else for long.
    std::size_t batch_bytes = 8u << 20;
    std::size_t items = 16'384;
    std::size_t bytes = 128u << 20;
};

/// A bounded queue, fair between installations: batches take from each in turn, and one installation may fill
/// half of it at most. Not thread-safe.
class ingest_queue {
public:
    explicit ingest_queue(queue_limits limits) : limits_(limits) {}

    /// False where there is no room for it.
    bool push(std::shared_ptr<queued> next);
    /// The next batch of a lane, in order of arrival for each installation; at least one item, unless none
    /// waits there.
    std::vector<std::shared_ptr<queued>> take(ingest_lane from = ingest_lane::any);

    std::size_t size() const noexcept { return even_ + odd_; }
    std::size_t size(ingest_lane of) const noexcept;
    /// How many go before one of this installation that would come now, at most.
    std::size_t ahead_of(uuid const& installation) const;

private:
    struct line {
        uuid installation;
        std::deque<std::shared_ptr<queued>> items;
        std::size_t bytes = 0;
    };

    std::size_t& count_of(uuid const& installation);

    queue_limits limits_;
    std::size_t even_ = 0, odd_ = 0;  ///< how many wait in each lane
    std::size_t bytes_ = 0;
    std::list<line> lines_;  ///< the front's turn is next; none is empty
    std::unordered_map<uuid, std::list<line>::iterator> line_of_;
};

}  // namespace tocsin::incidents

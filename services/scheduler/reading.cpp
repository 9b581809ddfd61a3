#include "scheduler/reading.hpp"

namespace tocsin::scheduler {

job settle_doubts(incidents::read_back& reading, std::chrono::milliseconds poll) {
    return {.name = "settle_doubts", .every = poll, .run = [&reading] { return reading.settle_due(); }};
}

}  // namespace tocsin::scheduler

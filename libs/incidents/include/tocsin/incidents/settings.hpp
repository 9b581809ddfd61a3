#pragma once

#include <tocsin/config/options.hpp>

#include <chrono>
#include <cstdint>
#include <limits>

namespace tocsin::incidents {

struct rule_settings {
    std::chrono::milliseconds reopen_window = std::chrono::days(7);
    std::int64_t critical_event_count = 100;

    void read(config::reader& in) {
        in.duration(
            "TOCSIN_REOPEN_WINDOW",
            reopen_window,
            {std::chrono::milliseconds(0), std::chrono::days(365)},
            "a regression within this time of the resolution reopens the incident; later, it opens a new one"
        );
        in.integer(
            "TOCSIN_CRITICAL_EVENT_COUNT",
            critical_event_count,
            {1, std::numeric_limits<std::int64_t>::max()},
            "with automatic severity, an error becomes critical at this number of events"
        );
    }
};

struct retention_settings {
    std::chrono::milliseconds deliveries = std::chrono::days(30);

    void read(config::reader& in) {
        in.duration(
            "TOCSIN_DELIVERY_RETENTION",
            deliveries,
            {std::chrono::days(1), std::chrono::days(3650)},
            "how long deliveries are kept"
        );
    }
};

}  // namespace tocsin::incidents

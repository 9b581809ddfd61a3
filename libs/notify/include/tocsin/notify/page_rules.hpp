#pragma once

#include <tocsin/notify/types.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::notify {

/// A method, as far as planning depends on it.
struct method {
    method_id id;
    method_kind kind = method_kind::mail;
    bool is_of_account = false;  ///< the address with which the person signs in
    bool is_verified = false;
    bool is_disabled = false;
};

struct planned_page {
    method_id method;
    std::string reason;

    friend bool operator==(planned_page const&, planned_page const&) = default;
};

/// By which methods a person is paged. Never empty, as long as the account has its address: a method that was
/// disabled is still better than silence.
std::vector<planned_page> plan(std::vector<method> const& methods);

/// How long a page is tried.
inline constexpr std::chrono::minutes page_lifetime{120};

/// The delay after `tries` failed attempts, at least 1. `draw`, a uniform 64-bit number, chooses it within a
/// tenth of the step, so that pages do not return together.
std::chrono::milliseconds retry_delay(int tries, std::uint64_t draw);

}  // namespace tocsin::notify

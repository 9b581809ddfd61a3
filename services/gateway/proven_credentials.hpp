#pragma once

#include <tocsin/base/secret.hpp>
#include <tocsin/crypto/digest.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>

namespace tocsin::gateway {

/// The credentials that were valid a short time ago, by their SHA-256. They are verified at every request all
/// the same: this decides only who waits behind whom. Belongs to the I/O thread.
class proven_credentials {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using clock = std::function<time_point()>;
    static constexpr std::chrono::minutes lifetime{10};
    static constexpr std::size_t max_entries = 10'000;

    explicit proven_credentials(clock now) : now_(std::move(now)) {}

    bool contains(secret const& credential) const;
    void add(secret const& credential);
    void remove(secret const& credential);

private:
    clock now_;
    std::map<crypto::sha256_digest, time_point> until_;
};

}  // namespace tocsin::gateway

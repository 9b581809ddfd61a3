#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace tocsin::gateway {

/// Limits how much work each peer (an address, or the /64 of an IPv6 address) causes at once. Belongs to the
/// I/O thread.
class peer_admission {
public:
    explicit peer_admission(std::size_t most) noexcept : most_(most) {}
    peer_admission(peer_admission const&) = delete;
    peer_admission& operator=(peer_admission const&) = delete;

    /// One piece of work, while it exists. Does not outlive the admission.
    class ticket {
    public:
        ticket(ticket&& other) noexcept
            : owner_(std::exchange(other.owner_, nullptr)), network_(std::move(other.network_)) {}
        ticket& operator=(ticket&&) = delete;
        ~ticket();

    private:
        friend class peer_admission;
        ticket(peer_admission& owner, std::string network) : owner_(&owner), network_(std::move(network)) {}

        peer_admission* owner_;
        std::string network_;
    };

    /// Nothing if the peer has too much work already. `peer` is an address as text.
    std::optional<ticket> admit(std::string const& peer);

private:
    std::size_t most_;
    std::unordered_map<std::string, std::size_t> working_;
};

}  // namespace tocsin::gateway

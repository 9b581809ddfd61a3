#include "peer.hpp"

#include <tocsin/http/address.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace tocsin::http {
namespace {

namespace ip = boost::asio::ip;

struct v4_range {
    std::array<std::uint8_t, 4> net;
    unsigned bits;
};
struct v6_range {
    std::array<std::uint8_t, 16> net;
    unsigned bits;
};

/// IANA's special-purpose registry, multicast, and the reserved range.
constexpr v4_range not_public_v4[]{
    {{0, 0, 0, 0}, 8},        // this network
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // shared by carriers
    {{127, 0, 0, 0}, 8},      // loopback
    {{169, 254, 0, 0}, 16},   // link-local; metadata services of clouds
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2, 0}, 24},     // documentation
    {{192, 88, 99, 0}, 24},   // 6to4 relays
    {{192, 168, 0, 0}, 16},   // private
    {{198, 18, 0, 0}, 15},    // benchmarks
    {{198, 51, 100, 0}, 24},  // documentation
    {{203, 0, 113, 0}, 24},   // documentation
    {{224, 0, 0, 0}, 4},      // multicast
    {{240, 0, 0, 0}, 4},      // reserved, broadcast
};

/// Contains all that IANA has assigned for the public internet (RFC 4291), but no mapped, compatible, NAT64,
/// unique local, link-local, or multicast addresses.
constexpr v6_range global_unicast{{0x20}, 3};
constexpr v6_range not_public_v6[]{
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments; Teredo, benchmarks, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

}  // namespace

bool is_public_address(ip::address const& address) noexcept {
    if (address.is_v4()) {
        auto const bytes = address.to_v4().to_bytes();
        return std::ranges::none_of(not_public_v4, [&](auto const& range) {
            return have_same_prefix(bytes, range.net, range.bits);
        });
    }
    auto const bytes = address.to_v6().to_bytes();
    return have_same_prefix(bytes, global_unicast.net, global_unicast.bits) &&
           std::ranges::none_of(not_public_v6, [&](auto const& range) {
               return have_same_prefix(bytes, range.net, range.bits);
           });
}

boost::asio::ip::address network_of(boost::asio::ip::address const& address) {
    auto const plain = normalize_address(address);
    if (plain.is_v4()) return plain;
    auto bytes = plain.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::make_address_v6(bytes);
}

}  // namespace tocsin::http

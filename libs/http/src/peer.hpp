#pragma once

#include <tocsin/http/message.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::http {

/// An IPv4-mapped IPv6 address as IPv4, any other as it is, so that a peer has one name.
boost::asio::ip::address normalize_address(boost::asio::ip::address const& address);

/// True if the first `bits` bits are equal.
bool have_same_prefix(
    std::span<std::uint8_t const> a, std::span<std::uint8_t const> b, unsigned bits
) noexcept;

/// The peers whose X-Forwarded-For is used. Pure.
class trusted_proxies {
public:
    /// CIDRs ("10.0.0.0/8", "fd00::/8") or single addresses. Throws std::invalid_argument.
    explicit trusted_proxies(std::vector<std::string> const& cidrs);

    bool contains(boost::asio::ip::address const& address) const noexcept;
    /// The client: `peer`, or if that is trusted, the rightmost address of X-Forwarded-For that is not. The
    /// search ends at an entry that is not an address, because the entries left of it are not trustworthy.
    boost::asio::ip::address client(boost::asio::ip::address const& peer, fields const& headers) const;

private:
    struct network {
        boost::asio::ip::address address;
        unsigned prefix;
    };
    static network parse(std::string const& cidr);
    static bool covers(network const& range, boost::asio::ip::address const& address) noexcept;

    std::vector<network> networks_;
};

}  // namespace tocsin::http

#pragma once

#include <tocsin/http/message.hpp>

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::http {

/// The address with an IPv4-mapped IPv6 one written as IPv4, so that one peer has one name.
boost::asio::ip::address unified(boost::asio::ip::address const& address);

/// Which peers' X-Forwarded-For counts. Pure.
class trusted_proxies {
public:
    /// CIDRs ("10.0.0.0/8", "fd00::/8") or single addresses. Throws std::invalid_argument.
    explicit trusted_proxies(std::vector<std::string> const& cidrs);

    bool contains(boost::asio::ip::address const& address) const noexcept;
    /// The client: `peer`, or where that is trusted the rightmost address of X-Forwarded-For that is not. An
    /// entry that is no address ends the walk: what stands left of it was written by nobody we trust.
    boost::asio::ip::address client(boost::asio::ip::address const& peer, fields const& headers) const;

private:
    struct network {
        boost::asio::ip::address address;
        unsigned prefix;
    };
    static network parse(std::string const& cidr);
    static bool covers(network const& n, boost::asio::ip::address const& address) noexcept;

    std::vector<network> networks_;
};

}  // namespace tocsin::http

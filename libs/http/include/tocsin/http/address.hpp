#pragma once

#include <boost/asio/ip/address.hpp>

namespace tocsin::http {

/// True for an address of the public internet. False for loopback, private, shared, link-local, multicast,
/// documentation, benchmark, and reserved ranges, and for IPv6 addresses that contain an IPv4 address
/// (mapped, compatible, 6to4, Teredo, NAT64): a router decides where those lead.
bool is_public_address(boost::asio::ip::address const& address) noexcept;

/// The key that peers are counted under: an IPv4 address itself (also if it is mapped into IPv6), and the /64
/// of an IPv6 address, because one subscriber owns all of it.
boost::asio::ip::address network_of(boost::asio::ip::address const& address);

}  // namespace tocsin::http

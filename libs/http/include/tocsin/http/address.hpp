#pragma once

#include <boost/asio/ip/address.hpp>

namespace tocsin::http {

/// True for an address of the public internet. False for loopback, private, shared, link-local, multicast,
/// documentation, benchmark and reserved ranges, and for everything that carries an IPv4 address inside an
/// IPv6 one (mapped, compatible, 6to4, Teredo, NAT64): what such an address reaches is for a router to
/// decide.
bool is_public_address(boost::asio::ip::address const& address) noexcept;

/// What one peer is told from others by, where they are counted: an IPv4 address itself (also where it comes
/// mapped into IPv6), of an IPv6 address its /64, which one subscriber owns whole.
boost::asio::ip::address network_of(boost::asio::ip::address const& address);

}  // namespace tocsin::http

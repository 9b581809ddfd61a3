#pragma once

#include <boost/asio/ip/address.hpp>

namespace tocsin::http {

/// True for an address of the public internet. False for loopback, private, shared, link-local, multicast,
/// documentation, benchmark and reserved ranges, and for everything that carries an IPv4 address inside an
/// IPv6 one (mapped, compatible, 6to4, Teredo, NAT64): what such an address reaches is for a router to
/// decide.
bool is_public_address(boost::asio::ip::address const& address) noexcept;

}  // namespace tocsin::http

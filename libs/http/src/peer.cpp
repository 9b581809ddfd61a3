#include "peer.hpp"

#include "grammar.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <stdexcept>

namespace tocsin::http {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> parse_address(std::string_view text) {
    boost::system::error_code error;
    auto const address = ip::make_address(text, error);
    if (error || text.find('%') != std::string_view::npos) return std::nullopt;
    return normalize_address(address);
}

/// "1.2.3.4", "1.2.3.4:567", "2001:db8::1", "[2001:db8::1]:567".
std::optional<ip::address> forwarded_address(std::string_view text) {
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        return end == std::string_view::npos ? std::nullopt : parse_address(text.substr(1, end - 1));
    }
    if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
    return parse_address(text);
}

}  // namespace

bool have_same_prefix(
    std::span<std::uint8_t const> a, std::span<std::uint8_t const> b, unsigned bits
) noexcept {
    for (std::size_t i = 0; bits > 0; ++i) {
        auto const compared = std::min(bits, 8U);
        auto const mask = static_cast<std::uint8_t>(0xFFU << (8U - compared));
        if ((a[i] & mask) != (b[i] & mask)) return false;
        bits -= compared;
    }
    return true;
}

ip::address normalize_address(ip::address const& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

trusted_proxies::trusted_proxies(std::vector<std::string> const& cidrs) {
    networks_.reserve(cidrs.size());
    for (auto const& cidr : cidrs) networks_.push_back(parse(cidr));
}

trusted_proxies::network trusted_proxies::parse(std::string const& cidr) {
    auto const slash = cidr.find('/');
    boost::system::error_code error;
    auto const address = ip::make_address(std::string_view(cidr).substr(0, slash), error);
    std::uint64_t const longest = address.is_v4() ? 32 : 128;
    auto const prefix =
        slash == std::string::npos ? std::optional(longest) : canonical_number(cidr.substr(slash + 1));
    if (error || !prefix || *prefix > longest)
        throw std::invalid_argument("trusted proxy " + cidr + " is not a CIDR");
    if (auto const plain = normalize_address(address); plain.is_v4() && address.is_v6()) {
        if (*prefix < 96) throw std::invalid_argument("trusted proxy " + cidr + " is wider than all of IPv4");
        return {plain, static_cast<unsigned>(*prefix - 96)};
    }
    return {address, static_cast<unsigned>(*prefix)};
}

bool trusted_proxies::covers(network const& range, ip::address const& address) noexcept {
    if (range.address.is_v4() != address.is_v4()) return false;
    if (address.is_v4())
        return have_same_prefix(range.address.to_v4().to_bytes(), address.to_v4().to_bytes(), range.prefix);
    return have_same_prefix(range.address.to_v6().to_bytes(), address.to_v6().to_bytes(), range.prefix);
}

bool trusted_proxies::contains(ip::address const& address) const noexcept {
    auto const plain = normalize_address(address);
    return std::ranges::any_of(networks_, [&](network const& range) { return covers(range, plain); });
}

ip::address trusted_proxies::client(ip::address const& peer, fields const& headers) const {
    auto current = normalize_address(peer);
    if (!contains(current)) return current;
    std::vector<std::string_view> hops;
    for (auto const& [name, value] : headers.all()) {
        if (!iequals(name, "X-Forwarded-For")) continue;
        for_each_element(value, [&](std::string_view hop) { hops.push_back(hop); });
    }
    for (; !hops.empty() && contains(current); hops.pop_back()) {
        auto const hop = forwarded_address(hops.back());
        if (!hop) break;
        current = *hop;
    }
    return current;
}

}  // namespace tocsin::http

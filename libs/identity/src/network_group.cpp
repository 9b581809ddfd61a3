#include <tocsin/identity/network_group.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace tocsin::identity {

std::string network_group(std::string_view address) {
    namespace ip = boost::asio::ip;
    boost::system::error_code failed;
    auto const parsed = ip::make_address(std::string(address), failed);
    if (failed) return std::string(address);
    if (parsed.is_v4()) return parsed.to_string();
    auto const v6 = parsed.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
    auto bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace tocsin::identity

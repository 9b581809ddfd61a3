#include <tocsin/http/address.hpp>
#include <tocsin/identity/network_group.hpp>

namespace tocsin::identity {

std::string network_group(std::string_view address) {
    boost::system::error_code failed;
    auto const parsed = boost::asio::ip::make_address(std::string(address), failed);
    return failed ? std::string(address) : http::network_of(parsed).to_string();
}

}  // namespace tocsin::identity

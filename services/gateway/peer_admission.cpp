#include "gateway/peer_admission.hpp"

#include <tocsin/http/address.hpp>

namespace tocsin::gateway {

namespace {

std::string network_name(std::string const& peer) {
    boost::system::error_code not_an_address;
    auto const address = boost::asio::ip::make_address(peer, not_an_address);
    return not_an_address ? peer : http::network_of(address).to_string();
}

}  // namespace

peer_admission::ticket::~ticket() {
    if (owner_ == nullptr) return;
    auto const own = owner_->working_.find(network_);
    if (--own->second == 0) owner_->working_.erase(own);
}

std::optional<peer_admission::ticket> peer_admission::admit(std::string const& peer) {
    auto network = network_name(peer);
    auto& count = working_[network];
    if (count >= most_) return std::nullopt;
    ++count;
    return ticket(*this, std::move(network));
}

}  // namespace tocsin::gateway

#include "waiting_list.hpp"

namespace tocsin::http {

void waiting_list::add(connection& added, boost::asio::ip::address const& network) {
    remove(added);
    auto& of_network = networks_[network];
    auto const in_all = all_.insert(all_.end(), &added);
    auto const in_network = of_network.insert(of_network.end(), &added);
    places_.emplace(&added, place{in_all, in_network, network});
}

void waiting_list::remove(connection& removed) noexcept {
    auto const found = places_.find(&removed);
    if (found == places_.end()) return;
    all_.erase(found->second.of_all);
    auto const of_network = networks_.find(found->second.network);
    of_network->second.erase(found->second.of_network);
    if (of_network->second.empty()) networks_.erase(of_network);
    places_.erase(found);
}

connection* waiting_list::longest() const noexcept {
    return all_.empty() ? nullptr : all_.front();
}

connection* waiting_list::longest_of(boost::asio::ip::address const& network) const noexcept {
    auto const found = networks_.find(network);
    return found == networks_.end() ? nullptr : found->second.front();
}

}  // namespace tocsin::http

#pragma once

#include <boost/asio/ip/address.hpp>

#include <list>
#include <map>
#include <unordered_map>

namespace tocsin::http {

class connection;

/// The connections that wait for a request or for the rest of its header section, of all networks and of
/// each, in the order in which they began to wait. Used on one thread only.
class waiting_list {
public:
    /// Adds `added`, or moves it to the end.
    void add(connection& added, boost::asio::ip::address const& network);
    /// Does nothing if `removed` does not wait.
    void remove(connection& removed) noexcept;
    /// The one that has waited longest; null if none waits.
    connection* longest() const noexcept;
    connection* longest_of(boost::asio::ip::address const& network) const noexcept;

private:
    using order = std::list<connection*>;
    struct place {
        order::iterator of_all;
        order::iterator of_network;
        boost::asio::ip::address network;
    };

    order all_;
    std::map<boost::asio::ip::address, order> networks_;
    std::unordered_map<connection*, place> places_;
};

}  // namespace tocsin::http

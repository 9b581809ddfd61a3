#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace tocsin::http {

/// A body type for Beast's parser: a string that grows as bytes arrive, so that an announced size alone takes
/// no memory. (Beast's `string_body` reserves the announced size, and clears memory before writing to it.)
struct request_body {
    using value_type = std::string;

    class reader {
    public:
        template <bool IsRequest, class Fields>
        reader(boost::beast::http::header<IsRequest, Fields>&, std::string& body) : body_(body) {}

        void init(boost::optional<std::uint64_t> const&, boost::system::error_code& error) { error = {}; }
        template <class Buffers>
        std::size_t put(Buffers const& buffers, boost::system::error_code& error) {
            auto const before = body_.size();
            for (auto it = boost::asio::buffer_sequence_begin(buffers);
                 it != boost::asio::buffer_sequence_end(buffers);
                 ++it) {
                boost::asio::const_buffer const bytes = *it;
                body_.append(static_cast<char const*>(bytes.data()), bytes.size());
            }
            error = {};
            return body_.size() - before;
        }
        void finish(boost::system::error_code& error) { error = {}; }

    private:
        std::string& body_;
    };
};

}  // namespace tocsin::http

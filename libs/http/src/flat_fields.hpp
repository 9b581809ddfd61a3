#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/verb.hpp>

#include <memory_resource>
#include <string>

namespace tocsin::http {

/// Fields of Beast for messages that are sent, in one block of memory and serialized into one buffer instead
/// of one for each field. Fill them from `fields`: Beast does not check what it writes.
class flat_fields : public boost::beast::http::basic_fields<std::pmr::polymorphic_allocator<char>> {
    using base = boost::beast::http::basic_fields<std::pmr::polymorphic_allocator<char>>;

public:
    using base::base;

    /// The header section for Beast's serializer.
    class writer {
    public:
        using const_buffers_type = boost::asio::const_buffer;

        /// `start`: the method of a request, or the status of a response.
        template <class Start>
        writer(flat_fields const& fields, unsigned version, Start start) {
            base::writer const parts(fields, version, start);
            auto const buffers = parts.get();
            section_.reserve(1024);
            for (auto const part : boost::beast::buffers_range_ref(buffers))
                section_.append(static_cast<char const*>(part.data()), part.size());
        }
        const_buffers_type get() const noexcept { return boost::asio::buffer(section_); }

    private:
        std::string section_;
    };

    /// Memory for the fields of one message. Few messages need a second block.
    class memory : public std::pmr::monotonic_buffer_resource {
    public:
        memory() : monotonic_buffer_resource(2048) {}
    };
};

}  // namespace tocsin::http

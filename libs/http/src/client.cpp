#include "flat_fields.hpp"
#include "grammar.hpp"
#include "response_reader.hpp"
#include "stream.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/http/address.hpp>
#include <tocsin/http/client.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tocsin::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using steady = std::chrono::steady_clock;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
/// Servers commonly keep idle connections longer (Sentry's edge: a minute and more).
constexpr std::chrono::seconds max_idle_time{15};
/// So that one unreachable address leaves time for the next.
constexpr std::chrono::milliseconds min_time_per_address{500};

using connect_result = boost::system::result<std::unique_ptr<stream>, transport_failure>;
using addresses_result = boost::system::result<std::vector<asio::ip::address>, transport_failure>;

/// Fields that the client sets itself. A caller that sets them has a bug.
constexpr std::array<std::string_view, 11> own_fields{
    "Host",
    "Content-Length",
    "User-Agent",
    "Accept-Encoding",
    "Expect",
    "Transfer-Encoding",
    "Connection",
    "Keep-Alive",
    "Upgrade",
    "TE",
    "Trailer"
};

void check(client_request const& request) {
    std::string_view const target = request.target;
    auto const question = target.find('?');
    auto const query = question == std::string::npos ? std::string_view{} : target.substr(question + 1);
    if (!target.starts_with('/') || !is_path(target.substr(0, question)) || !is_query(query)) {
        throw std::invalid_argument("a request target is not in origin form");
    }
    for (auto const& [name, value] : request.headers.all()) {
        if (std::ranges::any_of(own_fields, [&](std::string_view own) { return iequals(own, name); })) {
            throw std::invalid_argument("the client sets this field itself: " + name);
        }
    }
}

std::string host_field(origin const& origin) {
    auto host = origin.host.find(':') == std::string::npos ? origin.host : "[" + origin.host + "]";
    if (origin.port != (origin.https ? 443 : 80)) host += ":" + std::to_string(origin.port);
    return host;
}

std::string header_section(
    client_request const& request, origin const& origin, client_options const& options
) {
    fields all;
    all.add("Host", host_field(origin));
    all.add("User-Agent", options.user_agent);
    all.add("Accept-Encoding", "identity");
    for (auto const& [name, value] : request.headers.all()) all.add(name, value);
    bool const may_have_body = request.method != method::get && request.method != method::head;
    if (!request.body.empty() || may_have_body)
        all.add("Content-Length", std::to_string(request.body.size()));

    beast_http::request<beast_http::empty_body, flat_fields> message;
    message.version(11);
    message.method_string(to_string(request.method));
    message.target(request.target);
    for (auto const& [name, value] : all.all()) message.insert(name, value);
    beast_http::request_serializer<beast_http::empty_body, flat_fields> serializer(message);
    std::string section;
    error_code error;
    serializer.next(error, [&](error_code&, auto const& buffers) {
        section = boost::beast::buffers_to_string(buffers);
    });
    return section;
}

/// A DNS lookup that outlives the call, because getaddrinfo cannot be interrupted at the deadline.
struct dns_lookup {
    explicit dns_lookup(async::executor const& executor) : resolver(executor), timer(executor) {}
    tcp::resolver resolver;
    asio::steady_timer timer;  ///< the deadline; cancelled when the lookup is complete
    error_code error = asio::error::timed_out;
    std::vector<asio::ip::address> addresses;
};

}  // namespace

std::string_view to_string(transport_error e) noexcept {
    switch (e) {
        case transport_error::resolve:
            return "resolve";
        case transport_error::connect:
            return "connect";
        case transport_error::tls:
            return "tls";
        case transport_error::timeout:
            return "timeout";
        case transport_error::closed:
            return "closed";
        case transport_error::malformed:
            return "malformed";
        case transport_error::too_large:
            return "too_large";
    }
    return "closed";
}

void throw_exception_from_error(
    transport_failure const& failure, boost::source_location const& /*where*/
) {
    throw std::runtime_error(std::string(to_string(failure.kind)) + ": " + failure.detail);
}

struct client::impl {
    struct idle_connection {
        std::unique_ptr<http::stream> stream;
        steady::time_point since;
    };

    impl(async::executor on, http::origin server, client_options settings)
        : executor(std::move(on)), origin(std::move(server)), options(std::move(settings)) {
        if (!host_without_port(host_field(origin)))
            throw std::invalid_argument("an origin's host is malformed");
        if (origin.https) tls = client_tls(options.ca_file);
    }

    static async::task<exchange_result> send(std::shared_ptr<impl> self, client_request request) {
        check(request);
        auto const deadline = std::min(request.deadline, steady::now() + self->options.total_deadline);
        auto const head = header_section(request, self->origin, self->options);
        // Only a GET may be repeated: the server may close an idle connection while a request is on its way.
        if (auto stream = request.method == method::get ? self->take_idle() : nullptr) {
            bool saw_bytes = false;
            auto first = co_await self->exchange(std::move(stream), request, head, deadline, saw_bytes);
            bool const closed = !first && first.error().kind == transport_error::closed;
            if (!closed || saw_bytes) co_return first;
        }
        auto stream = co_await self->connect(deadline);
        if (!stream) co_return self->public_failure(stream.error());
        bool saw_bytes = false;
        co_return co_await self->exchange(std::move(*stream), request, head, deadline, saw_bytes);
    }

    /// The part of a failure to connect that may be revealed.
    transport_failure public_failure(transport_failure failure) const {
        if (options.reach == http::reach::any) return failure;
        return {transport_error::connect, "the host could not be reached", false};
    }

    std::unique_ptr<stream> take_idle() {
        auto const now = steady::now();
        while (!idle.empty()) {
            auto last = std::move(idle.back());
            idle.pop_back();
            if (now - last.since < max_idle_time && last.stream->is_quiet()) return std::move(last.stream);
        }
        return nullptr;
    }

    void keep(std::unique_ptr<stream> stream) {
        stream->disarm();
        if (options.max_idle_connections == 0) return;
        if (idle.size() >= options.max_idle_connections) idle.erase(idle.begin());
        idle.push_back({std::move(stream), steady::now()});
    }

    async::task<connect_result> connect(steady::time_point total_deadline) {
        auto const deadline = std::min(total_deadline, steady::now() + options.connect_deadline);
        auto const addresses = co_await resolve(deadline);
        if (!addresses) co_return addresses.error();
        if (options.reach == http::reach::public_only &&
            !std::ranges::all_of(*addresses, [](auto const& address) {
                return is_public_address(address);
            })) {
            co_return transport_failure{
                transport_error::connect, origin.host + ": not a public address", false
            };
        }
        transport_failure last{transport_error::connect, "no address to connect to", false};
        for (std::size_t i = 0; i < addresses->size(); ++i) {
            auto const now = steady::now();
            if (now >= deadline) break;
            steady::duration const share = (deadline - now) / static_cast<long>(addresses->size() - i);
            auto stream = co_await connect_to(
                (*addresses)[i],
                std::min(deadline, now + std::max<steady::duration>(share, min_time_per_address))
            );
            if (stream || stream.error().kind == transport_error::tls) co_return stream;
            last = stream.error();
        }
        co_return last;
    }

    async::task<connect_result> connect_to(asio::ip::address address, steady::time_point deadline) {
        auto stream = make_stream(tcp::socket(executor), tls.get());
        stream->expires_at(deadline);
        auto const failure = [&](transport_error kind, error_code const& error) {
            auto const detail = stream->timed_out() ? std::string("timed out") : error.message();
            return transport_failure{kind, address.to_string() + ": " + detail, false};
        };
        if (auto const error = co_await stream->connect({address, origin.port}))
            co_return failure(transport_error::connect, error);
        if (auto const error = co_await stream->connect_handshake(origin.host))
            co_return failure(transport_error::tls, error);
        co_return stream;
    }

    async::task<addresses_result> resolve(steady::time_point deadline) {
        error_code not_an_address;
        auto const literal = asio::ip::make_address(origin.host, not_an_address);
        if (!not_an_address) co_return std::vector{literal};
        auto const lookup = std::make_shared<dns_lookup>(executor);
        lookup->timer.expires_at(deadline);
        lookup->resolver.async_resolve(
            origin.host,
            std::to_string(origin.port),
            [lookup](error_code const& error, tcp::resolver::results_type const& results) {
                lookup->error = error;
                for (auto const& entry : results) lookup->addresses.push_back(entry.endpoint().address());
                lookup->timer.cancel();
            }
        );
        co_await lookup->timer.async_wait(as_result);
        if (lookup->error || lookup->addresses.empty()) {
            co_return transport_failure{
                transport_error::resolve, origin.host + ": " + lookup->error.message(), false
            };
        }
        co_return std::move(lookup->addresses);
    }

    async::task<exchange_result> exchange(
        std::unique_ptr<stream> stream,
        client_request const& request,
        std::string const& head,
        steady::time_point deadline,
        bool& saw_bytes
    ) {
        stream->expires_at(deadline);
        auto const failure = [](transport_error kind, std::string detail) {
            return transport_failure{kind, std::move(detail), true};
        };
        auto const connection_failure = [&](error_code const& error) {
            return stream->timed_out() ? failure(transport_error::timeout, "no complete response in time")
                                       : failure(transport_error::closed, error.message());
        };
        auto const [write_error, written] = co_await stream->write(head, request.body);
        // A server may respond and close before it has read everything, so try to read after most errors.
        if (write_error && stream->timed_out()) co_return connection_failure(write_error);

        using state = response_reader::state;
        response_reader reader(request.method, options.max_response);
        auto progress = state::incomplete;
        std::array<char, std::size_t{16} * 1024> buffer;  // NOLINT(*-member-init): written before it is read
        while (progress == state::incomplete) {
            auto const [error, size] = co_await stream->read_some(buffer);
            saw_bytes = saw_bytes || size > 0;
            if (error && error != asio::error::eof) co_return connection_failure(error);
            progress = error ? reader.finish() : reader.feed({buffer.data(), size});
        }
        switch (progress) {
            case state::incomplete:
            case state::truncated:
                co_return failure(transport_error::closed, "the connection ended before the response");
            case state::malformed:
                co_return failure(transport_error::malformed, std::string(reader.detail()));
            case state::too_large:
                co_return failure(transport_error::too_large, "the response exceeds the limit");
            case state::complete:
                break;
        }
        if (!write_error && reader.is_reusable()) keep(std::move(stream));
        co_return reader.take();
    }

    async::executor executor;
    http::origin origin;
    client_options options;
    std::shared_ptr<asio::ssl::context> tls;
    std::vector<idle_connection> idle;
};

client::client(async::executor executor, http::origin origin, client_options options)
    : impl_(std::make_shared<impl>(std::move(executor), std::move(origin), std::move(options))) {}

client::~client() = default;

async::task<exchange_result> client::send(client_request request) {
    return impl::send(impl_, std::move(request));
}
http::origin const& client::origin() const noexcept {
    return impl_->origin;
}

}  // namespace tocsin::http

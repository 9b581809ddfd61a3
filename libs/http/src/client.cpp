#include "answer_reader.hpp"
#include "flat_fields.hpp"
#include "grammar.hpp"
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
/// Shorter than servers commonly keep idle connections (Sentry's edge: a minute and more).
constexpr std::chrono::seconds longest_idle{15};
/// One unreachable address must leave time for the next.
constexpr std::chrono::milliseconds least_per_address{500};

using connect_result = boost::system::result<std::unique_ptr<stream>, transport_failure>;
using addresses_result = boost::system::result<std::vector<asio::ip::address>, transport_failure>;

/// What the client itself says; a caller that sets one of these has a bug.
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

void check(client_request const& what) {
    auto const question = what.target.find('?');
    std::string_view const target = what.target;
    auto const query = question == std::string::npos ? std::string_view{} : target.substr(question + 1);
    if (!target.starts_with('/') || !is_path(target.substr(0, question)) || !is_query(query)) {
        throw std::invalid_argument("a request target is not in origin form");
    }
    for (auto const& [name, value] : what.headers.all()) {
        if (std::ranges::any_of(own_fields, [&](std::string_view ours) { return iequals(ours, name); })) {
            throw std::invalid_argument("the client itself sets " + name);
        }
    }
}

std::string host_field(origin const& to) {
    auto host = to.host.find(':') == std::string::npos ? to.host : "[" + to.host + "]";
    if (to.port != (to.https ? 443 : 80)) host += ":" + std::to_string(to.port);
    return host;
}

std::string header_section(client_request const& what, origin const& to, client_options const& options) {
    fields all;
    all.add("Host", host_field(to));
    all.add("User-Agent", options.user_agent);
    all.add("Accept-Encoding", "identity");
    for (auto const& [name, value] : what.headers.all()) all.add(name, value);
    bool const may_have_body = what.method != method::get && what.method != method::head;
    if (!what.body.empty() || may_have_body) all.add("Content-Length", std::to_string(what.body.size()));

    beast_http::request<beast_http::empty_body, flat_fields> message;
    message.version(11);
    message.method_string(to_string(what.method));
    message.target(what.target);
    for (auto const& [name, value] : all.all()) message.insert(name, value);
    beast_http::request_serializer<beast_http::empty_body, flat_fields> serializer(message);
    std::string section;
    error_code failed;
    serializer.next(failed, [&](error_code&, auto const& buffers) {
        section = boost::beast::buffers_to_string(buffers);
    });
    return section;
}

/// A look-up that the deadline can leave behind: getaddrinfo cannot be interrupted.
struct look_up {
    explicit look_up(async::executor const& on) : resolver(on), done(on) {}
    tcp::resolver resolver;
    asio::steady_timer done;
    error_code failed = asio::error::timed_out;
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

void throw_exception_from_error(transport_failure const& why, boost::source_location const& /*where*/) {
    throw std::runtime_error(std::string(to_string(why.kind)) + ": " + why.detail);
}

struct client::impl {
    struct idle_connection {
        std::unique_ptr<stream> wire;
        steady::time_point since;
    };

    impl(async::executor executor, origin where, client_options settings)
        : on(std::move(executor)), to(std::move(where)), options(std::move(settings)) {
        if (!host_without_port(host_field(to))) throw std::invalid_argument("an origin's host is malformed");
        if (to.https) tls = client_tls(options.ca_file);
    }

    static async::task<exchange_result> send(std::shared_ptr<impl> self, client_request what) {
        check(what);
        auto const deadline = std::min(what.deadline, steady::now() + self->options.total_deadline);
        auto const head = header_section(what, self->to, self->options);
        // Only what may be repeated: an idle connection can turn out closed while the request is under way.
        if (auto wire = what.method == method::get ? self->take_idle() : nullptr) {
            bool saw_bytes = false;
            auto first = co_await self->exchange(std::move(wire), what, head, deadline, saw_bytes);
            bool const closed = !first && first.error().kind == transport_error::closed;
            if (!closed || saw_bytes) co_return first;
        }
        auto reached = co_await self->connect(deadline);
        if (!reached) co_return self->told(reached.error());
        bool saw_bytes = false;
        co_return co_await self->exchange(std::move(*reached), what, head, deadline, saw_bytes);
    }

    /// What may be known of a host that could not be reached.
    transport_failure told(transport_failure why) const {
        if (options.reach == http::reach::any) return why;
        return {transport_error::connect, "the host could not be reached", false};
    }

    std::unique_ptr<stream> take_idle() {
        auto const now = steady::now();
        while (!idle.empty()) {
            auto last = std::move(idle.back());
            idle.pop_back();
            if (now - last.since < longest_idle && last.wire->is_quiet()) return std::move(last.wire);
        }
        return nullptr;
    }

    void keep(std::unique_ptr<stream> wire) {
        wire->rest();
        if (options.max_idle_connections == 0) return;
        if (idle.size() >= options.max_idle_connections) idle.erase(idle.begin());
        idle.push_back({std::move(wire), steady::now()});
    }

    async::task<connect_result> connect(steady::time_point deadline) {
        auto const until = std::min(deadline, steady::now() + options.connect_deadline);
        auto const addresses = co_await resolve(until);
        if (!addresses) co_return addresses.error();
        if (options.reach == http::reach::public_only &&
            !std::ranges::all_of(*addresses, [](auto const& one) { return is_public_address(one); })) {
            co_return transport_failure{transport_error::connect, to.host + ": not a public address", false};
        }
        transport_failure last{transport_error::connect, "no address to connect to", false};
        for (std::size_t i = 0; i < addresses->size(); ++i) {
            auto const now = steady::now();
            if (now >= until) break;
            auto const share = (until - now) / static_cast<long>(addresses->size() - i);
            auto reached = co_await connect_to(
                (*addresses)[i], std::min(until, now + std::max<steady::duration>(share, least_per_address))
            );
            if (reached || reached.error().kind == transport_error::tls) co_return reached;
            last = reached.error();
        }
        co_return last;
    }

    async::task<connect_result> connect_to(asio::ip::address address, steady::time_point until) {
        auto wire = make_stream(tcp::socket(on), tls.get());
        wire->expires_at(until);
        if (auto const failed = co_await wire->connect({address, to.port})) {
            auto const why = wire->timed_out() ? std::string("timed out") : failed.message();
            co_return transport_failure{transport_error::connect, address.to_string() + ": " + why, false};
        }
        if (auto const failed = co_await wire->connect_handshake(to.host)) {
            auto const why = wire->timed_out() ? std::string("timed out") : failed.message();
            co_return transport_failure{transport_error::tls, address.to_string() + ": " + why, false};
        }
        co_return wire;
    }

    async::task<addresses_result> resolve(steady::time_point until) {
        error_code is_name;
        auto const literal = asio::ip::make_address(to.host, is_name);
        if (!is_name) co_return std::vector{literal};
        auto const asked = std::make_shared<look_up>(on);
        asked->done.expires_at(until);
        asked->resolver.async_resolve(
            to.host,
            std::to_string(to.port),
            [asked](error_code const& failed, tcp::resolver::results_type const& found) {
                asked->failed = failed;
                for (auto const& entry : found) asked->addresses.push_back(entry.endpoint().address());
                asked->done.cancel();
            }
        );
        co_await asked->done.async_wait(as_result);
        if (asked->failed || asked->addresses.empty()) {
            co_return transport_failure{
                transport_error::resolve, to.host + ": " + asked->failed.message(), false
            };
        }
        co_return std::move(asked->addresses);
    }

    async::task<exchange_result> exchange(
        std::unique_ptr<stream> wire,
        client_request const& what,
        std::string const& head,
        steady::time_point deadline,
        bool& saw_bytes
    ) {
        wire->expires_at(deadline);
        auto const failure = [&](transport_error kind, std::string detail) {
            return transport_failure{kind, std::move(detail), true};
        };
        auto const broken = [&](error_code const& why) {
            return wire->timed_out() ? failure(transport_error::timeout, "no complete answer in time")
                                     : failure(transport_error::closed, why.message());
        };
        auto const [unsent, written] = co_await wire->write(head, what.body);
        // A server may answer and close before it has read everything, so what it said is still looked at.
        if (unsent && wire->timed_out()) co_return broken(unsent);

        answer_reader reader(what.method, options.max_answer);
        auto state = answer_reader::state::more;
        std::array<char, std::size_t{16} * 1024> buffer;  // NOLINT(*-member-init): written before it is read
        while (state == answer_reader::state::more) {
            auto const [failed, size] = co_await wire->read_some(buffer);
            saw_bytes = saw_bytes || size > 0;
            if (failed && failed != asio::error::eof) co_return broken(failed);
            state = failed ? reader.finish() : reader.feed({buffer.data(), size});
        }
        switch (state) {
            case answer_reader::state::more:
            case answer_reader::state::cut_off:
                co_return failure(transport_error::closed, "the connection ended before the answer did");
            case answer_reader::state::malformed:
                co_return failure(transport_error::malformed, std::string(reader.why()));
            case answer_reader::state::too_large:
                co_return failure(transport_error::too_large, "the answer exceeds what is accepted");
            case answer_reader::state::done:
                break;
        }
        if (!unsent && reader.reusable()) keep(std::move(wire));
        co_return reader.take();
    }

    async::executor on;
    origin to;
    client_options options;
    std::shared_ptr<asio::ssl::context> tls;
    std::vector<idle_connection> idle;
};

client::client(async::executor on, origin to, client_options options)
    : impl_(std::make_shared<impl>(std::move(on), std::move(to), std::move(options))) {}

client::~client() = default;

async::task<exchange_result> client::send(client_request what) {
    return impl::send(impl_, std::move(what));
}
http::origin const& client::to() const noexcept {
    return impl_->to;
}

}  // namespace tocsin::http

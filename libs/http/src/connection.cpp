#include "connection.hpp"

#include "admission.hpp"
#include "request_reader.hpp"
#include "target.hpp"

#include <tocsin/http/address.hpp>

#include <algorithm>
#include <exception>
#include <span>
#include <string>
#include <utility>

namespace tocsin::http {
namespace {

using steady = std::chrono::steady_clock;

constexpr refusal slow_head{408, "head_timeout", "The header section did not arrive in time."};
constexpr refusal slow_body{408, "body_timeout", "The body did not arrive in time."};
constexpr refusal bad_path{400, "path", "The path is malformed."};
constexpr refusal bad_query{400, "query", "The query string is malformed."};
constexpr refusal foreign_host{421, "foreign_host", "This host is not served here."};
constexpr refusal no_such_path{404, "no_route", "There is nothing at this address."};
constexpr refusal wrong_method{405, "wrong_method", "This address does not support this method."};
constexpr refusal too_busy{
    503, "bytes_in_flight", "The server is receiving too much at the moment; try again."
};

/// Sizes of the input buffer: it fits a header section, and grows for a larger body.
constexpr std::size_t small_buffer = request_limits.bytes;
constexpr std::size_t large_buffer = std::size_t{64} * 1024;
constexpr std::size_t min_received_per_second = std::size_t{8} * 1024;
constexpr std::size_t min_sent_per_second = std::size_t{16} * 1024;

steady::duration transfer_time(std::size_t bytes, std::size_t bytes_per_second) {
    return std::chrono::microseconds(bytes * 1'000'000 / bytes_per_second);
}

method method_of(std::string_view name) noexcept {
    for (auto const m :
         {method::get, method::head, method::post, method::put, method::patch, method::delete_}) {
        if (to_string(m) == name) return m;
    }
    return method::get;  // for OPTIONS and TRACE, which no route has
}

}  // namespace

/// One request from its header section to the end of its response.
struct connection::transaction {
    transaction(server_state& server, stream& from)
        : body_share(server.bodies, [&from] { from.expires_at(steady::now()); }) {
        request.id = server.next_id();
    }

    http::request request;
    request_reader reader;
    byte_budget::share body_share;
    time_point start = steady::now();
    std::string_view route_name = "refused";
    std::string_view method = "other";
    std::string_view refusal_reason = {};
    std::string allowed = {};  ///< for Allow
    std::string owner = {};    ///< the network of the client; empty for a trusted proxy itself
    bool has_head = false;     ///< `request` contains the header section
    bool has_body = false;
    bool expects_continue = false;
    response_writer::content content = response_writer::content::whole;
    persistence after = persistence::keep_alive;  ///< unless the request is refused
};

connection::connection(
    server_state& server, std::unique_ptr<stream> stream, boost::asio::ip::address const& peer
)
    : server_(server),
      stream_(std::move(stream)),
      peer_(normalize_address(peer)),
      network_(network_of(peer_)),
      peer_text_(peer_.to_string()),
      input_(large_buffer) {}

connection::~connection() {
    server_.waiting.remove(*this);
}

async::task<> connection::run() {
    stream_->expires_at(steady::now() + server_.options.header_deadline);
    if (co_await stream_->accept_handshake()) co_return;
    auto after = persistence::keep_alive;
    for (unsigned served = 1; after == persistence::keep_alive; ++served) {
        auto const head_size = co_await read_head(served == 1);
        if (head_size && *head_size == 0) co_return;
        after = co_await serve(head_size, served >= server_.options.max_requests_per_connection);
    }
    if (!gone_ && !server_.stopped) co_await stream_->finish();
}

void connection::close_if_idle() {
    // A request that has arrived is still answered, with Connection: close. It may have been read already, so
    // the pending read is ended, not the connection.
    if (idle_ && !stream_->has_unread_bytes()) stream_->expires_at(steady::now());
}

void connection::close() noexcept {
    stream_->close();
}

bool connection::give_way() {
    server_.waiting.remove(*this);
    if (stream_->has_unread_bytes()) return false;
    gives_way_ = true;
    stream_->expires_at(steady::now());
    return true;
}

std::string_view connection::unread() const noexcept {
    auto const bytes = input_.data();
    return {static_cast<char const*>(bytes.data()), bytes.size()};
}

std::span<char> connection::prepare(std::size_t size) {
    auto const room = input_.prepare(size);
    return {static_cast<char*>(room.data()), room.size()};
}

async::task<framing_result<std::size_t>> connection::read_head(bool first) {
    auto const& o = server_.options;
    bool const is_idle = unread().empty();
    stream_->expires_at(steady::now() + (is_idle && !first ? o.idle_deadline : o.header_deadline));
    std::size_t scanned = 0;
    server_.waiting.add(*this, network_);
    while (true) {
        auto const size = find_head_end(unread(), scanned, request_limits);
        if (!size || *size > 0) co_return size;
        bool const nothing_yet = unread().empty();
        if (nothing_yet && server_.draining && !stream_->has_unread_bytes()) co_return std::size_t{0};
        idle_ = nothing_yet;
        auto const [error, received] = co_await stream_->read_some(prepare(small_buffer - unread().size()));
        idle_ = false;
        if (error) {
            if (!nothing_yet && !gives_way_ && stream_->timed_out()) co_return slow_head;
            co_return std::size_t{0};
        }
        input_.commit(received);
        if (!nothing_yet) continue;
        server_.waiting.add(*this, network_);
        if (!first) stream_->expires_at(steady::now() + o.header_deadline);
    }
}

async::task<persistence> connection::serve(framing_result<std::size_t> head_size, bool last) {
    server_.waiting.remove(*this);
    stream_->expires_at(time_point::max());
    transaction current(server_, *stream_);
    if (last) current.after = persistence::close;
    if (!head_size) co_return co_await refuse(current, head_size.error());
    auto const section = unread().substr(0, *head_size);
    auto const head = parse_request_head(section);
    if (!head) co_return co_await refuse(current, head.error());
    auto const target = admit(*head, section, current);
    input_.consume(*head_size);
    if (!target) co_return co_await refuse(current, target.error());

    auto cause = read_body(current);
    if (!cause && !current.reader.is_complete()) cause = co_await receive_body(current);
    if (gone_) co_return persistence::close;
    if (cause && cause->status == too_busy.status && (*target)->on_failure) {
        current.refusal_reason = cause->reason;
        auto const exception = std::make_exception_ptr(overloaded(std::string(cause->detail)));
        co_return co_await respond(
            current, server_.failure(**target, current.request, exception), persistence::close
        );
    }
    if (cause) co_return co_await refuse(current, *cause);
    current.request.body = current.reader.take_body();
    auto message = co_await handle(**target, current.request);
    current.request.body = {};
    current.body_share.release();
    co_return co_await respond(current, std::move(message), current.after);
}

/// Makes all decisions that need no body, and copies the header section into `current.request`.
framing_result<route const*> connection::admit(
    request_head const& head, std::string_view section, transaction& current
) {
    if (auto const cause = current.reader.read_head(section, head)) return *cause;
    current.method = head.method;
    if (head.method == "HEAD") current.content = response_writer::content::header_only;
    current.has_body = head.has_body();
    current.expects_continue = head.expects_continue;
    if (head.wants_close) current.after = persistence::close;

    auto& request = current.request;
    request.method = method_of(head.method);
    request.target = head.path;
    request.headers = current.reader.take_headers();
    auto const client = server_.proxies.client(peer_, request.headers);
    request.peer = client == peer_ ? peer_text_ : client.to_string();
    if (!server_.proxies.contains(client)) current.owner = network_of(client).to_string();
    current.body_share.set_owner(current.owner);
    current.has_head = true;

    auto segments = decode_path(head.path);
    auto match = segments ? server_.routes.find(head.method, *segments) : router::match{};
    if (auto const cause = check_coding(match.target, head)) return *cause;
    if (!segments) return bad_path;
    request.segments = std::move(*segments);
    auto query = decode_query(head.query);
    if (!query) return bad_query;
    request.query = std::move(*query);

    bool const any_host = match.target != nullptr && match.target->host == route::host_check::any;
    if (!any_host && !server_.serves(head.host)) return foreign_host;
    current.route_name = match.pattern.empty() ? std::string_view("unmatched") : match.pattern;
    current.allowed = std::move(match.allowed);
    if (match.target == nullptr) return match.pattern.empty() ? no_such_path : wrong_method;
    request.captures = std::move(match.captures);
    if (auto const cause = check_body(*match.target, head, request.headers)) return *cause;
    current.reader.limit_body(match.target->max_body);
    return match.target;
}

std::optional<refusal> connection::read_body(transaction& current) {
    auto& reader = current.reader;
    auto const used = reader.read_body(unread());
    if (!used) return used.error();
    input_.consume(*used);
    if (!current.body_share.grow_to(reader.received_size())) return too_busy;
    return std::nullopt;
}

async::task<std::optional<refusal>> connection::receive_body(transaction& current) {
    auto const& reader = current.reader;
    auto deadline = steady::now() + server_.options.body_deadline;
    stream_->expires_at(deadline);
    if (current.expects_continue) co_await send_continue();
    while (!gone_ && !reader.is_complete()) {
        stream_->expires_at(deadline);
        current.body_share.set_deadline(deadline);
        auto const before = reader.received_size();
        auto const missing = reader.announced_size() - before;
        // The buffer grows with what has arrived, because it is not counted.
        auto const wanted = std::clamp(std::min(missing, before), small_buffer, large_buffer);
        auto const [error, size] = co_await stream_->read_some(prepare(wanted - unread().size()));
        if (current.body_share.was_dropped()) co_return too_busy;
        if (error && stream_->timed_out()) co_return slow_body;
        if (error) gone_ = true;
        input_.commit(size);
        if (auto const cause = read_body(current)) co_return cause;
        auto const latest = steady::now() + server_.options.body_deadline;
        deadline = std::min(
            latest, deadline + transfer_time(reader.received_size() - before, min_received_per_second)
        );
    }
    current.body_share.set_deadline(time_point::max());
    if (input_.capacity() > small_buffer) input_.shrink_to_fit();
    stream_->expires_at(time_point::max());
    co_return std::nullopt;
}

async::task<> connection::send_continue() {
    response const interim{.status = 100, .headers = {}, .body = {}};
    response_writer writer(interim, {}, response_writer::content::header_only, persistence::keep_alive);
    auto const [error, sent] = co_await stream_->write(writer.next().header, {});
    if (error) gone_ = true;
}

async::task<response> connection::handle(route const& target, request& request) {
    std::exception_ptr exception;
    try {
        co_return co_await target.handle(request);
    } catch (...) {
        exception = std::current_exception();
    }
    if (server_.stopped) co_return response{};
    if (server_.options.on_exception) server_.options.on_exception(request, exception);
    co_return server_.failure(target, request, exception);
}

async::task<persistence> connection::refuse(transaction& current, refusal cause) {
    if (server_.stopped) co_return persistence::close;
    current.refusal_reason = cause.reason;
    auto message = server_.problem(cause.status, cause.detail, current.has_head ? &current.request : nullptr);
    if (cause.status == 405) message.headers.set("Allow", current.allowed);
    if (cause.status == 503) message.headers.set("Retry-After", "1");
    // Another request may follow only if this one is well framed and nothing of it is left to read.
    bool const may_continue =
        (cause.status == 404 || cause.status == 405) && current.has_head && !current.has_body;
    co_return co_await respond(
        current, std::move(message), may_continue ? current.after : persistence::close
    );
}

async::task<persistence> connection::respond(transaction& current, response message, persistence after) {
    if (server_.stopped) co_return persistence::close;
    if (message.status < 200 || message.status > 599)
        message = server_.problem(500, "The server failed to handle this request.", &current.request);
    byte_budget::share share(server_.responses, [this] { stream_->expires_at(steady::now()); });
    share.set_owner(message.owner.empty() ? current.owner : message.owner);
    if (!share.grow_to(message.body.size()))
        message = server_.problem(503, "The server is sending too much at the moment; try again.", nullptr);
    bool const is_last = server_.draining || server_.ending_connections || message.next_piece ||
                         message.headers.find("Connection") == "close";
    if (is_last) after = persistence::close;
    message.headers.set("X-Request-Id", current.request.id);
    response_writer writer(message, server_.common, current.content, after);
    co_await write(writer, share);
    report(current, message.status);
    if (message.next_piece && !writer.is_header_only()) co_await write_stream(writer, message, share);
    co_return gone_ ? persistence::close : after;
}

/// A stream is reported at its start, because its duration depends on the client.
void connection::report(transaction const& current, int status) {
    if (!server_.options.on_exchange || server_.stopped) return;
    auto const duration =
        std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - current.start);
    auto const& peer = current.has_head ? current.request.peer : peer_text_;
    server_.options.on_exchange(
        {.route = current.route_name,
         .method = current.method,
         .status = status,
         .duration = duration,
         .peer = peer,
         .request_id = current.request.id,
         .refusal = current.refusal_reason}
    );
}

async::task<> connection::write_stream(
    response_writer& writer, response const& source, byte_budget::share& share
) {
    while (!gone_ && !server_.stopped) {
        stream_->expires_at(time_point::max());
        auto const piece = co_await source.next_piece();
        if (!piece || server_.stopped) break;
        writer.add(*piece);
        co_await write(writer, share);
    }
}

/// A peer that reads too slowly is dropped, whatever the size of the response.
async::task<> connection::write(response_writer& writer, byte_budget::share& share) {
    auto deadline = steady::now() + server_.options.write_deadline;
    for (auto next = writer.next(); !gone_ && !next.empty(); next = writer.next()) {
        stream_->expires_at(deadline);
        share.set_deadline(deadline);
        auto const [error, sent] = co_await stream_->write(next.header, next.body);
        if (error || share.was_dropped()) gone_ = true;
        writer.consume();
        auto const latest = steady::now() + server_.options.write_deadline;
        deadline = std::min(latest, deadline + transfer_time(sent, min_sent_per_second));
    }
    share.set_deadline(time_point::max());
}

}  // namespace tocsin::http

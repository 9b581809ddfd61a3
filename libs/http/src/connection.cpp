#include "connection.hpp"

#include "admission.hpp"
#include "request_reader.hpp"
#include "target.hpp"

#include <algorithm>
#include <exception>
#include <span>
#include <string>
#include <utility>

namespace tocsin::http {
namespace {

using steady = std::chrono::steady_clock;

constexpr refusal slow_head{408, "head_timeout", "The header section did not come in time."};
constexpr refusal slow_body{408, "body_timeout", "The body did not come in time."};
constexpr refusal bad_path{400, "path", "The path is malformed."};
constexpr refusal bad_query{400, "query", "The query string is malformed."};
constexpr refusal foreign_host{421, "foreign_host", "This host is not served here."};
constexpr refusal no_such_path{404, "no_route", "Nothing is here."};
constexpr refusal wrong_method{405, "wrong_method", "This path does not have this method."};
constexpr refusal too_busy{503, "bytes_in_flight", "Too much is being received at the moment; try again."};

/// Of the input buffer: it holds a header section, and grows for a body that is larger.
constexpr std::size_t small_buffer = request_limits.bytes;
constexpr std::size_t large_buffer = std::size_t{64} * 1024;
constexpr std::size_t slowest_per_second = std::size_t{8} * 1024;

std::chrono::seconds transfer_time(std::size_t bytes) {
    return std::chrono::seconds(bytes / slowest_per_second);
}

method method_of(std::string_view name) noexcept {
    for (auto const m :
         {method::get, method::head, method::post, method::put, method::patch, method::delete_}) {
        if (to_string(m) == name) return m;
    }
    return method::get;  // OPTIONS and TRACE: no route has them
}

}  // namespace

/// One request from its header section to the end of its response.
struct connection::transaction {
    explicit transaction(server_state& server) : reserved(server) {}

    request about;
    request_reader reader;
    body_reservation reserved;
    time_point began = steady::now();
    std::string_view route_name = "refused";
    std::string_view method = "other";
    std::string_view refused = {};
    std::string allowed = {};    ///< for Allow
    bool admitted_head = false;  ///< `about` contains the header section
    bool has_body = false;
    bool expects_continue = false;
    response_writer::content requested = response_writer::content::whole;
    persistence after = persistence::keep_alive;  ///< unless the request is refused
};

connection::connection(
    server_state& server, std::unique_ptr<stream> wire, boost::asio::ip::address const& peer
)
    : server_(server),
      wire_(std::move(wire)),
      peer_(unified(peer)),
      peer_text_(peer_.to_string()),
      input_(large_buffer) {}

async::task<> connection::run() {
    wire_->expires_at(steady::now() + server_.options.header_deadline);
    if (co_await wire_->accept_handshake()) co_return;
    auto after = persistence::keep_alive;
    for (unsigned served = 1; after == persistence::keep_alive; ++served) {
        auto const head_size = co_await read_head(served == 1);
        if (head_size && *head_size == 0) co_return;
        after = co_await serve(head_size, served >= server_.options.max_requests_per_connection);
    }
    if (!gone_ && !server_.stopped) co_await wire_->finish();
}

void connection::close_if_idle() noexcept {
    // Bytes that have arrived unread are still answered, with Connection: close.
    if (idle_ && !wire_->has_unread_bytes()) wire_->close();
}

void connection::close() noexcept {
    wire_->close();
}

std::string_view connection::unread() const noexcept {
    auto const bytes = input_.data();
    return {static_cast<char const*>(bytes.data()), bytes.size()};
}

std::span<char> connection::prepare(std::size_t size) {
    auto const room = input_.prepare(size);
    return {static_cast<char*>(room.data()), room.size()};
}

async::task<framed<std::size_t>> connection::read_head(bool first) {
    auto const& o = server_.options;
    bool const waits = unread().empty();
    wire_->expires_at(steady::now() + (waits && !first ? o.idle_deadline : o.header_deadline));
    std::size_t scanned = 0;
    while (true) {
        auto const found = find_head_end(unread(), scanned, request_limits);
        if (!found || *found > 0) co_return found;
        bool const nothing_yet = unread().empty();
        if (nothing_yet && server_.draining && !wire_->has_unread_bytes()) co_return std::size_t{0};
        idle_ = nothing_yet;
        auto const [failed, size] = co_await wire_->read_some(prepare(small_buffer - unread().size()));
        idle_ = false;
        if (failed) {
            if (!nothing_yet && wire_->timed_out()) co_return slow_head;
            co_return std::size_t{0};
        }
        input_.commit(size);
        if (nothing_yet && !first) wire_->expires_at(steady::now() + o.header_deadline);
    }
}

async::task<persistence> connection::serve(framed<std::size_t> head_size, bool last) {
    wire_->expires_at(time_point::max());
    transaction current(server_);
    if (last) current.after = persistence::close;
    if (!head_size) co_return co_await refuse(current, head_size.error());
    auto const section = unread().substr(0, *head_size);
    auto const head = parse_request_head(section);
    if (!head) co_return co_await refuse(current, head.error());
    auto const admitted = admit(*head, section, current);
    input_.consume(*head_size);
    if (!admitted) co_return co_await refuse(current, admitted.error());

    auto const& to = **admitted;
    auto why = read_body(current);
    if (!why && !current.reader.is_complete()) why = co_await receive_body(current);
    if (gone_) co_return persistence::close;
    if (why && why->status == too_busy.status && to.on_failure) {
        current.refused = why->why;
        auto const thrown = std::make_exception_ptr(overloaded(std::string(why->detail)));
        co_return co_await respond(current, server_.failure(to, current.about, thrown), persistence::close);
    }
    if (why) co_return co_await refuse(current, *why);
    current.about.body = current.reader.take_body();
    auto what = co_await handle(to, current.about);
    co_return co_await respond(current, std::move(what), current.after);
}

/// Everything that is decided before the body is read. Copies what outlives the header section into
/// `current.about`.
framed<route const*> connection::admit(
    request_head const& head, std::string_view section, transaction& current
) {
    if (auto const why = current.reader.read_head(section, head)) return *why;
    current.method = head.method;
    if (head.method == "HEAD") current.requested = response_writer::content::header_only;
    current.has_body = head.has_body();
    current.expects_continue = head.expects_continue;
    if (head.wants_close) current.after = persistence::close;

    auto& about = current.about;
    about.method = method_of(head.method);
    about.target = head.path;
    about.id = server_.next_id();
    about.headers = current.reader.take_headers();
    auto const client = server_.proxies.client(peer_, about.headers);
    about.peer = client == peer_ ? peer_text_ : client.to_string();
    current.admitted_head = true;

    auto segments = decode_path(head.path);
    auto match = segments ? server_.routes.find(head.method, *segments) : router::match{};
    if (auto const why = check_coding(match.found, head)) return *why;
    if (!segments) return bad_path;
    about.segments = std::move(*segments);
    auto query = decode_query(head.query);
    if (!query) return bad_query;
    about.query = std::move(*query);

    bool const any_host = match.found != nullptr && match.found->served_to == route::hosts::any;
    if (!any_host && !server_.serves(head.host)) return foreign_host;
    current.route_name = match.pattern.empty() ? std::string_view("unmatched") : match.pattern;
    current.allowed = std::move(match.allowed);
    if (match.found == nullptr) return match.pattern.empty() ? no_such_path : wrong_method;
    about.captures = std::move(match.captures);
    if (auto const why = check_body(*match.found, head, about.headers)) return *why;
    current.reader.limit_body(match.found->max_body);
    return match.found;
}

std::optional<refusal> connection::read_body(transaction& current) {
    auto& reader = current.reader;
    if (!current.reserved.grow_to(reader.announced_size())) return too_busy;
    auto const used = reader.read_body(unread());
    if (!used) return used.error();
    input_.consume(*used);
    if (!current.reserved.grow_to(reader.announced_size())) return too_busy;
    return std::nullopt;
}

async::task<std::optional<refusal>> connection::receive_body(transaction& current) {
    auto const& reader = current.reader;
    auto const deadline = steady::now() + server_.options.body_deadline;
    wire_->expires_at(deadline);
    if (current.expects_continue) co_await send_continue();
    while (!gone_ && !reader.is_complete()) {
        wire_->expires_at(deadline + transfer_time(reader.received_size()));
        auto const missing = reader.announced_size() - reader.received_size();
        auto const room = prepare(std::clamp(missing, small_buffer, large_buffer) - unread().size());
        auto const [failed, size] = co_await wire_->read_some(room);
        if (failed && wire_->timed_out()) co_return slow_body;
        if (failed) gone_ = true;
        input_.commit(size);
        if (auto const why = read_body(current)) co_return why;
    }
    if (input_.capacity() > small_buffer) input_.shrink_to_fit();
    wire_->expires_at(time_point::max());
    co_return std::nullopt;
}

async::task<> connection::send_continue() {
    response const interim{.status = 100, .headers = {}, .body = {}};
    response_writer out(interim, {}, response_writer::content::header_only, persistence::keep_alive);
    auto const [failed, sent] = co_await wire_->write(out.next().header, {});
    if (failed) gone_ = true;
}

async::task<response> connection::handle(route const& to, request& about) {
    std::exception_ptr thrown;
    try {
        co_return co_await to.handle(about);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (server_.stopped) co_return response{};
    if (server_.options.on_exception) server_.options.on_exception(about, thrown);
    co_return server_.failure(to, about, thrown);
}

async::task<persistence> connection::refuse(transaction& current, refusal why) {
    if (server_.stopped) co_return persistence::close;
    current.refused = why.why;
    auto what = server_.problem(why.status, why.detail, current.admitted_head ? &current.about : nullptr);
    if (why.status == 405) what.headers.set("Allow", current.allowed);
    if (why.status == 503) what.headers.set("Retry-After", "1");
    // Another request may follow only where this one is well framed and nothing of it is left to read.
    bool const harmless =
        (why.status == 404 || why.status == 405) && current.admitted_head && !current.has_body;
    co_return co_await respond(current, std::move(what), harmless ? current.after : persistence::close);
}

async::task<persistence> connection::respond(transaction& current, response what, persistence after) {
    if (server_.stopped) co_return persistence::close;
    if (what.status < 200 || what.status > 599)
        what = server_.problem(500, "Something went wrong here.", &current.about);
    if (server_.draining || what.headers.find("Connection") == "close" || what.more)
        after = persistence::close;
    response_writer out(what, server_.common, current.requested, after);
    co_await write(out);
    report(current, what.status);
    if (what.more && !out.is_header_only()) co_await write_stream(out, what);
    co_return gone_ ? persistence::close : after;
}

/// A stream is reported when it begins: its duration says nothing about the server.
void connection::report(transaction const& current, int status) {
    if (!server_.options.on_exchange || server_.stopped) return;
    auto const took = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - current.began);
    auto const& peer = current.admitted_head ? current.about.peer : peer_text_;
    server_.options.on_exchange(
        {.route = current.route_name,
         .method = current.method,
         .status = status,
         .took = took,
         .peer = peer,
         .request_id = current.about.id,
         .refusal = current.refused}
    );
}

async::task<> connection::write_stream(response_writer& out, response const& source) {
    while (!gone_ && !server_.stopped) {
        wire_->expires_at(time_point::max());
        auto const piece = co_await source.more();
        if (!piece || server_.stopped) break;
        out.add(*piece);
        co_await write(out);
    }
}

/// Each write has a deadline of its own, so that a peer that reads nothing is dropped, however large the
/// response.
async::task<> connection::write(response_writer& out) {
    for (auto next = out.next(); !gone_ && !next.empty(); next = out.next()) {
        wire_->expires_at(steady::now() + server_.options.body_deadline);
        auto const [failed, sent] = co_await wire_->write(next.header, next.body);
        if (failed) gone_ = true;
        out.consume();
    }
}

}  // namespace tocsin::http

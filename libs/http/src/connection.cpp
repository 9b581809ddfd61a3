#include "connection.hpp"

#include "admission.hpp"
#include "target.hpp"

#include <tocsin/base/text.hpp>

#include <algorithm>
#include <cstring>
#include <exception>
#include <random>
#include <span>
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

/// Bodies grow by this much as they arrive, so that an announced size costs nothing before its bytes are
/// there; answers are written in pieces of it.
constexpr std::size_t body_step = std::size_t{64} * 1024;
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

std::vector<std::string> canonical_hosts(std::vector<std::string> hosts) {
    for (auto& host : hosts) {
        host = to_lower(host);
        if (host.find(':') != std::string::npos && !host.starts_with('[')) host = "[" + host + "]";
    }
    return hosts;
}

/// What only the connection decides about an answer.
bool is_ours(std::string_view name) noexcept {
    return iequals(name, "Content-Length") || iequals(name, "Transfer-Encoding") ||
           iequals(name, "Connection");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

std::string header_section(response const& what, fields const& common, bool last) {
    std::string out;
    out.reserve(512);
    out.append("HTTP/1.1 ").append(std::to_string(what.status)).append(" ");
    out.append(reason_phrase(what.status)).append("\r\n");
    for (auto const& [name, value] : common.all()) {
        if (what.headers.count(name) == 0) append_field(out, name, value);
    }
    for (auto const& [name, value] : what.headers.all()) {
        if (!is_ours(name)) append_field(out, name, value);
    }
    if (what.status != 204 && what.status != 304 && !what.more)
        append_field(out, "Content-Length", std::to_string(what.body.size()));
    if (last) append_field(out, "Connection", "close");
    out.append("\r\n");
    return out;
}

/// Counts a body's announced bytes for as long as its request is being answered.
class flight_share {
public:
    flight_share(std::size_t& total, std::size_t bytes) noexcept : total_(total), bytes_(bytes) {
        total_ += bytes_;
    }
    ~flight_share() { total_ -= bytes_; }
    flight_share(flight_share const&) = delete;
    flight_share& operator=(flight_share const&) = delete;

private:
    std::size_t& total_;
    std::size_t bytes_;
};

}  // namespace

server_state::server_state(std::vector<route> table, server_options settings)
    : routes(std::move(table)), options(std::move(settings)), proxies(options.trusted_proxies) {
    options.allowed_hosts = canonical_hosts(std::move(options.allowed_hosts));
    for (auto const& [name, value] : options.common_headers) common.add(name, value);
    std::random_device seed;
    id_state_ = (std::uint64_t{seed()} << 32U) | seed();
}

response server_state::problem(int status, std::string_view detail, request const* about) const noexcept {
    try {
        if (options.problem) {
            auto answer = options.problem(status, detail, about);
            answer.status = status;
            return answer;
        }
    } catch (...) {
        // The fixed text below is the answer where even this fails.
    }
    return response::text(status, std::string(detail) + "\n");
}

response server_state::failure(route const& where, request const& about, std::exception_ptr const& thrown)
    const noexcept {
    try {
        if (where.on_failure) return where.on_failure(about, thrown);
    } catch (...) {
        // As for a route without an answer of its own.
    }
    return problem(500, "Something went wrong here.", &about);
}

bool server_state::serves(std::string_view host) const {
    if (options.allowed_hosts.empty()) return true;
    return std::ranges::any_of(options.allowed_hosts, [&](std::string const& ours) {
        return iequals(ours, host);
    });
}

/// Unique, not secret: two steps of splitmix64.
std::string server_state::next_id() noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id;
    id.reserve(32);
    for (int half = 0; half < 2; ++half) {
        auto z = id_state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        z ^= z >> 31U;
        for (unsigned shift = 64; shift > 0; shift -= 4) id.push_back(digits[(z >> (shift - 4)) & 0xFU]);
    }
    return id;
}

/// One request from its header section to the end of its answer.
struct connection::turn {
    request about;
    route const* to = nullptr;
    time_point began = steady::now();
    std::string_view route_name = "refused";
    std::string_view method = "other";
    std::string_view refused = {};
    std::string allowed = {};  ///< for Allow
    std::size_t body_size = 0;
    bool admitted_head = false;  ///< `about` holds the header section
    bool expects_continue = false;
    bool without_body = false;  ///< the answer's: HEAD
    then next = then::keep;     ///< after an answer that is no refusal
};

connection::connection(
    server_state& server, std::unique_ptr<stream> wire, boost::asio::ip::address const& peer
)
    : server_(server),
      wire_(std::move(wire)),
      peer_(unified(peer)) {}  // NOLINT(*-member-init): input_ is written first

async::task<> connection::run() {
    wire_->expires_at(steady::now() + server_.options.header_deadline);
    if (co_await wire_->accept_handshake()) co_return;
    auto next = then::keep;
    for (unsigned served = 0; next == then::keep; ++served) {
        auto const size = co_await read_head(served == 0);
        if (size && *size == 0) co_return;
        turn at;
        if (size) {
            bool const last = served + 1 >= server_.options.max_requests_per_connection;
            if (last) at.next = then::close;
            next = co_await serve(at, *size);
        } else {
            next = co_await refuse(at, size.error());
        }
    }
    if (!gone_ && !server_.stopped) co_await wire_->finish();
}

void connection::close_if_idle() noexcept {
    // What has already arrived unseen is still answered, with Connection: close.
    if (idle_ && !wire_->has_unread_bytes()) wire_->close();
}

void connection::close() noexcept {
    wire_->close();
}

async::task<framed<std::size_t>> connection::read_head(bool first) {
    auto const& o = server_.options;
    bool const waits = unread().empty();
    wire_->expires_at(steady::now() + (waits && !first ? o.idle_deadline : o.header_deadline));
    std::size_t scanned = 0;
    while (true) {
        auto const found = find_head_end(unread(), scanned, request_limits);
        if (!found || *found > 0) co_return found;
        if (end_ == input_.size()) {
            std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        bool const nothing_yet = unread().empty();
        if (nothing_yet && server_.draining && !wire_->has_unread_bytes()) co_return std::size_t{0};
        idle_ = nothing_yet;
        auto const [failed, size] = co_await wire_->read_some(std::span(input_).subspan(end_));
        idle_ = false;
        if (failed) {
            if (!nothing_yet && wire_->timed_out()) co_return slow_head;
            co_return std::size_t{0};
        }
        end_ += size;
        if (nothing_yet && !first) wire_->expires_at(steady::now() + o.header_deadline);
    }
}

async::task<connection::then> connection::serve(turn& at, std::size_t head_size) {
    wire_->expires_at(time_point::max());
    auto const head = parse_request_head(unread().substr(0, head_size));
    if (!head) co_return co_await refuse(at, head.error());
    auto const to = admit(*head, at);
    begin_ += head_size;
    if (begin_ == end_) begin_ = end_ = 0;
    if (!to) co_return co_await refuse(at, to.error());

    auto& in_flight = server_.bytes_in_flight;
    if (at.body_size > 0 && at.body_size > server_.options.max_bytes_in_flight - in_flight) {
        if (!(*to)->on_failure) co_return co_await refuse(at, too_busy);
        at.refused = too_busy.why;
        auto what = server_.failure(
            **to, at.about, std::make_exception_ptr(overloaded(std::string(too_busy.detail)))
        );
        co_return co_await answer(at, std::move(what), then::close);
    }
    flight_share const counted(in_flight, at.body_size);
    if (auto const why = co_await read_body(at)) co_return co_await refuse(at, *why);
    if (gone_) co_return then::close;
    auto what = co_await handle(**to, at.about);
    co_return co_await answer(at, std::move(what), at.next);
}

/// Everything that is decided before the body is read. Copies what outlives the header section into
/// `at.about`.
framed<route const*> connection::admit(request_head const& head, turn& at) {
    at.method = head.method;
    at.without_body = head.method == "HEAD";
    at.body_size = head.body_size();
    at.expects_continue = head.expects_continue;
    if (head.wants_close) at.next = then::close;

    auto& about = at.about;
    about.method = method_of(head.method);
    about.target = head.path;
    about.id = server_.next_id();
    for (auto const& field : head.fields) about.headers.add(field.name, field.value);
    about.peer = server_.proxies.client(peer_, about.headers).to_string();
    at.admitted_head = true;

    auto segments = decode_path(head.path);
    if (!segments) return bad_path;
    about.segments = std::move(*segments);
    auto query = decode_query(head.query);
    if (!query) return bad_query;
    about.query = std::move(*query);

    auto match = server_.routes.find(head.method, about.segments);
    bool const any_host = match.found != nullptr && match.found->served_to == route::hosts::any;
    if (!any_host && !server_.serves(head.host)) return foreign_host;
    at.route_name = match.pattern.empty() ? std::string_view("unmatched") : match.pattern;
    at.allowed = std::move(match.allowed);
    if (match.found == nullptr) return match.pattern.empty() ? no_such_path : wrong_method;
    about.captures = std::move(match.captures);
    if (auto const why = check_body(*match.found, head, about.headers)) return *why;
    return match.found;
}

async::task<std::optional<refusal>> connection::read_body(turn& at) {
    auto const size = at.body_size;
    if (size == 0) co_return std::nullopt;
    auto& body = at.about.body;
    auto const here = unread().substr(0, size);
    body.assign(here);
    begin_ += here.size();
    if (begin_ == end_) begin_ = end_ = 0;
    if (body.size() == size) co_return std::nullopt;

    auto const& o = server_.options;
    auto const began = steady::now();
    if (at.expects_continue) {
        wire_->expires_at(began + o.body_deadline);
        auto const [failed, sent] = co_await wire_->write("HTTP/1.1 100 Continue\r\n\r\n", {});
        if (failed) gone_ = true;
    }
    std::size_t filled = body.size();
    while (!gone_ && filled < size) {
        if (filled == body.size()) body.resize(std::min(size, std::max(body_step, 2 * filled)));
        wire_->expires_at(began + o.body_deadline + transfer_time(filled));
        auto const [failed, count] = co_await wire_->read_some(std::span(body).subspan(filled));
        if (failed && wire_->timed_out()) co_return slow_body;
        if (failed) gone_ = true;
        filled += count;
    }
    wire_->expires_at(time_point::max());
    co_return std::nullopt;
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

async::task<connection::then> connection::refuse(turn& at, refusal why) {
    if (server_.stopped) co_return then::close;
    at.refused = why.why;
    auto what = server_.problem(why.status, why.detail, at.admitted_head ? &at.about : nullptr);
    if (why.status == 405) what.headers.set("Allow", at.allowed);
    if (why.status == 503) what.headers.set("Retry-After", "1");
    // Only a request that is well framed and has nothing left to read may be followed by another.
    bool const harmless = (why.status == 404 || why.status == 405) && at.admitted_head && at.body_size == 0;
    co_return co_await answer(at, std::move(what), harmless ? at.next : then::close);
}

async::task<connection::then> connection::answer(turn& at, response what, then next) {
    if (server_.stopped) co_return then::close;
    if (what.status < 200 || what.status > 599)
        what = server_.problem(500, "Something went wrong here.", &at.about);
    if (server_.draining || what.headers.find("Connection") == "close" || what.more) next = then::close;
    auto const head = header_section(what, server_.common, next == then::close);
    bool const bare = at.without_body || what.status == 204 || what.status == 304;
    co_await write(head, bare ? std::string_view{} : std::string_view(what.body));
    if (gone_) next = then::close;
    told(at, what.status);
    if (what.more && !bare) co_await write_all(what);
    co_return next;
}

/// A stream is told of when it begins: how long it is followed says nothing about the server.
void connection::told(turn const& at, int status) {
    if (server_.options.on_exchange && !server_.stopped) {
        auto const took = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - at.began);
        auto const peer = at.admitted_head ? at.about.peer : peer_.to_string();
        server_.options.on_exchange(
            {.route = at.route_name,
             .method = at.method,
             .status = status,
             .took = took,
             .peer = peer,
             .request_id = at.about.id,
             .refusal = at.refused}
        );
    }
}

async::task<> connection::write_all(response const& of) {
    while (!gone_ && !server_.stopped) {
        wire_->expires_at(time_point::max());
        auto const piece = co_await of.more();
        if (!piece || server_.stopped) break;
        co_await write({}, *piece);
    }
}

/// In steps, each with a deadline of its own: a peer that reads nothing is dropped, however large the answer.
async::task<> connection::write(std::string_view head, std::string_view body) {
    do {
        auto const piece = body.substr(0, body_step);
        body.remove_prefix(piece.size());
        wire_->expires_at(steady::now() + server_.options.body_deadline);
        auto const [failed, sent] = co_await wire_->write(std::exchange(head, {}), piece);
        if (failed) gone_ = true;
    } while (!gone_ && !body.empty());
}

}  // namespace tocsin::http

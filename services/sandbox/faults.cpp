#include "faults.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/json/reader.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::sandbox {

namespace {

constexpr std::array<std::pair<fault_kind, std::string_view>, 19> names{{
    {fault_kind::status, "status"},
    {fault_kind::html, "html"},
    {fault_kind::redirect, "redirect"},
    {fault_kind::redirect_loop, "redirect_loop"},
    {fault_kind::delay, "delay"},
    {fault_kind::gzip, "gzip"},
    {fault_kind::pagination_loop, "pagination_loop"},
    {fault_kind::lost_answer, "lost_answer"},
    {fault_kind::truncated, "truncated"},
    {fault_kind::wrong_length, "wrong_length"},
    {fault_kind::trickle, "trickle"},
    {fault_kind::hang_after_headers, "hang_after_headers"},
    {fault_kind::drop, "drop"},
    {fault_kind::reset, "reset"},
    {fault_kind::hang, "hang"},
    {fault_kind::garbage, "garbage"},
    {fault_kind::raw, "raw"},
    {fault_kind::huge, "huge"},
    {fault_kind::endless, "endless"},
}};

/// The OAuth endpoints have their own form of errors.
std::string default_oauth_body(int status) {
    return status == 401 ? R"({"error":"invalid_client"})" : R"({"error":"invalid_grant"})";
}

std::string default_body(int status, std::string_view area) {
    if (status == 204 || status == 304) return {};
    if (status < 300) return "{}";
    if (area.starts_with("oauth_") && (status == 400 || status == 401)) return default_oauth_body(status);
    switch (status) {
        case 401:
            return R"({"detail":"Invalid token"})";
        case 403:
            return R"({"detail":"You do not have permission to perform this action."})";
        case 404:
            return R"({"detail":"The requested resource does not exist"})";
        case 429:
            return too_many_requests({}).body;
        default:
            break;
    }
    if (status >= 500)
        return R"({"detail":"Internal Error","errorId":")" + to_hex(crypto::random_bytes(16)) + "\"}";
    return R"({"detail":"Invalid request"})";
}

/// What a reverse proxy or a firewall in front of Sentry responds.
std::string proxy_page(int status) {
    auto const title = std::to_string(status) + " " + std::string(http::reason_phrase(status));
    return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
           "</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n";
}

}  // namespace

bool is_api(std::string_view area) noexcept {
    return area != "consent" && !area.starts_with("oauth_");
}

std::string_view to_string(fault_kind kind) noexcept {
    for (auto const& [candidate, name] : names)
        if (candidate == kind) return name;
    return "?";
}

std::optional<fault> fault_list::take(std::string_view area) {
    for (auto position = armed_.begin(); position != armed_.end(); ++position) {
        auto const& match = position->match;
        if (match != area && match != "all" && !(match == "api" && is_api(area))) continue;
        auto const taken = *position;
        if (position->times > 0 && --position->times == 0) armed_.erase(position);
        return taken;
    }
    return std::nullopt;
}

void fault_list::write(json::writer& out) const {
    out.begin_array();
    for (auto const& fault : armed_) {
        out.begin_object().field("match", fault.match).field("kind", to_string(fault.kind));
        if (fault.kind == fault_kind::status || fault.kind == fault_kind::html)
            out.field("status", fault.status);
        if (fault.kind == fault_kind::delay || fault.kind == fault_kind::trickle ||
            (fault.kind == fault_kind::status && fault.delay.count() > 0))
            out.field("delay_ms", fault.delay.count());
        if (fault.kind == fault_kind::huge) out.field("size", fault.size);
        if (fault.times) {
            out.field("times", fault.times);
        } else {
            out.field("times", nullptr);
        }
        out.end_object();
    }
    out.end_array();
}

namespace {

void read_headers(json::reader& in, fault& fault) {
    auto const headers = in.optional_value("headers");
    if (!headers) return;
    if (headers->kind() != json::kind::object) return in.reject("headers", "must be an object of texts");
    for (std::size_t i = 0; i < headers->size(); ++i) {
        auto const text = headers->element(i).as_string();
        if (!text) return in.reject("headers", "must be an object of texts");
        fault.headers.emplace_back(headers->key(i), *text);
    }
}

fault_kind read_kind(json::reader& in) {
    auto const kind = in.required_text("kind", {1, 64});
    std::string listed;
    for (auto const& [candidate, name] : names) {
        if (name == kind) return candidate;
        listed.append(listed.empty() ? "" : ", ").append(name);
    }
    if (!kind.empty()) in.reject("kind", "must be one of " + listed);
    return fault_kind::status;
}

}  // namespace

result<fault> parse_fault(json::value body) {
    json::reader in(body);
    fault out;
    out.match = in.required_text("match", {1, 64});
    out.kind = read_kind(in);
    out.status = static_cast<int>(
        in.optional_int("status", 200, 599).value_or(out.kind == fault_kind::html ? 502 : 500)
    );
    auto const default_delay = out.kind == fault_kind::status ? 0 : 1'000;
    out.delay = std::chrono::milliseconds(in.optional_int("delay_ms", 0, 600'000).value_or(default_delay));
    out.size = in.optional_int("size", 2, 1 << 30).value_or(out.size);
    read_headers(in, out);
    out.times = in.optional_int("times", 0, 1'000'000).value_or(1);
    out.body = in.optional_text("body", {0, 64 * 1024}).value_or("");
    if (auto problem = in.problems()) return *problem;
    return out;
}

namespace {

http::response unmodified_response(fault const& fault, std::string_view area, std::int64_t now) {
    http::response out;
    out.status = fault.status;
    if (fault.kind == fault_kind::redirect) {
        out.status = 302;
        out.headers.set("Location", fault.body.empty() ? "https://elsewhere.invalid/" : fault.body);
        return out;
    }
    if (fault.kind == fault_kind::html) {
        out.headers.set("Content-Type", "text/html");
        out.body = fault.body.empty() ? proxy_page(fault.status) : fault.body;
        return out;
    }
    // Sentry's rate limiter responds with Django's default content type.
    out.headers.set("Content-Type", fault.status == 429 ? "text/html; charset=utf-8" : "application/json");
    if (fault.status == 429) set_rate_limit(out, {40, 0, now + 1});
    if (fault.status != 204) out.body = fault.body.empty() ? default_body(fault.status, area) : fault.body;
    return out;
}

/// The server refuses to send other headers; the fault proxy sends them.
bool is_valid_header_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

http::response as_raw(http::response const& response, fault const& fault) {
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                       std::string(http::reason_phrase(response.status));
    for (auto const& [name, value] : response.headers.all()) text += "\r\n" + name + ": " + value;
    for (auto const& [name, value] : fault.headers) text += "\r\n" + name + ": " + value;
    text += "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\nConnection: close\r\n\r\n";
    auto out = http::response::text(200, text + response.body);
    out.headers.set(fault_header, to_string(fault_kind::raw));
    return out;
}

}  // namespace

http::response fault_response(fault const& fault, std::string_view area, std::int64_t now) {
    auto out = unmodified_response(fault, area, now);
    auto const are_valid = std::all_of(fault.headers.begin(), fault.headers.end(), [](auto const& header) {
        return is_valid_header_text(header.first) && is_valid_header_text(header.second);
    });
    if (!are_valid) return as_raw(out, fault);
    for (auto const& [name, value] : fault.headers) out.headers.set(name, value);
    return out;
}

std::string fault_instruction(fault const& fault) {
    std::string out(to_string(fault.kind));
    if (fault.kind == fault_kind::trickle) out += " " + std::to_string(fault.delay.count());
    if (fault.kind == fault_kind::huge) out += " " + std::to_string(fault.size);
    return out;
}

void set_rate_limit(http::response& response, rate_limit const& rate_limit) {
    response.headers.set("X-Sentry-Rate-Limit-Limit", std::to_string(rate_limit.limit));
    response.headers.set("X-Sentry-Rate-Limit-Remaining", std::to_string(rate_limit.remaining));
    response.headers.set("X-Sentry-Rate-Limit-Reset", std::to_string(rate_limit.reset));
    response.headers.set("X-Sentry-Rate-Limit-ConcurrentLimit", "25");
    response.headers.set("X-Sentry-Rate-Limit-ConcurrentRemaining", "25");
}

http::response too_many_requests(rate_limit const& rate_limit) {
    http::response out;
    out.status = 429;
    out.headers.set("Content-Type", "text/html; charset=utf-8");
    set_rate_limit(out, rate_limit);
    out.body = R"({"detail":"You are attempting to use this endpoint too frequently. Limit is )" +
               std::to_string(rate_limit.limit) + R"( requests in 1 seconds"})";
    return out;
}

}  // namespace tocsin::sandbox

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

/// The OAuth endpoints' error bodies are of their own form.
std::string usual_oauth_text(int status) {
    return status == 401 ? R"({"error":"invalid_client"})" : R"({"error":"invalid_grant"})";
}

std::string usual_text(int status, std::string_view area) {
    if (status == 204 || status == 304) return {};
    if (status < 300) return "{}";
    if (area.starts_with("oauth_") && (status == 400 || status == 401)) return usual_oauth_text(status);
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

std::string_view constexpr proxy_page =
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
    "Gateway</h1></center>\r\n"
    "<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n";

}  // namespace

bool is_api(std::string_view area) noexcept {
    return area != "consent" && !area.starts_with("oauth_");
}

std::string_view to_string(fault_kind kind) noexcept {
    for (auto const& [each, name] : names)
        if (each == kind) return name;
    return "?";
}

std::optional<fault> fault_list::take(std::string_view area) {
    for (auto at = armed_.begin(); at != armed_.end(); ++at) {
        if (at->match != area && at->match != "all" && !(at->match == "api" && is_api(area))) continue;
        auto const taken = *at;
        if (at->times > 0 && --at->times == 0) armed_.erase(at);
        return taken;
    }
    return std::nullopt;
}

void fault_list::write(json::writer& out) const {
    out.begin_array();
    for (auto const& each : armed_) {
        out.begin_object().field("match", each.match).field("kind", to_string(each.kind));
        if (each.kind == fault_kind::status || each.kind == fault_kind::html)
            out.field("status", each.status);
        if (each.kind == fault_kind::delay || each.kind == fault_kind::trickle ||
            (each.kind == fault_kind::status && each.delay.count() > 0))
            out.field("delay_ms", each.delay.count());
        if (each.kind == fault_kind::huge) out.field("size", each.size);
        if (each.times) {
            out.field("times", each.times);
        } else {
            out.field("times", nullptr);
        }
        out.end_object();
    }
    out.end_array();
}

namespace {

void read_headers(json::reader& in, fault& to) {
    auto const given = in.optional_value("headers");
    if (!given) return;
    if (given->kind() != json::kind::object) return in.reject("headers", "must be an object of texts");
    for (std::size_t i = 0; i < given->size(); ++i) {
        auto const text = given->element(i).as_string();
        if (!text) return in.reject("headers", "must be an object of texts");
        to.headers.emplace_back(given->key(i), *text);
    }
}

}  // namespace

result<fault> parse_fault(json::value body) {
    json::reader in(body);
    fault out;
    out.match = in.required_text("match", {1, 64});
    auto const kind = in.required_word(
        "kind",
        {"status",
         "html",
         "redirect",
         "redirect_loop",
         "delay",
         "gzip",
         "pagination_loop",
         "lost_answer",
         "truncated",
         "wrong_length",
         "trickle",
         "hang_after_headers",
         "drop",
         "reset",
         "hang",
         "garbage",
         "raw",
         "huge",
         "endless"}
    );
    for (auto const& [each, name] : names)
        if (name == kind) out.kind = each;
    out.status = static_cast<int>(
        in.optional_int("status", 200, 599).value_or(out.kind == fault_kind::html ? 502 : 500)
    );
    auto const usual_delay = out.kind == fault_kind::status ? 0 : 1'000;
    out.delay = std::chrono::milliseconds(in.optional_int("delay_ms", 0, 600'000).value_or(usual_delay));
    out.size = in.optional_int("size", 2, 1 << 30).value_or(out.size);
    read_headers(in, out);
    out.times = in.optional_int("times", 0, 1'000'000).value_or(1);
    out.body = in.optional_text("body", {0, 64 * 1024}).value_or("");
    if (auto bad = in.problems()) return *bad;
    return out;
}

namespace {

http::response plain_answer(fault const& what, std::string_view area, std::int64_t now) {
    http::response out;
    out.status = what.status;
    if (what.kind == fault_kind::redirect) {
        out.status = 302;
        out.headers.set("Location", what.body.empty() ? "https://elsewhere.invalid/" : what.body);
        return out;
    }
    if (what.kind == fault_kind::html) {
        out.headers.set("Content-Type", "text/html");
        out.body = what.body.empty() ? std::string(proxy_page) : what.body;
        return out;
    }
    // Sentry's rate limiter answers with Django's default content type.
    out.headers.set("Content-Type", what.status == 429 ? "text/html; charset=utf-8" : "application/json");
    if (what.status == 429) set_rate_limit(out, {40, 0, now + 1});
    if (what.status != 204) out.body = what.body.empty() ? usual_text(what.status, area) : what.body;
    return out;
}

/// The server writes no header that is none, so the gate does.
bool fits_in_a_header(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

http::response as_raw(http::response const& what, fault const& with) {
    std::string text =
        "HTTP/1.1 " + std::to_string(what.status) + " " + std::string(http::reason_phrase(what.status));
    for (auto const& [name, value] : what.headers.all()) text += "\r\n" + name + ": " + value;
    for (auto const& [name, value] : with.headers) text += "\r\n" + name + ": " + value;
    text += "\r\nContent-Length: " + std::to_string(what.body.size()) + "\r\nConnection: close\r\n\r\n";
    auto out = http::response::text(200, text + what.body);
    out.headers.set(gate_header, to_string(fault_kind::raw));
    return out;
}

}  // namespace

http::response faulty_answer(fault const& what, std::string_view area, std::int64_t now) {
    auto out = plain_answer(what, area, now);
    auto const good = std::all_of(what.headers.begin(), what.headers.end(), [](auto const& header) {
        return fits_in_a_header(header.first) && fits_in_a_header(header.second);
    });
    if (!good) return as_raw(out, what);
    for (auto const& [name, value] : what.headers) out.headers.set(name, value);
    return out;
}

std::string gate_order(fault const& what) {
    std::string out(to_string(what.kind));
    if (what.kind == fault_kind::trickle) out += " " + std::to_string(what.delay.count());
    if (what.kind == fault_kind::huge) out += " " + std::to_string(what.size);
    return out;
}

void set_rate_limit(http::response& to, rate_limit const& what) {
    to.headers.set("X-Sentry-Rate-Limit-Limit", std::to_string(what.limit));
    to.headers.set("X-Sentry-Rate-Limit-Remaining", std::to_string(what.remaining));
    to.headers.set("X-Sentry-Rate-Limit-Reset", std::to_string(what.reset));
    to.headers.set("X-Sentry-Rate-Limit-ConcurrentLimit", "25");
    to.headers.set("X-Sentry-Rate-Limit-ConcurrentRemaining", "25");
}

http::response too_many_requests(rate_limit const& what) {
    http::response out;
    out.status = 429;
    out.headers.set("Content-Type", "text/html; charset=utf-8");
    set_rate_limit(out, what);
    out.body = R"({"detail":"You are attempting to use this endpoint too frequently. Limit is )" +
               std::to_string(what.limit) + R"( requests in 1 seconds"})";
    return out;
}

}  // namespace tocsin::sandbox

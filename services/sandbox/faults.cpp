#include "faults.hpp"

#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/json/reader.hpp>

#include <array>
#include <utility>

namespace tocsin::sandbox {

namespace {

constexpr std::array<std::pair<fault_kind, std::string_view>, 10> names{{
    {fault_kind::status, "status"},
    {fault_kind::html, "html"},
    {fault_kind::redirect, "redirect"},
    {fault_kind::delay, "delay"},
    {fault_kind::lost_answer, "lost_answer"},
    {fault_kind::drop, "drop"},
    {fault_kind::hang, "hang"},
    {fault_kind::garbage, "garbage"},
    {fault_kind::truncated, "truncated"},
    {fault_kind::endless, "endless"},
}};

bool is_api(std::string_view area) {
    return area != "consent" && !area.starts_with("oauth_");
}

std::string usual_text(int status) {
    switch (status) {
        case 401:
            return R"({"detail":"Invalid token"})";
        case 403:
            return R"({"detail":"You do not have permission to perform this action."})";
        case 404:
            return R"({"detail":"The requested resource does not exist"})";
        case 429:
            return R"({"detail":"You are attempting to use this endpoint too frequently. Limit is 40 requests in 1 seconds"})";
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
        if (each.kind == fault_kind::delay) out.field("delay_ms", each.delay.count());
        if (each.times) {
            out.field("times", each.times);
        } else {
            out.field("times", nullptr);
        }
        out.end_object();
    }
    out.end_array();
}

result<fault> parse_fault(json::value body) {
    json::reader in(body);
    fault out;
    out.match = in.required_text("match", {1, 64});
    auto const kind = in.required_word(
        "kind",
        {"status",
         "html",
         "redirect",
         "delay",
         "lost_answer",
         "drop",
         "hang",
         "garbage",
         "truncated",
         "endless"}
    );
    for (auto const& [each, name] : names)
        if (name == kind) out.kind = each;
    out.status = static_cast<int>(
        in.optional_int("status", 200, 599).value_or(out.kind == fault_kind::html ? 502 : 500)
    );
    out.delay = std::chrono::milliseconds(in.optional_int("delay_ms", 0, 600'000).value_or(1'000));
    out.times = in.optional_int("times", 0, 1'000'000).value_or(1);
    out.body = in.optional_text("body", {0, 64 * 1024}).value_or("");
    if (auto bad = in.problems()) return *bad;
    return out;
}

http::response faulty_answer(fault const& what, std::int64_t now) {
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
    if (what.status == 429) {
        out.headers.set("X-Sentry-Rate-Limit-Limit", "40");
        out.headers.set("X-Sentry-Rate-Limit-Remaining", "0");
        out.headers.set("X-Sentry-Rate-Limit-Reset", std::to_string(now + 1));
        out.headers.set("X-Sentry-Rate-Limit-ConcurrentLimit", "25");
        out.headers.set("X-Sentry-Rate-Limit-ConcurrentRemaining", "25");
    }
    out.body = what.body.empty() ? usual_text(what.status) : what.body;
    return out;
}

}  // namespace tocsin::sandbox

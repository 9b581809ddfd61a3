#include "gateway/problem.hpp"

#include <tocsin/db/errors.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/observe/log.hpp>

#include <array>
#include <new>
#include <set>
#include <utility>

namespace tocsin::gateway {

namespace {

constexpr std::array<std::pair<errc, int>, 16> statuses{{
    {errc::invalid, 400},
    {errc::unauthenticated, 401},
    {errc::forbidden, 403},
    {errc::not_granted, 403},
    {errc::missing_scope, 403},
    {errc::not_found, 404},
    {errc::conflict, 409},
    {errc::already_claimed, 409},
    {errc::mode_not_configured, 409},
    {errc::other_organization, 409},
    {errc::illegal_transition, 409},
    {errc::in_use, 409},
    {errc::sentry_refused, 422},
    {errc::rate_limited, 429},
    {errc::internal, 500},
    {errc::unavailable, 503},
}};

/// The statuses with which the HTTP server refuses a request, where they are not in the table above.
constexpr std::array<std::pair<int, std::string_view>, 11> server_codes{{
    {405, "method_not_allowed"},
    {408, "request_timeout"},
    {411, "length_required"},
    {413, "payload_too_large"},
    {414, "uri_too_long"},
    {415, "unsupported_media_type"},
    {417, "expectation_failed"},
    {421, "misdirected_request"},
    {431, "request_header_fields_too_large"},
    {501, "not_implemented"},
    {505, "http_version_not_supported"},
}};

int status_of(errc wanted) noexcept {
    for (auto const& [code, status] : statuses)
        if (code == wanted) return status;
    return 500;
}

/// A status that no table lists is a fault of the client or of the server.
std::string_view code_of(int wanted) noexcept {
    for (auto const& [status, code] : server_codes)
        if (status == wanted) return code;
    for (auto const& [code, status] : statuses)
        if (status == wanted) return to_string(code);
    return to_string(wanted < 500 ? errc::invalid : errc::internal);
}

http::response write_problem(
    int status, std::string_view code, std::string_view detail, std::vector<field_error> const& fields
) {
    json::writer out;
    out.begin_object()
        .field("type", "about:blank")
        .field("title", http::reason_phrase(status))
        .field("status", status)
        .field("detail", detail)
        .field("code", code);
    if (!fields.empty()) {
        out.name("errors").begin_array();
        for (auto const& field : fields)
            out.begin_object().field("path", field.path).field("message", field.message).end_object();
        out.end_array();
    }
    http::response response;
    response.status = status;
    response.body = out.end_object().take();
    response.headers.add("Content-Type", "application/problem+json");
    // RFC 9110, section 11.6.1: a 401 names how to authenticate. Browsers show no dialog for this scheme.
    if (status == 401) response.headers.add("WWW-Authenticate", "Bearer realm=\"tocsin\"");
    if (status == 429 || status == 503) response.headers.add("Retry-After", "1");
    return response;
}

http::response internal_error(std::string_view why, http::request const& request) {
    observe::log_error(
        "request failed", {{"request_id", request.id}, {"method", to_string(request.method)}, {"why", why}}
    );
    auto const detail =
        "Tocsin failed to answer the request. Its log has the cause under request " + request.id + ".";
    return write_problem(500, to_string(errc::internal), detail, {});
}

}  // namespace

http::response problem_response(error const& failure) {
    auto response =
        write_problem(status_of(failure.code), to_string(failure.code), failure.detail, failure.fields);
    if (failure.retry_after.count() > 0)
        response.headers.set("Retry-After", std::to_string(failure.retry_after.count()));
    return response;
}

http::response problem_of_status(int status, std::string_view detail) {
    return write_problem(status, code_of(status), detail.empty() ? http::reason_phrase(status) : detail, {});
}

http::response problem_of_exception(std::exception_ptr thrown, http::request const& request) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (failure const& expected) {
        return problem_response(expected.why());
    } catch (db::unavailable const& lost) {
        observe::log_warn("database unavailable", {{"request_id", request.id}, {"why", lost.what()}});
        return problem_response({errc::unavailable, "The database does not respond. Try again in a moment."});
    } catch (std::bad_alloc const&) {
        observe::log_error("out of memory", {{"request_id", request.id}});
        return problem_response({errc::unavailable, "Tocsin is out of memory. Try again in a moment."});
    } catch (std::exception const& bug) {
        return internal_error(bug.what(), request);
    } catch (...) {
        return internal_error("an exception of an unknown type", request);
    }
}

std::vector<std::string> problem_codes() {
    std::set<std::string> codes;
    for (auto const& [code, status] : statuses) codes.emplace(to_string(code));
    for (auto const& [status, code] : server_codes) codes.emplace(code);
    return {codes.begin(), codes.end()};
}

}  // namespace tocsin::gateway

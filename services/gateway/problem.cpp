#include "gateway/problem.hpp"

#include "gateway/endpoint.hpp"

#include <tocsin/base/text.hpp>
#include <tocsin/db/errors.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>
#include <new>
#include <string>

namespace tocsin::gateway {

namespace {

int status_of(errc code) noexcept {
    switch (code) {
        case errc::invalid:
            return 400;
        case errc::unauthenticated:
            return 401;
        case errc::forbidden:
            return 403;
        case errc::not_found:
            return 404;
        case errc::conflict:
        case errc::already_claimed:
        case errc::mode_not_configured:
        case errc::other_organization:
        case errc::illegal_transition:
        case errc::in_use:
            return 409;
        case errc::sentry_refused:
            return 422;
        case errc::rate_limited:
            return 429;
        case errc::unavailable:
            return 503;
        case errc::internal:
            return 500;
    }
    return 500;
}

/// The code of a status that is not the API's own: the reason phrase in snake case, but where clients know
/// another word.
std::string code_of(int status) {
    switch (status) {
        case 400:
            return "invalid";
        case 401:
            return "unauthenticated";
        case 413:
            return "payload_too_large";
        case 429:
            return "rate_limited";
        case 500:
            return "internal";
        case 503:
            return "unavailable";
        default:
            break;
    }
    auto code = to_lower(http::reason_phrase(status));
    std::replace(code.begin(), code.end(), ' ', '_');
    return code;
}

http::response write(
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
        for (auto const& wrong : fields)
            out.begin_object().field("path", wrong.path).field("message", wrong.message).end_object();
        out.end_array();
    }
    http::response answer;
    answer.status = status;
    answer.body = out.end_object().take();
    answer.headers.add("Content-Type", "application/problem+json");
    // RFC 9110, section 11.6.1: a 401 names how to authenticate. Browsers show no dialog for this scheme.
    if (status == 401) answer.headers.add("WWW-Authenticate", "Bearer realm=\"tocsin\"");
    if (status == 429 || status == 503) answer.headers.add("Retry-After", "1");
    return answer;
}

http::response lost(std::string_view event, std::string_view why, http::request const& about) {
    observe::log_error(event, {{"request_id", about.id}, {"method", to_string(about.method)}, {"why", why}});
    return write(
        500,
        "internal",
        "Something went wrong in Tocsin. Its log has the cause under request " + about.id + ".",
        {}
    );
}

}  // namespace

http::response to_response(error const& why) {
    auto answer = write(status_of(why.code), to_string(why.code), why.detail, why.fields);
    if (why.retry_after.count() > 0)
        answer.headers.set("Retry-After", std::to_string(why.retry_after.count()));
    return answer;
}

http::response problem_of_status(int status, std::string_view detail) {
    return write(status, code_of(status), detail.empty() ? http::reason_phrase(status) : detail, {});
}

http::response problem_of_exception(std::exception_ptr why, http::request const& about) {
    try {
        std::rethrow_exception(std::move(why));
    } catch (failure const& expected) {
        return to_response(expected.why());
    } catch (db::unavailable const& away) {
        observe::log_warn("database unavailable", {{"request_id", about.id}, {"why", away.what()}});
        return to_response(
            {errc::unavailable, "The database does not answer at this moment. Try again shortly."}
        );
    } catch (std::bad_alloc const&) {
        observe::log_error("out of memory", {{"request_id", about.id}});
        return to_response({errc::unavailable, "Tocsin is short of memory at this moment. Try again shortly."}
        );
    } catch (std::exception const& bug) {
        return lost("request failed", bug.what(), about);
    } catch (...) {
        return lost("request failed", "an exception of an unknown type", about);
    }
}

}  // namespace tocsin::gateway

#include "client_impl.hpp"
#include "requests.hpp"

#include <utility>

namespace tocsin::sentry {

namespace {

std::string target_of(config::base_url const& base, api_request const& request) {
    auto target = base.path + "/api/0/";
    for (auto const& segment : request.path) target += path_segment(segment) + "/";
    if (!request.query.empty()) target += "?" + http::form_encoded(request.query);
    return target;
}

/// Whether the failure is for those who made the call: they can repeat it later, or in another way.
bool concerns_caller(call_failure const& why) noexcept {
    if (why.from_proxy || why.lacks_permission || why.http_status == 401) return false;
    return why.kind != failure_kind::transient;
}

}  // namespace

async::task<call_result<api_response>> client::call(
    organization_ref organization, api_request request, secret token
) {
    auto made = with_bearer(request.method, target_of(base(), request), token);
    if (!request.body.empty()) set_json(made.request, std::move(request.body));
    auto done = co_await impl_->perform(impl_->host_of(organization.region), std::move(made));
    if (!done) co_return done.error();
    if (done->failure && !concerns_caller(*done->failure)) co_return *done->failure;
    auto& response = done->response;
    co_return api_response{response.status, std::move(response.headers), std::move(response.body)};
}

}  // namespace tocsin::sentry

#include "gateway/organization_api.hpp"

#include "gateway/endpoint_list.hpp"
#include "gateway/json_response.hpp"
#include "gateway/request_body.hpp"

#include <tocsin/identity/organization_settings.hpp>

#include <memory>

namespace tocsin::gateway {

namespace {

using identity::organization_settings;
using identity::organization_settings_change;

input<organization_settings_change> change_body() {
    return body_fields<organization_settings_change>()
        .optional("assign_on_acknowledge", &organization_settings_change::assign_on_acknowledge, flag{})
        .at_least_one()
        .as_input();
}

void write_settings(json::writer& out, organization_settings const& from) {
    out.begin_object().field("assign_on_acknowledge", from.assign_on_acknowledge).end_object();
}

class organization_api {
public:
    explicit organization_api(db::pool& gateway) : gateway_(gateway) {}

    response_task show(request_context& ctx) {
        result<organization_settings> const settings =
            co_await identity::read_organization_settings(gateway_, ctx.organization());
        co_return json_result(settings, write_settings);
    }

    response_task change(request_context& ctx, organization_settings_change wanted) {
        result<organization_settings> const settings =
            co_await identity::change_organization_settings(gateway_, ctx.tenant(), wanted);
        co_return json_result(settings, write_settings);
    }

private:
    db::pool& gateway_;
};

}  // namespace

endpoints organization_endpoints(db::pool& gateway) {
    using identity::permission;
    using api = organization_api;
    endpoint_list<api> rows(std::make_shared<api>(gateway), "/api/v1/orgs/{org}/settings");
    rows.get("", permission::view, &api::show);
    rows.patch("", permission::administer, &api::change, change_body());
    return rows.take();
}

}  // namespace tocsin::gateway

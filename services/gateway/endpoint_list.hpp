#pragma once

#include "gateway/endpoint.hpp"
#include "gateway/request_body.hpp"
#include "gateway/request_query.hpp"

#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

namespace tocsin::gateway {

/// Builds the endpoints of one subject. A row names a member function of `Api` and the inputs that it takes
/// after the context, in its order. Inputs are read in order, and the first failure is the response. A row
/// that takes query parameters refuses all others. A POST, PUT, or PATCH without a body input accepts no body
/// or `{}`.
///
///     endpoint_list<api> rows(std::make_shared<api>(catalog), "/api/v1/orgs/{org}/services");
///     rows.get("", permission::view, &api::list, page_input<service_key>());
///     rows.patch("/{id}", permission::administer, &api::change, id, service_change_body());
template <class Api>
class endpoint_list {
public:
    template <class... Values>
    using handler = response_task (Api::*)(request_context&, Values...);

    endpoint_list(std::shared_ptr<Api> api, std::string prefix)
        : api_(std::move(api)), prefix_(std::move(prefix)) {}

    template <class... Values>
    void get(std::string_view path, identity::permission to, handler<Values...> handle, input<Values>... in) {
        add(http::method::get, path, to, handle, std::move(in)...);
    }
    template <class... Values>
    void post(
        std::string_view path, identity::permission to, handler<Values...> handle, input<Values>... in
    ) {
        add(http::method::post, path, to, handle, std::move(in)...);
    }
    template <class... Values>
    void put(std::string_view path, identity::permission to, handler<Values...> handle, input<Values>... in) {
        add(http::method::put, path, to, handle, std::move(in)...);
    }
    template <class... Values>
    void patch(
        std::string_view path, identity::permission to, handler<Values...> handle, input<Values>... in
    ) {
        add(http::method::patch, path, to, handle, std::move(in)...);
    }
    template <class... Values>
    void remove(
        std::string_view path, identity::permission to, handler<Values...> handle, input<Values>... in
    ) {
        add(http::method::delete_, path, to, handle, std::move(in)...);
    }

    endpoints take() { return std::move(rows_); }

private:
    template <class... Values>
    void add(
        http::method method,
        std::string_view path,
        identity::permission permission,
        handler<Values...> handle,
        input<Values>... in
    ) {
        endpoint row{
            .method = method, .pattern = prefix_ + std::string(path), .permission = permission, .handle = {}
        };
        (declare(row, in), ...);
        bool const may_have_body = method != http::method::get && method != http::method::delete_;
        bool const takes_fields = row.body != http::body_kind::none;
        if (may_have_body && !takes_fields) row.body = http::body_kind::optional_json;
        row.handle = [api = api_,
                      handle,
                      inputs = std::tuple(std::move(in)...),
                      fields = row.fields,
                      refuse = may_have_body && !takes_fields](request_context& ctx) {
            if (auto problem = misused_parameter(ctx.request, fields)) return refused(std::move(*problem));
            return run(*api, handle, inputs, refuse, ctx);
        };
        rows_.push_back(std::move(row));
    }

    template <class T>
    static void declare(endpoint& row, input<T> const& in) {
        row.fields.insert(row.fields.end(), in.fields.begin(), in.fields.end());
        if (in.body == http::body_kind::none) return;
        row.body = in.body;
        row.max_body = in.max_body;
    }

    static response_task refused(error problem) { co_return problem; }

    template <class... Values>
    static response_task run(
        Api& api,
        handler<Values...> handle,
        std::tuple<input<Values>...> const& inputs,
        bool refuse_fields,
        request_context& ctx
    ) {
        std::optional<error> problem;
        auto const read = [&]<class T>(input<T> const& from) -> std::optional<T> {
            if (problem) return std::nullopt;
            auto value = from.read(ctx);
            if (value) return std::move(*value);
            problem = value.error();
            return std::nullopt;
        };
        auto values = std::apply(
            [&](auto const&... from) { return std::tuple<std::optional<Values>...>{read(from)...}; }, inputs
        );
        if (!problem && refuse_fields) problem = unexpected_fields(ctx.request);
        if (problem) co_return *problem;
        co_return co_await std::apply(
            [&](auto&... value) { return (api.*handle)(ctx, std::move(*value)...); }, values
        );
    }

    std::shared_ptr<Api> api_;
    std::string prefix_;
    endpoints rows_;
};

}  // namespace tocsin::gateway

#include <tocsin/base/text.hpp>
#include <tocsin/crypto/random.hpp>
#include <tocsin/json/document.hpp>
#include <tocsin/json/writer.hpp>
#include <tocsin/sentry/client.hpp>

namespace tocsin::sentry {

namespace {

constexpr std::string_view jwt_bearer_grant = "urn:sentry:params:oauth:grant-type:jwt-bearer";
constexpr int max_pages = 100;

std::string installation_path(config::base_url const& base, uuid const& id, std::string_view below) {
    return base.path + "/api/0/sentry-app-installations/" + id.str() + "/" + std::string(below);
}

http::client_request with_bearer(http::method method, std::string target, secret const& token) {
    http::client_request request{.method = method, .target = std::move(target), .headers = {}, .body = {}};
    request.headers.set("Accept", "application/json");
    request.headers.set("Authorization", "Bearer " + std::string(token.reveal()));
    return request;
}

void set_json(http::client_request& request, std::string body) {
    request.headers.set("Content-Type", "application/json");
    request.body = std::move(body);
}

http::client_options options_of(client_settings const& settings) {
    return {
        .connect_deadline = std::min<std::chrono::milliseconds>(settings.timeout, std::chrono::seconds(5)),
        .total_deadline = settings.timeout,
        .max_answer = 2u << 20,
        .user_agent = settings.user_agent,
        .ca_file = settings.ca_file,
        .max_idle_connections = 4
    };
}

}  // namespace

client::client(async::executor on, client_settings settings, clock const& time)
    : settings_(std::move(settings)),
      time_(time),
      http_(std::make_unique<http::client>(
          std::move(on),
          http::origin{settings_.sentry.https, settings_.sentry.host, settings_.sentry.port},
          options_of(settings_)
      )) {}

client::~client() = default;

/// A success is any 2xx; everything else is a failure, sorted.
async::task<call_result<http::answer>> client::send(http::client_request request) {
    auto answered = co_await http_->send(std::move(request));
    if (!answered) {
        auto const& why = answered.error();
        co_return call_failure{
            .kind = failure_kind::transient,
            .http_status = 0,
            .detail = std::string(to_string(why.kind)) + ": " + printable(why.detail, 200),
            .in_doubt = why.sent,
            .retry_after = {}
        };
    }
    if (answered->status < 200 || answered->status > 299) co_return classify(*answered, time_.now());
    co_return std::move(*answered);
}

async::task<call_result<token_set>> client::exchange_code(
    public_app const& app, uuid installation, secret code
) {
    json::writer body;
    body.begin_object()
        .field("grant_type", "authorization_code")
        .field("code", code.reveal())
        .field("client_id", app.client_id)
        .field("client_secret", app.client_secret.reveal())
        .end_object();
    http::client_request request{
        .method = http::method::post,
        .target = installation_path(base(), installation, "authorizations/"),
        .headers = {},
        .body = {}
    };
    set_json(request, body.take());
    auto answered = co_await send(std::move(request));
    if (!answered) co_return answered.error();
    co_return decode_token_set(answered->body, time_.now());
}

async::task<call_result<token_set>> client::renew_by_jwt(public_app const& app, uuid installation) {
    json::writer body;
    body.begin_object().field("grant_type", jwt_bearer_grant).end_object();
    auto request = with_bearer(
        http::method::post,
        installation_path(base(), installation, "authorizations/"),
        client_assertion(app, time_.now(), crypto::uuid_v4())
    );
    set_json(request, body.take());
    auto answered = co_await send(std::move(request));
    if (!answered) co_return answered.error();
    co_return decode_token_set(answered->body, time_.now());
}

async::task<call_result<installation>> client::find_installation(uuid installation, secret const& token) {
    auto answered =
        co_await send(with_bearer(http::method::get, installation_path(base(), installation, ""), token));
    if (!answered) co_return answered.error();
    co_return decode_installation(answered->body);
}

async::task<call_result<void>> client::mark_installed(uuid installation, secret const& token) {
    auto request = with_bearer(http::method::put, installation_path(base(), installation, ""), token);
    set_json(request, R"({"status":"installed"})");
    auto answered = co_await send(std::move(request));
    if (!answered) co_return answered.error();
    co_return call_result<void>{};
}

async::task<call_result<organization>> client::find_organization(std::string_view slug, secret const& token) {
    auto answered = co_await send(with_bearer(
        http::method::get, base().path + "/api/0/organizations/" + http::encoded_segment(slug) + "/", token
    ));
    if (!answered) co_return answered.error();
    auto const parsed = json::parse(answered->body);
    auto const read = [&](std::string_view name, std::size_t max_bytes) {
        auto const at = parsed ? parsed->root().find(name) : std::nullopt;
        auto const text = at ? at->as_id_text() : std::nullopt;
        return text ? repaired(*text, max_bytes) : std::string();
    };
    organization found{read("id", 64), read("slug", 200), read("name", 300)};
    if (found.id.empty() || found.slug.empty())
        co_return call_failure{
            .kind = failure_kind::transient,
            .http_status = answered->status,
            .detail = "the organization answer has no id",
            .in_doubt = false,
            .retry_after = {}
        };
    co_return found;
}

async::task<call_result<std::vector<project>>> client::list_projects(
    std::string organization_slug, secret token
) {
    std::vector<project> all;
    std::string const first = base().path + "/api/0/organizations/" +
                              http::encoded_segment(organization_slug) + "/projects/?per_page=100";
    std::optional<std::string> cursor;
    for (int page = 0; page < max_pages; ++page) {
        // The cursor goes to our own base URL: the URL in the Link header may name another host.
        auto target = first;
        if (cursor) target += "&" + http::form_encoded({{"cursor", *cursor}});
        auto answered = co_await send(with_bearer(http::method::get, std::move(target), token));
        if (!answered) co_return answered.error();
        auto projects = decode_projects(answered->body);
        if (!projects) co_return projects.error();
        all.insert(
            all.end(), std::make_move_iterator(projects->begin()), std::make_move_iterator(projects->end())
        );
        auto const next = next_cursor(answered->headers.find("Link").value_or(""));
        if (!next || next == cursor) break;
        cursor = next;
    }
    co_return all;
}

}  // namespace tocsin::sentry

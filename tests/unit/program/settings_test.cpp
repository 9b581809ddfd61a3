#include "tocsin/settings.hpp"

#include "tocsin/option_docs.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

using namespace tocsin;
using namespace tocsin::program;

BOOST_AUTO_TEST_SUITE(settings)

namespace {

using variables = std::map<std::string, std::string, std::less<>>;

config::environment environment_of(variables set) {
    return [set = std::move(set)](std::string_view name) -> std::optional<std::string> {
        auto const found = set.find(name);
        return found == set.end() ? std::nullopt : std::optional(found->second);
    };
}

/// The bytes from 0 to 31.
constexpr char const* fake_key = "fake:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr char const* zero_key = "zero:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

variables required_variables() {
    return {
        {"TOCSIN_DATABASE_URL", "postgresql://fake@localhost/fake"},
        {"TOCSIN_PUBLIC_URL", "https://tocsin.example.com"},
        {"TOCSIN_VAULT_KEYS", fake_key},
    };
}

variables required_variables_and(variables changed) {
    auto all = required_variables();
    for (auto& [name, value] : changed) all[name] = value;
    return all;
}

serve_settings read_valid(variables changed = {}) {
    auto read = read_serve_settings(environment_of(required_variables_and(std::move(changed))));
    auto const* wrong = std::get_if<problems>(&read);
    BOOST_TEST_REQUIRE(wrong == nullptr, (wrong == nullptr ? "" : wrong->front()));
    return std::get<serve_settings>(std::move(read));
}

}  // namespace

BOOST_AUTO_TEST_CASE(defaults) {
    auto const read = read_valid();
    using namespace std::chrono_literals;
    BOOST_TEST(read.has(run_role::gateway));
    BOOST_TEST(read.has(run_role::scheduler));
    BOOST_TEST(read.gateway.listen.host == "0.0.0.0");
    BOOST_TEST(read.gateway.listen.port == 8080);
    BOOST_TEST(read.gateway.admin_listen.host == "127.0.0.1");
    BOOST_TEST(read.gateway.admin_listen.port == 9090);
    BOOST_TEST((read.sessions.idle == 24h));
    BOOST_TEST((read.sessions.max == 30 * 24h));
    BOOST_TEST(read.sentry.sentry.str() == "https://sentry.io");
    BOOST_TEST((read.sentry.timeout == 25s));
    BOOST_TEST((read.refresh.policy.backoff.base == 30s));
    BOOST_TEST((read.refresh.policy.backoff.cap == 30min));
    BOOST_TEST(read.refresh.policy.max_attempts == 8);
    BOOST_TEST((read.refresh.policy.margin == 15min));
    BOOST_TEST((read.refresh.poll == 10s));
    BOOST_TEST((read.refresh.lease == 45s));
    BOOST_TEST((read.rules.reopen_window == 7 * 24h));
    BOOST_TEST(read.rules.critical_event_count == 100);
    BOOST_TEST((read.retention.deliveries == 30 * 24h));
    BOOST_TEST(read.gateway.webhook_max_body == 5U << 20U);
    BOOST_TEST(!read.applications.app.has_value());
    BOOST_TEST(!read.applications.oauth.has_value());
    std::vector<std::string> const hosts = {"tocsin.example.com", "localhost", "127.0.0.1", "::1"};
    BOOST_TEST(read.gateway.allowed_hosts == hosts, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(everything_set) {
    auto const read = read_valid({
        {"TOCSIN_ROLES", "scheduler"},
        {"TOCSIN_PUBLIC_URL", "http://localhost:8080/"},
        {"TOCSIN_LISTEN", "[::1]:0"},
        {"TOCSIN_ALLOWED_HOSTS", "One.example, two.example"},
        {"TOCSIN_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8,192.0.2.1"},
        {"TOCSIN_SENTRY_APP_SLUG", "fake-app"},
        {"TOCSIN_SENTRY_APP_CLIENT_ID", "fake-id"},
        {"TOCSIN_SENTRY_APP_CLIENT_SECRET", "fake-secret-of-the-tests"},
        {"TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS", "fake-old-secret-of-the-tests"},
        {"TOCSIN_SENTRY_OAUTH_CLIENT_ID", "fake-id"},
        {"TOCSIN_SENTRY_OAUTH_CLIENT_SECRET", "fake-secret-of-the-tests"},
        {"TOCSIN_LOG_LEVEL", "warn"},
        {"TOCSIN_LOG_FORMAT", "text"},
    });
    BOOST_TEST(!read.has(run_role::gateway));
    BOOST_TEST(read.gateway.listen.host == "::1");
    BOOST_TEST(read.gateway.public_url.origin() == "http://localhost:8080");
    std::vector<std::string> const hosts = {"one.example", "two.example"};
    BOOST_TEST(read.gateway.allowed_hosts == hosts, boost::test_tools::per_element());
    BOOST_TEST(read.gateway.trusted_proxies.size() == 3U);
    BOOST_TEST(
        read.applications.app.value().previous_client_secret.value().reveal() ==
        "fake-old-secret-of-the-tests"
    );
    BOOST_TEST(read.applications.oauth.value().client_id == "fake-id");
    BOOST_TEST((read.log.level == observe::level::warn));
    BOOST_TEST((read.log.format == observe::log_format::text));
}

BOOST_AUTO_TEST_CASE(values_pasted_from_sentry_are_trimmed) {
    auto const read = read_valid({
        {"TOCSIN_SENTRY_APP_SLUG", " fake-app\n"},
        {"TOCSIN_SENTRY_APP_CLIENT_ID", "\tfake-id "},
        {"TOCSIN_SENTRY_APP_CLIENT_SECRET", "fake-secret-of-the-tests\r\n"},
        {"TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS", "fake-old-secret-of-the-tests\n\n"},
        {"TOCSIN_SENTRY_OAUTH_CLIENT_ID", "\u00A0fake-id"},
        {"TOCSIN_SENTRY_OAUTH_CLIENT_SECRET", " fake-secret-of-the-tests"},
    });
    auto const& app = read.applications.app.value();
    BOOST_TEST(app.slug == "fake-app");
    BOOST_TEST(app.client_id == "fake-id");
    BOOST_TEST(app.client_secret.reveal() == "fake-secret-of-the-tests");
    BOOST_TEST(app.previous_client_secret.value().reveal() == "fake-old-secret-of-the-tests");
    BOOST_TEST(read.applications.oauth.value().client_id == "fake-id");
    BOOST_TEST(read.applications.oauth.value().client_secret.reveal() == "fake-secret-of-the-tests");
}

BOOST_AUTO_TEST_CASE(a_wrong_value_is_reported_with_its_variable) {
    struct {
        variables changed;
        std::string name;
    } const table[] = {
        {{{"TOCSIN_DATABASE_URL", ""}}, "TOCSIN_DATABASE_URL"},
        {{{"TOCSIN_DATABASE_URL", "mysql://localhost/fake"}}, "TOCSIN_DATABASE_URL"},
        {{{"TOCSIN_PUBLIC_URL", ""}}, "TOCSIN_PUBLIC_URL"},
        {{{"TOCSIN_PUBLIC_URL", "tocsin.example.com"}}, "TOCSIN_PUBLIC_URL"},
        {{{"TOCSIN_PUBLIC_URL", "http://tocsin.example.com"}}, "TOCSIN_PUBLIC_URL"},
        {{{"TOCSIN_PUBLIC_URL", "http://127.0.0.1.example.com"}}, "TOCSIN_PUBLIC_URL"},
        {{{"TOCSIN_PUBLIC_URL", "https://example.com/tocsin"}}, "TOCSIN_PUBLIC_URL"},
        {{{"TOCSIN_VAULT_KEYS", ""}}, "TOCSIN_VAULT_KEYS"},
        {{{"TOCSIN_VAULT_KEYS", "fake:AAAA"}}, "TOCSIN_VAULT_KEYS"},
        {{{"TOCSIN_VAULT_KEYS", std::string(fake_key) + "," + fake_key}}, "TOCSIN_VAULT_KEYS"},
        {{{"TOCSIN_ROLES", "gateway,worker"}}, "TOCSIN_ROLES"},
        {{{"TOCSIN_ROLES", ","}}, "TOCSIN_ROLES"},
        {{{"TOCSIN_LISTEN", "8080"}}, "TOCSIN_LISTEN"},
        {{{"TOCSIN_ADMIN_LISTEN", "127.0.0.1:99999"}}, "TOCSIN_ADMIN_LISTEN"},
        {{{"TOCSIN_TLS_CERT", "/nonexistent/fake.pem"}}, "TOCSIN_TLS_KEY"},
        {{{"TOCSIN_TLS_KEY", "/nonexistent/fake.pem"}}, "TOCSIN_TLS_CERT"},
        {{{"TOCSIN_TLS_CERT", "/nonexistent/fake.pem"}, {"TOCSIN_TLS_KEY", "/nonexistent/fake.pem"}},
         "TOCSIN_TLS_CERT"},
        {{{"TOCSIN_ALLOWED_HOSTS", "https://tocsin.example.com/"}}, "TOCSIN_ALLOWED_HOSTS"},
        {{{"TOCSIN_TRUSTED_PROXIES", "10.0.0.0/33"}}, "TOCSIN_TRUSTED_PROXIES"},
        {{{"TOCSIN_TRUSTED_PROXIES", "proxy.example.com"}}, "TOCSIN_TRUSTED_PROXIES"},
        {{{"TOCSIN_CONSOLE_DIR", "/nonexistent/console"}}, "TOCSIN_CONSOLE_DIR"},
        {{{"TOCSIN_SESSION_IDLE", "40d"}}, "TOCSIN_SESSION_IDLE"},
        {{{"TOCSIN_SESSION_MAX", "soon"}}, "TOCSIN_SESSION_MAX"},
        {{{"TOCSIN_SENTRY_URL", "sentry.example.com"}}, "TOCSIN_SENTRY_URL"},
        {{{"TOCSIN_SENTRY_TIMEOUT", "45s"}}, "TOCSIN_SENTRY_TIMEOUT"},
        {{{"TOCSIN_REFRESH_LEASE", "20s"}}, "TOCSIN_SENTRY_TIMEOUT"},
        {{{"TOCSIN_REFRESH_BACKOFF_BASE", "1h"}}, "TOCSIN_REFRESH_BACKOFF_BASE"},
        {{{"TOCSIN_REFRESH_MAX_ATTEMPTS", "0"}}, "TOCSIN_REFRESH_MAX_ATTEMPTS"},
        {{{"TOCSIN_REFRESH_POLL", "0s"}}, "TOCSIN_REFRESH_POLL"},
        {{{"TOCSIN_SENTRY_APP_SLUG", "fake-app"}}, "TOCSIN_SENTRY_APP_CLIENT_ID"},
        {{{"TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS", "fake"}}, "TOCSIN_SENTRY_APP_CLIENT_SECRET"},
        {{{"TOCSIN_SENTRY_OAUTH_CLIENT_ID", "fake"}}, "TOCSIN_SENTRY_OAUTH_CLIENT_SECRET"},
        {{{"TOCSIN_CRITICAL_EVENT_COUNT", "many"}}, "TOCSIN_CRITICAL_EVENT_COUNT"},
        {{{"TOCSIN_DELIVERY_RETENTION", "1h"}}, "TOCSIN_DELIVERY_RETENTION"},
        {{{"TOCSIN_WEBHOOK_MAX_BODY", "1GiB"}}, "TOCSIN_WEBHOOK_MAX_BODY"},
        {{{"TOCSIN_ALLOW_UNSAFE", "everything"}}, "TOCSIN_ALLOW_UNSAFE"},
        {{{"TOCSIN_LOG_LEVEL", "loud"}}, "TOCSIN_LOG_LEVEL"},
        {{{"TOCSIN_LOG_FORMAT", "xml"}}, "TOCSIN_LOG_FORMAT"},
        {{{"TOCSIN_DATABASE_URL_FILE", "/nonexistent/fake"}}, "TOCSIN_DATABASE_URL"},
    };
    for (auto const& row : table) {
        auto const read = read_serve_settings(environment_of(required_variables_and(row.changed)));
        auto const* wrong = std::get_if<problems>(&read);
        BOOST_TEST_CONTEXT("case " << (&row - table) << ", " << row.name) {
            BOOST_TEST_REQUIRE(wrong != nullptr);
            BOOST_TEST(std::any_of(wrong->begin(), wrong->end(), [&row](std::string const& line) {
                return line.starts_with(row.name + ": ");
            }));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_unsafe_value_is_refused_unless_its_state_is_allowed) {
    auto const app = [](std::string key) {
        return variables{
            {"TOCSIN_SENTRY_APP_SLUG", "fake-app"},
            {"TOCSIN_SENTRY_APP_CLIENT_ID", "fake-id"},
            {"TOCSIN_SENTRY_APP_CLIENT_SECRET", std::move(key)},
        };
    };
    auto const and_previous = [](variables set) {
        set["TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS"] = "fake";
        return set;
    };
    std::string const database = "TOCSIN_DATABASE_URL";
    struct {
        variables changed;
        std::string name;
        std::string state;
    } const table[] = {
        {{{database, "postgresql://fake@db.example/fake"}}, database, "database_tls"},
        {{{database, "postgresql://fake:p%40ss@db.example:5432/fake?sslmode=prefer"}},
         database,
         "database_tls"},
        {{{database, "postgresql://fake@localhost,db.example/fake?target_session_attrs=any"}},
         database,
         "database_tls"},
        {{{database, "postgresql:///fake?host=db.example"}}, database, "database_tls"},
        {{{database, "postgresql://localhost/fake?hostaddr=192.0.2.1"}}, database, "database_tls"},
        {{{database, "postgresql://fake@[2001:db8::1]/fake?sslmode=disable"}}, database, "database_tls"},
        {{{database, "postgresql://fake@localhost.example/fake"}}, database, "database_tls"},
        {{{"TOCSIN_SENTRY_URL", "http://sentry.example"}}, "TOCSIN_SENTRY_URL", "sentry_http"},
        {{{"TOCSIN_SENTRY_URL", "http://127.0.0.1.example:9000"}}, "TOCSIN_SENTRY_URL", "sentry_http"},
        {{{"TOCSIN_VAULT_KEYS", zero_key}}, "TOCSIN_VAULT_KEYS", "vault_key"},
        {{{"TOCSIN_VAULT_KEYS", std::string(fake_key) + "," + zero_key}}, "TOCSIN_VAULT_KEYS", "vault_key"},
        {app("fake"), "TOCSIN_SENTRY_APP_CLIENT_SECRET", "client_secret"},
        {and_previous(app("fake-secret-of-the-tests")),
         "TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS",
         "client_secret"},
        {{{"TOCSIN_SENTRY_OAUTH_CLIENT_ID", "fake-id"}, {"TOCSIN_SENTRY_OAUTH_CLIENT_SECRET", "fake"}},
         "TOCSIN_SENTRY_OAUTH_CLIENT_SECRET",
         "client_secret"},
    };
    for (auto const& row : table) {
        BOOST_TEST_CONTEXT("case " << (&row - table) << ", " << row.name) {
            auto const read = read_serve_settings(environment_of(required_variables_and(row.changed)));
            auto const* wrong = std::get_if<problems>(&read);
            BOOST_TEST_REQUIRE(wrong != nullptr);
            BOOST_TEST_REQUIRE(wrong->size() == 1U);
            BOOST_TEST(wrong->front().starts_with(row.name + ": "));
            BOOST_TEST(wrong->front().ends_with("TOCSIN_ALLOW_UNSAFE=" + row.state));
            auto allowed = row.changed;
            allowed["TOCSIN_ALLOW_UNSAFE"] = row.state;
            read_valid(allowed);
            allowed["TOCSIN_ALLOW_UNSAFE"] = "database_durability";
            BOOST_TEST(std::holds_alternative<problems>(
                read_serve_settings(environment_of(required_variables_and(allowed)))
            ));
        }
    }
}

BOOST_AUTO_TEST_CASE(safe_databases_and_sentries_need_no_permission) {
    for (auto const* url :
         {"postgresql:///fake",
          "postgresql://fake@127.0.0.1:5433/fake",
          "postgresql://fake@[::1]:5433/fake",
          "postgresql://fake@%2Fvar%2Frun%2Fpostgresql/fake",
          "postgresql:///fake?host=/var/run/postgresql",
          "postgresql://fake:fake@db.example,other.example/fake?sslmode=require",
          "postgresql://fake@db.example/fake?target_session_attrs=read-write&sslmode=verify-full"})
        read_valid({{"TOCSIN_DATABASE_URL", url}});
    for (auto const* url : {"http://localhost:9000", "http://sentry.localhost", "https://sentry.example"})
        read_valid({{"TOCSIN_SENTRY_URL", url}});
}

BOOST_AUTO_TEST_CASE(all_problems_are_reported_at_once) {
    auto const read =
        read_serve_settings(environment_of({{"TOCSIN_LISTEN", "nowhere"}, {"TOCSIN_LOG_LEVEL", "loud"}}));
    auto const& wrong = std::get<problems>(read);
    for (auto const* name :
         {"TOCSIN_DATABASE_URL", "TOCSIN_PUBLIC_URL", "TOCSIN_VAULT_KEYS", "TOCSIN_LISTEN", "TOCSIN_LOG_LEVEL"
         }) {
        BOOST_TEST(
            std::count_if(
                wrong.begin(),
                wrong.end(),
                [name](std::string const& line) { return line.starts_with(std::string(name) + ": "); }
            ) == 1,
            name
        );
    }
}

BOOST_AUTO_TEST_CASE(secrets_are_not_shown) {
    auto const read = read_serve_settings(environment_of(required_variables_and({
        {"TOCSIN_DATABASE_URL", "mysql://fake:canary-one@localhost/fake"},
        {"TOCSIN_VAULT_KEYS", "fake:canary-two"},
    })));
    for (auto const& line : std::get<problems>(read))
        BOOST_TEST(line.find("canary") == std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(commands_need_the_database_only) {
    auto const read =
        read_command_settings(environment_of({{"TOCSIN_DATABASE_URL", "postgresql://fake@localhost/fake"}}));
    BOOST_TEST(std::holds_alternative<command_settings>(read));
    BOOST_TEST(std::holds_alternative<problems>(read_command_settings(environment_of({}))));
}

BOOST_AUTO_TEST_CASE(help_lists_every_variable) {
    auto const text = options_help();
    for (auto const& [name, value] : required_variables_and({
             {"TOCSIN_ROLES", ""},
             {"TOCSIN_LISTEN", ""},
             {"TOCSIN_ADMIN_LISTEN", ""},
             {"TOCSIN_TLS_CERT", ""},
             {"TOCSIN_TLS_KEY", ""},
             {"TOCSIN_SENTRY_URL", ""},
             {"TOCSIN_SENTRY_APP_SLUG", ""},
             {"TOCSIN_SENTRY_APP_CLIENT_ID", ""},
             {"TOCSIN_SENTRY_APP_CLIENT_SECRET", ""},
             {"TOCSIN_SENTRY_APP_CLIENT_SECRET_PREVIOUS", ""},
             {"TOCSIN_SENTRY_OAUTH_CLIENT_ID", ""},
             {"TOCSIN_SENTRY_OAUTH_CLIENT_SECRET", ""},
             {"TOCSIN_REFRESH_BACKOFF_BASE", ""},
             {"TOCSIN_REFRESH_BACKOFF_MAX", ""},
             {"TOCSIN_REFRESH_MAX_ATTEMPTS", ""},
             {"TOCSIN_REFRESH_MARGIN", ""},
             {"TOCSIN_REFRESH_POLL", ""},
             {"TOCSIN_REFRESH_LEASE", ""},
             {"TOCSIN_SENTRY_TIMEOUT", ""},
             {"TOCSIN_REOPEN_WINDOW", ""},
             {"TOCSIN_CRITICAL_EVENT_COUNT", ""},
             {"TOCSIN_DELIVERY_RETENTION", ""},
             {"TOCSIN_ALLOWED_HOSTS", ""},
             {"TOCSIN_SESSION_IDLE", ""},
             {"TOCSIN_SESSION_MAX", ""},
             {"TOCSIN_TRUSTED_PROXIES", ""},
             {"TOCSIN_WEBHOOK_MAX_BODY", ""},
             {"TOCSIN_ALLOW_UNSAFE", ""},
             {"TOCSIN_LOG_LEVEL", ""},
             {"TOCSIN_LOG_FORMAT", ""},
         }))
        BOOST_TEST(text.find("  " + name) != std::string::npos, name);
}

BOOST_AUTO_TEST_CASE(the_configuration_page_is_the_generated_one) {
    std::ifstream file(TOCSIN_SOURCE_DIR "/docs/configuration.md", std::ios::binary);
    std::string const page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    BOOST_TEST(page == configuration_page(), "run: tocsin config docs > docs/configuration.md");
}

BOOST_AUTO_TEST_SUITE_END()

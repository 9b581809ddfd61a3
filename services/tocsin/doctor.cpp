#include "tocsin/doctor.hpp"

#include "gateway/console_files.hpp"
#include "tocsin/exit_status.hpp"
#include "tocsin/operator_pool.hpp"
#include "tocsin/schema_version.hpp"

#include <tocsin/async/io.hpp>
#include <tocsin/base/text.hpp>
#include <tocsin/base/time.hpp>
#include <tocsin/db/pool.hpp>
#include <tocsin/http/client.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/integrations/vault_maintenance.hpp>
#include <tocsin/json/writer.hpp>

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::program {

namespace {

enum class verdict { well, worth_knowing, ill };

struct finding {
    std::string what;
    verdict is;
    std::string detail;
};

std::string_view to_string(verdict of) noexcept {
    switch (of) {
        case verdict::well:
            return "ok";
        case verdict::worth_knowing:
            return "note";
        case verdict::ill:
            break;
    }
    return "failed";
}

constexpr db::statement server_settings{
    "doctor_server_settings",
    R"(select current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on' as durable,
              current_setting('server_version_num')::int as version,
              clock_timestamp() as now)"
};

async::task<> examine_role(serve_settings const& with, std::string role, std::vector<finding>& findings) {
    auto options = operator_pool_of(with.database_url);
    options.role = role;
    std::optional<std::string> why;
    try {
        db::pool pool(std::move(options));
        co_await pool.transact(db::no_tenant, [](db::transaction&) {});
    } catch (std::exception const& failed) {
        why = printable(failed.what(), 300);
    }
    if (why)
        findings.push_back(
            {"role " + role,
             verdict::ill,
             *why + " Run deploy/migrate: it makes the roles and grants them to the login."}
        );
    else
        findings.push_back({"role " + role, verdict::well, "the login may assume it"});
}

void judge_schema(schema_check const& schema, std::vector<finding>& findings) {
    auto is = verdict::well;
    if (schema.fit == schema_fit::newer) is = verdict::worth_knowing;
    if (schema.fit == schema_fit::older) is = verdict::ill;
    findings.push_back({"schema", is, schema.message});
}

void judge_server(db::row const& row, std::vector<finding>& findings) {
    bool const durable = row.get<bool>("durable");
    findings.push_back(
        {"durability",
         durable ? verdict::well : verdict::ill,
         durable ? "fsync and full_page_writes are on"
                 : "fsync or full_page_writes is off: what is acknowledged may be lost. Set both to on in "
                   "postgresql.conf."}
    );
    auto const skew = std::chrono::abs(row.get<timestamp>("now") - system_clock().now());
    bool const together = skew < std::chrono::seconds(5);
    findings.push_back(
        {"clock",
         together ? verdict::well : verdict::ill,
         together ? "this host and the database agree"
                  : "this host and the database are seconds apart. Run a time service on both: Sentry "
                    "refuses assertions from a wrong clock."}
    );
}

async::task<> examine_database(db::pool& pool, bool& reachable, std::vector<finding>& findings) {
    std::optional<std::string> why;
    try {
        auto const row = co_await pool.transact(db::no_tenant, [](db::transaction& tx) {
            return tx.run(server_settings)[0];
        });
        findings.push_back(
            {"database", verdict::well, "PostgreSQL " + std::to_string(row.get<int>("version") / 10000)}
        );
        judge_schema(co_await check_schema(pool), findings);
        judge_server(row, findings);
        reachable = true;
    } catch (std::exception const& failed) {
        why = printable(failed.what(), 300);
    }
    if (why)
        findings.push_back(
            {"database", verdict::ill, *why + " Check TOCSIN_DATABASE_URL and that deploy/migrate has run."}
        );
}

async::task<> examine_vault(db::pool& pool, crypto::vault const& vault, std::vector<finding>& findings) {
    auto const state = co_await integrations::inspect_vault(pool, vault);
    if (!state.missing_keys.empty()) {
        std::string ids;
        for (auto const& id : state.missing_keys) ids += (ids.empty() ? "" : ", ") + printable(id, 40);
        findings.push_back(
            {"vault",
             verdict::ill,
             "credentials are sealed under keys that TOCSIN_VAULT_KEYS does not hold: " + ids +
                 ". Add them behind the first."}
        );
    } else if (state.unopenable > 0) {
        findings.push_back(
            {"vault",
             verdict::ill,
             std::to_string(state.unopenable) + " credentials do not open: a key of TOCSIN_VAULT_KEYS is not "
                                                "the one of that name that sealed them."}
        );
    } else if (state.under_first_key < state.credentials) {
        findings.push_back(
            {"vault",
             verdict::worth_knowing,
             std::to_string(state.credentials - state.under_first_key) + " of " +
                 std::to_string(state.credentials) +
                 " credentials are sealed under an older key: tocsin key rotate seals them under the first."}
        );
    } else {
        findings.push_back({"vault", verdict::well, std::to_string(state.credentials) + " credentials open"});
    }
}

async::task<> examine_hosts(db::pool& pool, config::base_url const& now, std::vector<finding>& findings) {
    auto const elsewhere = co_await integrations::count_integrations_of_other_hosts(pool, now);
    if (elsewhere.empty()) findings.push_back({"integrations", verdict::well, "all are of " + now.str()});
    for (auto const& one : elsewhere)
        findings.push_back(
            {"integrations",
             verdict::ill,
             std::to_string(one.count) + " were made with " + printable(one.sentry_host, 300) +
                 ", and TOCSIN_SENTRY_URL is " + now.str() +
                 ": they are neither renewed nor called, and webhooks of public ones are refused. Set it "
                 "back or, where "
                 "that Sentry has moved: tocsin integration move-sentry --from OLD --to NEW."}
        );
}

/// Any HTTP answer will do: this is about the way there.
async::task<> examine_sentry(serve_settings const& with, std::vector<finding>& findings) {
    auto const executor = co_await boost::asio::this_coro::executor;
    http::client_options options;
    options.total_deadline = std::chrono::seconds(10);
    http::client client(
        executor, {with.sentry_url.https, with.sentry_url.host, with.sentry_url.port}, options
    );
    http::client_request ask;
    ask.target = with.sentry_url.path + "/api/0/";
    auto const answered = co_await client.send(std::move(ask));
    if (answered)
        findings.push_back({"sentry", verdict::well, with.sentry_url.str() + " answers"});
    else
        findings.push_back(
            {"sentry",
             verdict::ill,
             with.sentry_url.str() + " does not answer (" + std::string(to_string(answered.error().kind)) +
                 ": " + printable(answered.error().detail, 200) +
                 "). Check TOCSIN_SENTRY_URL and the network."}
        );
}

void examine_settings(serve_settings const& with, std::vector<finding>& findings) {
    findings.push_back({"configuration", verdict::well, "every variable can be read"});
    if (with.sentry_app)
        findings.push_back({"public integration", verdict::well, with.sentry_app->slug});
    else
        findings.push_back(
            {"public integration",
             verdict::worth_knowing,
             "not configured: nobody can connect by it. Set TOCSIN_SENTRY_APP_SLUG, "
             "TOCSIN_SENTRY_APP_CLIENT_ID and TOCSIN_SENTRY_APP_CLIENT_SECRET."}
        );
    if (with.sentry_oauth)
        findings.push_back({"OAuth application", verdict::well, "configured"});
    else
        findings.push_back(
            {"OAuth application",
             verdict::worth_knowing,
             "not configured: nobody can connect by it. Set TOCSIN_SENTRY_OAUTH_CLIENT_ID and "
             "TOCSIN_SENTRY_OAUTH_CLIENT_SECRET."}
        );
    auto const folder = with.console_directory.empty()
                            ? gateway::default_console_directory(std::filesystem::canonical("/proc/self/exe"))
                            : std::filesystem::path(with.console_directory);
    bool const built = std::filesystem::exists(folder / "index.html");
    findings.push_back(
        {"console",
         built ? verdict::well : verdict::worth_knowing,
         built ? folder.string() : "not built: " + folder.string() + " has no index.html"}
    );
}

async::task<> examine_all(serve_settings const& with, std::vector<finding>& findings) {
    examine_settings(with, findings);
    db::pool pool(operator_pool_of(with.database_url));
    crypto::vault const vault(with.vault_keys);
    bool reachable = false;
    co_await examine_database(pool, reachable, findings);
    if (reachable) {
        for (auto const* role : {"tocsin_gateway", "tocsin_ingest", "tocsin_scheduler"})
            co_await examine_role(with, role, findings);
        co_await examine_vault(pool, vault, findings);
        co_await examine_hosts(pool, with.sentry_url, findings);
    }
    co_await examine_sentry(with, findings);
}

void print_json(std::vector<finding> const& findings) {
    json::writer out;
    out.begin_array();
    for (auto const& one : findings)
        out.begin_object()
            .field("name", one.what)
            .field("outcome", to_string(one.is))
            .field("detail", one.detail)
            .end_object();
    std::cout << out.end_array().take() << '\n';
}

}  // namespace

int examine(serve_settings const& with, report_form form) {
    std::vector<finding> findings;
    async::run_to_end(examine_all(with, findings));
    int status = exit_done;
    for (auto const& one : findings) {
        if (one.is == verdict::ill) status = exit_failed;
        if (form == report_form::text)
            std::cout << to_string(one.is) << "  " << one.what << ": " << one.detail << '\n';
    }
    if (form == report_form::json) print_json(findings);
    return status;
}

}  // namespace tocsin::program

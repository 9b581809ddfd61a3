#include "connection.hpp"

#include "errors.hpp"
#include "rows_content.hpp"

#include <tocsin/base/error.hpp>
#include <tocsin/observe/log.hpp>

#include <pqxx/pqxx>

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

namespace tocsin::db {

namespace {

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_' || c == '.';
        if (plain) {
            out += c;
        } else {
            static constexpr char digits[] = "0123456789ABCDEF";
            auto const byte = static_cast<unsigned char>(c);
            out += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return out;
}

/// Removes the operator's `options` from the query and returns them: of several parameters with one name,
/// libpq uses only one, so they are merged with ours.
std::string extract_options(std::string& query) {
    std::string options, rest;
    std::size_t begin = 0;
    while (begin < query.size()) {
        auto const end = std::min(query.find('&', begin), query.size());
        auto const pair = query.substr(begin, end - begin);
        if (pair.starts_with("options="))
            options = pair.substr(8);
        else if (!pair.empty())
            rest += (rest.empty() ? "" : "&") + pair;
        begin = end + 1;
    }
    query = rest;
    return options;
}

class log_notices final : public pqxx::errorhandler {
public:
    explicit log_notices(pqxx::connection& conn) : pqxx::errorhandler(conn) {}
    bool operator()(char const text[]) noexcept override {
        observe::log_debug("database notice", {{"text", text}});
        return true;
    }
};

// One statement, because each is a round trip. Empty texts are like settings that were never set.
constexpr char const* apply_settings = "apply_transaction_settings";
constexpr char const* apply_settings_text =
    "select set_config('app.tenant', $1, true), set_config('app.actor_kind', $2, true), set_config('app.actor_id', $3, true), set_config('app.actor', $4, true), set_config('app.address', $5, true), set_config('app.request_id', $6, true)";

}  // namespace

std::string connection_uri(pool_options const& options) {
    std::string const url(options.url.reveal());
    auto const mark = url.find('?');
    std::string const base = url.substr(0, mark);
    std::string query = mark == std::string::npos ? std::string() : url.substr(mark + 1);
    std::string const theirs = extract_options(query);
    // synchronous_commit: a delivery that was acknowledged is durable.
    std::string const ours =
        "-c role=" + options.role + " -c timezone=UTC -c datestyle=ISO -c jit=off -c synchronous_commit=on" +
        " -c statement_timeout=" + std::to_string(options.statement_timeout.count()) +
        " -c lock_timeout=" + std::to_string(options.statement_timeout.count() / 2) +
        " -c idle_in_transaction_session_timeout=" + std::to_string(options.work_deadline.count()) +
        " -c search_path=pg_catalog" +
        (options.only_looks_up_keys ? " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
                                    : "");
    std::string const extra =
        "options=" + theirs + (theirs.empty() ? "" : "%20") + percent_encoded(ours) +
        "&application_name=" + percent_encoded(options.name) +
        "&connect_timeout=3&tcp_user_timeout=5000&keepalives_idle=30&keepalives_interval=5&keepalives_count=3"
        "&client_encoding=UTF8";
    return base + "?" + query + (query.empty() ? "" : "&") + extra;
}

struct transaction::impl {
    pqxx::connection& conn;
    pqxx::work& work;
    std::set<std::string_view>& prepared;
};

struct connection::impl {
    explicit impl(pool_options const& options) : conn(connection_uri(options)), notices(conn) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
        // Deprecated without a replacement in 6.4, and the only way to prevent silent reconnects.
        conn.inhibit_reactivation(true);
#pragma clang diagnostic pop
        pqxx::work check(conn);
        auto const found = check.exec(
            "select rolname, rolsuper or rolbypassrls as unsafe from pg_roles where rolname = current_user"
        );
        if (found.size() != 1 || found[0][0].as<std::string>() != options.role || found[0][1].as<bool>())
            throw statement_error(
                "the connection could not assume the role " + options.role +
                    " without rights that bypass row-level security",
                "42501"
            );
        check.commit();
    }

    void apply(pqxx::work& work, tenant const& who) {
        if (prepared.insert(apply_settings).second) conn.prepare(apply_settings, apply_settings_text);
        work.exec_prepared(
            apply_settings,
            who.organization ? who.organization->str() : std::string(),
            who.by.kind,
            who.by.id,
            who.by.name,
            who.by.address,
            who.by.request_id
        );
    }

    pqxx::connection conn;
    log_notices notices;
    std::set<std::string_view> prepared;
    bool is_broken = false;
};

namespace {

bool has_settings(tenant const& who) {
    return who.organization || !who.by.kind.empty();
}

}  // namespace

connection::connection(pool_options const& options) {
    with_mapped_errors([&] { impl_ = std::make_unique<impl>(options); });
}

connection::~connection() = default;

bool connection::usable() const noexcept {
    return !impl_->is_broken && impl_->conn.is_open();
}

int connection::socket() const noexcept {
    return impl_->conn.sock();
}

void connection::transact(tenant who, std::function<void(transaction&)> const& work) {
    // Unless the end is reached, the connection counts as broken. Constraint violations and conflicts are
    // ordinary: after the rollback the connection is usable.
    impl_->is_broken = true;
    try {
        with_mapped_errors([&] {
            std::optional<pqxx::work> work_in_progress;
            try {
                work_in_progress.emplace(impl_->conn);
                if (has_settings(who)) impl_->apply(*work_in_progress, who);
            } catch (pqxx::failure const&) {
                throw stale_connection{};
            }
            auto& tx = *work_in_progress;
            transaction::impl inside{impl_->conn, tx, impl_->prepared};
            transaction facade(inside);
            work(facade);
            tx.commit();
        });
        impl_->is_broken = false;
    } catch (constraint_violation const&) {
        impl_->is_broken = false;
        throw;
    } catch (serialization_conflict const&) {
        impl_->is_broken = false;
        throw;
    } catch (bad_value const&) {
        impl_->is_broken = false;
        throw;
    } catch (failure const&) {  // by the unit of work itself
        impl_->is_broken = false;
        throw;
    }
}

rows transaction::execute(statement const& statement, std::vector<parameter> const& parameters) {
    bool const is_prepared = statement.plan == statement::planned::once;
    if (is_prepared && impl_.prepared.insert(statement.name).second)
        impl_.conn.prepare(statement.name, statement.sql);
    std::vector<std::optional<std::string>> texts;
    std::vector<pqxx::binarystring> binaries;
    texts.reserve(parameters.size());
    for (auto const& one : parameters) {
        if (one.bytes)
            binaries.emplace_back(one.bytes->data(), one.bytes->size());
        else if (binaries.empty())
            texts.push_back(one.text);
        else
            throw std::logic_error(std::string(statement.name) + ": a text parameter after a binary one");
    }
    auto const text_params = pqxx::prepare::make_dynamic_params(texts.begin(), texts.end());
    auto const binary_params = pqxx::prepare::make_dynamic_params(binaries.begin(), binaries.end());
    auto const content = std::make_shared<result_content>();
    with_mapped_errors([&] {
        content->result = is_prepared ? impl_.work.exec_prepared(statement.name, text_params, binary_params)
                                      : impl_.work.exec_params(statement.sql, text_params, binary_params);
    });
    return rows(content);
}

}  // namespace tocsin::db

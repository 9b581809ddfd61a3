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

/// Only the first of several parameters of one name would count for libpq's last-wins rule to be reliable, so
/// an `options` of the operator's is taken out here and put in front of ours.
std::string take_options(std::string& query) {
    std::string taken, rest;
    std::size_t begin = 0;
    while (begin < query.size()) {
        auto const end = std::min(query.find('&', begin), query.size());
        auto const pair = query.substr(begin, end - begin);
        if (pair.starts_with("options="))
            taken = pair.substr(8);
        else if (!pair.empty())
            rest += (rest.empty() ? "" : "&") + pair;
        begin = end + 1;
    }
    query = rest;
    return taken;
}

class log_notices final : public pqxx::errorhandler {
public:
    explicit log_notices(pqxx::connection& of) : pqxx::errorhandler(of) {}
    bool operator()(char const text[]) noexcept override {
        observe::log_debug("database notice", {{"text", text}});
        return true;
    }
};

}  // namespace

std::string connection_uri(pool_options const& options) {
    std::string const url(options.url.reveal());
    auto const mark = url.find('?');
    std::string const base = url.substr(0, mark);
    std::string query = mark == std::string::npos ? std::string() : url.substr(mark + 1);
    std::string const theirs = take_options(query);
    // synchronous_commit is ours to insist on: an acknowledged delivery is durable.
    std::string const ours =
        "-c role=" + options.role + " -c timezone=UTC -c datestyle=ISO -c jit=off -c synchronous_commit=on" +
        " -c statement_timeout=" + std::to_string(options.statement_timeout.count()) +
        " -c lock_timeout=" + std::to_string(options.statement_timeout.count() / 2) +
        " -c idle_in_transaction_session_timeout=" + std::to_string(options.work_deadline.count()) +
        " -c search_path=pg_catalog";
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
        // Deprecated without a replacement in 6.4, and the only way to keep it from reconnecting behind our
        // back.
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

    pqxx::connection conn;
    log_notices notices;
    std::set<std::string_view> prepared;
    bool hurt = false;
};

namespace {

void set_actor(pqxx::work& of, actor const& who) {
    of.exec_params(
        "select set_config('app.actor_kind', $1, true), set_config('app.actor_id', $2, true), "
        "set_config('app.actor', $3, true), set_config('app.address', $4, true), "
        "set_config('app.request_id', $5, true)",
        who.kind,
        who.id,
        who.name,
        who.address,
        who.request_id
    );
}

}  // namespace

connection::connection(pool_options const& options) {
    with_mapped_errors([&] { impl_ = std::make_unique<impl>(options); });
}

connection::~connection() = default;

bool connection::usable() const noexcept {
    return !impl_->hurt && impl_->conn.is_open();
}

int connection::socket() const noexcept {
    return impl_->conn.sock();
}

void connection::transact(tenant of, std::function<void(transaction&)> const& work) {
    // Until the end is reached without a throw, the connection counts as hurt: any error destroys it.
    // Constraint violations and conflicts are ordinary and leave a rolled-back, healthy connection.
    impl_->hurt = true;
    try {
        with_mapped_errors([&] {
            std::optional<pqxx::work> begun;
            try {
                begun.emplace(impl_->conn);
                if (of.organization)
                    begun->exec_params("select set_config('app.tenant', $1, true)", of.organization->str());
                if (!of.by.kind.empty()) set_actor(*begun, of.by);
            } catch (pqxx::failure const&) {
                throw stale_connection{};
            }
            auto& tx = *begun;
            transaction::impl inside{impl_->conn, tx, impl_->prepared};
            transaction facade(inside);
            work(facade);
            tx.commit();
        });
        impl_->hurt = false;
    } catch (constraint_violation const&) {
        impl_->hurt = false;
        throw;
    } catch (serialization_conflict const&) {
        impl_->hurt = false;
        throw;
    } catch (bad_value const&) {
        impl_->hurt = false;
        throw;
    } catch (failure const&) {  // the unit of work itself said no
        impl_->hurt = false;
        throw;
    }
}

rows transaction::execute(statement const& what, std::vector<parameter> const& with) {
    bool const is_prepared = what.plan == statement::planned::once;
    if (is_prepared && impl_.prepared.insert(what.name).second) impl_.conn.prepare(what.name, what.sql);
    std::vector<std::optional<std::string>> texts;
    std::vector<pqxx::binarystring> binaries;
    texts.reserve(with.size());
    for (auto const& one : with) {
        if (one.bytes)
            binaries.emplace_back(one.bytes->data(), one.bytes->size());
        else if (binaries.empty())
            texts.push_back(one.text);
        else
            throw std::logic_error(std::string(what.name) + ": a text parameter behind a binary one");
    }
    auto const text_params = pqxx::prepare::make_dynamic_params(texts.begin(), texts.end());
    auto const binary_params = pqxx::prepare::make_dynamic_params(binaries.begin(), binaries.end());
    auto const content = std::make_shared<result_content>();
    with_mapped_errors([&] {
        content->result = is_prepared ? impl_.work.exec_prepared(what.name, text_params, binary_params)
                                      : impl_.work.exec_params(what.sql, text_params, binary_params);
    });
    return rows(content);
}

}  // namespace tocsin::db

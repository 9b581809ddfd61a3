#include <tocsin/base/encoding.hpp>
#include <tocsin/crypto/digest.hpp>
#include <tocsin/identity/attempt_throttle.hpp>

namespace tocsin::identity {

namespace {

constexpr db::statement charge_statement = {
    "identity_charge_attempt",
    "select tocsin.charge_attempt($1::text[], $2::integer[], $3::integer[]) as wait",
};
constexpr db::statement before_charge = {"identity_before_charge", "savepoint before_charge"};
constexpr db::statement undo_charge = {"identity_undo_charge", "rollback to savepoint before_charge"};
constexpr db::statement clear_statement = {
    "identity_clear_attempt",
    "select tocsin.clear_attempt($1::text[], $2::text[])",
};

std::string key(std::string_view kind, std::string_view counted) {
    auto const digest = crypto::sha256(counted);
    return std::string(kind) + ":" + to_base64url(byte_view(digest.data(), digest.size()));
}

std::vector<std::string> keys_of(std::vector<attempt_count> const& counts) {
    std::vector<std::string> keys;
    keys.reserve(counts.size());
    for (auto const& each : counts) keys.push_back(each.key);
    return keys;
}

}  // namespace

attempt_counts counts_of_known_device(user_id account, std::string_view device_hash) {
    return {{{key("device", account.str() + std::string(device_hash)), 5, 300}}, {}};
}

attempt_counts counts_of_sign_in(std::string_view account_key, std::string_view network, timestamp now) {
    auto const minute = std::chrono::floor<std::chrono::minutes>(now).time_since_epoch().count();
    return {
        {{key("pair", std::string(account_key) + '\n' + std::string(network)), 5, 300}},
        {
            {key("network", network), 50, 300},
            {key("account", account_key), 50, 10},
            {"all:" + std::to_string(minute), 1'200, 5},
        }
    };
}

attempt_counts counts_of_password(user_id account) {
    return {{{key("password", account.str()), 5, 300}}, {}};
}

attempt_counts counts_of_links(std::string_view network) {
    return {{}, {{key("link", network), 20, 300}}};
}

attempt_counts counts_of_invitations(organization_id org) {
    return {{}, {{key("invitations", org.str()), 100, 300}}};
}

result<> charge(db::transaction& tx, attempt_counts const& counts) {
    auto all = counts.own;
    all.insert(all.end(), counts.shared.begin(), counts.shared.end());
    std::vector<std::int64_t> free;
    std::vector<std::int64_t> longest;
    for (auto const& each : all) {
        free.push_back(each.free);
        longest.push_back(each.longest);
    }
    tx.run(before_charge);
    std::chrono::seconds const wait(tx.run(charge_statement, keys_of(all), free, longest)[0].get<int>("wait")
    );
    if (wait.count() == 0) return {};
    tx.run(undo_charge);  // the rows of counts that did not exist yet
    error limited{
        errc::rate_limited, "Too many attempts. Try again in " + std::to_string(wait.count()) + " s."
    };
    limited.retry_after = wait;
    return limited;
}

void clear(db::transaction& tx, attempt_counts const& counts) {
    tx.run(clear_statement, keys_of(counts.own), keys_of(counts.shared));
}

void refund(db::transaction& tx, attempt_counts const& counts) {
    auto all = keys_of(counts.own);
    for (auto& each : keys_of(counts.shared)) all.push_back(std::move(each));
    tx.run(clear_statement, std::vector<std::string>(), all);
}

}  // namespace tocsin::identity

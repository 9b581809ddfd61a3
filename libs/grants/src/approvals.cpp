#include "grant_store.hpp"
#include "stored_calls.hpp"

#include <tocsin/db/columns.hpp>
#include <tocsin/grants/approvals.hpp>

#include <utility>

namespace tocsin::grants {

namespace {

/// Of a result; larger ones are not kept.
constexpr std::size_t max_result = 64 * 1024;

constexpr auto columns = db::columns<asked_call>(
    db::column("approval_id", &asked_call::id),
    db::column("grant_id", &asked_call::grant),
    db::column("operation", &asked_call::operation),
    db::column("asked_at", &asked_call::asked_at),
    db::column("expires_at", &asked_call::expires_at),
    db::column("state", &asked_call::state, parse_approval_state),
    db::column("decided_by_name", &asked_call::decided_by),
    db::column("decided_at", &asked_call::decided_at),
    db::column("result_status", &asked_call::result_status),
    db::column("detail", &asked_call::detail)
);
constexpr auto select_text =
    "select " + names(columns, "a") + R"(, a.request::text as request, a.asked_by_user, a.asked_by_token,
       a.asked_by_name, a.result_sealed, g.name as grant_name, coalesce(i.sentry_org_slug, '') as sentry_org_slug,
       a.expires_at <= tocsin.now() as is_expired
  from tocsin.approvals a
  join tocsin.grants g on g.organization_id = a.organization_id and g.grant_id = a.grant_id
  join tocsin.integrations i on i.organization_id = g.organization_id and i.integration_id = g.integration_id
 where a.organization_id = $1)";
constexpr auto list_text =
    select_text +
    " and ($2::uuid is null or a.approval_id < $2::uuid) order by a.approval_id desc limit $3::bigint";
constexpr db::statement list_all{"list_approvals", list_text.c_str()};
constexpr auto find_text = select_text + " and a.approval_id = $2";
constexpr db::statement find_one{"find_approval", find_text.c_str()};
constexpr db::statement decide_one{
    "decide_approval",
    R"(update tocsin.approvals set state = $3, decided_by_name = left($4, 300), decided_at = tocsin.now()
        where organization_id = $1 and approval_id = $2 and state = 'asked' and expires_at > tocsin.now())"
};
constexpr db::statement complete_one{
    "complete_approval",
    R"(update tocsin.approvals set state = $3, result_status = $4, detail = left($5, 500), result_sealed = $6
        where organization_id = $1 and approval_id = $2 and state = 'approved')"
};

error no_approval() {
    return {errc::not_found, "There is no such approval."};
}

struct stored {
    asked_call call;
    identity::principal asker;
    std::string sentry_org;
    std::optional<byte_string> result_sealed;
    bool is_expired = false;

    bool is_asker(identity::principal const& who) const {
        return asker.user ? who.user == asker.user : who.token == asker.token;
    }
};

stored read(db::row const& row) {
    stored value{db::read(row, columns), {}, {}, {}, false};
    value.call.request = row.text("request");
    value.call.grant_name = row.text("grant_name");
    value.call.asked_by = row.text("asked_by_name");
    value.asker.user = row.get<std::optional<user_id>>("asked_by_user");
    value.asker.token = row.get<std::optional<identity::token_id>>("asked_by_token");
    (value.asker.user ? value.asker.email : value.asker.name) = value.call.asked_by;
    value.sentry_org = row.text("sentry_org_slug");
    value.result_sealed = row.get<std::optional<byte_string>>("result_sealed");
    value.is_expired = row.get<bool>("is_expired");
    return value;
}

}  // namespace

std::string_view to_string(approval_state s) noexcept {
    return name_of(approval_state_names, s);
}
std::optional<approval_state> parse_approval_state(std::string_view text) noexcept {
    return value_of(approval_state_names, text);
}

crypto::vault_place result_place(organization_id org, approval_id id) {
    return {"approvals", "result", org.str(), id.str()};
}

struct approvals::claimed {
    stored row;
    result<planned_call> planned;
};

async::task<std::vector<asked_call>> approvals::list(
    organization_id org, std::optional<approval_id> before, std::int64_t limit
) {
    co_return co_await pool_.transact(org, [=](db::transaction& tx) {
        std::vector<asked_call> all;
        for (auto const row : tx.run(list_all, org, before, limit)) all.push_back(read(row).call);
        return all;
    });
}

async::task<result<asked_call>> approvals::find(
    organization_id org, identity::principal who, bool is_admin, approval_id id
) {
    auto found = co_await pool_.transact(org, [=](db::transaction& tx) -> result<stored> {
        auto const row = tx.run(find_one, org, id).first();
        if (!row) return no_approval();
        return read(*row);
    });
    if (!found) co_return found.error();
    bool const is_asker = found->is_asker(who);
    if (!is_asker && !is_admin) co_return no_approval();
    if (is_asker && found->result_sealed) {
        auto const opened = vault_.open(*found->result_sealed, result_place(org, id));
        if (opened) found->call.result = std::string(opened->reveal());
    }
    co_return std::move(found->call);
}

/// Takes the request out of the queue, once.
async::task<result<approvals::claimed>> approvals::decide(
    organization_id org, identity::principal actor, approval_id id, approval_state decision
) {
    co_return co_await pool_.transact(
        identity::tenant_of(org, actor),
        [=](db::transaction& tx) -> result<claimed> {
            auto const row = tx.run(find_one, org, id).first();
            if (!row) return no_approval();
            claimed value{read(*row), error{}};
            value.planned = read_stored_call(value.row.call.request, value.row.sentry_org);
            bool const writes = value.planned && value.planned->writes();
            if (decision == approval_state::approved && writes && value.row.is_asker(actor))
                return error{
                    errc::forbidden, "Another person must approve this change than the one who asked for it."
                };
            auto const& name = actor.user ? actor.email : actor.name;
            if (tx.run(decide_one, org, id, decision, name).affected() == 0)
                return error{
                    errc::conflict,
                    value.row.is_expired ? "There was no decision in time. Ask for the call again."
                                         : "This call was decided already."
                };
            return value;
        }
    );
}

async::task<result<asked_call>> approvals::deny(
    organization_id org, identity::principal actor, approval_id id
) {
    auto const denied = co_await decide(org, actor, id, approval_state::denied);
    if (!denied) co_return denied.error();
    co_return co_await find(org, actor, true, id);
}

async::task<result<asked_call>> approvals::approve(
    organization_id org, identity::principal actor, approval_id id
) {
    auto const claim = co_await decide(org, actor, id, approval_state::approved);
    if (!claim) co_return claim.error();
    auto asker = claim->row.asker;
    asker.request_id = actor.request_id;
    auto const answer = co_await calls_.call_approved(org, asker, claim->row.call.grant, claim->planned);
    auto const state = answer ? approval_state::done : approval_state::failed;
    std::optional<int> status;
    std::optional<byte_string> sealed;
    std::string detail = answer ? std::string() : answer.error().detail;
    if (answer) {
        status = answer->status;
        if (answer->body.size() <= max_result) {
            sealed = vault_.seal(secret(answer->body), result_place(org, id));
        } else {
            detail = "The response is larger than 64 KiB and was not kept.";
        }
    }
    co_await pool_.transact(identity::tenant_of(org, actor), [=](db::transaction& tx) {
        tx.run(complete_one, org, id, state, status, detail, sealed);
    });
    co_return co_await find(org, actor, true, id);
}

}  // namespace tocsin::grants

#include "connect/connection_store.hpp"
#include "connect/internal_connect.hpp"
#include "connect/oauth_connect.hpp"
#include "connect/public_connect.hpp"
#include "refresh/sentry_access.hpp"

#include <tocsin/crypto/random.hpp>
#include <tocsin/integrations/integration_store.hpp>
#include <tocsin/integrations/scope_rules.hpp>
#include <tocsin/integrations/sentry_host.hpp>
#include <tocsin/integrations/webhook_keys.hpp>
#include <tocsin/observe/log.hpp>

#include <algorithm>

namespace tocsin::integrations {

std::string_view to_string(connect_refusal r) noexcept {
    return name_of(connect_refusal_names, r);
}

namespace {

/// Which Sentry organization it is must be seen by a person.
std::optional<error> refuse_without_session(identity::principal const& principal) {
    if (!principal.session_hash.empty()) return std::nullopt;
    return error{
        errc::forbidden,
        "Only a signed-in admin can decide which Sentry organization it is: open the console."
    };
}

}  // namespace

struct connect::impl {
    impl(async::executor executor, connect_context shared)
        : context(std::move(shared)), writer(std::move(executor), context) {}

    connect_context context;
    connection_writer writer;
    public_connect public_mode{context, writer};
    oauth_connect oauth_mode{context, writer};
    internal_connect internal_mode{context, writer};

    async::task<result<integration>> find(organization_id org, integration_id id) const {
        return context.pool.transact(org, [org, id](db::transaction& tx) {
            return find_integration(tx, org, id);
        });
    }
    async::task<result<started_connect>> open(connect_flow_request request) {
        return request.mode == mode::oauth ? oauth_mode.open(std::move(request))
                                           : public_mode.open(std::move(request));
    }
    async::task<result<bool>> repair(db::tenant tenant, integration const& broken);
    async::task<> read_names(organization_id org, integration_id id);
};

connect::connect(
    async::executor executor,
    db::pool& pool,
    sentry::client& sentry,
    applications registered,
    crypto::vault const& vault,
    refresh_policy policy,
    clock const& time,
    refresher& refresher
)
    : impl_(std::make_unique<impl>(
          std::move(executor),
          connect_context{pool, sentry, std::move(registered), vault, policy, time, refresher}
      )) {}

connect::~connect() = default;

applications const& connect::registered() const noexcept {
    return impl_->context.registered;
}

async::task<result<started_connect>> connect::start_public(
    organization_id org,
    identity::principal principal,
    std::optional<secret> binding,
    std::optional<std::string> sentry_org
) {
    auto request = first_connect(org, mode::public_, std::move(principal), std::move(binding));
    request.sentry_org = std::move(sentry_org);
    return impl_->open(std::move(request));
}

async::task<result<started_connect>> connect::start_oauth(
    organization_id org,
    identity::principal principal,
    std::optional<secret> binding,
    std::optional<std::string> sentry_org
) {
    auto request = first_connect(org, mode::oauth, std::move(principal), std::move(binding));
    request.sentry_org = std::move(sentry_org);
    return impl_->open(std::move(request));
}

async::task<result<started_connect>> connect::start_internal(
    organization_id org, identity::principal principal, internal_access access
) {
    integration_id const id{crypto::uuid_v4()};
    auto const stored =
        co_await impl_->internal_mode.start(identity::tenant_of(org, principal), id, std::move(access));
    if (!stored) co_return stored.error();
    observe::log_info("connected", {{"organization", org.str()}, {"integration", id.str()}});
    auto connected = co_await impl_->find(org, id);
    if (!connected) co_return connected.error();
    co_return started_connect{std::move(*connected), std::nullopt, secret()};
}

async::task<finished_connect> connect::finish(connect_callback callback) {
    auto end = callback.state ? co_await impl_->oauth_mode.finish(std::move(callback))
                              : co_await impl_->public_mode.finish(std::move(callback));
    if (end.refusal)
        observe::log_warn(
            "connect failed",
            {{"organization", end.organization_slug},
             {"integration", end.integration.str()},
             {"reason", to_string(*end.refusal)}}
        );
    else
        observe::log_info(
            end.needs_decision ? "connection needs a decision" : "connected",
            {{"organization", end.organization_slug}, {"integration", end.integration.str()}}
        );
    co_return end;
}

async::task<result<integration>> connect::confirm(
    organization_id org, integration_id id, identity::principal principal
) {
    auto const undecided = co_await impl_->find(org, id);
    if (!undecided) co_return undecided.error();
    if (undecided->status != status::pending || undecided->reason != reason::confirm_organization)
        co_return error{errc::illegal_transition, "There is nothing to confirm for this integration."};
    if (auto const refused = refuse_without_session(principal)) co_return *refused;
    auto const confirmed = co_await impl_->public_mode.confirm(
        identity::tenant_of(org, principal), *undecided, principal.session_hash
    );
    if (!confirmed) co_return confirmed.error();
    co_return co_await impl_->find(org, id);
}

async::task<result<integration>> connect::choose(
    organization_id org, integration_id id, std::string sentry_org, identity::principal principal
) {
    auto const undecided = co_await impl_->find(org, id);
    if (!undecided) co_return undecided.error();
    if (undecided->status != status::pending || undecided->reason != reason::choose_organization)
        co_return error{errc::illegal_transition, "There is no organization to choose for this integration."};
    if (auto const refused = refuse_without_session(principal)) co_return *refused;
    auto const choice = std::ranges::find_if(undecided->choices, [&](organization_choice const& each) {
        return is_named(each.organization, sentry_org);
    });
    if (choice == undecided->choices.end())
        co_return error{
            errc::invalid,
            "The token has no access to this Sentry organization.",
            {{"sentry_org", "must be one of available_orgs, by slug or id"}}
        };
    auto const stored = co_await impl_->writer.store_decision(
        identity::tenant_of(org, principal), *undecided, *choice, principal.session_hash
    );
    if (!stored) co_return stored.error();
    co_return co_await impl_->find(org, id);
}

async::task<result<integration>> connect::set_webhook_secret(
    organization_id org, integration_id id, secret webhook_secret, identity::principal principal
) {
    auto const sealed = seal_webhook_secret(impl_->context.vault, org, id, webhook_secret);
    co_return co_await impl_->context.pool.transact(
        identity::tenant_of(org, principal),
        [org, id, sealed](db::transaction& tx) -> result<integration> {
            auto const integration = find_integration(tx, org, id);
            if (!integration) return integration.error();
            if (integration->mode == mode::public_)
                return error{
                    errc::illegal_transition,
                    "Webhooks of a public integration are signed with the deployment's own secret."
                };
            if (integration->status == status::disconnected &&
                integration->reason == reason::disconnected_by_admin)
                return error{errc::illegal_transition, "This integration is disconnected: connect it first."};
            put_webhook_secret(tx, org, id, sealed);
            note_webhook_secret(tx, org, id);
            return find_integration(tx, org, id);
        }
    );
}

async::task<result<started_connect>> connect::reconnect(
    organization_id org,
    integration_id id,
    identity::principal principal,
    std::optional<secret> binding,
    reconnect_request request
) {
    auto const integration = co_await impl_->find(org, id);
    if (!integration) co_return integration.error();
    if (!registered().offers(integration->mode)) co_return not_configured(integration->mode);
    if (auto const mismatch = sentry_host_mismatch(integration->sentry_host, impl_->context.sentry.base()))
        co_return *mismatch;
    if (request.access && integration->mode != mode::internal)
        co_return error{
            errc::invalid,
            "Only an internal integration can be reconnected with a token.",
            {{"token", "is only for internal integrations"}}
        };
    auto tenant = identity::tenant_of(org, principal);
    if (request.access) {
        auto const stored = co_await impl_->internal_mode.replace(
            std::move(tenant), *integration, std::move(*request.access), request.others
        );
        if (!stored) co_return stored.error();
    } else {
        auto const repaired = co_await impl_->repair(std::move(tenant), *integration);
        if (!repaired) co_return repaired.error();
        if (!*repaired && integration->mode == mode::internal)
            co_return error{
                errc::sentry_refused,
                "Sentry no longer accepts the stored token. Create a new one in Sentry and reconnect with it."
            };
        if (!*repaired) {
            auto flow = first_connect(org, integration->mode, std::move(principal), std::move(binding));
            flow.integration = id;
            flow.purpose = connect_purpose::reconnect;
            flow.others = request.others;
            co_return co_await impl_->open(std::move(flow));
        }
        co_await impl_->read_names(org, id);
    }
    auto reconnected = co_await impl_->find(org, id);
    if (!reconnected) co_return reconnected.error();
    observe::log_info("reconnected", {{"organization", org.str()}, {"integration", id.str()}});
    co_return started_connect{std::move(*reconnected), std::nullopt, secret()};
}

/// True if the existing access works again, false if a person has to act.
async::task<result<bool>> connect::impl::repair(db::tenant tenant, integration const& broken) {
    if (broken.status == status::pending || broken.reason == reason::uninstalled) co_return false;
    if (!broken.credential) {
        if (broken.mode != mode::public_) co_return false;
        co_return co_await public_mode.repair(std::move(tenant), broken);
    }
    // A refresh returns the granted scopes. More scopes need a new authorization.
    if (broken.mode == mode::oauth && !missing_scopes(broken.mode, broken.scopes).empty()) co_return false;
    // Through the refresher and its lease: a second refresh at the same time would invalidate the first one's
    // tokens.
    auto& refresher = context.refresher;
    auto refreshed = co_await refresher.refresh_now(tenant, broken.id);
    // One refusal is no proof: Sentry sometimes refuses healthy installations.
    if (broken.mode == mode::public_ && refreshed && *refreshed &&
        (*refreshed)->kind == sentry::failure_kind::refused)
        refreshed = co_await refresher.refresh_now(tenant, broken.id);
    if (!refreshed) co_return refreshed.error();
    if (auto const& why = *refreshed) co_return judge_failed_repair(broken.mode, *why);
    co_return true;
}

/// Stores the names that the Sentry organization has now. The integration works without this.
async::task<> connect::impl::read_names(organization_id org, integration_id id) {
    sentry_access const access{context.pool, context.vault, context.refresher};
    auto sentry = context.sentry.on_behalf_of({org, id, sentry::call_priority::background});
    (void)co_await access.find_organization(sentry, org, id);
}

async::task<result<integration>> connect::disconnect(
    organization_id org, integration_id id, identity::principal principal
) {
    return impl_->writer.disconnect(identity::tenant_of(org, principal), id);
}

}  // namespace tocsin::integrations
